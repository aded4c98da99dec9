//! From a configuration to a server that drains when it is told to stop.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use anyhow::{Context as _, bail};
use sekisho_ledger::Ledger;
use sekisho_proto::{DESCRIPTOR_SET, enclave::v1::enclave_service_server::EnclaveServiceServer};
use sekisho_query::worker::Pool;
use sekisho_runtime::{
    clock::SystemClock,
    shutdown::Shutdown,
    telemetry,
    tls::{Limits, incoming, server_acceptor},
};
use sekisho_tables::Store;
use tokio::{net::TcpListener, sync::Semaphore};
use tonic::transport::Server;

use crate::{
    config::EnclaveConfig, enclave::Enclave, keys::LedgerKeys, permit::Verifier,
    profiles::Profiles, service::Service,
};

/// The arguments with which this program is a worker.
const WORKER: &[&str] = &["worker"];

/// A connection is closed after this, when its calls have ended: revocations
/// reach those who stay connected too.
const CONNECTION_AGE: Duration = Duration::from_secs(600);

/// Serves until a signal.
pub(crate) fn run(file: &Path) -> anyhow::Result<()> {
    let config = EnclaveConfig::read(file)?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the process cannot start its threads")?
        .block_on(serve(config))
}

async fn serve(config: EnclaveConfig) -> anyhow::Result<()> {
    let _telemetry = telemetry::init("sekisho-enclave", &config.telemetry)?;
    let acceptor = server_acceptor(&config.listen.tls())?;
    let enclave = Arc::new(open(&config)?);
    for dataset in enclave.store.datasets()? {
        let pinned = enclave.pin(&dataset);
        let pinned = pinned.with_context(|| format!("the dataset `{dataset}` cannot be served"))?;
        tracing::info!(dataset, snapshot = pinned.snapshot.id(), "serving");
    }
    let service = EnclaveServiceServer::new(Service(Arc::clone(&enclave)))
        .max_decoding_message_size(config.limits.max_message_bytes);
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter
        .set_serving::<EnclaveServiceServer<Service>>()
        .await;
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(DESCRIPTOR_SET)
        .with_service_name("sekisho.enclave.v1.EnclaveService")
        .build_v1()
        .context("the protos cannot be described")?;
    let listener = TcpListener::bind(config.listen.address)
        .await
        .with_context(|| format!("cannot listen at `{}`", config.listen.address))?;
    let address = listener.local_addr().context("no address to listen at")?;
    let shutdown = Shutdown::on_signals().context("cannot listen for signals")?;
    tracing::info!(%address, id = enclave.id, "listening");
    let connections = incoming(listener, acceptor, Limits::default());
    let server = Server::builder()
        .max_connection_age(CONNECTION_AGE)
        .add_service(service)
        .add_service(health)
        .add_service(reflection)
        .serve_with_incoming_shutdown(connections, shutdown.begun());
    match shutdown.drain(config.limits.drain(), server).await {
        Some(ended) => ended.context("the server failed")?,
        None => bail!("calls were cut off: they did not end within `limits.drain_seconds`"),
    }
    tracing::info!("stopped");
    Ok(())
}

fn open(config: &EnclaveConfig) -> anyhow::Result<Enclave> {
    let keys = LedgerKeys::open(&config.ledger.keys, &config.ledger.dir)?;
    let ledger = Ledger::open(sekisho_ledger::Config {
        dir: config.ledger.dir.clone(),
        origin: config.ledger.origin.clone(),
        signing_seed: keys.signing_seed,
        sealing_key: keys.sealing_key,
    })?;
    if let Some(torn) = ledger.recovered() {
        tracing::warn!(
            "a crash left {} unacknowledged bytes at the end of the ledger; they were removed",
            torn.bytes
        );
    }
    let program = std::env::current_exe().context("cannot find the worker's program")?;
    Ok(Enclave {
        id: config.id.clone(),
        gateway: config.gateway.id.clone(),
        verifier: Verifier::load(&config.gateway.permit_key, config.id.clone())?,
        store: Store::open(config.store.clone())?,
        profiles: Profiles::load(&config.profiles)?,
        ledger: Arc::new(ledger),
        noise_key: keys.noise_key,
        workers: Pool::start(&program, WORKER, config.workers.waiting)
            .context("cannot start a worker")?,
        running: Arc::new(Semaphore::new(config.limits.concurrent_visits)),
        checking: Semaphore::new(config.limits.concurrent_visits),
        visit_limit: config.limits.visit(),
        clock: Arc::new(SystemClock),
        pinned: Mutex::new(HashMap::new()),
        policy: Mutex::new(None),
    })
}
