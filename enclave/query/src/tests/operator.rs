//! Counting over genotype blocks gives what counting rows gives.

use std::{fmt::Write as _, fs, sync::Arc};

use arrow::{
    array::RecordBatch,
    util::display::{ArrayFormatter, FormatOptions},
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use roaring::RoaringBitmap;

use super::Dataset;
use crate::run;

const MANIFEST: &str = r#"
id = "small"
title = "Random genotypes"
holder = "nobody"
assembly = "GRCh38"
profile = "standard"
absent_genotype = "reference"

[[variants]]
files = ["calls.vcf"]
info = { gene = "GENE", consequence = "VC" }
format = ["DP"]

[tables.individuals]
files = ["individuals.csv"]
rows = "one per individual"
[tables.individuals.columns]
individual_id = { from = "id", role = "unit" }
sex = { from = "sex", role = "attribute", domain = ["female", "male"] }

[tables.samples]
files = ["samples.csv"]
[tables.samples.columns]
sample_id = { from = "sample", role = "identifier" }
individual_id = { from = "id", role = "unit" }
tissue = { from = "tissue", role = "attribute", domain = ["normal", "tumor"] }
"#;

/// People with one sample or two, whose genotypes are common, rare, or not known.
fn dataset(random: &mut StdRng) -> Dataset {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("small");
    fs::create_dir(&dir).unwrap();
    let mut individuals = "id,sex\n".to_owned();
    let mut samples = "sample,id,tissue\n".to_owned();
    let mut columns = String::new();
    let mut calls = 0;
    for n in 0..random.random_range(20..90) {
        let sex = ["female", "male"][n % 2];
        writeln!(individuals, "p{n},{sex}").unwrap();
        for tissue in ["normal", "tumor"] {
            if tissue == "normal" || random.random_bool(0.3) {
                writeln!(samples, "p{n}-{tissue},p{n},{tissue}").unwrap();
                write!(columns, "\tp{n}-{tissue}").unwrap();
                calls += 1;
            }
        }
    }
    let mut vcf = "##fileformat=VCFv4.3\n\
        ##INFO=<ID=GENE,Number=1,Type=String,Description=\"gene\">\n\
        ##INFO=<ID=VC,Number=1,Type=String,Description=\"consequence\">\n\
        ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"genotype\">\n\
        ##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"depth\">\n\
        #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
        .to_owned();
    vcf.push_str(&columns);
    for site in 0..random.random_range(5..40) {
        // Genes lie among each other, and some variants have none.
        let gene = ["A", "B", "C", "."][random.random_range(0..4)];
        let consequence = ["missense", "silent"][random.random_range(0..2)];
        let frequency = [0.02, 0.3, 0.9][random.random_range(0..3)];
        write!(
            vcf,
            "\n22\t{}\t.\tC\tT\t.\tPASS\tGENE={gene};VC={consequence}\tGT:DP",
            site + 10
        )
        .unwrap();
        for _ in 0..calls {
            let copies =
                u8::from(random.random_bool(frequency)) + u8::from(random.random_bool(frequency));
            let call = match random.random_bool(0.05) {
                true => "./.",
                false => ["0/0", "0/1", "1/1"][usize::from(copies)],
            };
            write!(vcf, "\t{call}:{}", random.random_range(0..60)).unwrap();
        }
    }
    vcf.push('\n');
    for (name, text) in [
        ("dataset.toml", MANIFEST.to_owned()),
        ("individuals.csv", individuals),
        ("samples.csv", samples),
        ("calls.vcf", vcf),
    ] {
        fs::write(dir.join(name), text).unwrap();
    }
    Dataset::of(folder, "small")
}

const WITH_VARIANTS: &str = "individuals i JOIN genotypes g ON i.individual_id = g.individual_id \
                             JOIN variants v ON g.variant_id = v.variant_id";
const WITHOUT: &str = "individuals i JOIN genotypes g ON i.individual_id = g.individual_id";

/// A question, and whether the operator answers it.
fn question(random: &mut StdRng) -> (String, bool) {
    let mut one = |of: &[(&'static str, bool)]| of[random.random_range(0..of.len())];
    let (figure, counted) = one(&[
        ("count(DISTINCT i.individual_id)", true),
        ("count(DISTINCT g.individual_id)", true),
        ("count(*)", true),
        ("count(g.dosage)", true),
        ("sum(g.dosage)", true),
        ("avg(g.dosage)", true),
        ("sum(g.depth)", false),
        ("stddev(g.dosage)", false),
    ]);
    let (condition, plain) = one(&[
        ("", true),
        ("g.dosage >= 1", true),
        ("g.dosage = 2", true),
        ("g.dosage < 2", true),
        ("g.dosage IS NOT NULL", true),
        ("g.dosage <> 1", true),
        ("g.depth > 20", false),
        ("g.dosage >= 1 AND g.depth > 20", false),
    ]);
    let (of_variants, _) = one(&[
        ("", true),
        ("v.gene = 'A'", true),
        ("v.pos BETWEEN 12 AND 30", true),
        ("v.consequence = 'missense' AND v.pos > 15", true),
        ("v.gene IN ('A', 'B')", true),
    ]);
    let (key, _) = one(&[
        ("", true),
        ("v.gene", true),
        ("v.pos", true),
        ("v.gene, v.consequence", true),
        ("i.sex", true),
        ("i.sex, v.gene", true),
    ]);
    let joined = [of_variants, key].iter().any(|text| text.contains("v."));
    let conditions: Vec<&str> = [condition, of_variants]
        .into_iter()
        .filter(|c| !c.is_empty())
        .collect();
    let mut sql = match key {
        "" => format!("SELECT {figure}"),
        key => format!("SELECT {key}, {figure}"),
    };
    write!(
        sql,
        " FROM {}",
        if joined { WITH_VARIANTS } else { WITHOUT }
    )
    .unwrap();
    if !conditions.is_empty() {
        write!(sql, " WHERE {}", conditions.join(" AND ")).unwrap();
    }
    if !key.is_empty() {
        write!(sql, " GROUP BY {key}").unwrap();
    }
    (sql, counted && plain)
}

fn sorted(batches: &[RecordBatch]) -> Vec<String> {
    let options = FormatOptions::new().with_null("-");
    let mut rows = Vec::new();
    for batch in batches {
        let columns: Vec<_> = (batch.columns().iter())
            .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
            .collect();
        for row in 0..batch.num_rows() {
            let cells: Vec<String> = columns.iter().map(|c| c.value(row).to_string()).collect();
            rows.push(cells.join(" "));
        }
    }
    rows.sort();
    rows
}

/// Random genotypes, questions and cohorts.
#[tokio::test]
async fn the_operator_counts_what_rows_count() {
    let mut random = StdRng::seed_from_u64(5);
    let mut used = 0;
    for _ in 0..6 {
        let dataset = dataset(&mut random);
        let snapshot = &dataset.snapshot;
        for _ in 0..60 {
            let (sql, counted) = question(&mut random);
            let cohort: RoaringBitmap = (snapshot.individuals().unwrap().iter())
                .filter(|_| random.random_bool(0.7))
                .collect();
            let cohort = Arc::new(cohort);
            let prepared = match run::prepare(&sql, snapshot.catalogue()).await {
                Ok(prepared) => prepared,
                // Of variants that a row names the guard wants carriers alone.
                Err(refusal) if refusal.rule == crate::Rule::NonCarriers => continue,
                Err(refusal) => panic!("{sql}: {refusal:?}"),
            };
            let [cut] = prepared.cuts() else {
                panic!("{sql}")
            };
            let (expanded, operators) = run::expanded_rows(cut, snapshot, &cohort).await.unwrap();
            assert_eq!(operators == 1, counted, "{sql}");
            used += operators;
            let rows = prepared.rows(cut, snapshot, &cohort).await.unwrap();
            assert_eq!(sorted(&rows), sorted(&expanded), "{sql}");
        }
    }
    assert!(used > 40, "{used}");
}
