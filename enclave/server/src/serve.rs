//! From a configuration to a server that drains when it is told to stop.

mod reload;

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use anyhow::{Context as _, bail};
use sekisho_proto::{DESCRIPTOR_SET, enclave::v1::enclave_service_server::EnclaveServiceServer};
use sekisho_query::worker::{Confinement, Pool};
use sekisho_runtime::{
    clock::SystemClock,
    shutdown::Shutdown,
    telemetry,
    tls::{Limits, incoming, server_acceptor},
};
use sekisho_tables::{Spans, Store};
use tokio::{net::TcpListener, sync::Semaphore};
use tonic::transport::Server;

use crate::{
    admission::HolderPolicies,
    config::EnclaveConfig,
    consent::{self, Cohorts, Consents},
    enclave::Enclave,
    keys::LedgerKeys,
    patience::Turns,
    permit::Verifier,
    profiles::Profiles,
    service::Service,
};

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
    enclave.note_holder_policy().await?;
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
    consent::listen(Arc::clone(&enclave), &config.ledger.control())?;
    reload::when_told(Arc::clone(&enclave), acceptor.clone())?;
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
    let noise_key = keys.noise_key.clone();
    let ledger = keys.ledger(&config.ledger)?;
    if let Some(torn) = ledger.recovered() {
        tracing::warn!(
            "a crash left {} unacknowledged bytes at the end of the ledger; they were removed",
            torn.bytes
        );
    }
    let store = Store::open(config.store.clone())?;
    let program = std::env::current_exe().context("cannot find the worker's program")?;
    let worker = worker(config)?;
    let confinement = confinement(&program, &worker, config)?.to_string();
    let (folder, demand) = (config.policies.clone(), config.policy_signatures.clone());
    let profiles = Profiles::load(&config.profiles)?;
    let policies = HolderPolicies::load(folder, demand, |set| profiles.check_holder(set))
        .with_context(|| format!("the holder's policies in `{}`", config.policies.display()))?;
    let ledger = Arc::new(ledger);
    Ok(Enclave {
        id: config.id.clone(),
        gateway: config.gateway.id.clone(),
        verifier: Verifier::load(&config.gateway.permit_key, config.id.clone())?,
        store,
        profiles,
        policies,
        consents: Arc::new(Consents::new(Arc::clone(&ledger))),
        cohorts: Cohorts::default(),
        ledger,
        noise_key,
        workers: Pool::start(&program, worker, config.workers.waiting)
            .context("cannot start a worker")?,
        confinement,
        visits: Turns::new(config.limits.concurrent_visits, config.limits.visit()),
        operations: Turns::new(
            config.limits.concurrent_operations,
            config.limits.operation(),
        ),
        checking: Semaphore::new(config.limits.concurrent_visits),
        clock: Arc::new(SystemClock),
        pinned: Mutex::new(HashMap::new()),
        spans: Arc::new(Spans::new(config.limits.genotypes_in_memory())),
        policy: Mutex::new(None),
    })
}

/// The arguments with which this program is a worker.
fn worker(config: &EnclaveConfig) -> anyhow::Result<Vec<String>> {
    let store = config.store.to_str();
    let store = store.context("the path of `store` is not UTF-8; move the store")?;
    let mut arguments = vec!["worker".to_owned(), "--store".to_owned(), store.to_owned()];
    if config.workers.require_confinement {
        arguments.push("--require-confinement".to_owned());
    }
    Ok(arguments)
}

/// How far the kernel confines workers, found by one that confines itself.
fn confinement(
    program: &Path,
    worker: &[String],
    config: &EnclaveConfig,
) -> anyhow::Result<Confinement> {
    let mut arguments = worker.to_vec();
    arguments.push("--report-confinement".to_owned());
    let reached = Confinement::of_workers(program, &arguments)
        .context("cannot find out how workers are confined")?;
    tracing::info!(
        landlock = reached.landlock,
        seccomp = reached.seccomp,
        "workers are confined by {reached}"
    );
    if config.workers.require_confinement && !reached.is_whole() {
        bail!(
            "workers are confined by {reached}, and `workers.require_confinement` asks for all: \
             run on Linux 5.13 or later with Landlock enabled, or set it to false"
        );
    }
    if !reached.is_whole() {
        tracing::warn!("the kernel does not confine workers wholly");
    }
    Ok(reached)
}
