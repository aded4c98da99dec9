//! Records of VCF files.

use super::*;

pub(super) const VARIANTS: &str = "[[variants]]\nfiles = [\"*.vcf\"]\n";

pub(super) fn dataset(samples: usize, files: &[(&[&str], &[&str])]) -> Dataset {
    with(VARIANTS, samples, files)
}

pub(super) fn with(variants: &str, samples: usize, files: &[(&[&str], &[&str])]) -> Dataset {
    let dataset = Dataset::with_samples(samples, variants);
    for (i, (columns, records)) in files.iter().enumerate() {
        dataset.file(&format!("{i}.vcf"), &vcf(columns, records));
    }
    dataset
}

pub(super) fn dosages(snapshot: &Snapshot) -> Vec<String> {
    table(
        snapshot,
        "genotypes",
        &["variant_id", "sample_id", "dosage"],
    )
}

const THREE: &[&str] = &["s0", "s1", "s2"];

#[test]
fn multiallelic_records_are_split_trimmed_and_sorted() {
    let dataset = dataset(
        3,
        &[(
            THREE,
            &[
                "chr1 100 rs1;rs2 GCACA GCA,TCACA . . . GT 0/1 1|2 2/2",
                "chr1 101 . C T . . . GT 0/0 0/1 ./.",
                "chr1 102 rs9 GAC GTC,GACC,* . . . GT 1/2 3|3 0/.",
            ],
        )],
    );
    let snapshot = dataset.snapshot();
    assert_eq!(
        table(
            &snapshot,
            "variants",
            &["__variant", "variant_id", "end", "kind", "rsid"]
        ),
        [
            "0 1:100:G:T 100 snv rs2",
            "1 1:100:GCA:G 102 deletion rs1",
            "2 1:101:C:T 101 snv -",
            "3 1:102:GAC:* 104 deletion rs9",
            "4 1:103:A:AC 103 insertion rs9",
            "5 1:103:A:T 103 snv rs9",
        ]
    );
}

#[test]
fn dosages_count_copies_and_partial_calls_are_missing_unless_they_carry() {
    let calls = "0 1 . 0/0 0|1 1/1 ./. ./1 0/. 1/2 1/1/1 /0/1";
    let columns: Vec<String> = (0..12).map(|i| format!("s{i}")).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let record = format!("X 7 . A C,G . . . GT {calls}");
    let dataset = dataset(12, &[(&columns, &[&record])]);
    let snapshot = dataset.snapshot();
    let cells = table(&snapshot, "genotypes", &["dosage"]);
    // Rows come by sample's position: s0 s1 s10 s11 s2 s3 ….
    assert_eq!(cells[..12].join(""), "0121-012-1-1");
    assert_eq!(
        dataset.ingest().unwrap().report.warnings["call with more than two copies"],
        1
    );
}

#[test]
fn every_kind_of_allele_is_kept() {
    let dataset = dataset(
        1,
        &[(
            &["s0"],
            &[
                "1 10 . A . . . . GT 0/0",
                "1 10 . AC GT . . . GT 0/1",
                "1 20 . a <DEL> . . END=50 GT 0/1",
                "1 20 . A <DEL> . . END=90 GT 1/1",
                "1 30 . A <DUP> . . SVLEN=40 GT 0/1",
                "1 40 . G G]17:198982] . . . GT 0/1",
                "1 60 . T <NON_REF> . . END=70 GT 0/0",
            ],
        )],
    );
    let snapshot = dataset.snapshot();
    assert_eq!(
        table(&snapshot, "variants", &["variant_id", "end", "kind"]),
        [
            "1:10:AC:GT 11 mnv",
            "1:20:A:<DEL>:50 50 sv",
            "1:20:A:<DEL>:90 90 sv",
            "1:30:A:<DUP>:70 70 sv",
            "1:40:G:G]17:198982] 40 sv",
        ]
    );
    let warnings = dataset.ingest().unwrap().report.warnings;
    assert_eq!(warnings["record without an alternate allele"], 2);
}

#[test]
fn absence_means_what_the_manifest_says() {
    let files: &[(&[&str], &[&str])] = &[
        (&["s0"], &["1 10 . A G . . . GT 0/1"]),
        (
            &["s1"],
            &["1 10 . A G . . . GT ./.", "1 20 . A G . . . GT 1/1"],
        ),
    ];
    let missing = dataset(2, files);
    let missing = missing.snapshot();
    assert_eq!(
        dosages(&missing),
        [
            "1:10:A:G s0 1",
            "1:10:A:G s1 -",
            "1:20:A:G s0 -",
            "1:20:A:G s1 2"
        ]
    );
    let reference = with(
        &format!("absent_genotype = \"reference\"\n{VARIANTS}"),
        2,
        files,
    );
    let reference = reference.snapshot();
    assert_eq!(
        dosages(&reference),
        [
            "1:10:A:G s0 1",
            "1:10:A:G s1 -",
            "1:20:A:G s0 0",
            "1:20:A:G s1 2"
        ]
    );
}

#[test]
fn of_a_samples_repeated_calls_the_highest_dosage_counts() {
    let dataset = dataset(
        3,
        &[
            (THREE, &["1 10 . A G . . . GT 0/0 0/1 ./."]),
            (THREE, &["1 10 . A G . . . GT 0/1 1/1 0/0"]),
        ],
    );
    assert_eq!(
        dosages(&dataset.snapshot()),
        ["1:10:A:G s0 1", "1:10:A:G s1 2", "1:10:A:G s2 0"]
    );
    let warnings = dataset.ingest().unwrap().report.warnings;
    assert_eq!(warnings["allele and sample in more than one record"], 3);
}

const PAIRS: &str = r#"
[[variants]]
files = ["*.vcf"]
samples = { NORMAL = "normal", TUMOR = "tumor" }
sample_id = "s{file_stem}"
format = ["DP", "AD", "GQ"]
info = { gene = "GENE" }
filter = ["PASS"]
"#;

#[test]
fn a_somatic_callers_tumour_carries_what_its_record_names() {
    let pairs = PAIRS.replace("s{file_stem}", "s{file_stem}{tissue}");
    let dataset = with(&pairs, 0, &[]);
    dataset.file(
        "people.tsv",
        "sample\tindividual\ns0normal\ti\ns0tumor\ti\ns1normal\tj\ns1tumor\tj\n",
    );
    dataset.file(
        "0.vcf",
        &vcf(
            &["TUMOR", "NORMAL"],
            &[
                "1 10 . A G . PASS GENE=ABC DP:AD 9:6,3 0:0,0",
                "1 11 . A G . LowQ . DP 9 8",
            ],
        ),
    );
    dataset.file(
        "1.vcf",
        &vcf(&["NORMAL", "TUMOR"], &["1 10 . A G . PASS GENE=XYZ DP 5 8"]),
    );
    let snapshot = dataset.snapshot();
    let columns = [
        "sample_id",
        "individual_id",
        "dosage",
        "depth",
        "alt_depth",
        "vaf",
        "genotype_quality",
    ];
    assert_eq!(
        table(&snapshot, "genotypes", &columns),
        [
            "s0normal i 0 0 0 - -",
            "s0tumor i 1 9 3 0.3333333333333333 -",
            "s1normal j 0 5 - - -",
            "s1tumor j 1 8 - - -",
        ]
    );
    assert_eq!(table(&snapshot, "variants", &["gene"]), ["ABC"]);
    let warnings = dataset.ingest().unwrap().report.warnings;
    assert_eq!(warnings["record left out by its filter"], 1);
    assert_eq!(warnings["allele with differing annotations"], 1);
}

#[test]
fn a_pair_that_the_header_names_needs_no_column_of_that_name() {
    let pairs = PAIRS.replace("s{file_stem}", "s{file_stem}{tissue}");
    let dataset = with(&pairs, 0, &[]);
    dataset.file(
        "people.tsv",
        "sample\tindividual\ns0normal\ti\ns0tumor\ti\n",
    );
    let calls = vcf(&["X-10A", "X-01A"], &["1 10 . A G . PASS . GT 0/0 0/1"]);
    dataset.file("0.vcf", &calls);
    let error = dataset.ingest().unwrap_err().to_string();
    assert!(error.contains("`X-10A` is not in `samples`"), "{error}");
    let named = "##tumor_sample=X-01A\n##normal_sample=X-10A\n#CHROM";
    dataset.file("0.vcf", &calls.replace("#CHROM", named));
    assert_eq!(
        table(&dataset.snapshot(), "genotypes", &["sample_id", "dosage"]),
        ["s0normal 0", "s0tumor 1"]
    );
}

#[test]
fn genotypes_can_be_restricted_to_a_cohort_to_variants_and_to_carriers() {
    let dataset = dataset(
        3,
        &[(
            THREE,
            &[
                "1 10 . A G . . . GT 0/1 0/0 1/1",
                "1 20 . A G . . . GT ./. 0/1 0/1",
                "1 30 . A G . . . GT 0/1 1/1 0/0",
            ],
        )],
    );
    let snapshot = dataset.snapshot();
    let columns = names(&["__variant", "__unit", "dosage"]);
    let (cohort, variants) = (
        [0, 1].into_iter().collect(),
        [1, 2, 77].into_iter().collect(),
    );
    let restricted = |variants, carriers| {
        rows(
            snapshot
                .genotypes(&columns, &cohort, variants, carriers)
                .unwrap(),
        )
    };
    assert_eq!(
        restricted(Some(&variants), false),
        ["1 0 -", "1 1 1", "2 0 1", "2 1 2"]
    );
    assert_eq!(restricted(None, true), ["0 0 1", "1 1 1", "2 0 1", "2 1 2"]);
    let counted = snapshot
        .genotypes(&[], &cohort, Some(&variants), true)
        .unwrap();
    assert_eq!(
        counted
            .map(|batch| batch.unwrap().num_rows())
            .sum::<usize>(),
        3
    );
    let blocks: Vec<_> = snapshot
        .blocks_of(&variants)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(blocks.len(), 2);
    assert_eq!(blocks[0].variant_id, "1:20:A:G");
    assert_eq!(blocks[0].missing.iter().collect::<Vec<_>>(), [0]);
    assert_eq!(blocks[1].dosage_2.iter().collect::<Vec<_>>(), [1]);
}

#[test]
fn bad_records_are_named_by_line_and_field() {
    let first = "1 10 . A G . . . GT 0/1";
    for (record, message) in [
        (
            "1 9 . A G . . . GT 0/1",
            "0.vcf:6: field `POS`: it is before the last record's",
        ),
        (
            "chrM 9 . A G . . . GT 0/1\n1 9 . A G . . . GT 0/1",
            "0.vcf:7: field `CHROM`: contig `1` comes after `MT`",
        ),
        (
            "2 x . A G . . . GT 0/1",
            "0.vcf:6: field `POS`: expected a 1-based position",
        ),
        (
            "2 1 . Q G . . . GT 0/1",
            "0.vcf:6: field `REF`: expected bases",
        ),
        (
            "2 1 . A 7 . . . GT 0/1",
            "0.vcf:6: field `ALT`: expected bases, `*`, a symbolic allele or a breakend",
        ),
        (
            "2 1 . A G high . . GT 0/1",
            "0.vcf:6: field `QUAL`: expected a number or `.`",
        ),
        (
            "2 1 . A G . . . DP:GT 1:0/1",
            "0.vcf:6: field `FORMAT`: expected GT first",
        ),
        (
            "2 1 . A G . . . GT 0/2",
            "0.vcf:6: field `GT`: a genotype names an allele that ALT does not list",
        ),
        (
            "2 1 . A G . . . GT 0-1",
            "0.vcf:6: field `GT`: expected numbers of alleles or `.`",
        ),
        (
            "2 1 . A G . . . GT 0/1 0/1",
            "0.vcf:6: field `samples`: expected 1 sample columns as in the header, found more",
        ),
        (
            "2 1 . A G . . . GT",
            "0.vcf:6: field `samples`: expected 1 sample columns as in the header, found fewer",
        ),
        (
            "2 1 . A G",
            "0.vcf:6: field `QUAL`: expected UTF-8 text between tabs",
        ),
        (
            "2 1 . A <DEL> . . END=x GT 0/1",
            "0.vcf:6: field `INFO/END`: expected a 1-based position",
        ),
    ] {
        let error = dataset(1, &[(&["s0"], &[first, record])]).error();
        assert!(error.starts_with(message), "{error}");
    }
}

#[test]
fn bad_headers_and_unknown_samples_are_named() {
    let unknown = dataset(1, &[(&["s7"], &[])]);
    assert_eq!(
        unknown.error(),
        "0.vcf: sample `s7` has no row in table `samples`; add one that says whose it is"
    );
    let repeated = dataset(1, &[]);
    repeated.file("0.vcf", "##fileformat=VCFv4.2\n##contig=<ID=1\n");
    assert!(
        repeated
            .error()
            .starts_with("0.vcf:2: expected a VCF header line")
    );
    repeated.file("0.vcf", "1\t10\n");
    assert!(
        repeated
            .error()
            .starts_with("0.vcf:1: expected a VCF or BCF file")
    );
    let sites = dataset(1, &[]);
    sites.file(
        "0.vcf",
        "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n",
    );
    assert!(sites.error().starts_with("0.vcf: the file has no samples"));
}

#[test]
fn a_bgzf_file_cut_at_a_blocks_end_is_refused() {
    let dataset = dataset(1, &[]);
    let mut writer = noodles_bgzf::io::Writer::new(Vec::new());
    writer
        .write_all(vcf(&["s0"], &["1 10 . A G . . . GT 0/1"]).as_bytes())
        .unwrap();
    let whole = writer.finish().unwrap();
    fs::write(dataset.path("0.vcf"), &whole[..whole.len() - 28]).unwrap();
    assert!(dataset.error().contains("its BGZF end block is missing"));
    fs::write(dataset.path("0.vcf"), &whole).unwrap();
    assert_eq!(dosages(&dataset.snapshot()), ["1:10:A:G s0 1"]);
}
