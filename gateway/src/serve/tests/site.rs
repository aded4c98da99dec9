//! A gateway on a socket, its certificates, and those who visit it.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::VerifyingKey;
use sekisho_proto::{
    enclave::v1::enclave_service_server::EnclaveServiceServer,
    v1::{
        QueryRequest, QueryResponse, Question, query_response::Part,
        visit_service_client::VisitServiceClient,
    },
};
use sekisho_runtime::{
    clock::TestClock,
    status::Failure,
    tls::{ClientTls, Limits, ServerTls, client_channel, incoming, server_acceptor},
};
use tokio::net::TcpListener;
use tonic::{
    Status,
    transport::{Channel, Server},
};

use super::{
    super::prepare,
    enclave::{East, Permits},
};
use crate::{config::GatewayConfig, pki};

/// 2026-11-01, when the shipped consortium's projects are in force.
pub(super) const NOW_MS: i64 = 1_793_491_200_000;

pub(super) struct Site {
    dir: tempfile::TempDir,
    pub(super) address: SocketAddr,
    east: East,
}

impl Site {
    /// A gateway with the enclave `east`, which holds `demo-cancer`, and `west`,
    /// which holds `demo-control` and is away.
    pub(super) async fn open(change: impl FnOnce(String) -> String) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let pki = |arguments: &[&str]| {
            let at = dir.path().to_str().unwrap();
            let command = [&["pki", arguments[0], at], &arguments[1..]].concat();
            pki::run(&parsed(&command)).unwrap();
        };
        pki(&["init", "--days", "3650"]);
        pki(&["issue", "enclave", "east", "--days", "3650"]);
        for person in ["aiko-tanaka", "dana-reed", "emma-clarke", "nobody"] {
            pki(&["issue", "person", person, "--days", "3650"]);
        }
        let public = std::fs::read_to_string(dir.path().join("permit.pub")).unwrap();
        let public: [u8; 32] = STANDARD.decode(public.trim()).unwrap().try_into().unwrap();
        let east = East {
            permit_key: VerifyingKey::from_bytes(&public).unwrap(),
            permits: Arc::default(),
            noted: Arc::default(),
        };
        let (listener, upstream) = listening().await;
        let files = ServerTls {
            certificate: dir.path().join("enclaves/east.pem"),
            key: dir.path().join("enclaves/east.key"),
            client_ca: dir.path().join("ca.pem"),
            client_crl: None,
        };
        let connections = incoming(
            listener,
            server_acceptor(&files).unwrap(),
            Limits::default(),
        );
        tokio::spawn(
            Server::builder()
                .add_service(EnclaveServiceServer::new(east.clone()))
                .serve_with_incoming(connections),
        );
        let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies/consortium");
        let config = dir.path().join("gateway.toml");
        let text = format!(
            r#"
            policies = "{}"
            [listen]
            address = "127.0.0.1:0"
            certificate = "gateway.pem"
            key = "gateway.key"
            client_ca = "ca.pem"
            client_crl = "crl.pem"
            [permit]
            key = "permit.key"
            [upstream]
            ca = "ca.pem"
            certificate = "gateway.pem"
            key = "gateway.key"
            [[enclave]]
            id = "spiffe://consortium.example/enclaves/east"
            address = "https://localhost:{}"
            datasets = ["demo-cancer"]
            [[enclave]]
            id = "spiffe://consortium.example/enclaves/west"
            address = "https://localhost:1"
            datasets = ["demo-control"]
            [limits]
            concurrent_visits_per_person = 2
            "#,
            policies.display(),
            upstream.port(),
        );
        std::fs::write(&config, change(text)).unwrap();
        let config = GatewayConfig::read(&config).unwrap();
        let clock = Arc::new(TestClock::at(NOW_MS));
        let ready = prepare(&config, clock).await.unwrap();
        let (listener, address) = listening().await;
        let connections = incoming(listener, ready.acceptor, Limits::default());
        tokio::spawn(ready.router.serve_with_incoming(connections));
        Self { dir, address, east }
    }

    pub(super) fn channel(&self, person: &str) -> Channel {
        client_channel(&ClientTls {
            endpoint: format!("https://localhost:{}", self.address.port()),
            ca: self.dir.path().join("ca.pem"),
            certificate: self.person(person),
            key: None,
            server_name: None,
            server_uri: Some("spiffe://consortium.example/gateway".to_owned()),
            connect_timeout: Duration::from_secs(5),
        })
        .unwrap()
    }

    fn person(&self, name: &str) -> PathBuf {
        self.dir.path().join(format!("people/{name}.pem"))
    }

    pub(super) async fn query(
        &self,
        person: &str,
        request: impl tonic::IntoRequest<QueryRequest>,
    ) -> Result<Vec<Part>, Status> {
        let mut client = VisitServiceClient::new(self.channel(person));
        let mut stream = client.query(request).await?.into_inner();
        let mut parts = Vec::new();
        while let Some(QueryResponse { part }) = stream.message().await? {
            parts.push(part.unwrap());
        }
        Ok(parts)
    }

    pub(super) async fn refused(&self, person: &str, request: QueryRequest) -> Failure {
        let status = self.query(person, request).await.unwrap_err();
        Failure::from_status(&status).unwrap()
    }

    pub(super) fn permits(&self) -> Permits {
        let permits = &self.east.permits;
        permits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

fn parsed(arguments: &[&str]) -> pki::Command {
    use clap::Parser as _;
    #[derive(clap::Parser)]
    struct Pki {
        #[command(subcommand)]
        command: pki::Command,
    }
    Pki::parse_from(arguments).command
}

async fn listening() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

pub(super) fn asking(project: &str, datasets: &[&str], sql: &str) -> QueryRequest {
    QueryRequest {
        question: Some(Question {
            project: project.to_owned(),
            datasets: datasets.iter().map(|&dataset| dataset.to_owned()).collect(),
            sql: sql.to_owned(),
        }),
        idempotency_key: "visit-1".to_owned(),
    }
}

pub(super) fn kinds(parts: &[Part]) -> Vec<String> {
    parts
        .iter()
        .map(|part| match part {
            Part::Start(start) => format!("start {}", start.dataset),
            Part::ArrowIpc(_) => "chunk".to_owned(),
            Part::Release(release) => format!("release {}", release.dataset),
            Part::Failure(failure) => format!("{} {}", failure.reason, failure.dataset),
        })
        .collect()
}
