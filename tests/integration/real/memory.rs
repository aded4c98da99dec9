//! Ingest streams: what it holds does not grow with the cohort.

use std::{fmt::Write as _, fs, os::unix::fs::symlink, process::Command};

use sekisho_tests::{program, temporary};

use super::source::{Table, folder};

/// 2 504 people and 82 712 records, of which the genotypes alone would take
/// 200 MB as bytes, are ingested with 1 GiB of address space.
#[test]
fn a_cohort_is_ingested_within_a_gibibyte() {
    let Some(data) = folder() else { return };
    let simulated = data.join("simulated");
    let dir = temporary();
    symlink(
        simulated.join("sim_ooa4_2504x5Mb.bcf"),
        dir.join("cohort.bcf"),
    )
    .unwrap();
    let panel = Table::read(&simulated.join("sim_ooa4_2504x5Mb.panel"));
    let mut people = "sample,population\n".to_owned();
    for (sample, population) in panel.column("sample").zip(panel.column("pop")) {
        writeln!(people, "{sample},{population}").unwrap();
    }
    fs::write(dir.join("people.csv"), people).unwrap();
    fs::write(dir.join("dataset.toml"), MANIFEST).unwrap();
    let ingest = Command::new("sh")
        .args([
            "-c",
            "ulimit -v 1048576 && exec \"$0\" ingest \"$1\" --store \"$2\"",
        ])
        .arg(program("sekisho-enclave"))
        .args([&dir, &dir.join("store")])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&ingest.stderr);
    assert!(ingest.status.success(), "{errors}");
    let found = String::from_utf8_lossy(&ingest.stdout);
    assert!(found.contains("individuals  2504"), "{found}");
}

const MANIFEST: &str = r#"
id = "simulated"
title = "A simulated cohort"
holder = "east-cancer-centre"
assembly = "GRCh38"
profile = "standard"

[[variants]]
files = ["cohort.bcf"]

[tables.individuals]
files = ["people.csv"]
rows = "one per individual"
[tables.individuals.columns]
individual_id = { from = "sample", role = "unit" }
population = { from = "population", role = "attribute", domain = ["YRI", "CEU", "CHB", "JPT"] }

[tables.samples]
files = ["people.csv"]
[tables.samples.columns]
sample_id = { from = "sample", role = "identifier" }
individual_id = { from = "sample", role = "unit" }
"#;
