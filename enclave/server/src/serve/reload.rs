//! The holder's policies and the certificates are loaded again on SIGHUP, policies also when the
//! link to them is turned; each all or not at all: what is rejected leaves what was in force.

use std::sync::Arc;

use anyhow::Context as _;
use sekisho_runtime::{link::Turning, telemetry, tls::Acceptor};
use tokio::signal::unix::{SignalKind, signal};

use crate::enclave::Enclave;

/// Waits for signals and links from now on.
pub(super) fn when_told(enclave: Arc<Enclave>, acceptor: Acceptor) -> anyhow::Result<()> {
    let mut hangups = signal(SignalKind::hangup()).context("cannot listen for signals")?;
    let mut turning = Turning::new(enclave.policies.folder(), "holder.toml");
    tokio::spawn(async move {
        loop {
            tokio::select! {
                hangup = hangups.recv() => {
                    if hangup.is_none() {
                        return;
                    }
                    certificates(&acceptor);
                }
                () = turning.turned() => {}
            }
            policies(&enclave).await;
        }
    });
    Ok(())
}

async fn policies(enclave: &Enclave) {
    let fits = |set: &_| enclave.profiles.check_holder(set);
    let reloaded = enclave.policies.reload(fits);
    telemetry::record_reload("policies", reloaded.is_ok());
    if let Err(error) = reloaded {
        tracing::error!("policies not reloaded, the last good set stays: {error:#}");
        return;
    }
    let digest = hex::encode(enclave.policies.current().digest());
    tracing::info!(%digest, "policies reloaded");
    // Each charge names the files that decided, so that it is noted is no condition.
    if enclave.note_holder_policy().await.is_err() {
        tracing::error!("the ledger was not told which policies are in force");
    }
}

fn certificates(acceptor: &Acceptor) {
    let reloaded = acceptor.reload();
    telemetry::record_reload("certificates", reloaded.is_ok());
    match reloaded {
        Ok(()) => tracing::info!("certificates reloaded"),
        Err(error) => {
            tracing::error!("certificates not reloaded, the last good ones stay: {error}");
        }
    }
}
