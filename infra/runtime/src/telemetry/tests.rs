//! What is written, and what never is.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use opentelemetry::trace::TraceContextExt as _;
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{SpanData, SpanExporter},
};
use tonic::metadata::MetadataMap;
use tracing::subscriber::with_default;
use tracing_subscriber::fmt::MakeWriter;

use super::*;

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Captured {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[derive(Clone, Debug, Default)]
struct Exported(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Exported {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap().extend(batch);
        Ok(())
    }
}

fn logged(directives: &str, write: impl FnOnce()) -> String {
    let captured = Captured::default();
    let layer = logs::layer_to(captured.clone(), directives).unwrap();
    with_default(tracing_subscriber::registry().with(layer), write);
    captured.text()
}

#[test]
fn no_directive_opens_other_crates_or_the_engines() {
    let text = logged("trace", || {
        tracing::info!(target: "h2::codec", "frame with a query");
        tracing::debug!(target: "tonic", "body");
        tracing::error!(target: "datafusion::physical_plan", "cannot cast 'x' to INT");
        tracing::warn!(target: "sled::pagecache", "page");
        tracing::warn!(target: "hyper", "the connection was lost");
        tracing::trace!(target: "sekisho_gateway", "ours");
    });
    for hidden in ["frame", "body", "cast", "page "] {
        assert!(!text.contains(hidden), "{text}");
    }
    assert!(text.contains("the connection was lost"), "{text}");
    assert!(text.contains("ours"), "{text}");
}

#[test]
fn by_default_our_own_messages_are_written_from_info() {
    let text = logged("info", || {
        tracing::info!(target: "sekisho_gateway", "listening");
        tracing::debug!(target: "sekisho_gateway", "detail");
        tracing::info!(target: "hyper", "chatter");
    });
    assert!(text.contains("listening"), "{text}");
    assert!(
        !text.contains("detail") && !text.contains("chatter"),
        "{text}"
    );
}

#[test]
fn fields_that_are_not_on_the_list_are_not_written() {
    let text = logged("info", || {
        let span = tracing::info_span!(target: "sekisho", "call", sql = "SELECT 1", rule = "rows");
        span.in_scope(|| {
            tracing::info!(target: "sekisho", value = "canary", count = 3, "done");
        });
    });
    assert!(
        text.contains("rule=\"rows\"") && text.contains("count=3"),
        "{text}"
    );
    assert!(text.contains("done"), "{text}");
    assert!(
        !text.contains("SELECT") && !text.contains("canary"),
        "{text}"
    );
}

#[test]
fn directives_that_cannot_be_read_are_refused() {
    assert!(matches!(
        logs::layer_to::<tracing_subscriber::Registry, _>(Captured::default(), "sekisho=loud"),
        Err(TelemetryError::Directives { .. })
    ));
}

#[test]
fn exported_spans_carry_listed_fields_and_no_events() {
    let exported = Exported::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(traces::AllowListed(exported.clone()))
        .build();
    let subscriber = tracing_subscriber::registry().with(traces::layer(&provider));
    with_default(subscriber, || {
        let span = server_span("sekisho.v1.VisitService", "Query", &MetadataMap::new());
        span.record("outcome", "QUERY_REFUSED");
        let _entered = span.enter();
        let inner =
            tracing::info_span!(target: "sekisho_query", "plan", sql = "SELECT 1", rule = "a");
        inner.in_scope(|| tracing::error!(target: "sekisho_query", error = "canary", "canary"));
        drop(tracing::info_span!(target: "h2", "frame"));
    });
    let spans = exported.0.lock().unwrap().clone();
    let names: Vec<_> = spans.iter().map(|span| span.name.as_ref()).collect();
    assert_eq!(names, ["plan", "Query"]);
    assert_eq!(spans[0].parent_span_id, spans[1].span_context.span_id());
    assert!(spans.iter().all(|span| span.events.events.is_empty()));
    let keys: Vec<_> = spans[0]
        .attributes
        .iter()
        .map(|kv| kv.key.as_str())
        .collect();
    assert_eq!(keys, ["rule"]);
    let all = format!("{spans:?}");
    assert!(!all.contains("SELECT") && !all.contains("canary"), "{all}");
    assert!(all.contains("QUERY_REFUSED"), "{all}");
}

#[test]
fn the_trace_goes_on_in_the_next_process() {
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(Exported::default())
        .build();
    let subscriber = tracing_subscriber::registry().with(traces::layer(&provider));
    with_default(subscriber, || {
        let mut sent = MetadataMap::new();
        sent.insert(
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
                .parse()
                .unwrap(),
        );
        let span = server_span("sekisho.v1.VisitService", "Query", &sent);
        let mut passed_on = MetadataMap::new();
        span.in_scope(|| inject(&mut passed_on));
        let next = extract(&passed_on);
        let next = next.span().span_context().clone();
        assert_eq!(
            next.trace_id().to_string(),
            "0af7651916cd43dd8448eb211c80319c"
        );
        assert_ne!(next.span_id().to_string(), "b7ad6b7169203331");
    });
}

#[test]
fn without_telemetry_nothing_is_injected_and_nothing_counts() {
    let mut metadata = MetadataMap::new();
    inject(&mut metadata);
    assert!(metadata.is_empty());
    record_visit("s", "o", "ok", Duration::from_millis(1));
}
