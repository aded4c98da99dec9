//! What holds of an ingest.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod batches;
mod binary;
mod centres;
mod cohort;
mod contexts;
mod counts;
mod coverage;
mod declared;
mod fuzz;
mod ga4gh;
mod genotypes;
mod limits;
mod matrices;
mod multiqc;
mod pairs;
mod picard;
mod publication;
mod published;
mod quality;
mod records;
mod reference;
mod relatives;
mod spans;
mod structural;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use arrow::util::display::{ArrayFormatter, FormatOptions};
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use crate::{Batches, IngestError, Ingested, Quiet, Snapshot, Store, ingest};

/// A dataset's directory and a store, gone when dropped.
struct Dataset {
    directory: TempDir,
    store: TempDir,
}

impl Dataset {
    fn new(manifest: &str) -> Self {
        let dataset = Self {
            directory: tempfile::tempdir().unwrap(),
            store: tempfile::tempdir().unwrap(),
        };
        dataset.file("dataset.toml", manifest);
        dataset
    }

    /// With individuals i0, i1, … and a sample each: s0, s1, ….
    fn with_samples(n: usize, more: &str) -> Self {
        let manifest = format!("{HEAD}\n{more}\n{PEOPLE}");
        let dataset = Self::new(&manifest);
        let mut people = "sample\tindividual\n".to_owned();
        for i in 0..n {
            people.push_str(&format!("s{i}\ti{i}\n"));
        }
        dataset.file("people.tsv", &people);
        dataset
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn file(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    fn gzip(&self, name: &str, text: &str) {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        fs::write(self.path(name), encoder.finish().unwrap()).unwrap();
    }

    fn link(&self, name: &str, to: &Path) {
        std::os::unix::fs::symlink(to.canonicalize().unwrap(), self.path(name)).unwrap();
    }

    fn store(&self) -> Store {
        Store::open(self.store.path()).unwrap()
    }

    fn ingest(&self) -> Result<Ingested, IngestError> {
        ingest(self.directory.path(), &self.store(), &Quiet)
    }

    fn snapshot(&self) -> Snapshot {
        self.ingest().unwrap_or_else(|error| panic!("{error}"));
        self.store().current("demo").unwrap()
    }

    fn error(&self) -> String {
        let error = self.ingest().unwrap_err().to_string();
        assert!(self.store().datasets().unwrap().is_empty(), "{error}");
        error
    }
}

const HEAD: &str = r#"id = "demo"
title = "A demonstration"
holder = "here"
assembly = "GRCh37"
"#;

const PEOPLE: &str = r#"
[tables.individuals]
files = ["people.tsv"]
duplicates = "identical"
[tables.individuals.columns]
individual_id = { from = "individual", role = "unit" }

[tables.samples]
files = ["people.tsv"]
[tables.samples.columns]
sample_id = { from = "sample", role = "identifier" }
individual_id = { from = "individual", role = "unit" }
"#;

/// Everybody.
fn all(snapshot: &Snapshot) -> roaring::RoaringBitmap {
    snapshot.individuals().unwrap()
}

fn names(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|&column| column.to_owned()).collect()
}

/// Rows as text, with `-` for NULL, joined by spaces.
fn rows(batches: Batches) -> Vec<String> {
    let options = FormatOptions::new().with_null("-");
    let mut rows = Vec::new();
    for batch in batches {
        let batch = batch.unwrap();
        let columns: Vec<ArrayFormatter<'_>> = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
            .collect();
        for row in 0..batch.num_rows() {
            let cells: Vec<String> = columns.iter().map(|c| c.value(row).to_string()).collect();
            rows.push(cells.join(" "));
        }
    }
    rows
}

fn table(snapshot: &Snapshot, table: &str, columns: &[&str]) -> Vec<String> {
    rows(
        snapshot
            .scan(table, &names(columns), &all(snapshot))
            .unwrap(),
    )
}

/// A VCF of these sample columns and records, whose fields are apart by spaces.
fn vcf(samples: &[&str], records: &[&str]) -> String {
    let mut text = "##fileformat=VCFv4.2\n".to_owned();
    text.push_str("##INFO=<ID=END,Number=1,Type=Integer,Description=\"End\">\n");
    text.push_str("##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n");
    let header = "#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT";
    for line in std::iter::once(&header).chain(records) {
        text.push_str(&line.replace(' ', "\t"));
        if *line == header {
            for sample in samples {
                text.push('\t');
                text.push_str(sample);
            }
        }
        text.push('\n');
    }
    text
}
