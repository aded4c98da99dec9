//! What a consortium is made of before it starts.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use crate::{
    Consortium, Dataset, Pki, Policies, Server, Site, consortium::SITES, reaper, run,
    server::free_port,
};

/// A consortium that has not started yet.
#[must_use = "nothing runs before `start`"]
#[derive(Default)]
pub struct Builder {
    datasets: [Option<Dataset>; 2],
    policies: Vec<Box<dyn FnOnce(&Policies)>>,
    otlp_endpoint: Option<String>,
    visit_seconds: Option<u64>,
}

impl Builder {
    /// Holds another dataset in the east or in the west.
    pub fn dataset(mut self, site: Site, dataset: Dataset) -> Self {
        match site {
            Site::East => self.datasets[0] = Some(dataset),
            Site::West => self.datasets[1] = Some(dataset),
        }
        self
    }

    /// Alters the policies.
    pub fn policies(mut self, alter: impl FnOnce(&Policies) + 'static) -> Self {
        self.policies.push(Box::new(alter));
        self
    }

    /// Exports traces and metrics of gateway and enclaves.
    pub fn otlp(mut self, endpoint: &str) -> Self {
        self.otlp_endpoint = Some(endpoint.to_owned());
        self
    }

    /// Limits how long a visit may run in the enclaves.
    pub fn visit_seconds(mut self, seconds: u64) -> Self {
        self.visit_seconds = Some(seconds);
        self
    }

    /// Makes keys, ingests what is not ingested yet, starts two enclaves and a
    /// gateway, and waits until the gateway and both enclaves have answered.
    ///
    /// # Panics
    ///
    /// If that does not come about.
    pub fn start(self) -> Consortium {
        let folder = temporary();
        let at = folder.as_path();
        let pki = Pki::init(at);
        for site in SITES {
            pki.enclave(site.name());
        }
        let policies = Policies::copy(&at.join("policies"));
        for alter in self.policies {
            alter(&policies);
        }
        let telemetry = self.otlp_endpoint.map_or_else(String::new, |endpoint| {
            format!("\n[telemetry]\notlp_endpoint = \"{endpoint}\"\n")
        });
        let [east, west] = self.datasets;
        let enclaves = [(Site::East, east), (Site::West, west)].map(|(site, dataset)| {
            let store = match dataset {
                None => shared_store(site).to_owned(),
                Some(dataset) => {
                    let store = at.join(site.name()).join("store");
                    ingest(&dataset, &at.join(site.name()).join("data"), &store);
                    store
                }
            };
            let seconds = self.visit_seconds.unwrap_or(60);
            let port = free_port();
            let config = at.join(site.name()).join("enclave.toml");
            fs::create_dir_all(at.join(site.name())).unwrap();
            fs::write(&config, enclave(site, &store, port, seconds) + &telemetry).unwrap();
            let log = at.join(site.name()).join("enclave.log");
            Server::start("sekisho-enclave", config, log, port)
        });
        let port = free_port();
        let config = at.join("gateway.toml");
        let ports = [&enclaves[0], &enclaves[1]].map(Server::port);
        fs::write(&config, gateway(port, ports) + &telemetry).unwrap();
        let gateway = Server::start("sekisho-gateway", config, at.join("gateway.log"), port);
        let [east, west] = enclaves;
        let consortium = Consortium {
            gateway,
            east,
            west,
            pki,
            folder,
        };
        consortium.wait_until_ready();
        consortium
    }
}

/// Ingests a dataset with the enclave's own command.
pub(crate) fn ingest(dataset: &Dataset, folder: &Path, store: &Path) {
    dataset.write(folder);
    let words = [
        "ingest",
        folder.to_str().unwrap(),
        "--store",
        store.to_str().unwrap(),
    ];
    run("sekisho-enclave", &words).succeeded();
}

/// The store of a site whose dataset nobody changes, made once for all.
fn shared_store(site: Site) -> &'static Path {
    static STORES: [OnceLock<PathBuf>; 2] = [OnceLock::new(), OnceLock::new()];
    let (store, dataset) = match site {
        Site::East => (&STORES[0], Dataset::cancer()),
        Site::West => (&STORES[1], Dataset::control()),
    };
    store.get_or_init(|| {
        let folder = temporary();
        let store = folder.join("store");
        ingest(&dataset, &folder.join("data"), &store);
        store
    })
}

fn temporary() -> PathBuf {
    let folder = tempfile::Builder::new()
        .prefix("sekisho-test-")
        .tempdir()
        .unwrap()
        .keep();
    reaper::folder(&folder);
    folder
}

fn enclave(site: Site, store: &Path, port: u16, visit_seconds: u64) -> String {
    let name = site.name();
    format!(
        r#"id = "{id}"
store = "{store}"
profiles = "../policies/profiles"

[listen]
address = "127.0.0.1:{port}"
certificate = "../enclaves/{name}.pem"
key = "../enclaves/{name}.key"
client_ca = "../ca.pem"

[gateway]
id = "spiffe://consortium.example/gateway"
permit_key = "../permit.pub"

[ledger]
dir = "ledger"
origin = "sekisho/{name}"
keys = "keys"

[workers]
waiting = 2

[limits]
visit_seconds = {visit_seconds}
"#,
        id = site.id(),
        store = store.display(),
    )
}

fn gateway(port: u16, enclaves: [u16; 2]) -> String {
    let mut text = format!(
        r#"policies = "policies"

[listen]
address = "127.0.0.1:{port}"
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
"#
    );
    for (site, port) in SITES.into_iter().zip(enclaves) {
        text += &format!(
            r#"
[[enclave]]
id = "{}"
address = "https://localhost:{port}"
datasets = ["{}"]
"#,
            site.id(),
            site.dataset(),
        );
    }
    text
}
