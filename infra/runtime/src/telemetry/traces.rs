//! Spans, and the W3C trace context that joins them across processes.

use std::time::Duration;

use opentelemetry::{
    Context,
    propagation::{Extractor, Injector, TextMapPropagator as _},
    trace::{Status, TracerProvider as _},
};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    propagation::TraceContextPropagator,
    trace::{SdkTracerProvider, SpanData},
};
use tonic::metadata::{KeyRef, MetadataKey, MetadataMap};
use tracing::{Level, Span, Subscriber, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};

use super::{fields, logs::own};

/// How long one export may take.
const EXPORT: Duration = Duration::from_secs(3);

/// The span of one call, with the caller's span as its parent. `operation` is
/// the name of the gRPC method; both are constants. Its fields `outcome`,
/// `fingerprint` and `datasets` are there to be recorded.
#[must_use]
pub fn server_span(service: &'static str, operation: &'static str, metadata: &MetadataMap) -> Span {
    let span = tracing::info_span!(
        target: "sekisho",
        "call",
        otel.name = operation,
        otel.kind = "server",
        rpc.system = "grpc",
        rpc.service = service,
        rpc.method = operation,
        outcome = Empty,
        fingerprint = Empty,
        datasets = Empty,
    );
    // Fails where nothing is exported, and then nothing needs a parent.
    let _ = span.set_parent(extract(metadata));
    span
}

/// The trace context that a request carries.
#[must_use]
pub fn extract(metadata: &MetadataMap) -> Context {
    TraceContextPropagator::new().extract_with_context(&Context::new(), &Metadata(metadata))
}

/// Gives the current span's trace context to a request.
pub fn inject(metadata: &mut MetadataMap) {
    inject_from(&Span::current(), metadata);
}

/// Gives a span's trace context to a request.
pub fn inject_from(span: &Span, metadata: &mut MetadataMap) {
    TraceContextPropagator::new().inject_context(&span.context(), &mut MetadataMut(metadata));
}

pub(super) fn provider(
    endpoint: &str,
    resource: Resource,
) -> Result<SdkTracerProvider, ExporterBuildError> {
    let exporter = SpanExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint)
        .with_timeout(EXPORT)
        .build()?;
    Ok(SdkTracerProvider::builder()
        .with_resource(resource)
        .with_batch_exporter(AllowListed(exporter))
        .build())
}

pub(super) fn layer<S>(provider: &SdkTracerProvider) -> impl Layer<S> + Send + Sync + use<S>
where
    S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync + 'static,
{
    tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("sekisho"))
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false)
        .with_filter(filter_fn(|metadata| {
            metadata.is_span() && own(metadata) && *metadata.level() <= Level::INFO
        }))
}

/// Cuts off what is not on the list of fields, last thing before the network.
#[derive(Debug)]
pub(super) struct AllowListed<E>(pub(super) E);

impl<E: opentelemetry_sdk::trace::SpanExporter> opentelemetry_sdk::trace::SpanExporter
    for AllowListed<E>
{
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        for span in &mut batch {
            span.attributes
                .retain(|attribute| fields::allowed(attribute.key.as_str()));
            span.events.events.clear();
            if let Status::Error { description } = &mut span.status {
                *description = "".into();
            }
        }
        self.0.export(batch).await
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

struct Metadata<'a>(&'a MetadataMap);

impl Extractor for Metadata<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0
            .keys()
            .filter_map(|key| match key {
                KeyRef::Ascii(key) => Some(key.as_str()),
                KeyRef::Binary(_) => None,
            })
            .collect()
    }
}

struct MetadataMut<'a>(&'a mut MetadataMap);

impl Injector for MetadataMut<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(key), Ok(value)) = (MetadataKey::from_bytes(key.as_bytes()), value.parse()) {
            self.0.insert(key, value);
        }
    }
}
