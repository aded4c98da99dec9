//! Samples that come later stand beside those that are there.

use std::os::unix::fs::MetadataExt;

use crate::{Genotype, GenotypeGroup, Spans};

use super::*;

/// A file of some samples, with the depth of each call.
fn calls(samples: &[&str], records: &[(&str, &str)]) -> String {
    let lines: Vec<String> = records
        .iter()
        .map(|(site, calls)| format!("{site} . GENE=A GT:DP {calls}"))
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let text = vcf(samples, &lines);
    let declared = "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">\n\
                    ##INFO=<ID=GENE,Number=1,Type=String,Description=\"Gene\">\n#CHROM";
    text.replace("#CHROM", declared)
}

fn group(label: &str, more: &str) -> String {
    format!("[[variants]]\nbatch = \"{label}\"\nfiles = [\"{label}.vcf\"]\n{more}\n")
}

/// Four people; the first two came first.
fn grown(absent: &str, more: [&str; 2]) -> [Dataset; 2] {
    [false, true].map(|later| {
        let mut groups = format!("absent_genotype = \"{absent}\"\n") + &group("2026-10", more[0]);
        if later {
            // Where an entry stands changes nothing for the others.
            groups = format!("absent_genotype = \"{absent}\"\n")
                + &group("2026-11", more[1])
                + &group("2026-10", more[0]);
        }
        let dataset = Dataset::with_samples(4, &groups);
        let first = [
            ("1 10 . A G .", "0/1:7 1/1:8"),
            ("1 30 . C T .", "0/0:9 ./.:0"),
        ];
        let second = [
            ("1 10 . A G .", "./.:1 0/1:2"),
            ("1 20 . G C .", "1/1:3 0/1:4"),
        ];
        dataset.file("2026-10.vcf", &calls(&["s0", "s2"], &first));
        dataset.file("2026-11.vcf", &calls(&["s1", "s3"], &second));
        dataset.file("2026-10.bed", "1\t15\t25\n");
        dataset.file("2026-11.bed", "1\t25\t40\n");
        dataset
    })
}

#[test]
fn a_batch_is_read_once_and_stays_as_it_is() {
    let [first, grown] = grown("reference", ["", ""]);
    let store = first.store();
    let before = first.snapshot();
    let made = before.dir().join("batches/0/genotypes.parquet");
    let bytes = fs::read(&made).unwrap();
    let ingested = ingest(grown.directory.path(), &store, &Quiet).unwrap();
    let after = store.current("demo").unwrap();
    assert_ne!(before.id(), after.id());
    let kept = after.dir().join("batches/0/genotypes.parquet");
    // The same file, not another with the same bytes.
    assert_eq!(
        fs::metadata(&kept).unwrap().ino(),
        fs::metadata(&made).unwrap().ino()
    );
    assert_eq!(fs::read(&made).unwrap(), bytes);
    assert_eq!(
        table(&after, "genotypes", &["variant_id", "sample_id", "dosage"]),
        [
            "1:10:A:G s0 1",
            "1:10:A:G s2 2",
            "1:10:A:G s1 -",
            "1:10:A:G s3 1",
            "1:20:G:C s0 0",
            "1:20:G:C s2 0",
            "1:20:G:C s1 2",
            "1:20:G:C s3 1",
            "1:30:C:T s0 0",
            "1:30:C:T s2 -",
            "1:30:C:T s1 0",
            "1:30:C:T s3 0",
        ]
    );
    assert_eq!(table(&after, "variants", &["variant_id"]).len(), 3);
    let report = ingested.report;
    assert_eq!((report.samples, report.genotypes), (4, 12));
    assert_eq!((report.missing_genotypes, report.variants["snv"]), (2, 3));
    assert_eq!((report.transitions, report.transversions), (2, 1));
    // The earlier snapshot is what it was.
    assert_eq!(table(&before, "variants", &["variant_id"]).len(), 2);
    // Both at once come to the same.
    let anew = grown.snapshot();
    assert_eq!(anew.id(), after.id());
    for name in ["genotypes", "variants"] {
        let columns: Vec<&str> = match name {
            "genotypes" => vec!["variant_id", "sample_id", "individual_id", "dosage"],
            _ => vec!["variant_id", "pos", "ref", "alt"],
        };
        assert_eq!(table(&anew, name, &columns), table(&after, name, &columns));
    }
}

#[test]
fn what_a_later_batch_finds_is_said_of_earlier_samples() {
    let dosages =
        |dataset: &Dataset| table(&dataset.snapshot(), "genotypes", &["sample_id", "dosage"]);
    let [_, missing] = grown("missing", ["", ""]);
    assert_eq!(dosages(&missing)[4..6], ["s0 -", "s2 -"]);
    assert_eq!(dosages(&missing)[10..], ["s1 -", "s3 -"]);
    let report = missing.ingest().unwrap().report;
    assert_eq!(report.missing_genotypes, 6);
    // Called at 16 to 25 and 26 to 40.
    let bed = "callable = \"{file_stem}.bed\"";
    let [_, called] = grown("missing", [bed, bed]);
    assert_eq!(dosages(&called)[4..6], ["s0 0", "s2 0"]);
    assert_eq!(dosages(&called)[10..], ["s1 0", "s3 0"]);
}

#[test]
fn fields_and_annotations_are_those_of_the_batch_that_has_them() {
    let kept = "format = [\"DP\"]\ninfo = { gene = \"GENE\" }";
    let [_, grown] = grown("reference", [kept, ""]);
    let snapshot = grown.snapshot();
    assert_eq!(
        table(&snapshot, "genotypes", &["sample_id", "depth"]),
        [
            "s0 7", "s2 8", "s1 -", "s3 -", "s0 -", "s2 -", "s1 -", "s3 -", "s0 9", "s2 0", "s1 -",
            "s3 -",
        ]
    );
    assert_eq!(
        table(&snapshot, "variants", &["variant_id", "gene"]),
        ["1:10:A:G A", "1:20:G:C -", "1:30:C:T A"]
    );
    // Some variants only, and carriers only.
    let chosen = roaring::RoaringBitmap::from_iter([1, 2]);
    let columns = names(&["variant_id", "sample_id", "dosage"]);
    let carriers = snapshot.genotypes(&columns, &all(&snapshot), Some(&chosen), true);
    assert_eq!(rows(carriers.unwrap()), ["1:20:G:C s1 2", "1:20:G:C s3 1"]);
}

#[test]
fn spans_count_over_all_batches() {
    let [_, grown] = grown("missing", ["", ""]);
    let snapshot = grown.snapshot();
    let span = Spans::new(1 << 20).of(&snapshot, 0).unwrap();
    let group = GenotypeGroup::new(&snapshot, &all(&snapshot)).unwrap();
    let counts = span.counts(1, &group);
    assert_eq!((counts.one, counts.two, counts.missing), (1, 1, 2));
    assert_eq!(span.id(1), "1:20:G:C");
    assert_eq!(span.individuals(0, &[Genotype::Two], &group).len(), 1);
}

#[test]
fn what_fits_no_batch_is_refused() {
    let both = group("a", "") + &group("b", "");
    let dataset = Dataset::with_samples(1, &both);
    for name in ["a.vcf", "b.vcf"] {
        dataset.file(name, &calls(&["s0"], &[("1 10 . A G .", "0/1:7")]));
    }
    let error = dataset.error();
    assert!(
        error.starts_with("b.vcf: sample `s0` is in batch `a`"),
        "{error}"
    );
    let blocks = Dataset::with_samples(1, &group("a", "reference_blocks = 20"));
    blocks.file("a.vcf", &calls(&["s0"], &[]));
    assert!(
        blocks.error().contains("reference blocks"),
        "{}",
        blocks.error()
    );
    let named = Dataset::with_samples(1, &group("A/..", ""));
    assert!(
        named.error().contains("`batch` must have"),
        "{}",
        named.error()
    );
}

/// Puts another file in the place of an input before it is read.
struct Swapper([PathBuf; 2]);

impl crate::Progress for Swapper {
    fn at(&self, phase: &'static str, _done: u64, _total: Option<u64>) {
        let [other, input] = &self.0;
        if phase == "read variants" && other.exists() {
            fs::rename(other, input).unwrap();
        }
    }
}

/// The batch would be found again by the digest of the file that was hashed.
#[test]
fn a_batch_of_a_file_that_was_exchanged_is_not_kept() {
    let [dataset, _] = grown("reference", ["", ""]);
    let input = dataset.path("2026-10.vcf");
    let original = fs::read_to_string(&input).unwrap();
    let other = dataset.path("other");
    fs::write(&other, original.replace("0/1:7", "0/0:7")).unwrap();
    let store = dataset.store();
    let swapper = Swapper([other, input.clone()]);
    let error = ingest(dataset.directory.path(), &store, &swapper).unwrap_err();
    assert!(
        matches!(&error, IngestError::Changed { file } if file == "2026-10.vcf"),
        "{error}"
    );
    assert!(fs::read_to_string(&input).unwrap().contains("0/0:7"));
    fs::write(&input, &original).unwrap();
    let [clean, _] = grown("reference", ["", ""]);
    let [ours, theirs] = [&dataset, &clean].map(|dataset| {
        let snapshot = dataset.snapshot();
        let genotypes = snapshot.dir().join("batches/0/genotypes.parquet");
        (snapshot.id().to_owned(), fs::read(genotypes).unwrap())
    });
    assert_eq!(ours, theirs);
}
