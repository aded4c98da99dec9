//! `gateway.toml`.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use sekisho_policies::Demand;
use sekisho_runtime::{
    config::{ConfigError, Paths, load},
    telemetry::TelemetryConfig,
    tls::ServerTls,
};
use serde::Deserialize;

use crate::{operations, request::is_dataset};

/// The configuration of a gateway. Paths are relative to the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GatewayConfig {
    /// The folder of the committee's files, or the link `current` to one that was activated.
    pub(crate) policies: PathBuf,
    /// Signatures that they must have.
    #[serde(default)]
    pub(crate) policy_signatures: Option<Demand>,
    /// A folder in which every decision is recorded.
    #[serde(default)]
    pub(crate) decisions: Option<PathBuf>,
    pub(crate) listen: Listen,
    pub(crate) permit: Permit,
    pub(crate) upstream: Upstream,
    #[serde(rename = "enclave")]
    pub(crate) enclaves: Vec<Enclave>,
    #[serde(default)]
    pub(crate) telemetry: TelemetryConfig,
    #[serde(default)]
    pub(crate) limits: Limits,
}

/// Where visitors arrive.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listen {
    pub(crate) address: SocketAddr,
    certificate: PathBuf,
    key: PathBuf,
    client_ca: PathBuf,
    #[serde(default)]
    client_crl: Option<PathBuf>,
}

impl Listen {
    pub(crate) fn tls(&self) -> ServerTls {
        ServerTls {
            certificate: self.certificate.clone(),
            key: self.key.clone(),
            client_ca: self.client_ca.clone(),
            client_crl: self.client_crl.clone(),
        }
    }
}

/// How permits are signed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Permit {
    /// An Ed25519 seed of 32 bytes, base64 or hexadecimal, mode 0600.
    pub(crate) key: PathBuf,
    /// How long a permit is valid, 1 to 60 s.
    #[serde(default = "thirty")]
    lifetime_seconds: u16,
}

impl Permit {
    pub(crate) fn lifetime(&self) -> Duration {
        Duration::from_secs(self.lifetime_seconds.into())
    }
}

/// What the gateway shows to enclaves, and how it knows them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Upstream {
    pub(crate) ca: PathBuf,
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// One enclave.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Enclave {
    /// The URI subject alternative name of its certificate.
    pub(crate) id: String,
    /// `https://host:port`.
    pub(crate) address: String,
    /// The DNS name of its certificate; without it the host of `address`.
    #[serde(default)]
    pub(crate) server_name: Option<String>,
    /// The datasets that it holds.
    pub(crate) datasets: Vec<String>,
}

/// Limits, each with the value that stands where nothing is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Limits {
    /// The largest message that a visitor may send, in bytes.
    pub(crate) max_message_bytes: usize,
    /// How many calls one person may have open.
    pub(crate) concurrent_visits_per_person: usize,
    /// How long a call may take, in seconds; a visitor may ask for less.
    request_timeout_seconds: u32,
    /// The largest result, in bytes, where several datasets are asked: it is
    /// held until it is complete.
    pub(crate) max_result_bytes: usize,
    /// How long open calls may go on after SIGTERM, in seconds.
    drain_seconds: u32,
    /// How long an operation may go on, in seconds.
    operation_seconds: u32,
    /// How many operations of one person may go on at once.
    concurrent_operations_per_person: usize,
    /// How many operations of one person are kept, those that ended among them.
    operations_per_person: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_message_bytes: 128 * 1024,
            concurrent_visits_per_person: 8,
            request_timeout_seconds: 120,
            max_result_bytes: 64 * 1024 * 1024,
            drain_seconds: 20,
            operation_seconds: 6 * 60 * 60,
            concurrent_operations_per_person: 4,
            operations_per_person: 32,
        }
    }
}

impl Limits {
    pub(crate) fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout_seconds.into())
    }

    pub(crate) fn operations(&self) -> operations::Limits {
        operations::Limits {
            time: Duration::from_secs(self.operation_seconds.into()),
            per_person: self.operations_per_person,
            running_per_person: self.concurrent_operations_per_person,
        }
    }

    pub(crate) fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds.into())
    }
}

impl GatewayConfig {
    /// Reads and checks a configuration and resolves its paths.
    pub(crate) fn read(file: &Path) -> Result<Self, ConfigError> {
        let mut config: Self = load(file)?;
        config
            .check()
            .map_err(|(key, message)| ConfigError::unusable(file, key, message))?;
        let paths = Paths::beside(file);
        let listen = &mut config.listen;
        for path in [
            &mut config.policies,
            &mut listen.certificate,
            &mut listen.key,
            &mut listen.client_ca,
            &mut config.permit.key,
            &mut config.upstream.ca,
            &mut config.upstream.certificate,
            &mut config.upstream.key,
        ]
        .into_iter()
        .chain(listen.client_crl.as_mut())
        .chain(config.decisions.as_mut())
        .chain(
            config
                .policy_signatures
                .as_mut()
                .map(|demand| &mut demand.serial),
        ) {
            *path = paths.resolve(&*path);
        }
        Ok(config)
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        if !(1..=60).contains(&self.permit.lifetime_seconds) {
            return Err((
                "permit.lifetime_seconds",
                "write a number from 1 to 60".to_owned(),
            ));
        }
        for (key, zero) in [
            (
                "limits.max_message_bytes",
                self.limits.max_message_bytes == 0,
            ),
            (
                "limits.concurrent_visits_per_person",
                self.limits.concurrent_visits_per_person == 0,
            ),
            (
                "limits.request_timeout_seconds",
                self.limits.request_timeout_seconds == 0,
            ),
            ("limits.max_result_bytes", self.limits.max_result_bytes == 0),
            (
                "limits.operation_seconds",
                self.limits.operation_seconds == 0,
            ),
            (
                "limits.concurrent_operations_per_person",
                self.limits.concurrent_operations_per_person == 0,
            ),
            (
                "limits.operations_per_person",
                self.limits.operations_per_person == 0,
            ),
        ] {
            if zero {
                return Err((key, "nothing could pass; write at least 1".to_owned()));
            }
        }
        let mut ids = BTreeSet::new();
        let mut datasets = BTreeSet::new();
        for enclave in &self.enclaves {
            let id = &enclave.id;
            if !id.contains("://") {
                return Err((
                    "enclave.id",
                    format!("`{id}` is no URI; write the one of the enclave's certificate"),
                ));
            }
            if !ids.insert(id) {
                return Err(("enclave.id", format!("`{id}` stands twice")));
            }
            for dataset in &enclave.datasets {
                if !is_dataset(dataset) {
                    return Err((
                        "enclave.datasets",
                        format!("`{dataset}` is no dataset; write 1 to 40 of a-z, 0-9 and -"),
                    ));
                }
                if !datasets.insert(dataset) {
                    return Err((
                        "enclave.datasets",
                        format!("`{dataset}` is held twice; one enclave answers for a dataset"),
                    ));
                }
            }
        }
        Ok(())
    }
}

fn thirty() -> u16 {
    30
}

#[cfg(test)]
mod tests;
