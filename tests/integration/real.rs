//! Published cohorts, whose numbers are known, held by real enclaves and visited
//! through a real gateway: 1000 Genomes in the east, liver cancers of TCGA in the
//! west. The files lie beside the checkout; where they do not, these tests say so
//! and pass.

mod frequencies;
mod germline;
mod liver;
mod memory;
mod outcome;
mod panel;
mod published;
mod python;
mod sites;
mod somatic;
mod source;
mod utility;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use sekisho::{Answer, Failure, Visit};
use sekisho_tables::{Snapshot, Store};
use sekisho_tests::{Consortium, Policies, Site, failure, only, run, shown, temporary};

use liver::Liver;
use panel::Panel;

const G1000: &str = "g1000";
const LIHC: &str = "lihc";

/// A second project of the same people, for what one may not be told alone.
const SECOND: &str = "P-0012";

/// The profile of 1000 Genomes, whose genotypes are published: as `standard`, but
/// a variant may be told of for each individual, and to one project.
const REFERENCE: &str = "cap = 1.0\nproject_share = 1.0\n";

/// Both cohorts, ingested once for all tests.
struct Held {
    stores: [PathBuf; 2],
    panel: Panel,
    liver: Liver,
    /// What `sekisho-enclave ingest` made of them.
    g1000: Snapshot,
    lihc: Snapshot,
}

/// Nothing where the published files are not at hand.
fn held() -> Option<&'static Held> {
    static HELD: OnceLock<Option<Held>> = OnceLock::new();
    HELD.get_or_init(|| source::folder().map(Held::start))
        .as_ref()
}

impl Held {
    fn start(data: &Path) -> Self {
        let folder = temporary();
        let store_of = |dataset: &str| folder.join(dataset).join("store");
        let (panel, liver) = std::thread::scope(|threads| {
            let panel = threads.spawn(|| {
                let files = folder.join(G1000).join("data");
                fs::create_dir_all(&files).unwrap();
                let panel = Panel::write(data, &files);
                ingest(&files, &store_of(G1000));
                panel
            });
            let files = folder.join(LIHC).join("data");
            fs::create_dir_all(&files).unwrap();
            let liver = Liver::write(data, &files);
            ingest(&files, &store_of(LIHC));
            (panel.join().unwrap(), liver)
        });
        let snapshot = |dataset: &str| {
            let store = Store::open(store_of(dataset)).unwrap();
            store.current(dataset).unwrap()
        };
        let (g1000, lihc) = (snapshot(G1000), snapshot(LIHC));
        Self {
            stores: [G1000, LIHC].map(store_of),
            panel,
            liver,
            g1000,
            lihc,
        }
    }

    /// Enclaves that hold both and released nothing yet: whatever is asked first
    /// is answered as it is. What is asked later may get an earlier figure.
    fn opened(&self) -> Opened {
        self.opened_under(REFERENCE)
    }

    /// The like, where so much may be told of genomes.
    fn opened_under(&self, exposure: &'static str) -> Opened {
        let [g1000, lihc] = &self.stores;
        Opened(
            Consortium::builder()
                .store(Site::East, G1000, g1000)
                .store(Site::West, LIHC, lihc)
                .policies(move |files| policies(files, exposure))
                .start(),
        )
    }
}

fn policies(policies: &Policies, exposure: &str) {
    let standard = policies.read("profiles/standard.toml");
    let reference = standard.replace("name = \"standard\"", "name = \"reference\"");
    let reference = format!(
        "{reference}\n[exposure]\n{exposure}approved_by = \"the committee of the tests\"\n"
    );
    let of_panel = |profile: &str| format!("demo-cancer,east-cancer-centre,{profile}");
    policies
        .write("profiles/reference.toml", &reference)
        .replace(
            "datasets.csv",
            &of_panel("standard"),
            &of_panel("reference"),
        )
        // These names become those of the two cohorts.
        .add_account(
            "aiko-tanaka",
            SECOND,
            10_000,
            &["demo-cancer", "demo-control"],
        );
}

/// A consortium with both cohorts.
struct Opened(Consortium);

impl Opened {
    async fn visit(&self) -> Visit {
        self.0.visit("aiko-tanaka", "P-0001").await
    }

    async fn answer(&self, dataset: &str, sql: &str) -> Answer {
        only(self.visit().await.sql(sql, &[dataset]).await)
    }

    async fn rows(&self, dataset: &str, sql: &str) -> Vec<String> {
        shown(&self.answer(dataset, sql).await)
    }

    async fn refusal(&self, dataset: &str, sql: &str) -> Failure {
        failure(self.visit().await.sql(sql, &[dataset]).await)
    }
}

fn ingest(files: &Path, store: &Path) {
    let words = [Path::new("ingest"), files, Path::new("--store"), store];
    run("sekisho-enclave", &words).succeeded();
}

/// A count, or a sum of integers, as it is released: to base 5.
fn rounded(n: usize) -> usize {
    (n + 2) / 5 * 5
}

/// A mean of integers as it is released: of its rounded parts.
fn mean_of_integers(values: &[usize]) -> f64 {
    rounded(values.iter().sum()) as f64 / rounded(values.len()) as f64
}

/// A mean as it is released: the sum has three significant digits.
fn mean(values: &[f64]) -> f64 {
    let sum: f64 = values.iter().sum();
    let sum: f64 = format!("{sum:.2e}").parse().unwrap();
    sum / rounded(values.len()) as f64
}

/// The cells of a row.
fn cells(row: &str) -> Vec<&str> {
    row.split(' ').collect()
}

fn near(released: &str, expected: f64) -> bool {
    let released: f64 = released.parse().unwrap();
    (released - expected).abs() <= 1e-9 * expected.abs()
}
