//! From a configuration to a server that drains when it is told to stop.

mod reload;

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Context as _, bail};
use sekisho_policies::DecisionLog;
use sekisho_proto::{
    DESCRIPTOR_SET,
    v1::{
        budget_service_server::BudgetServiceServer, catalog_service_server::CatalogServiceServer,
        operation_service_server::OperationServiceServer,
        receipt_service_server::ReceiptServiceServer, visit_service_server::VisitServiceServer,
    },
};
use sekisho_runtime::{
    clock::{SharedClock, SystemClock},
    shutdown::Shutdown,
    status::{Failure, Reason},
    telemetry,
    tls::{Acceptor, Limits, incoming, server_acceptor},
};
use tokio::net::TcpListener;
use tonic::{
    Code, Status,
    body::Body,
    transport::{Server, server::Router},
};
use tower::{
    layer::util::{Identity, Stack},
    util::MapResponseLayer,
};

use reload::Reloading;

use crate::{
    config::GatewayConfig,
    decision::Policies,
    gateway::Gateway,
    limits::OpenCalls,
    permit::PermitSigner,
    services::{Budgets, Catalog, Receipts, Running, Visits},
    upstream::Enclaves,
};

/// A connection is closed after this, when its calls have ended: revocations
/// reach those who stay connected too.
const CONNECTION_AGE: Duration = Duration::from_secs(600);
/// Requests carry few headers.
const HEADER_BYTES: u32 = 16 * 1024;
/// Calls on one connection at once.
const STREAMS: u32 = 64;

/// Serves until a signal.
pub(crate) fn run(file: &Path) -> anyhow::Result<()> {
    let config = GatewayConfig::read(file)?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the process cannot start its threads")?
        .block_on(serve(config))
}

type Named = fn(http::Response<Body>) -> http::Response<Body>;
/// The services, behind [`named_limit`].
type Services = Router<Stack<MapResponseLayer<Named>, Identity>>;

/// A gateway that is ready to be reached.
struct Ready {
    policies: Arc<Policies>,
    acceptor: Acceptor,
    gateway: Arc<Gateway>,
    running: Running,
    router: Services,
}

async fn serve(config: GatewayConfig) -> anyhow::Result<()> {
    let _telemetry = telemetry::init("sekisho-gateway", &config.telemetry)?;
    let Ready {
        policies,
        acceptor,
        gateway,
        running,
        router,
    } = prepare(&config, Arc::new(SystemClock)).await?;
    let listener = TcpListener::bind(config.listen.address)
        .await
        .with_context(|| format!("cannot listen at `{}`", config.listen.address))?;
    let address = listener.local_addr().context("no address to listen at")?;
    let shutdown = Shutdown::on_signals().context("cannot listen for signals")?;
    reload::when_told(Reloading {
        policies: Arc::clone(&policies),
        acceptor: acceptor.clone(),
        gateway,
    })?;
    tracing::info!(%address, digest = %hex::encode(policies.digest()), "listening");
    let stops = shutdown.clone();
    tokio::spawn(async move {
        stops.begun().await;
        // Whoever watches an operation would be waited for.
        running.close();
    });
    let connections = incoming(listener, acceptor, Limits::default());
    let server = router.serve_with_incoming_shutdown(connections, shutdown.begun());
    match shutdown.drain(config.limits.drain(), server).await {
        Some(ended) => ended.context("the server failed")?,
        None => bail!("calls were cut off: they did not end within `limits.drain_seconds`"),
    }
    tracing::info!("stopped");
    Ok(())
}

/// Loads everything that the configuration names; refuses what does not load.
async fn prepare(config: &GatewayConfig, clock: SharedClock) -> anyhow::Result<Ready> {
    let log = config.decisions.clone().map(|folder| {
        let named = format!("cannot record decisions in `{}`", folder.display());
        DecisionLog::open(folder).context(named)
    });
    let (folder, demand) = (config.policies.clone(), config.policy_signatures.clone());
    let policies = Arc::new(Policies::load(folder, demand, log.transpose()?)?);
    let acceptor = server_acceptor(&config.listen.tls())?;
    let gateway = Arc::new(Gateway {
        policies: Arc::clone(&policies),
        signer: PermitSigner::load(&config.permit.key, config.permit.lifetime())?,
        enclaves: Enclaves::new(&config.enclaves, &config.upstream)?,
        open_calls: OpenCalls::new(config.limits.concurrent_visits_per_person),
        clock: Arc::clone(&clock),
        request_timeout: config.limits.request_timeout(),
        max_result_bytes: config.limits.max_result_bytes,
    });
    let running = Running::new(Arc::clone(&gateway), config.limits.operations(), clock);
    Ok(Ready {
        policies,
        acceptor,
        gateway: Arc::clone(&gateway),
        running: running.clone(),
        router: router(gateway, running, config.limits.max_message_bytes).await?,
    })
}

async fn router(
    gateway: Arc<Gateway>,
    running: Running,
    message_bytes: usize,
) -> anyhow::Result<Services> {
    let visits = VisitServiceServer::new(Visits(Arc::clone(&gateway)))
        .max_decoding_message_size(message_bytes);
    let catalog = CatalogServiceServer::new(Catalog(Arc::clone(&gateway)))
        .max_decoding_message_size(message_bytes);
    let budgets = BudgetServiceServer::new(Budgets(Arc::clone(&gateway)))
        .max_decoding_message_size(message_bytes);
    let receipts =
        ReceiptServiceServer::new(Receipts(gateway)).max_decoding_message_size(message_bytes);
    let operations = OperationServiceServer::new(running).max_decoding_message_size(message_bytes);
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter.set_serving::<VisitServiceServer<Visits>>().await;
    reporter
        .set_serving::<CatalogServiceServer<Catalog>>()
        .await;
    reporter.set_serving::<BudgetServiceServer<Budgets>>().await;
    reporter
        .set_serving::<ReceiptServiceServer<Receipts>>()
        .await;
    reporter
        .set_serving::<OperationServiceServer<Running>>()
        .await;
    let mut reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET);
    for service in ["Visit", "Catalog", "Budget", "Receipt", "Operation"] {
        reflection = reflection.with_service_name(format!("sekisho.v1.{service}Service"));
    }
    let reflection = reflection
        .with_service_name("grpc.health.v1.Health")
        .with_service_name("grpc.reflection.v1.ServerReflection")
        .build_v1()
        .context("the protos cannot be described")?;
    Ok(Server::builder()
        .layer(MapResponseLayer::new(named_limit as Named))
        .max_concurrent_streams(STREAMS)
        .http2_max_header_list_size(HEADER_BYTES)
        .http2_max_pending_accept_reset_streams(Some(20))
        .http2_keepalive_interval(Some(Duration::from_secs(30)))
        .http2_keepalive_timeout(Some(Duration::from_secs(10)))
        .max_connection_age(CONNECTION_AGE)
        .add_service(visits)
        .add_service(catalog)
        .add_service(budgets)
        .add_service(receipts)
        .add_service(operations)
        .add_service(health)
        .add_service(reflection))
}

/// A message over the limit is refused by the transport, before any service;
/// here its error gets the name of the limit, as every error has a reason.
fn named_limit(response: http::Response<Body>) -> http::Response<Body> {
    let too_large = Status::from_header_map(response.headers()).is_some_and(|status| {
        status.code() == Code::OutOfRange && Failure::from_status(&status).is_none()
    });
    if !too_large {
        return response;
    }
    let failure = Failure::new(Reason::LimitExceeded, "the message is too large")
        .help("send a shorter query; 64 KiB is the most that is read")
        .with("limit", "max_message_bytes");
    Status::from(failure).into_http()
}

#[cfg(test)]
mod tests;
