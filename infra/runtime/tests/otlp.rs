//! Spans and metrics reach a collector, the last ones too, and nothing else does.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use opentelemetry_proto::tonic::collector::{
    metrics::v1::{
        ExportMetricsServiceRequest, ExportMetricsServiceResponse,
        metrics_service_server::{MetricsService, MetricsServiceServer},
    },
    trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
};
use sekisho_runtime::telemetry::{
    TelemetryConfig, TelemetryError, init, record_visit, server_span,
};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status, metadata::MetadataMap, transport::Server};

#[derive(Clone, Default)]
struct Collector(Arc<Mutex<String>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.0
            .lock()
            .unwrap()
            .push_str(&format!("{:?}", request.get_ref()));
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        self.0
            .lock()
            .unwrap()
            .push_str(&format!("{:?}", request.get_ref()));
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_is_sent_when_the_guard_is_dropped() {
    let collector = Collector::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = TelemetryConfig {
        otlp_endpoint: Some(format!("http://{}", listener.local_addr().unwrap())),
        log: None,
    };
    tokio::spawn(
        Server::builder()
            .add_service(TraceServiceServer::new(collector.clone()))
            .add_service(MetricsServiceServer::new(collector.clone()))
            .serve_with_incoming(TcpListenerStream::new(listener)),
    );
    let guard = init("sekisho-test", &config).unwrap();
    assert!(matches!(init("again", &config), Err(TelemetryError::Twice)));
    let span = server_span("sekisho.v1.VisitService", "Query", &MetadataMap::new());
    span.record("outcome", "ok");
    span.in_scope(|| {
        tracing::info!(target: "sekisho", sql = "canary", "canary");
        tracing::info_span!(target: "sekisho", "inner", value = "canary").in_scope(|| {});
        tracing::info_span!(target: "datafusion", "canary").in_scope(|| {});
    });
    drop(span);
    record_visit(
        "sekisho.v1.VisitService",
        "Query",
        "ok",
        Duration::from_millis(7),
    );
    drop(guard);
    let seen = collector.0.lock().unwrap().clone();
    for expected in [
        "sekisho-test",
        "name: \"Query\"",
        "name: \"inner\"",
        "sekisho.visits",
        "sekisho.visit.duration",
    ] {
        assert!(seen.contains(expected), "{expected} in {seen}");
    }
    assert!(!seen.contains("canary"), "{seen}");
}
