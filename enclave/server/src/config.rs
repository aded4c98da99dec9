//! The enclave's configuration file.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use sekisho_policies::Demand;
use sekisho_runtime::{
    config::{self, ConfigError, Paths},
    telemetry::TelemetryConfig,
    tls::ServerTls,
};
use serde::Deserialize;

/// An enclave's configuration. Relative paths start at the file's folder.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnclaveConfig {
    /// The enclave's name: the URI SAN of its certificate and the audience of
    /// permits, for example `spiffe://consortium.example/enclaves/east`.
    pub(crate) id: String,
    /// Where snapshots are kept.
    pub(crate) store: PathBuf,
    /// The folder of release profiles, one TOML file each.
    pub(crate) profiles: PathBuf,
    /// The folder of the holder's own policy files, or the link `current` to one
    /// that was activated.
    pub(crate) policies: PathBuf,
    /// Signatures that they must have.
    #[serde(default)]
    pub(crate) policy_signatures: Option<Demand>,
    pub(crate) listen: Listen,
    pub(crate) gateway: Gateway,
    pub(crate) ledger: Ledger,
    #[serde(default)]
    pub(crate) workers: Workers,
    #[serde(default)]
    pub(crate) limits: Limits,
    #[serde(default)]
    pub(crate) telemetry: TelemetryConfig,
}

/// Where the enclave listens, and its side of mutual TLS.
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

/// The one gateway that is listened to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gateway {
    /// The URI SAN of its certificate.
    pub(crate) id: String,
    /// Its permit key: an Ed25519 public key of 32 bytes in base64 or hexadecimal.
    pub(crate) permit_key: PathBuf,
}

/// The ledger.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ledger {
    pub(crate) dir: PathBuf,
    /// The log's name in checkpoints, for example `sekisho/east`.
    pub(crate) origin: String,
    /// The folder of the ledger's keys; made with new keys on the first start.
    pub(crate) keys: PathBuf,
}

/// The processes that run visitors' SQL.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Workers {
    /// How many wait for a visit, ready.
    pub(crate) waiting: usize,
    /// Whether the enclave refuses to start where the kernel does not confine
    /// them by Landlock and seccomp.
    pub(crate) require_confinement: bool,
}

impl Default for Workers {
    fn default() -> Self {
        Self {
            waiting: 4,
            require_confinement: false,
        }
    }
}

/// What a visit may take.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Limits {
    /// The longest that a visit may run.
    visit_seconds: u64,
    /// Visits that run at once; further ones wait.
    pub(crate) concurrent_visits: usize,
    /// The longest that an operation may run.
    operation_seconds: u64,
    /// Operations that run at once, beside visits.
    pub(crate) concurrent_operations: usize,
    /// The longest message that is read.
    pub(crate) max_message_bytes: usize,
    /// How long calls may take to end at a shutdown.
    drain_seconds: u64,
    /// Genotypes that are kept in memory for the next count, in MiB.
    genotypes_in_memory_mib: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            visit_seconds: 120,
            concurrent_visits: 4,
            operation_seconds: 6 * 60 * 60,
            concurrent_operations: 2,
            max_message_bytes: 256 * 1024,
            drain_seconds: 20,
            genotypes_in_memory_mib: 256,
        }
    }
}

impl Limits {
    pub(crate) fn visit(&self) -> Duration {
        Duration::from_secs(self.visit_seconds)
    }

    pub(crate) fn operation(&self) -> Duration {
        Duration::from_secs(self.operation_seconds)
    }

    /// In bytes.
    pub(crate) fn genotypes_in_memory(&self) -> usize {
        self.genotypes_in_memory_mib.saturating_mul(1 << 20)
    }

    pub(crate) fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds)
    }
}

impl Ledger {
    /// Where the operator's commands reach the enclave while it serves.
    pub(crate) fn control(&self) -> PathBuf {
        self.dir.join("control")
    }
}

impl EnclaveConfig {
    /// Reads and checks a configuration, and makes its paths absolute.
    pub(crate) fn read(file: &Path) -> Result<Self, ConfigError> {
        let mut config: Self = config::load(file)?;
        let paths = Paths::beside(file);
        let relative = [
            &mut config.store,
            &mut config.profiles,
            &mut config.policies,
            &mut config.listen.certificate,
            &mut config.listen.key,
            &mut config.listen.client_ca,
            &mut config.gateway.permit_key,
            &mut config.ledger.dir,
            &mut config.ledger.keys,
        ];
        let serial = config.policy_signatures.as_mut();
        let serial = serial.map(|demand| &mut demand.serial);
        let relative = relative.into_iter().chain(serial);
        for path in relative.chain(&mut config.listen.client_crl) {
            *path = paths.resolve(&path);
        }
        let unusable = |key: &str, message: &str| Err(ConfigError::unusable(file, key, message));
        if !(1..=64).contains(&config.workers.waiting) {
            return unusable("workers.waiting", "write a number from 1 to 64");
        }
        let limits = &config.limits;
        for (key, at_once) in [
            ("limits.concurrent_visits", limits.concurrent_visits),
            ("limits.concurrent_operations", limits.concurrent_operations),
        ] {
            if !(1..=1024).contains(&at_once) {
                return unusable(key, "write a number from 1 to 1024");
            }
        }
        for (key, seconds) in [
            ("limits.visit_seconds", limits.visit_seconds),
            ("limits.operation_seconds", limits.operation_seconds),
        ] {
            if seconds == 0 {
                return unusable(key, "write a number of seconds, 1 or more");
            }
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_shipped_sample_is_read() {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/deploy/enclave.toml");
        let config = EnclaveConfig::read(&sample).unwrap();
        assert!(config.store.is_absolute());
        assert_eq!(config.workers.waiting, 4);
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("enclave.toml");
        std::fs::write(&file, "id = 'x'\ncolour = 'red'\n").unwrap();
        let error = EnclaveConfig::read(&file).unwrap_err().to_string();
        assert!(error.contains("colour"), "{error}");
    }
}
