//! How many tumours are not their normal's, as a programme published: 69 of 8 975. That these
//! are found in genotypes is tested where they are read, in `sekisho-tables`.

use std::{fmt::Write as _, fs, path::Path};

use sekisho::{Kind, QcReport};
use sekisho_tests::{Consortium, Site, only, run, tables, temporary};

const CASES: usize = 8_975;
const MISMATCHES: usize = 69;

const MANIFEST: &str = r#"
id = "demo-cancer"
title = "tumours and normals"
holder = "east-cancer-centre"
assembly = "GRCh38"
profile = "standard"

[tables.individuals]
files = ["individuals.csv"]
rows = "one per individual"

[tables.individuals.columns]
individual_id = { from = "id", role = "unit" }

[tables.qc_metrics]
files = ["qc.csv"]

[tables.qc_metrics.columns]
sample_id = { from = "sample", role = "identifier" }
individual_id = { from = "id", role = "unit" }
tissue = { role = "attribute", domain = ["normal", "tumor"] }
mismatch = { type = "float", role = "technical", bounds = [0, 1], bin = 1, limits = [{ at_least = 1 }] }
"#;

#[tokio::test]
async fn the_published_share_of_mismatches_is_told() {
    let folder = temporary();
    let (files, store) = (folder.join("data"), folder.join("store"));
    fs::create_dir(&files).unwrap();
    let (mut individuals, mut quality) =
        ("id\n".to_owned(), "sample,id,tissue,mismatch\n".to_owned());
    for case in 0..CASES {
        let mismatch = u8::from(case * MISMATCHES % CASES < MISMATCHES);
        writeln!(individuals, "P{case:05}").unwrap();
        for tissue in ["normal", "tumor"] {
            writeln!(
                quality,
                "P{case:05}-{tissue},P{case:05},{tissue},{mismatch}"
            )
            .unwrap();
        }
    }
    for (name, text) in [
        ("dataset.toml", MANIFEST),
        ("individuals.csv", &individuals),
        ("qc.csv", &quality),
    ] {
        fs::write(files.join(name), text).unwrap();
    }
    let words = [Path::new("ingest"), &files, Path::new("--store"), &store];
    run("sekisho-enclave", &words).succeeded();
    let consortium = Consortium::builder()
        .store(Site::East, "demo-cancer", &store)
        .start();
    let visit = consortium.visit("aiko-tanaka", "P-0001").await;
    let kind = Kind::QcReport(QcReport::default());
    let told = tables(&only(visit.analyze(kind, &["demo-cancer"]).await));
    let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
    // Of a table without stages nothing is said of changes.
    assert_eq!(names, ["metrics", "limits", "histogram"]);
    // 69 of 8 975 are 0.77 %; of 70, as is told, they are 0.78.
    let expected = ["normal", "tumor"].map(|of| format!("{of} mismatch at least 1 70 0.0078"));
    assert_eq!(told[1].1, expected);
}
