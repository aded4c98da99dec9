//! What sequencing centres really write.

use super::records::{VARIANTS, dataset, dosages, with};
use super::*;

#[test]
fn a_file_without_any_genotype_is_refused() {
    let records = ["1 10 . A G . . . DP 3", "1 20 . C T . . . DP 4"];
    let error = dataset(1, &[(&["s0"], &records)]).error();
    assert!(
        error.starts_with("0.vcf: no record has GT; for a somatic caller"),
        "{error}"
    );
}

#[test]
fn a_file_of_another_assembly_is_refused_and_accessions_are_names() {
    let record = "NC_000001.10 10 . A G . . . GT 0/1";
    let named = with(VARIANTS, 1, &[(&["s0"], &[record])]);
    let ids = table(&named.snapshot(), "variants", &["variant_id"]);
    assert_eq!(ids, ["1:10:A:G"]);
    for (contig, said) in [
        (
            "<ID=chr1,length=248956422>",
            "has 248956422 bases, as in GRCh38",
        ),
        ("<ID=NC_000001.11>", "is of GRCh38"),
    ] {
        let other = with(VARIANTS, 1, &[]);
        let text = vcf(&["s0"], &["chr1 10 . A G . . . GT 0/1"]);
        let head = format!("##fileformat=VCFv4.2\n##contig={contig}\n");
        other.file("0.vcf", &text.replacen("##fileformat=VCFv4.2\n", &head, 1));
        let error = other.error();
        assert!(
            error.contains(said) && error.contains("says GRCh37"),
            "{error}"
        );
    }
    let beyond = with(
        VARIANTS,
        1,
        &[(&["s0"], &["21 50000000 . A G . . . GT 0/1"])],
    );
    let error = beyond.error();
    assert!(
        error.contains("0.vcf:5") && error.contains("ends at 48129895"),
        "{error}"
    );
}

#[test]
fn lines_that_end_in_a_tab_are_read_and_counted() {
    let dataset = with(VARIANTS, 2, &[]);
    let text = vcf(
        &["s0", "s1"],
        &[
            "1 10 . A G . . . GT 0/1 0/0",
            "1 20 . C T . . . GT:DP 0/0:3 1/1:4",
        ],
    );
    dataset.file(
        "0.vcf",
        &text
            .replace("0/0\n", "0/0\t\n")
            .replace("1/1:4\n", "1/1:4\t\n"),
    );
    let report = dataset.ingest().unwrap().report;
    assert_eq!(report.warnings["record that ends in a tab"], 2);
    assert_eq!((report.transitions, report.transversions), (2, 0));
    assert_eq!((report.genotypes, report.missing_genotypes), (4, 0));
    assert_eq!(report.inputs["0.vcf"].len(), 64);
    // Another cell is another sample.
    for more in ["\t0/1", "\t\t", "\t."] {
        let longer = with(VARIANTS, 2, &[]);
        longer.file("0.vcf", &text.replace("0/0\n", &format!("0/0{more}\n")));
        assert!(longer.error().contains("found more"), "{more:?}");
    }
}

#[test]
fn long_runs_of_reference_genotypes_are_counted_as_exactly_as_short_ones() {
    let columns: Vec<String> = (0..70).map(|i| format!("s{i}")).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut records = Vec::new();
    let mut carriers = Vec::new();
    for (n, separator) in [
        (0, '|'),
        (15, '/'),
        (16, '|'),
        (17, '/'),
        (33, '|'),
        (69, '/'),
    ] {
        let calls: Vec<String> = (0..70)
            .map(|i| format!("0{separator}{}", u8::from(i == n)))
            .collect();
        records.push(format!("1 {} . A G . . . GT {}", 10 + n, calls.join(" ")));
        carriers.push(format!("1:{}:A:G s{n} 1", 10 + n));
    }
    let records: Vec<&str> = records.iter().map(String::as_str).collect();
    let dataset = with(VARIANTS, 70, &[(&columns, &records)]);
    let snapshot = dataset.snapshot();
    let cells = dosages(&snapshot);
    let carried: Vec<&String> = cells.iter().filter(|cell| cell.ends_with(" 1")).collect();
    assert_eq!(carried, carriers.iter().collect::<Vec<_>>());
    // One sample too few or too many is still found behind a long run.
    for calls in [vec!["0|0"; 69], vec!["0|0"; 71], vec!["0|0"; 86]] {
        let record = format!("1 10 . A G . . . GT {}", calls.join(" "));
        let wrong = with(VARIANTS, 70, &[(&columns, &[&record])]);
        assert!(wrong.error().contains("expected 70 sample columns"));
    }
}

#[test]
fn records_without_genotypes_among_others_are_missing() {
    let dataset = with(
        VARIANTS,
        2,
        &[(
            &["s0", "s1"],
            &["1 10 . A G . . . GT 0/1 0/0", "1 20 . C T . . . DP 3 4"],
        )],
    );
    let report = dataset.ingest().unwrap().report;
    let warning = "record without genotypes, which are missing";
    assert_eq!((report.warnings[warning], report.missing_genotypes), (1, 2));
}

#[test]
fn header_lines_that_say_nothing_are_counted_and_contigs_may_stand_in_any_order_of_one_file() {
    let dataset = with(VARIANTS, 1, &[]);
    let records = [
        "decoy 5 . A G . . . GT 0/1",
        "2 10 . A G . . . GT 0/1",
        "1 3 . A G . . . GT 1/1",
    ];
    let odd = "##fileformat=VCFv4.2\n##PEDIGREE=<Name_0=Something>\n##odd\n";
    let text = vcf(&["s0"], &records).replacen("##fileformat=VCFv4.2\n", odd, 1);
    dataset.file("0.vcf", &text);
    let snapshot = dataset.snapshot();
    let ids = table(&snapshot, "variants", &["variant_id"]);
    assert_eq!(ids, ["decoy:5:A:G", "2:10:A:G", "1:3:A:G"]);
    let warnings = dataset.ingest().unwrap().report.warnings;
    assert!(
        warnings["header line that is not understood"] >= 1,
        "{warnings:?}"
    );
}

#[test]
fn a_contig_that_comes_back_is_refused() {
    let records = [
        "2 9 . A G . . . GT 0/1",
        "1 9 . A G . . . GT 0/1",
        "chr2 10 . A G . . . GT 0/1",
    ];
    let error = dataset(1, &[(&["s0"], &records)]).error();
    assert!(
        error.contains("0.vcf:7: field `CHROM`: contig `2` comes after `1`"),
        "{error}"
    );
}

#[test]
fn a_callers_own_share_of_the_reads_is_kept_and_goes_before_the_depths() {
    let of = |format: &str, record: &str| {
        let variants = format!("{VARIANTS}format = [{format}]\n");
        with(&variants, 2, &[(&["s0", "s1"], &[record])])
    };
    let shares = |dataset: &Dataset| {
        table(
            &dataset.snapshot(),
            "genotypes",
            &["variant_id", "sample_id", "vaf"],
        )
    };
    let record = "1 10 . A G,T . . . GT:AF:DP:AD 0/1:0.25,.:8:4,4,0 1/2:1e-3,1:10:0,5,5";
    assert_eq!(
        shares(&of("\"AF\"", record)),
        [
            "1:10:A:G s0 0.25",
            "1:10:A:G s1 0.001",
            "1:10:A:T s0 -",
            "1:10:A:T s1 1.0"
        ]
    );
    // Where the caller says nothing, depths do.
    assert_eq!(
        shares(&of("\"DP\", \"AD\", \"AF\"", record)),
        [
            "1:10:A:G s0 0.25",
            "1:10:A:G s1 0.001",
            "1:10:A:T s0 0.0",
            "1:10:A:T s1 1.0"
        ]
    );
    for wrong in ["1.2,0", "-0.1,0", "nan,0", "0.5"] {
        let error = of("\"AF\"", &record.replace("0.25,.", wrong)).error();
        assert!(error.contains("0.vcf:5: field `AF`"), "{wrong}: {error}");
    }
}
