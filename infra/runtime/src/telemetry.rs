//! What a process tells its operators: logs on standard error, and, where a
//! collector is configured, traces and metrics over OTLP.
//!
//! No query, literal, value, project or person may stand in any of them. Three
//! walls keep that: a hard cap on other crates' logs, which no `RUST_LOG`
//! opens; a list of the [`fields`] that are written, everything else being cut
//! off; and no events, only spans, in traces.

pub mod fields;
mod logs;
mod metrics;
mod traces;

pub use metrics::{record_refused_handshake, record_reload, record_visit};
pub use traces::{extract, inject, inject_from, server_span};

use std::{sync::mpsc, time::Duration};

use opentelemetry_otlp::ExporterBuildError;
use opentelemetry_sdk::{Resource, metrics::SdkMeterProvider, trace::SdkTracerProvider};
use serde::Deserialize;
use tracing_subscriber::layer::SubscriberExt as _;

/// How long the last spans and metrics may take to leave.
const FLUSH: Duration = Duration::from_secs(3);

/// The `[telemetry]` table of a configuration.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TelemetryConfig {
    /// An OTLP collector over gRPC, for example `http://127.0.0.1:4317`.
    /// Without it, `OTEL_EXPORTER_OTLP_ENDPOINT` is used; without both nothing
    /// is exported.
    #[serde(default)]
    pub otlp_endpoint: Option<String>,
    /// What is logged: a level for our own messages (`error`, `warn`, `info`,
    /// `debug`, `trace`) or directives as in `RUST_LOG`, which goes first.
    #[serde(default)]
    pub log: Option<String>,
}

/// Why telemetry could not start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The log directives cannot be read.
    #[error(
        "`{directives}` is not a log level or a list of `target=level`: write for example `info`"
    )]
    Directives {
        /// The directives as written.
        directives: String,
    },
    /// The collector's address cannot be used.
    #[error("cannot export to `{endpoint}`: {source}; write for example `http://127.0.0.1:4317`")]
    Endpoint {
        /// The address as written.
        endpoint: String,
        /// Why.
        source: ExporterBuildError,
    },
    /// Telemetry runs already in this process.
    #[error("telemetry has been started twice in one process")]
    Twice,
}

/// Keeps telemetry going. Dropping it sends what is left, for at most 3 s.
#[derive(Debug, Default)]
#[must_use = "telemetry ends when the guard is dropped"]
pub struct Guard {
    traces: Option<SdkTracerProvider>,
    metrics: Option<SdkMeterProvider>,
}

/// Starts logging and, if configured, exporting. Call it once, inside a tokio
/// runtime, before anything is logged.
///
/// # Errors
///
/// Fails on directives or an address that cannot be read, and when called
/// twice. A collector that does not answer is no error.
pub fn init(service: &'static str, config: &TelemetryConfig) -> Result<Guard, TelemetryError> {
    let endpoint = config
        .otlp_endpoint
        .clone()
        .or_else(|| std::env::var("OTEL_EXPORTER_OTLP_ENDPOINT").ok())
        .filter(|endpoint| !endpoint.is_empty());
    let log = logs::layer(config.log.as_deref())?;
    let mut guard = Guard::default();
    let spans = match &endpoint {
        None => None,
        Some(endpoint) => {
            let refused = |source| TelemetryError::Endpoint {
                endpoint: endpoint.clone(),
                source,
            };
            let resource = Resource::builder().with_service_name(service).build();
            let traces = traces::provider(endpoint, resource.clone()).map_err(refused)?;
            let metrics = metrics::provider(endpoint, resource).map_err(refused)?;
            let layer = traces::layer(&traces);
            guard.traces = Some(traces);
            guard.metrics = Some(metrics);
            Some(layer)
        }
    };
    // Not `try_init`: that would also collect the records of the `log` crate,
    // which the engines write and nobody has looked through.
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(spans).with(log))
        .map_err(|_| TelemetryError::Twice)?;
    if let Some(provider) = &guard.metrics {
        metrics::start(provider);
    }
    Ok(guard)
}

impl Drop for Guard {
    fn drop(&mut self) {
        let (traces, metrics) = (self.traces.take(), self.metrics.take());
        if traces.is_none() && metrics.is_none() {
            return;
        }
        let (done, flushed) = mpsc::channel();
        // In a thread of its own: a collector that hangs must not keep the
        // process from stopping.
        std::thread::spawn(move || {
            if let Some(traces) = traces {
                let _ = traces.shutdown_with_timeout(FLUSH);
            }
            if let Some(metrics) = metrics {
                let _ = metrics.shutdown_with_timeout(FLUSH);
            }
            let _ = done.send(());
        });
        let _ = flushed.recv_timeout(FLUSH);
    }
}

#[cfg(test)]
mod tests;
