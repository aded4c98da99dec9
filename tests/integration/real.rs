//! Published cohorts, whose numbers are known, held by real enclaves and visited
//! through a real gateway: 1000 Genomes in the east, liver cancers of TCGA in the
//! west. The files lie beside the checkout; where they do not, these tests say so
//! and pass.

mod frequencies;
mod germline;
mod liver;
mod memory;
mod panel;
mod python;
mod somatic;
mod source;
mod utility;

use std::{fs, path::Path, sync::OnceLock};

use sekisho::{Answer, Failure, Visit};
use sekisho_tables::{Snapshot, Store};
use sekisho_tests::{Consortium, Site, failure, only, run, shown, temporary};

use liver::Liver;
use panel::Panel;

const G1000: &str = "g1000";
const LIHC: &str = "lihc";

/// Both cohorts, ingested once for all tests, and those who hold them.
struct Held {
    consortium: Consortium,
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
        Self {
            consortium: Consortium::builder()
                .store(Site::East, G1000, &store_of(G1000))
                .store(Site::West, LIHC, &store_of(LIHC))
                .start(),
            panel,
            liver,
            g1000: snapshot(G1000),
            lihc: snapshot(LIHC),
        }
    }

    async fn visit(&self) -> Visit {
        self.consortium.visit("aiko-tanaka", "P-0001").await
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
