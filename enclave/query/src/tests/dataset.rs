//! A small dataset, ingested from files.
//!
//! 200 individuals: 0 to 119 have lung cancer, 120 to 194 liver cancer, the
//! last five bone cancer. Even ones are female. Everybody has two samples, but
//! not everybody has been followed up, or has samples that were measured.

use std::{fmt::Write as _, fs};

use sekisho_tables::{Quiet, Snapshot, Store, ingest};

pub(super) struct Dataset {
    pub(super) snapshot: Snapshot,
    _folder: tempfile::TempDir,
}

const MANIFEST: &str = r#"
id = "small"
title = "A small dataset"
holder = "nobody"
assembly = "GRCh38"
profile = "standard"
absent_genotype = "reference"

[[variants]]
files = ["calls.vcf"]
info = { gene = "GENE", consequence = "VC" }

[tables.individuals]
files = ["individuals.csv"]
rows = "one per individual"
[tables.individuals.columns]
individual_id = { from = "id", role = "unit" }
sex = { from = "sex", role = "attribute", domain = ["female", "male"] }
diagnosis = { from = "diagnosis", role = "attribute", domain = ["lung", "liver", "bone"] }
age = { from = "age", role = "measure", type = "int", bounds = [0, 120] }
weight = { from = "weight", role = "measure", type = "float", bounds = [0, 400] }
smoker = { from = "smoker", role = "attribute", type = "bool" }
registered_on = { from = "registered", role = "attribute", type = "date" }
note = { from = "note", role = "attribute" }

[tables.follow_up]
files = ["follow_up.csv"]
rows = "one per individual"
[tables.follow_up.columns]
individual_id = { from = "id", role = "unit" }
months = { from = "months", role = "measure", type = "int", bounds = [0, 60] }
alive = { from = "alive", role = "attribute", type = "bool" }

[tables.samples]
files = ["samples.csv"]
[tables.samples.columns]
sample_id = { from = "sample", role = "identifier" }
individual_id = { from = "id", role = "unit" }
tissue = { from = "tissue", role = "attribute", domain = ["normal", "tumor"] }

[tables.qc_metrics]
files = ["qc.csv"]
[tables.qc_metrics.columns]
sample_id = { from = "sample", role = "identifier" }
individual_id = { from = "id", role = "unit" }
stage = { from = "stage", role = "attribute", domain = ["qc1", "qc2"] }
depth = { from = "depth", role = "technical", type = "float", bounds = [0, 1000] }
"#;

impl Dataset {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("small");
        fs::create_dir(&dir).unwrap();
        let mut individuals = "id,sex,diagnosis,age,weight,smoker,registered,note\n".to_owned();
        let mut samples = "sample,id,tissue\n".to_owned();
        let mut qc = "sample,id,stage,depth\n".to_owned();
        let mut follow_up = "id,months,alive\n".to_owned();
        for n in 0..200 {
            let sex = if n % 2 == 0 { "female" } else { "male" };
            let diagnosis = match n {
                0..120 => "lung",
                120..195 => "liver",
                _ => "bone",
            };
            // Every tenth weight is not known.
            let weight = if n % 10 == 0 {
                String::new()
            } else {
                format!("{}.5", 50 + n % 40)
            };
            let (smoker, year) = (n % 4 == 0, 2015 + n % 5);
            writeln!(
                individuals,
                "p{n},{sex},{diagnosis},{},{weight},{smoker},{year}-06-01,free text",
                40 + n % 30
            )
            .unwrap();
            if n < 150 {
                let months = if n % 5 == 1 {
                    String::new()
                } else {
                    (n % 13).to_string()
                };
                let alive = ["true", "false", ""][n % 3];
                writeln!(follow_up, "p{n},{months},{alive}").unwrap();
            }
            for tissue in ["normal", "tumor"] {
                writeln!(samples, "p{n}-{tissue},p{n},{tissue}").unwrap();
                if n % 20 == 3 {
                    continue;
                }
                writeln!(
                    qc,
                    "p{n}-{tissue},p{n},qc2,{}",
                    if tissue == "normal" { 30 } else { 120 }
                )
                .unwrap();
            }
        }
        let mut vcf = "##fileformat=VCFv4.3\n##contig=<ID=12>\n##contig=<ID=17>\n\
            ##INFO=<ID=GENE,Number=1,Type=String,Description=\"gene\">\n\
            ##INFO=<ID=VC,Number=1,Type=String,Description=\"consequence\">\n\
            ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"genotype\">\n\
            #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
            .to_owned();
        (0..200).for_each(|n| write!(vcf, "\tp{n}-tumor").unwrap());
        // KRAS in every fifth, TP53 twice: in the first forty, and in three of the last.
        type Site = (
            &'static str,
            u32,
            &'static str,
            &'static str,
            fn(usize) -> bool,
        );
        let sites: [Site; 3] = [
            ("12", 25_245_350, "KRAS", "missense", |n| n % 5 == 0),
            ("17", 7_674_220, "TP53", "missense", |n| n < 40),
            ("17", 7_675_088, "TP53", "silent", |n| n >= 197),
        ];
        for (chrom, pos, gene, consequence, carries) in sites {
            write!(
                vcf,
                "\n{chrom}\t{pos}\t.\tC\tT\t.\tPASS\tGENE={gene};VC={consequence}\tGT"
            )
            .unwrap();
            (0..200).for_each(|n| vcf.push_str(if carries(n) { "\t0/1" } else { "\t0/0" }));
        }
        vcf.push('\n');
        let files = [
            ("dataset.toml", MANIFEST.to_owned()),
            ("individuals.csv", individuals),
            ("follow_up.csv", follow_up),
            ("samples.csv", samples),
            ("qc.csv", qc),
            ("calls.vcf", vcf),
        ];
        for (name, text) in files {
            fs::write(dir.join(name), text).unwrap();
        }
        Self::of(folder, "small")
    }

    /// What a folder holds in a directory of the dataset's name.
    pub(super) fn of(folder: tempfile::TempDir, id: &str) -> Self {
        let store = Store::open(folder.path().join("store")).unwrap();
        ingest(&folder.path().join(id), &store, &Quiet).unwrap();
        Self {
            snapshot: store.current(id).unwrap(),
            _folder: folder,
        }
    }
}
