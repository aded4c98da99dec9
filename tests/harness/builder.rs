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

type Alteration = Box<dyn FnOnce(&Policies)>;

/// A consortium that has not started yet.
#[must_use = "nothing runs before `start`"]
#[derive(Default)]
pub struct Builder {
    datasets: [Option<Dataset>; 2],
    further: Vec<Dataset>,
    keys: Option<PathBuf>,
    stores: [Option<(&'static str, PathBuf)>; 2],
    policies: Vec<Alteration>,
    holders: Vec<(Site, Alteration)>,
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

    /// Holds one more dataset in the east. Who may visit it, policies say:
    /// [`Policies::add_account`].
    pub fn also(mut self, dataset: Dataset) -> Self {
        self.further.push(dataset);
        self
    }

    /// Gives the east the keys of another consortium's east, so that what is
    /// drawn there is drawn alike here.
    pub fn keys_of(mut self, other: &Consortium) -> Self {
        self.keys = Some(other.folder().join("east/keys"));
        self
    }

    /// Holds a store that was made before, with one dataset of this name, in place
    /// of the east's or the west's: the policies are the same for it.
    pub fn store(mut self, site: Site, dataset: &'static str, store: &Path) -> Self {
        let held = Some((dataset, store.to_owned()));
        match site {
            Site::East => self.stores[0] = held,
            Site::West => self.stores[1] = held,
        }
        self
    }

    /// Alters a holder's own policies.
    pub fn holder(mut self, site: Site, alter: impl FnOnce(&Policies) + 'static) -> Self {
        self.holders.push((site, Box::new(alter)));
        self
    }

    /// Alters the consortium's policies.
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
        for Dataset {
            id,
            holder,
            profile,
            ..
        } in &self.further
        {
            policies.add_dataset(id, holder, profile);
        }
        let [of_east, of_west] = self.stores;
        let datasets = [(Site::East, &of_east), (Site::West, &of_west)].map(|(site, store)| {
            let Some((dataset, _)) = store else {
                return site.dataset();
            };
            for file in ["datasets.csv", "grants.csv"] {
                policies.replace(file, site.dataset(), dataset);
            }
            if site == Site::East {
                policies.lift_embargo();
            }
            dataset
        });
        let further = self.further.iter().map(|dataset| dataset.id);
        let [of_the_east, of_the_west] = datasets;
        let holdings = [
            std::iter::once(of_the_east).chain(further).collect(),
            vec![of_the_west],
        ];
        for (site, held) in SITES.into_iter().zip(&holdings) {
            holder(at, site, &policies, held);
        }
        for (site, alter) in self.holders {
            alter(&Policies::of(at.join(site.name()).join("policies")));
        }
        let telemetry = self.otlp_endpoint.map_or_else(String::new, |endpoint| {
            format!("\n[telemetry]\notlp_endpoint = \"{endpoint}\"\n")
        });
        let [east, west] = self.datasets;
        let held = [(Site::East, east, of_east), (Site::West, west, of_west)];
        let enclaves = held.map(|(site, dataset, store)| {
            let store = match (dataset, store) {
                (_, Some((_, store))) => store,
                (None, None) if site == Site::West || self.further.is_empty() => {
                    shared_store(site).to_owned()
                }
                (dataset, None) => {
                    let dataset = dataset.unwrap_or_else(Dataset::cancer);
                    let store = at.join(site.name()).join("store");
                    ingest(&dataset, &at.join(site.name()).join("data"), &store);
                    if site == Site::East {
                        for further in &self.further {
                            ingest(further, &at.join("east").join(further.id), &store);
                        }
                    }
                    store
                }
            };
            if let (Site::East, Some(keys)) = (site, &self.keys) {
                same_keys(keys, &at.join("east/keys"));
            }
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
        fs::write(&config, gateway(port, ports, &holdings) + &telemetry).unwrap();
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

fn holder(at: &Path, site: Site, policies: &Policies, datasets: &[&str]) {
    let with_profile = |dataset: &&str| ((*dataset).to_owned(), policies.profile_of(dataset));
    let datasets: Vec<_> = datasets.iter().map(with_profile).collect();
    Policies::of_holder(&at.join(site.name()).join("policies"), site, &datasets);
}

/// Ingests a dataset with the enclave's own command.
pub(crate) fn ingest(dataset: &Dataset, folder: &Path, store: &Path) {
    dataset.write(folder);
    ingest_folder(folder, store);
}

/// Ingests a holder's directory into a store.
///
/// # Panics
///
/// If that does not come about.
pub fn ingest_folder(folder: &Path, store: &Path) {
    let words = [
        "ingest",
        folder.to_str().unwrap(),
        "--store",
        store.to_str().unwrap(),
    ];
    run("sekisho-enclave", &words).succeeded();
}

fn same_keys(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let file = entry.unwrap().path();
        // The permission bits are copied too: the enclave looks at them.
        fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
    }
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

/// A folder that is removed when the test program has ended.
///
/// # Panics
///
/// If it cannot be made.
pub fn temporary() -> PathBuf {
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
policies = "policies"

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

fn gateway(port: u16, enclaves: [u16; 2], datasets: &[Vec<&str>; 2]) -> String {
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
    for ((site, port), dataset) in SITES.into_iter().zip(enclaves).zip(datasets) {
        text += &format!(
            r#"
[[enclave]]
id = "{}"
address = "https://localhost:{port}"
datasets = {dataset:?}
"#,
            site.id(),
        );
    }
    text
}
