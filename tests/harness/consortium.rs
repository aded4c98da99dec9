//! A running consortium.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
    time::{Duration, Instant},
};

use sekisho::{Connection, Visit};
use sekisho_runtime::tls::{ClientTls, client_channel};
use tonic::transport::Channel;

use crate::{Audit, Builder, Dataset, Direct, Pki, Policies, Ran, Server, builder, programs};

/// How long the consortium may take to answer its first call.
const READY: Duration = Duration::from_secs(120);
/// How long a call may take, on a machine that does much else.
const CALL: Duration = Duration::from_secs(300);

/// One of the two enclaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// It holds `demo-cancer`.
    East,
    /// It holds `demo-control`.
    West,
}

pub(crate) const SITES: [Site; 2] = [Site::East, Site::West];

impl Site {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::East => "east",
            Self::West => "west",
        }
    }

    /// The URI of its certificate.
    pub fn id(self) -> String {
        format!("spiffe://consortium.example/enclaves/{}", self.name())
    }

    /// The holder of its data.
    pub fn holder(self) -> &'static str {
        match self {
            Self::East => "east-cancer-centre",
            Self::West => "west-biobank",
        }
    }

    /// The dataset that it holds.
    pub fn dataset(self) -> &'static str {
        match self {
            Self::East => "demo-cancer",
            Self::West => "demo-control",
        }
    }
}

/// A gateway and two enclaves that run. Dropping it ends them.
#[derive(Debug)]
pub struct Consortium {
    /// The gateway's process.
    pub gateway: Server,
    /// The enclave that holds `demo-cancer`.
    pub east: Server,
    /// The enclave that holds `demo-control`.
    pub west: Server,
    /// The authority.
    pub pki: Pki,
    pub(crate) folder: PathBuf,
}

impl Consortium {
    /// A consortium that has not started yet.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The one that all tests of a program visit which do not change it. Beside
    /// the shipped policies it has the projects P-0010, which may ask two
    /// questions, and P-0011, which may ask a hundred thousand.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Consortium> = OnceLock::new();
        SHARED.get_or_init(|| {
            Self::builder()
                .policies(|policies| {
                    policies
                        .add_project("P-0010", 2)
                        .add_project("P-0011", 100_000);
                })
                .start()
        })
    }

    /// Its folder: configurations, keys, ledgers.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Ingests another state of a dataset into the east's own store, while it
    /// serves.
    pub fn ingest(&self, dataset: &Dataset) {
        let east = self.folder.join("east");
        let data = east.join("next");
        builder::ingest(dataset, &data, &east.join("store"));
        std::fs::remove_dir_all(data).unwrap();
    }

    /// The gateway's address.
    pub fn address(&self) -> String {
        format!("localhost:{}", self.gateway.port())
    }

    /// What a person needs to visit on behalf of a project.
    pub fn connection(&self, person: &str, project: &str) -> Connection {
        Connection {
            address: self.address(),
            identity: self.pki.person(person),
            ca: self.pki.file("ca.pem"),
            project: project.to_owned(),
            timeout: CALL,
            ..Connection::default()
        }
    }

    /// A visit by a person on behalf of a project.
    ///
    /// # Panics
    ///
    /// If the gateway cannot be reached.
    pub async fn visit(&self, person: &str, project: &str) -> Visit {
        Visit::connect(self.connection(person, project))
            .await
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// A bare channel to the gateway with a person's certificate.
    pub fn channel(&self, person: &str) -> Channel {
        self.channel_to(self.gateway.port(), &self.pki.person(person), None)
    }

    /// A bare channel to a port of loopback with a certificate of one's choice.
    pub fn channel_to(&self, port: u16, certificate: &Path, key: Option<PathBuf>) -> Channel {
        client_channel(&ClientTls {
            endpoint: format!("https://localhost:{port}"),
            ca: self.pki.file("ca.pem"),
            certificate: certificate.to_owned(),
            key,
            server_name: None,
            server_uri: None,
            connect_timeout: Duration::from_secs(30),
        })
        .unwrap()
    }

    /// An enclave's process.
    pub fn enclave(&self, site: Site) -> &Server {
        match site {
            Site::East => &self.east,
            Site::West => &self.west,
        }
    }

    /// Calls an enclave as if one were its gateway.
    pub fn direct(&self, site: Site) -> Direct {
        let certificate = self.pki.file("gateway.pem");
        let key = self.pki.file("gateway.key");
        let channel = self.channel_to(self.enclave(site).port(), &certificate, Some(key));
        Direct::new(channel, site, &self.pki.file("permit.key"))
    }

    /// The files of the committee that the gateway reads.
    pub fn policies(&self) -> Policies {
        Policies::of(self.folder.join("policies"))
    }

    /// The holder's own files, which an enclave reads.
    pub fn holder(&self, site: Site) -> Policies {
        Policies::of(self.folder.join(site.name()).join("policies"))
    }

    /// Says something of consent at an enclave's dataset, as its operator.
    pub fn consent(&self, site: Site, words: &[&str]) -> Ran {
        let config = self.folder.join(site.name()).join("enclave.toml");
        let of = [
            "--dataset",
            site.dataset(),
            "--config",
            config.to_str().unwrap(),
        ];
        programs::run("sekisho-enclave", &[&["consent"], words, &of].concat())
    }

    /// The auditor's view of an enclave's ledger.
    pub fn audit(&self, site: Site) -> Audit {
        Audit::of(self.folder.join(site.name()).join("ledger"))
    }

    /// Runs the visitor's command line as a person on behalf of P-0001, with
    /// further environment variables.
    pub fn sekisho(&self, person: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
        let home = self.folder.join("home");
        programs::finish(
            programs::command("sekisho")
                .args(arguments)
                .env("HOME", home)
                .env("SEKISHO_ADDRESS", self.address())
                .env("SEKISHO_IDENTITY", self.pki.person(person))
                .env("SEKISHO_CA", self.pki.file("ca.pem"))
                .env("SEKISHO_PROJECT", "P-0001")
                .envs(environment.iter().copied()),
        )
    }

    /// Waits until gateway and enclaves have answered a call.
    ///
    /// # Panics
    ///
    /// If they do not.
    pub fn wait_until_ready(&self) {
        let connection = self.connection("aiko-tanaka", "P-0001");
        // Of its own: the caller may be inside a runtime already.
        let waiting = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(ready(connection))
        });
        waiting.join().unwrap();
    }
}

async fn ready(connection: Connection) {
    let end = Instant::now() + READY;
    let mut last = String::new();
    while Instant::now() < end {
        match answered(&connection).await {
            Ok(true) => return,
            Ok(false) => "an enclave is away".clone_into(&mut last),
            Err(error) => last = error.to_string(),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the consortium does not answer: {last}");
}

async fn answered(connection: &Connection) -> Result<bool, sekisho::Error> {
    let visit = Visit::connect(connection.clone()).await?;
    let datasets = visit.datasets().await?;
    Ok(datasets.len() == SITES.len() && datasets.iter().all(|dataset| dataset.available))
}
