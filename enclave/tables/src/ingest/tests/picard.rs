//! Picard's metrics files, and how sources make rows.

use super::*;

/// A table of these sources and columns.
fn table_of(sources: &str, columns: &str) -> String {
    format!(
        "[tables.qc_metrics]\nprofile = \"technical\"\n{sources}\n[tables.qc_metrics.columns]\n\
         sample_id = {{ role = \"identifier\" }}\nindividual_id = {{ role = \"unit\" }}\n\
         stage = {{ role = \"attribute\", domain = [\"qc1\", \"qc2\"] }}\n{columns}\n"
    )
}

const COLUMNS: &str = r#"
mapped_rate = { role = "technical", type = "float", bounds = [0, 100], unit = "%" }
duplicate_rate = { role = "technical", type = "float", bounds = [0, 1] }
insert_size = { role = "technical", type = "float" }
"#;

const SOURCES: &str = r#"
[[tables.qc_metrics.sources]]
format = "picard"
files = ["{stage}/{sample_id}.alignment.txt", "{stage}/{sample_id}.dup.txt"]
columns = { mapped_rate = { field = "PCT_PF_READS_ALIGNED", scale = 100 }, duplicate_rate = "PERCENT_DUPLICATION" }

[[tables.qc_metrics.sources]]
format = "picard"
files = ["qc2/*_insert.txt.gz"]
sample = "{sample_id}-lib"
stage = "qc2"
columns = { insert_size = "MEDIAN_INSERT_SIZE" }
"#;

fn metrics(class: &str, rows: &[&str]) -> String {
    let mut text = "## htsjdk.samtools.metrics.StringHeader\n# Tool INPUT=x\n\n".to_owned();
    text.push_str(&format!("## METRICS CLASS\tpicard.{class}\n"));
    for row in rows {
        text.push_str(&row.replace(' ', "\t"));
        text.push('\n');
    }
    text.push_str("\n## HISTOGRAM\tjava.lang.Integer\nbin\tcount\n1\t5\n\n");
    text
}

pub(super) fn alignment(pair: &str) -> String {
    metrics(
        "analysis.AlignmentSummaryMetrics",
        &[
            "CATEGORY PF_READS PCT_PF_READS_ALIGNED SAMPLE LIBRARY READ_GROUP",
            "FIRST_OF_PAIR 50 0.1   ",
            "SECOND_OF_PAIR 50 0.2   ",
            &format!("PAIR 100 {pair}   "),
            "PAIR 100 0.3 s0  ",
            "PAIR 100 0.4 s0 l0 rg0",
        ],
    )
}

pub(super) fn duplicates(rate: &str) -> String {
    let header = "LIBRARY UNPAIRED_READS_EXAMINED READ_PAIRS_EXAMINED UNPAIRED_READ_DUPLICATES \
                  READ_PAIR_DUPLICATES PERCENT_DUPLICATION";
    metrics(
        "sam.DuplicationMetrics",
        &[header, &format!("Unknown 10 45 5 10 {rate}")],
    )
}

fn inserts() -> String {
    metrics(
        "analysis.InsertSizeMetrics",
        &[
            "MEDIAN_INSERT_SIZE READ_PAIRS PAIR_ORIENTATION SAMPLE LIBRARY READ_GROUP",
            "999 9 FR   ",
            "950 7 RF s0-lib  ",
            "412 70 FR s0-lib  ",
            "1311 2 TANDEM s0-lib  ",
            "388 80 FR s1-lib  ",
            "100 80 FR s1-lib l rg",
            "17 80 FR control  ",
        ],
    )
}

fn dataset(sources: &str) -> Dataset {
    let dataset = Dataset::with_samples(2, &table_of(sources, COLUMNS));
    dataset.file("qc1/s0.alignment.txt", &alignment("0.57"));
    dataset.file("qc1/s0.dup.txt", &duplicates("0.25"));
    dataset.file("qc2/s0.alignment.txt", &alignment("0,998166"));
    dataset.file("qc2/s1.alignment.txt", &alignment("?"));
    dataset.gzip("qc2/all_insert.txt.gz", &inserts());
    dataset
}

#[test]
fn several_files_make_one_row_for_each_sample_and_stage() {
    let dataset = dataset(SOURCES);
    let report = dataset.ingest().unwrap().report;
    let snapshot = dataset.snapshot();
    assert_eq!(
        table(
            &snapshot,
            "qc_metrics",
            &[
                "sample_id",
                "individual_id",
                "stage",
                "mapped_rate",
                "duplicate_rate",
                "insert_size",
                "__unit"
            ]
        ),
        [
            "s0 i0 qc1 57.0 0.25 - 0",
            "s0 i0 qc2 99.8166 - 412.0 0",
            "s1 i1 qc2 - - 388.0 1",
        ]
    );
    assert_eq!(report.rows["qc_metrics"], 3);
    let left_out = "sample's name that does not fit, left out";
    assert_eq!(report.warnings[left_out], 1);
    assert!(report.inputs.contains_key("qc2/all_insert.txt.gz"));
}

#[test]
fn another_file_gives_another_snapshot() {
    let dataset = dataset(SOURCES);
    let first = dataset.ingest().unwrap().snapshot;
    assert_eq!(dataset.ingest().unwrap().snapshot, first);
    dataset.file("qc1/s0.dup.txt", &duplicates("0.26"));
    assert_ne!(dataset.ingest().unwrap().snapshot, first);
}

#[test]
fn duplicates_of_several_libraries_and_q30_are_derived_from_counts() {
    let source = r#"
[[tables.qc_metrics.sources]]
format = "picard"
files = ["qc/{sample_id}.*.txt"]
stage = "qc1"
columns = { duplicate_rate = "duplicate_rate", mapped_rate = "q30_rate", insert_size = "MEDIAN_INSERT_SIZE" }
"#;
    // A folder or name with a part in braces has no wildcard.
    let dataset = Dataset::with_samples(1, &table_of(source, COLUMNS));
    assert!(dataset.error().contains("must not have `*`"));

    let source = source.replace("{sample_id}.*.txt", "{sample_id}.txt");
    let dataset = Dataset::with_samples(1, &table_of(&source, COLUMNS));
    let mut text = metrics(
        "sam.DuplicationMetrics",
        &[
            "LIBRARY UNPAIRED_READS_EXAMINED READ_PAIRS_EXAMINED UNPAIRED_READ_DUPLICATES READ_PAIR_DUPLICATES PERCENT_DUPLICATION",
            "a 10 45 5 10 0.25",
            "b 100 0 25 0 0.25",
        ],
    );
    text.push_str(&metrics(
        "analysis.CollectQualityYieldMetrics$QualityYieldMetrics",
        &["PF_BASES PF_Q30_BASES", "1000 905"],
    ));
    text.push_str(&inserts().replace("s0-lib", "").replace("s1-lib", "x"));
    dataset.file("qc/s0.txt", &text);
    let snapshot = dataset.snapshot();
    let columns = ["duplicate_rate", "mapped_rate", "insert_size"];
    assert_eq!(
        table(&snapshot, "qc_metrics", &columns),
        ["0.25 0.905 412.0"]
    );
}

#[test]
fn faults_are_named_by_file_line_and_field() {
    let write = |name: &'static str, text: String| move |d: &Dataset| d.file(name, &text);
    type Change = Box<dyn Fn(&Dataset)>;
    let cases: Vec<(Change, &str)> = vec![
        (
            Box::new(write("qc1/s0.alignment.txt", alignment("1.2"))),
            "qc1/s0.alignment.txt:8: field `PCT_PF_READS_ALIGNED`: expected a number from 0 to 100",
        ),
        (
            Box::new(write("qc1/s0.alignment.txt", alignment("high"))),
            "qc1/s0.alignment.txt:8: field `PCT_PF_READS_ALIGNED`: expected a number",
        ),
        (
            Box::new(write("qc1/s0.alignment.txt", alignment("inf"))),
            "qc1/s0.alignment.txt:8: field `PCT_PF_READS_ALIGNED`: expected a number",
        ),
        (
            Box::new(write("qc1/s0.alignment.txt", alignment("0.5 7"))),
            "qc1/s0.alignment.txt:8: expected 6 fields as in the metrics' header, found 7",
        ),
        (
            Box::new(write("qc1/s9.alignment.txt", alignment("0.5"))),
            "qc1/s9.alignment.txt:8: field `sample_id`: sample `s9` has no row in table `samples`; \
             add one, or say with `sample` and `sample_id` how samples are named",
        ),
        (
            Box::new(write("qc3/s0.alignment.txt", alignment("0.5"))),
            "qc3/s0.alignment.txt:8: field `stage`: expected one of `qc1`, `qc2`; others need a \
             `map` or `missing`",
        ),
        (
            Box::new(write("qc1/s0.dup.txt", inserts())),
            "qc1/s0.dup.txt: expected a field of `PCT_PF_READS_ALIGNED`, `PERCENT_DUPLICATION`, \
             found none; correct `columns`, `files` or `only`",
        ),
        (
            Box::new(write("qc1/s0.dup.txt", "LIBRARY\tREADS\n".to_owned())),
            "qc1/s0.dup.txt: expected a file of Picard's, with a line `## METRICS CLASS`",
        ),
        (
            Box::new(write("qc1/s0.dup.txt", alignment("0.5"))),
            "qc1/s0.dup.txt:8: field `PCT_PF_READS_ALIGNED`: sample `s0` at stage `qc1` has \
             `mapped_rate` already from qc1/s0.alignment.txt:8; let one place give it",
        ),
        (
            Box::new(write(
                "qc1/s0.dup.txt",
                metrics("m", &["LIBRARY PERCENT_DUPLICATION", "a 0.1", "b 0.2"]),
            )),
            "qc1/s0.dup.txt:7: the metrics have a second row for the sample; say with `only` which \
             to read",
        ),
    ];
    for (change, message) in cases {
        let dataset = dataset(SOURCES);
        change(&dataset);
        assert_eq!(dataset.error(), message);
    }
    let source = SOURCES.replace("PERCENT_DUPLICATION", "PCT_DUPLICATION");
    assert!(
        dataset(&source)
            .error()
            .starts_with("qc1/s0.dup.txt: expected a field of")
    );
    let source = SOURCES.replace(", \"{stage}/{sample_id}.dup.txt\"", "");
    let error = dataset(&source).error();
    assert!(error.ends_with(
        ": no file of the source has the field `PERCENT_DUPLICATION`; write it as the tool does"
    ));
}

#[test]
fn rows_are_chosen_by_what_only_says() {
    let source = r#"
[[tables.qc_metrics.sources]]
format = "picard"
files = ["{sample_id}.alignment.txt"]
stage = "qc2"
only = { CATEGORY = "FIRST_OF_PAIR" }
columns = { mapped_rate = { field = "PCT_PF_READS_ALIGNED", scale = 100 } }
"#;
    let columns = COLUMNS.lines().nth(1).unwrap();
    let dataset = Dataset::with_samples(1, &table_of(source, columns));
    dataset.file("s0.alignment.txt", &alignment("0.57"));
    let read = table(&dataset.snapshot(), "qc_metrics", &["mapped_rate"]);
    assert_eq!(read, ["10.0"]);
    let folders = source.replace("{sample_id}.al", "{sample_id}/{sample_id}.al");
    let other = Dataset::with_samples(1, &table_of(&folders, columns));
    other.file("s0/s1.alignment.txt", &alignment("0.57"));
    assert_eq!(
        other.error(),
        "s0/s1.alignment.txt: expected a name that gives each part in braces one value, which is \
         not empty"
    );
    for (to, message) in [
        (
            "CATEGROY = \"PAIR\"",
            "s0.alignment.txt:5: field `CATEGROY`: the metrics have no such field, which `only` names",
        ),
        (
            "CATEGORY = \"UNPAIRED\"",
            "s0.alignment.txt: expected a field of `PCT_PF_READS_ALIGNED`, found none; correct \
             `columns`, `files` or `only`",
        ),
        (
            "SAMPLE = \"s0\"",
            "s0.alignment.txt:10: the metrics have a second row for the sample; say with `only` \
             which to read",
        ),
    ] {
        let source = source.replace("CATEGORY = \"FIRST_OF_PAIR\"", to);
        let dataset = Dataset::with_samples(1, &table_of(&source, columns));
        dataset.file("s0.alignment.txt", &alignment("0.57"));
        assert_eq!(dataset.error(), message);
    }
}

#[test]
fn mistakes_in_sources_are_named_by_line() {
    for (from, to, message) in [
        ("\"picard\"", "\"picards\"", "unknown variant `picards`"),
        (
            "\"{stage}/{sample_id}.alignment.txt\", ",
            "\"../x\", ",
            "must be relative",
        ),
        (
            "{sample_id}.dup",
            "{sample}.dup",
            "`{sample_id}` is not known",
        ),
        (
            "{sample_id}.dup",
            "{sample_id}{x}.dup",
            "more than one part in braces",
        ),
        (
            "{sample_id}.dup",
            "{Sample}.dup",
            "must name its parts as in",
        ),
        ("stage = \"qc2\"", "", "`stage` must say which stage"),
        (
            "scale = 100",
            "scale = 99",
            "column `mapped_rate`: `scale` must be a power of ten",
        ),
        ("scale = 100", "factor = 100", "unknown field `factor`"),
        (
            "insert_size = \"MED",
            "stage = \"MED",
            "column `stage`: it makes the row",
        ),
        (
            "insert_size = \"MED",
            "size = \"MED",
            "column `size`: the table declares no such column",
        ),
        (
            ", duplicate_rate = \"PERCENT_DUPLICATION\"",
            "",
            "column `duplicate_rate` is filled by none",
        ),
        (
            "insert_size = {",
            "insert_size = { from = \"x\",",
            "`from` is for tables with `files`",
        ),
        (
            "profile = \"technical\"",
            "files = [\"x\"]",
            "either from `files` or from `sources`",
        ),
        (
            "profile = \"technical\"",
            "comment = \"#\"",
            "are for tables with `files`",
        ),
        ("tables.qc_metrics", "tables.individuals", "duplicate key"),
        (
            "sample_id = { role = \"identifier\" }\nindividual_id = { role = \"unit\" }\nstage",
            "individual_id = { role = \"unit\" }\nstage",
            "needs a text column `sample_id`",
        ),
    ] {
        let manifest = table_of(SOURCES, COLUMNS);
        let changed = manifest.replace(from, to);
        assert_ne!(manifest, changed, "{from}");
        let error = Dataset::with_samples(1, &changed).error();
        assert!(error.starts_with("dataset.toml:"), "{error}");
        assert!(error.contains(message), "{error}\n{message}");
    }
}
