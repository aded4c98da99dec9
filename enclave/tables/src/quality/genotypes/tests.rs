//! A published cohort, against PLINK 2. It lies beside the checkout; where it does not, this
//! says so and passes.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

use std::path::Path;

use super::*;
use crate::{Quiet, Store, ingest};

const MANIFEST: &str = r#"id = "demo"
title = "A demonstration"
holder = "here"
assembly = "GRCh37"
[[variants]]
files = ["chr20.bcf"]
[tables.individuals]
files = ["panel.tsv"]
columns = { individual_id = { from = "sample", role = "unit" } }
[tables.samples]
files = ["panel.tsv"]
[tables.samples.columns]
sample_id = { from = "sample", role = "identifier" }
individual_id = { from = "sample", role = "unit" }
"#;

/// `plink2 --bcf … --maf 0.1 --max-alleles 2`, with `--make-king-table` and with `--het small-sample`, of
/// 5 267 sites; the latter's coefficient is that of the chromosome X for `--check-sex`.
#[test]
fn kinship_and_inbreeding_of_1000_genomes_are_those_of_plink() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/germline_1000g");
    let bcf = root.join("1000G_p3.chr20_first25k_snps.bcf");
    if !bcf.exists() {
        eprintln!("skipped: {} is not there", bcf.display());
        return;
    }
    let [dataset, store] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    std::fs::write(dataset.path().join("dataset.toml"), MANIFEST).unwrap();
    for (name, file) in [
        ("chr20.bcf", bcf),
        (
            "panel.tsv",
            root.join("integrated_call_samples_v3.20130502.ALL.panel"),
        ),
    ] {
        let to = file.canonicalize().unwrap();
        std::os::unix::fs::symlink(to, dataset.path().join(name)).unwrap();
    }
    let store = Store::open(store.path()).unwrap();
    ingest(dataset.path(), &store, &Quiet).unwrap();
    let snapshot = store.current("demo").unwrap();
    let cohort = Cohort::of(&snapshot).unwrap();
    let mut common = Vec::new();
    for block in snapshot.unnamed_blocks(None).unwrap() {
        let block = block.unwrap();
        let copies = block.dosage_1.len() + 2 * block.dosage_2.len();
        if (501..=4507).contains(&copies) {
            common.push(block);
        }
    }
    assert_eq!(common.len(), 5267);
    let mut panel = Panel::new(cohort.samples(), common.len());
    common.iter().for_each(|block| panel.add(block));
    let sample = |name: &str| cohort.names.iter().position(|of| of == name).unwrap();
    for (one, other, expected) in [
        ("HG00097", "HG00096", -0.092_715_2),
        ("HG00099", "HG00096", -0.224_079),
        ("HG01280", "HG01254", 0.307_573),
        ("HG03899", "HG03733", 0.497_305),
        ("NA21135", "NA21114", 0.295_956),
    ] {
        let kinship = kinship::of_two(&panel, &cohort, [sample(one), sample(other)]).unwrap();
        assert!(
            (kinship - expected).abs() < 1e-5,
            "{one} {other}: {kinship}"
        );
    }
    let inbreeding = SexCheck::of(&panel, &cohort);
    for (name, expected) in [
        ("HG00096", 0.246_749),
        ("HG00097", 0.079_137_8),
        ("HG03899", 0.213_326),
        ("NA21114", 0.050_204_9),
    ] {
        let got = inbreeding
            .value(sample(name), Statistic::XInbreeding)
            .unwrap();
        assert!((got - expected).abs() < 1e-5, "{name}: {got}");
    }
}
