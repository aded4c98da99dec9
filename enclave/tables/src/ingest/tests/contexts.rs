//! Single-base substitutions between their neighbours.

use super::*;

/// Capitals or not, with an N.
const GENOME: &str = ">chr1\nACGTTgcaNA\nTCAGGATTAC\n>chr2\nTCGA\n";

const FIRST: [&str; 6] = [
    "1 1 . A G . . . GT 0/1",
    "1 2 . C T . . . GT 0/1",
    "1 3 . G A,T . . . GT 0/1",
    "1 5 . T TA . . . GT 0/1",
    "1 8 . A C . . . GT 0/1",
    "1 14 . G C . . . GT 0/1",
];

const SECOND: [&str; 4] = [
    "2 2 . C A . . . GT 0/1",
    "2 4 . A C . . . GT 0/1",
    "2 4 . A N . . . GT 0/1",
    "3 2 . T C . . . GT 0/1",
];

fn dataset(groups: &str, files: &[(&str, &str, &[&str])]) -> Dataset {
    let dataset = Dataset::with_samples(2, groups);
    dataset.file("genome.fa", GENOME);
    for (name, sample, records) in files {
        dataset.file(name, &vcf(&[sample], records));
    }
    dataset
}

const COLUMNS: [&str; 3] = ["variant_id", "mutation_type", "context"];

const EXPECTED: [&str; 11] = [
    "1:1:A:G T>C -",
    "1:2:C:T C>T A[C>T]G",
    "1:3:G:A C>T A[C>T]G",
    "1:3:G:T C>A A[C>A]G",
    "1:5:T:TA - -",
    "1:8:A:C T>G -",
    "1:14:G:C C>G C[C>G]T",
    "2:2:C:A C>A T[C>A]G",
    "2:4:A:C T>G -",
    "2:4:A:N - -",
    "3:2:T:C T>C -",
];

#[test]
fn substitutions_are_those_of_the_pyrimidine_between_its_neighbours() {
    let groups = "reference = \"genome.fa\"\n[[variants]]\nfiles = [\"*.vcf\"]\ncontext = true\n";
    let files = [("a.vcf", "s0", &FIRST[..]), ("b.vcf", "s1", &SECOND)];
    let dataset = dataset(groups, &files);
    let snapshot = dataset.snapshot();
    assert_eq!(table(&snapshot, "variants", &COLUMNS), EXPECTED);
    let column = |name: &str| {
        let variants = snapshot.catalogue().table("variants").unwrap();
        variants.column(name).unwrap().domain.clone().unwrap()
    };
    assert_eq!(column("mutation_type").len(), 6);
    let contexts = column("context");
    assert_eq!(contexts.len(), 96);
    assert_eq!([&contexts[0], &contexts[95]], ["A[C>A]A", "T[T>G]T"]);
}

#[test]
fn batches_have_the_contexts_of_one_file() {
    let group = |name: &str| {
        format!("[[variants]]\nbatch = \"{name}\"\nfiles = [\"{name}.vcf\"]\ncontext = true\n")
    };
    let groups = format!("reference = \"genome.fa\"\n{}{}", group("a"), group("b"));
    let files = [("a.vcf", "s0", &FIRST[..]), ("b.vcf", "s1", &SECOND)];
    let dataset = dataset(&groups, &files);
    let snapshot = dataset.snapshot();
    assert_eq!(table(&snapshot, "variants", &COLUMNS), EXPECTED);
}

#[test]
fn without_a_reference_there_are_types_alone_and_unasked_neither() {
    let asked = "[[variants]]\nfiles = [\"a.vcf\"]\ncontext = true\n";
    let files = [("a.vcf", "s0", &FIRST[..])];
    let types = dataset(asked, &files);
    let snapshot = types.snapshot();
    let rows = table(&snapshot, "variants", &COLUMNS[..2]);
    assert_eq!(rows[1], "1:2:C:T C>T");
    let has = |snapshot: &Snapshot, name: &str| {
        let variants = snapshot.catalogue().table("variants").unwrap();
        variants.column(name).is_some()
    };
    assert!(!has(&snapshot, "context"));
    let unasked = asked.replace("context = true", "");
    let plain = dataset(&unasked, &files);
    let snapshot = plain.snapshot();
    assert!(!has(&snapshot, "mutation_type"));
}
