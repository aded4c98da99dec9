//! Counts and durations of visits.

use std::{sync::OnceLock, time::Duration};

use opentelemetry::{
    KeyValue,
    metrics::{Counter, Histogram, MeterProvider as _},
};
use opentelemetry_otlp::{ExporterBuildError, MetricExporter, WithExportConfig as _};
use opentelemetry_sdk::{
    Resource,
    metrics::{PeriodicReader, SdkMeterProvider},
};

/// Upper bounds of the duration's buckets, in milliseconds.
const BOUNDS_MS: [f64; 12] = [
    5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 15_000.0, 60_000.0,
];

static INSTRUMENTS: OnceLock<Instruments> = OnceLock::new();

struct Instruments {
    visits: Counter<u64>,
    duration: Histogram<u64>,
    handshakes_refused: Counter<u64>,
    reloads: Counter<u64>,
}

/// Counts one finished call and its duration. `outcome` is `ok` or the name of
/// a [`crate::status::Reason`]; all three labels are constants.
pub fn record_visit(
    service: &'static str,
    operation: &'static str,
    outcome: &'static str,
    took: Duration,
) {
    let Some(instruments) = INSTRUMENTS.get() else {
        return;
    };
    let labels = [
        KeyValue::new("service", service),
        KeyValue::new("operation", operation),
        KeyValue::new("outcome", outcome),
    ];
    instruments.visits.add(1, &labels);
    let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    instruments.duration.record(took, &labels);
}

/// Counts a TLS handshake that failed.
pub fn record_refused_handshake() {
    if let Some(instruments) = INSTRUMENTS.get() {
        instruments.handshakes_refused.add(1, &[]);
    }
}

/// Counts a reload of `what`; one that was rejected is an alarm, for the last good state stays.
pub fn record_reload(what: &'static str, accepted: bool) {
    if let Some(instruments) = INSTRUMENTS.get() {
        let outcome = if accepted { "ok" } else { "rejected" };
        let labels = [
            KeyValue::new("what", what),
            KeyValue::new("outcome", outcome),
        ];
        instruments.reloads.add(1, &labels);
    }
}

pub(super) fn provider(
    endpoint: &str,
    resource: Resource,
) -> Result<SdkMeterProvider, ExporterBuildError> {
    let exporter = MetricExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint)
        .with_timeout(Duration::from_secs(3))
        .build()?;
    let reader = PeriodicReader::builder(exporter)
        .with_interval(Duration::from_secs(15))
        .build();
    Ok(SdkMeterProvider::builder()
        .with_resource(resource)
        .with_reader(reader)
        .build())
}

pub(super) fn start(provider: &SdkMeterProvider) {
    let meter = provider.meter("sekisho");
    // A second start has been refused already.
    let _ = INSTRUMENTS.set(Instruments {
        visits: meter
            .u64_counter("sekisho.visits")
            .with_description("calls that have been answered")
            .build(),
        duration: meter
            .u64_histogram("sekisho.visit.duration")
            .with_description("from request to the last byte of the answer")
            .with_unit("ms")
            .with_boundaries(BOUNDS_MS.to_vec())
            .build(),
        handshakes_refused: meter
            .u64_counter("sekisho.handshakes.refused")
            .with_description("TLS handshakes that failed")
            .build(),
        reloads: meter
            .u64_counter("sekisho.reloads")
            .with_description("policies and certificates that were read again")
            .build(),
    });
}
