//! Records of BCF files.

use std::io::Read;

use noodles::bcf;
use noodles::vcf::{self, header::FileFormat, variant::io::Write as _};

use super::*;

const HEADER: &str = r#"##fileformat=VCFv4.4
##contig=<ID=1>
##contig=<ID=X>
##FILTER=<ID=LowQ,Description="Low">
##INFO=<ID=END,Number=1,Type=Integer,Description="End">
##INFO=<ID=GENE,Number=A,Type=String,Description="Gene">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Quality">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Depths">
"#;

const RECORDS: [&str; 5] = [
    "#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT s0 s1 s2",
    "1 10 rs1 A G,T 5 PASS GENE=ABC,DEF GT:DP:GQ:AD 0/1:9:7:5,4,0 2|2:300:.:0,0,300 ./.:.:.:.",
    "1 10 . A C . LowQ . GT 0/0 0/1 1/1",
    "1 20 . A <DEL> . PASS END=90 GT:DP 0/1:1 0/0:2 1/.:70000",
    "X 30 rs3 AC A . PASS GENE=GHI GT:AD 0:1,2 1:3,4 ./.:5,6",
];

pub(super) const MANIFEST: &str = r#"
[[variants]]
files = ["cohort.*"]
info = { gene = "GENE" }
format = ["DP", "GQ", "AD"]
filter = ["PASS"]
"#;

fn text() -> String {
    let records = RECORDS.join("\n").replace(' ', "\t");
    format!("{HEADER}{records}\n")
}

/// The records as BCF, written with noodles, not compressed.
pub(super) fn binary() -> Vec<u8> {
    let text = text();
    let mut reader = vcf::io::Reader::new(text.as_bytes());
    let header = reader.read_header().unwrap();
    assert_eq!(header.file_format(), FileFormat::new(4, 4));
    let mut writer = bcf::io::Writer::from(Vec::new());
    writer.write_header(&header).unwrap();
    for record in reader.record_bufs(&header) {
        writer
            .write_variant_record(&header, &record.unwrap())
            .unwrap();
    }
    writer.into_inner()
}

pub(super) fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut writer = noodles_bgzf::io::Writer::new(Vec::new());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

#[test]
fn bcf_and_vcf_of_the_same_records_give_the_same_rows() {
    let from_text = Dataset::with_samples(3, MANIFEST);
    from_text.file("cohort.vcf", &text());
    let from_binary = Dataset::with_samples(3, MANIFEST);
    fs::write(from_binary.path("cohort.bcf"), compressed(&binary())).unwrap();
    let (from_text, from_binary) = (from_text.snapshot(), from_binary.snapshot());

    let columns = ["variant_id", "end", "rsid", "kind", "gene"];
    let variants = table(&from_binary, "variants", &columns);
    assert_eq!(
        variants,
        [
            "1:10:A:G 10 rs1 snv ABC",
            "1:10:A:T 10 rs1 snv DEF",
            "1:20:A:<DEL>:90 90 - sv -",
            "X:30:AC:A 31 rs3 deletion GHI"
        ]
    );
    assert_eq!(variants, table(&from_text, "variants", &columns));

    let columns = [
        "__variant",
        "sample_id",
        "dosage",
        "depth",
        "genotype_quality",
        "alt_depth",
    ];
    let genotypes = table(&from_binary, "genotypes", &columns);
    assert_eq!(
        genotypes,
        [
            "0 s0 1 9 7 4",
            "0 s1 0 300 - 0",
            "0 s2 - - - -",
            "1 s0 0 9 7 0",
            "1 s1 2 300 - 300",
            "1 s2 - - - -",
            "2 s0 1 1 - -",
            "2 s1 0 2 - -",
            "2 s2 1 70000 - -",
            "3 s0 0 - - 2",
            "3 s1 1 - - 4",
            "3 s2 - - - 6",
        ]
    );
    assert_eq!(genotypes, table(&from_text, "genotypes", &columns));
}

#[test]
fn a_damaged_bcf_is_an_error_or_other_rows_and_never_a_crash() {
    let whole = binary();
    let dataset = Dataset::with_samples(3, MANIFEST);
    let mut accepted = 0;
    for at in (0..whole.len()).rev().step_by(11) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x05;
        fs::write(dataset.path("cohort.bcf"), compressed(&damaged)).unwrap();
        // Either is sound: a damaged genotype may be another genotype.
        let _ = dataset.ingest();
        fs::write(dataset.path("cohort.bcf"), compressed(&whole[..at])).unwrap();
        accepted += usize::from(dataset.ingest().is_ok());
    }
    // Only a file cut between records looks whole.
    assert!(accepted < RECORDS.len(), "{accepted}");
}

#[test]
fn a_damaged_compressed_file_is_an_error() {
    let dataset = Dataset::with_samples(3, MANIFEST);
    let whole = compressed(&binary());
    let mut inflated = Vec::new();
    noodles_bgzf::io::Reader::new(whole.as_slice())
        .read_to_end(&mut inflated)
        .unwrap();
    assert_eq!(inflated, binary());
    for at in (20..whole.len() - 28).step_by(7) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        fs::write(dataset.path("cohort.bcf"), damaged).unwrap();
        assert!(dataset.ingest().is_err(), "byte {at}");
    }
}

/// Neither is so much memory taken, nor is the rest of the file left out.
#[test]
fn a_record_that_says_it_has_no_bytes_or_too_many_is_an_error() {
    let whole = binary();
    let header = u32::from_le_bytes(whole[5..9].try_into().unwrap());
    let first = 9 + usize::try_from(header).unwrap();
    for length in [0, u32::MAX, 200 << 20] {
        let dataset = Dataset::with_samples(3, MANIFEST);
        let mut damaged = whole.clone();
        damaged[first..first + 4].copy_from_slice(&u32::to_le_bytes(length));
        fs::write(dataset.path("cohort.bcf"), compressed(&damaged)).unwrap();
        let error = dataset.error();
        assert!(error.contains("it cannot be read"), "{error}");
    }
}
