//! What outputs of quality control may hold, and what is kept and repeated of them.

use super::quality::{
    DISTRIBUTION, FLAGSTAT_JSON, STATS, STATS_SOURCE, SUMMARY, error, read, stats,
};

#[test]
fn metrics_may_have_any_width_and_are_kept_as_far_as_they_are_asked_for() {
    let source = "format = \"picard\"\nfiles = [\"{sample_id}.txt\"]\nonly = { KIND = \"a\" }\n\
                  columns = { a = \"SIZE\" }";
    let wide = "\t".repeat(100_000);
    let rows = |row: &str, n: usize| {
        let row = format!("{row}\n").repeat(n);
        format!("## METRICS CLASS\tx\nKIND{wide}SIZE\na{wide}5\n{row}\n")
    };
    let other = rows(&format!("b{wide}7"), 50);
    assert_eq!(read(source, &[("s0.txt", &other)]), ["s0 5.0"]);

    let long = "7".repeat(800_000);
    assert_eq!(
        error(source, &[("s0.txt", &rows(&format!("b{wide}{long}"), 50))]),
        "s0.txt:45: expected at most 10000 rows, whose fields that are read have at most 33554432 \
         bytes; write one sample's metrics to a file"
    );
    assert_eq!(
        error(source, &[("s0.txt", &rows("b", 1))]),
        "s0.txt:4: expected 100001 fields as in the metrics' header, found 1"
    );
    let twice = "## METRICS CLASS\tx\nKIND\tSIZE\tSIZE\na\t5\t7\n";
    assert_eq!(
        error(source, &[("s0.txt", twice)]),
        "s0.txt:2: field `SIZE`: the metrics have the field twice; keep one"
    );
}

#[test]
fn mosdepth_says_each_figure_once() {
    let source = r#"
format = "mosdepth"
files = ["{sample_id}.txt"]
columns = { a = "FIELD" }
"#;
    let twice = format!("{SUMMARY}total\t1\t2\t-\t4\t5\n");
    assert_eq!(
        error(&source.replace("FIELD", "mean"), &[("s0.txt", &twice)]),
        "s0.txt:6: field `mean`: the field is in line 4 already; keep one value of a sample"
    );
    let twice = format!("{DISTRIBUTION}total\t900\t0.01\n");
    let source = source.replace("FIELD", "at_least_30x");
    assert_eq!(
        error(&source, &[("s0.txt", &twice)]),
        "s0.txt:10: expected depths of a contig downwards; keep one sample's"
    );
}

#[test]
fn a_file_may_have_any_number_of_fields_that_nobody_asks_for() {
    let more: String = (0..20_000).map(|n| format!("SN\tx{n}:\t1\n")).collect();
    let text = format!("{}{more}", stats());
    let source = format!("{STATS_SOURCE}columns = {{ a = \"mapped_rate\" }}");
    assert_eq!(read(&source, &[("s0/x.stats", &text)]), ["s0 0.8"]);
    let nested = FLAGSTAT_JSON.replace("\"total\": 1050", "\"total\": 1050, \"x\": {\"total\": 1}");
    let source = "format = \"samtools-flagstat\"\nfiles = [\"{sample_id}.json\"]\n\
                  columns = { a = \"total\" }";
    assert_eq!(read(source, &[("s0.json", &nested)]), ["s0 1050.0"]);
}

const MULTIQC: &str = "format = \"multiqc\"\nfiles = [\"x\"]\ncolumns = { a = \"f\" }";

#[test]
fn a_value_is_short() {
    let long = "7".repeat(5000);
    let text = STATS.replace("401.5", &long);
    let source = format!("{STATS_SOURCE}columns = {{ a = \"insert size average\" }}");
    assert_eq!(
        error(&source, &[("s0/x.stats", &text)]),
        "s0/x.stats:9: field `insert size average`: expected a value of at most 4096 bytes"
    );
    let text = format!("{{\"report_general_stats_data\": [{{\"s0\": {{\"f\": \"{long}\"}}}}]}}");
    assert_eq!(
        error(MULTIQC, &[("x", &text)]),
        "x:1: expected a value of at most 4096 bytes"
    );
}

#[test]
fn an_error_names_samples_and_repeats_no_other_text() {
    let rest = "has no row in table `samples`; add one, or say with `sample` and `sample_id` how \
                samples are named";
    let long = "7".repeat(5000);
    for (sample, named) in [
        ("s7", "sample `s7`"),
        (&long, "a text that is no sample's name"),
        ("s0\u{1b}[2J", "a text that is no sample's name"),
    ] {
        let text = format!("Sample\tf\n{sample}\t1\n");
        let expected = format!("x:2: field `sample_id`: {named} {rest}");
        assert_eq!(error(MULTIQC, &[("x", &text)]), expected);
    }
}
