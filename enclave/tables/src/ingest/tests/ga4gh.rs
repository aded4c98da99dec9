//! The GA4GH's metrics of whole genomes.

use super::quality::{error, read};

pub(super) const GA4GH: &str = r#"{
    "wgs_qc_metrics": {
        "aln_metrics": { "mean_autosome_coverage": 31.25, "pct_reads_mapped": 99.5 },
        "variant_metrics": { "count_snvs": 3900000 }
    },
    "biosample": { "id": "s1" }
}"#;

const SOURCE: &str = r#"
format = "ga4gh-wgs-qc"
files = ["*.metrics.json"]
columns = { a = "mean_autosome_coverage", b = "pct_reads_mapped", c = "count_snvs" }
"#;

const AT: &str = "x.metrics.json";

#[test]
fn ga4gh_metrics_are_read_where_implementations_write_them() {
    assert_eq!(read(SOURCE, &[(AT, GA4GH)]), ["s1 31.25 99.5 3900000.0"]);
    // Of alignments and of variants, one file each.
    let alignments = r#"{ "biosample": { "id": "s1" },
        "wgs_qc_metrics": { "mean_autosome_coverage": 31.01, "pct_reads_mapped": 99.74 } }"#;
    let variants =
        r#"{ "biosample": { "id": "s1" }, "vcf_qc_metrics": { "count_snvs": 3982260 } }"#;
    assert_eq!(
        read(SOURCE, &[(AT, alignments), ("y.metrics.json", variants)]),
        ["s1 31.01 99.74 3982260.0"]
    );
    let unnamed = GA4GH.replace("biosample", "sample");
    assert_eq!(
        error(SOURCE, &[(AT, &unnamed)]),
        "x.metrics.json: expected the sample's name in `biosample.id`, found none"
    );
}

#[test]
fn what_has_a_metrics_name_elsewhere_is_not_the_metric() {
    let others = r#""thresholds": { "mean_autosome_coverage": 30, "count_snvs": 1 },
        "wgs_qc_metrics": {
        "reference": { "pct_reads_mapped": 95 },
        "pct_reads_mapped": { "pct_reads_mapped": 1, "min": 2 },
        "aln_metrics": { "limits": { "mean_autosome_coverage": [30] },
            "biosample": { "id": "s0" },"#;
    let text = GA4GH.replace("\"wgs_qc_metrics\": {", others);
    let text = text.replacen("\n        \"aln_metrics\": {", "", 1);
    assert_eq!(read(SOURCE, &[(AT, &text)]), ["s1 31.25 99.5 3900000.0"]);
    let moved = GA4GH.replace("aln_metrics", "other_metrics");
    assert!(error(SOURCE, &[(AT, &moved)]).contains("has the field `mean_autosome_coverage`"));
}

#[test]
fn a_metric_and_a_sample_are_said_once() {
    let source = SOURCE.replace(", c = \"count_snvs\"", "");
    for again in [
        // In another place, and after no value.
        GA4GH.replace("count_snvs", "pct_reads_mapped"),
        GA4GH
            .replace("count_snvs", "pct_reads_mapped")
            .replace("99.5", "null"),
        GA4GH.replace(
            "\"variant_metrics\": {",
            "\"aln_metrics\": { \"pct_reads_mapped\": 99.5,",
        ),
    ] {
        assert_eq!(
            error(&source, &[(AT, &again)]),
            "x.metrics.json:4: field `pct_reads_mapped`: the field is in line 3 already; keep one \
             value of a sample"
        );
    }
    for again in [
        GA4GH.replace("\"id\": \"s1\"", "\"id\": \"s0\", \"id\": \"s1\""),
        GA4GH.replace("\"s1\" }", "\"s0\" }, \"biosample\": { \"id\": \"s1\" }"),
    ] {
        assert_eq!(
            error(SOURCE, &[(AT, &again)]),
            "x.metrics.json:6: the file has a second `biosample.id`; keep one sample in a file"
        );
    }
}
