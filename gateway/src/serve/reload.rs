//! Policies and certificates are loaded again on SIGHUP, policies also when the link to them is
//! turned; each all or not at all: what is rejected leaves what was in force.

use std::sync::Arc;

use anyhow::Context as _;
use sekisho_runtime::{link::Turning, telemetry, tls::Acceptor};
use tokio::signal::unix::{SignalKind, signal};

use crate::{decision::Policies, gateway::Gateway};

/// What is loaded again, and who is told.
pub(super) struct Reloading {
    pub(super) policies: Arc<Policies>,
    pub(super) acceptor: Acceptor,
    pub(super) gateway: Arc<Gateway>,
}

/// Waits for signals and links from now on.
pub(super) fn when_told(reloading: Reloading) -> anyhow::Result<()> {
    let mut hangups = signal(SignalKind::hangup()).context("cannot listen for signals")?;
    let mut turning = Turning::new(reloading.policies.folder(), "consortium.toml");
    tokio::spawn(async move {
        reloading.note_policies();
        loop {
            tokio::select! {
                hangup = hangups.recv() => {
                    if hangup.is_none() {
                        return;
                    }
                    reloading.certificates();
                }
                () = turning.turned() => {}
            }
            reloading.policies();
        }
    });
    Ok(())
}

impl Reloading {
    fn policies(&self) {
        let reloaded = self.policies.reload();
        telemetry::record_reload("policies", reloaded.is_ok());
        match reloaded {
            Ok(()) => {
                let digest = hex::encode(self.policies.digest());
                tracing::info!(%digest, "policies reloaded");
                self.note_policies();
            }
            Err(rejected) => {
                tracing::error!("policies not reloaded, the last good set stays: {rejected}");
            }
        }
    }

    fn certificates(&self) {
        let reloaded = self.acceptor.reload();
        telemetry::record_reload("certificates", reloaded.is_ok());
        match reloaded {
            Ok(()) => tracing::info!("certificates reloaded"),
            Err(error) => {
                tracing::error!("certificates not reloaded, the last good ones stay: {error}");
            }
        }
    }

    /// Tells every enclave which files are in force. One that is away hears it with its next
    /// visit.
    fn note_policies(&self) {
        let (gateway, digest) = (Arc::clone(&self.gateway), self.policies.digest());
        tokio::spawn(async move { gateway.enclaves.note_policy(digest).await });
    }
}
