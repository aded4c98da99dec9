//! Alleles against a reference genome.

use super::records::{dosages, with};
use super::*;

const REFERENCE: &str = "reference = \"genome.fa\"\n";
const VARIANTS: &str = "[[variants]]\nfiles = [\"*.vcf\"]\n";
/// Lines of ten bases: a run of CA from 11 on, then a run of T.
const BASES: &str = "GATTACAGGC\nCACACACACA\nGTTTTTTTTG\nACGTACGTAN\n";

fn dataset(records: &[&[&str]]) -> Dataset {
    let columns: Vec<String> = (0..records.len()).map(|i| format!("s{i}")).collect();
    let files: Vec<(Vec<&str>, &[&str])> = columns
        .iter()
        .zip(records)
        .map(|(column, records)| (vec![column.as_str()], *records))
        .collect();
    let files: Vec<(&[&str], &[&str])> = files
        .iter()
        .map(|(columns, records)| (columns.as_slice(), *records))
        .collect();
    let dataset = with(VARIANTS, records.len(), &files);
    let manifest = fs::read_to_string(dataset.path("dataset.toml")).unwrap();
    dataset.file(
        "dataset.toml",
        &manifest.replacen("[[variants]]", &format!("{REFERENCE}[[variants]]"), 1),
    );
    dataset.file(
        "genome.fa",
        &format!(">chr1 a contig\n{BASES}>chr2\nACGT\n"),
    );
    dataset
}

#[test]
fn the_same_allele_written_anywhere_in_a_repeat_is_one() {
    // Each takes one CA out, or puts one in, or takes a T out.
    let dataset = dataset(&[
        &[
            "1 10 . CCA C . . . GT 0/1",
            "1 20 . A ACA . . . GT 0/1",
            "1 28 . TT T . . . GT 1/1",
        ],
        &[
            "1 18 . ACA A . . . GT 0/1",
            "1 18 . AC ACAC . . . GT 1/1",
            "1 22 . TT T . . . GT 0/1",
        ],
        &[
            "1 13 . CACAC CAC . . . GT 1/1",
            "1 14 . A ACA . . . GT 0/1",
            "1 21 . GT G . . . GT 0/1",
        ],
    ]);
    let snapshot = dataset.snapshot();
    assert_eq!(
        dosages(&snapshot),
        [
            "1:10:C:CCA s0 1",
            "1:10:C:CCA s1 2",
            "1:10:C:CCA s2 1",
            "1:10:CCA:C s0 1",
            "1:10:CCA:C s1 1",
            "1:10:CCA:C s2 2",
            "1:21:GT:G s0 2",
            "1:21:GT:G s1 1",
            "1:21:GT:G s2 1",
        ]
    );
    let warnings = dataset.ingest().unwrap().report.warnings;
    assert!(warnings["allele moved to the left"] >= 5, "{warnings:?}");
    // The index was made beside nothing.
    assert!(!dataset.path("genome.fa.fai").exists());
}

#[test]
fn an_allele_at_the_start_of_a_contig_stays_there() {
    let dataset = dataset(&[&["2 1 . A AA . . . GT 0/1", "2 4 . T TT . . . GT 0/1"]]);
    let ids = table(&dataset.snapshot(), "variants", &["variant_id"]);
    assert_eq!(ids, ["2:1:A:AA", "2:3:G:GT"]);
}

#[test]
fn a_reference_allele_that_the_genome_does_not_have_is_refused() {
    let error = dataset(&[&["1 2 . A G . . . GT 0/1", "1 3 . C G . . . GT 0/1"]]).error();
    assert!(
        error.starts_with("0.vcf:6: field `REF`: it has another base than the reference genome"),
        "{error}"
    );
    // What is ambiguous contradicts nothing, nor does a contig that is not there.
    let records = [
        "1 39 . N G . . . GT 0/1",
        "1 40 . A G . . . GT 0/1",
        "decoy 7 . C G . . . GT 0/1",
    ];
    let ambiguous = dataset(&[&records]).ingest().unwrap();
    assert_eq!(ambiguous.report.variants["snv"], 3);
}

#[test]
fn a_reference_that_is_not_there_or_cannot_be_read_publishes_nothing() {
    let missing = dataset(&[&["1 2 . A G . . . GT 0/1"]]);
    fs::remove_file(missing.path("genome.fa")).unwrap();
    assert!(missing.error().contains("genome.fa"));
    let broken = dataset(&[&["1 2 . A G . . . GT 0/1"]]);
    broken.file("genome.fa", "no FASTA at all\n");
    assert!(broken.error().contains("the reference cannot be read"));
}
