//! Outputs of MultiQC and VerifyBamID.

use super::quality::{error, read};

pub(super) const SECTIONS: &str = r#"{
  "report_plot_data": { "x": [[1, {"s9": {"PERCENT_DUPLICATION": "NaN \" I"}}]] },
  "report_general_stats_data": {
    "picard": {
      "s0_md": { "PERCENT_DUPLICATION": 0.07, "summed_mean": 401.5 },
      "s1_md": { "PERCENT_DUPLICATION": NaN }
    },
    "mosdepth": { "s0_md": { "30_x_pc": 91.5, "other": [1, 2] }, "s1_md": { "30_x_pc": -Infinity } },
    "fastqc": { "s0_R1": { "percent_gc": 41.0, "30_x_pc": 5 } }
  },
  "report_saved_raw_data": {
    "multiqc_picard_dups": { "s0_md": { "PERCENT_DUPLICATION": 0.08 } }
  }
}
"#;

const MULTIQC: &str = r#"
format = "multiqc"
files = ["multiqc_data/multiqc_data.json"]
sample = "{sample_id}_md"
columns = { a = { field = "PERCENT_DUPLICATION", scale = 100 }, b = "30_x_pc" }
"#;

#[test]
fn multiqc_data_are_read_by_sample_and_section() {
    let at = "multiqc_data/multiqc_data.json";
    assert_eq!(read(MULTIQC, &[(at, SECTIONS)]), ["s0 7.0 91.5", "s1 - -"]);
    // As of versions that wrote a list of sections.
    let list = r#"{"report_general_stats_data": [
        {"s0_md": {"PERCENT_DUPLICATION": 0.5}}, {"s0_md": {"30_x_pc": "?"}, "s1_md": {"30_x_pc": 4e1}}
    ]}"#;
    assert_eq!(read(MULTIQC, &[(at, list)]), ["s0 50.0 -", "s1 - 40.0"]);
    let raw = MULTIQC.replace("\"PERC", "\"multiqc_picard_dups:PERC");
    assert_eq!(read(&raw, &[(at, SECTIONS)]), ["s0 8.0 91.5", "s1 - -"]);

    let unnamed = MULTIQC.replace("sample = \"{sample_id}_md\"", "");
    assert_eq!(
        error(&unnamed, &[(at, SECTIONS)]),
        "multiqc_data/multiqc_data.json:5: field `sample_id`: sample `s0_md` has no row in table \
         `samples`; add one, or say with `sample` and `sample_id` how samples are named"
    );
    let twice = SECTIONS.replace("\"summed_mean\"", "\"30_x_pc\"");
    assert_eq!(
        error(MULTIQC, &[(at, &twice)]),
        "multiqc_data/multiqc_data.json:8: field `30_x_pc`: sample `s0` has `b` already from \
         multiqc_data/multiqc_data.json:5; let one place give it"
    );
    // Once in a section, also where the first is no value or all are many.
    for again in ["NaN, ", "0.07, "] {
        let again = format!("\"PERCENT_DUPLICATION\": {again}").repeat(1000);
        let again = SECTIONS.replace("\"summed_mean\"", &format!("{again}\"summed_mean\""));
        assert_eq!(
            error(MULTIQC, &[(at, &again)]),
            "multiqc_data/multiqc_data.json:5: field `PERCENT_DUPLICATION`: the field is in line 5 \
             already; keep one value of a sample"
        );
    }
    let words = SECTIONS.replace("91.5", "\"many\"");
    assert_eq!(
        error(MULTIQC, &[(at, &words)]),
        "multiqc_data/multiqc_data.json:8: field `30_x_pc`: expected a number"
    );
    for text in ["{", "{\"report_general_stats_data\": Nil}", "{} x"] {
        assert!(error(MULTIQC, &[(at, text)]).ends_with(":1: expected JSON"));
    }
    let deep = format!("{{\"report_general_stats_data\": {}", "[".repeat(100_000));
    assert!(error(MULTIQC, &[(at, &deep)]).ends_with(":1: expected JSON"));
    assert!(error(MULTIQC, &[(at, "{}")]).contains("found none of them"));
}

#[test]
fn multiqc_and_verifybamid_tables_name_samples_in_the_first_column() {
    let at = "multiqc_general_stats.txt";
    let source = MULTIQC.replace("multiqc_data/multiqc_data.json", at);
    let general = "Sample\tPicard_mqc-generalstats-picard-PERCENT_DUPLICATION\tmosdepth-30_x_pc\t\
                   fastqc-percent_gc\ns0_md\t0.07\t91.5\t\ns0_R1\t\t\t41.0\ns1_md\tNone\tnan\t\n";
    assert_eq!(read(&source, &[(at, general)]), ["s0 7.0 91.5", "s1 - -"]);
    // Whoever has none of the fields needs not be known.
    let all = source.replace("sample = \"{sample_id}_md\"", "");
    assert_eq!(
        read(&all, &[(at, &general.replace("_md", ""))]),
        ["s0 7.0 91.5", "s1 - -"]
    );
    let twice = general.replace("fastqc-percent_gc", "other-30_x_pc");
    assert_eq!(
        error(&source, &[(at, &twice)]),
        "multiqc_general_stats.txt:1: field `30_x_pc`: several columns have the name; write the \
         whole name of one"
    );
    let short = general.replace("\tNone\tnan\t", "\tNone");
    assert_eq!(
        error(&source, &[(at, &short)]),
        "multiqc_general_stats.txt:4: expected 4 fields as in the header, found 2"
    );
    let self_sm = "#SEQ_ID\tRG\tAVG_DP\tFREEMIX\nnone\tALL\t4.71\t3.7E-04\n";
    let source = r#"
format = "verifybamid"
files = ["{sample_id}.selfSM"]
columns = { a = { field = "FREEMIX", scale = 100 }, b = "AVG_DP" }
"#;
    assert_eq!(read(source, &[("s1.selfSM", self_sm)]), ["s1 0.037 4.71"]);
}

#[test]
fn a_decimal_in_json_is_the_nearest_double() {
    let at = "multiqc_data/multiqc_data.json";
    let source = MULTIQC.replace(", scale = 100", "");
    // Of these, reading digits as an integer and dividing gives the neighbour.
    for [a, b] in [
        ["0.19844004278856286", "0.20322826015288042"],
        ["0.9796215956506859", "0.18369167021520882"],
        ["0.9868100332987975", "0.45863004504704763"],
        ["452.09999999999997", "1.9600000000000002"],
        ["4.5209999999999997e+2", "2.2250738585072011E-308"],
        // As exact as they can be written.
        [
            "0.30000000000000004",
            "-0.1000000000000000055511151231257827",
        ],
        ["109220203773.0", "123456789012345678901234567890"],
        ["4e1", "-0.0"],
    ] {
        let text = format!(
            "{{\"report_general_stats_data\": [{{\"s0_md\": {{\"PERCENT_DUPLICATION\": {a},\
             \"30_x_pc\":{b}}}}}]}}"
        );
        let [x, y] = [a, b].map(|text| text.parse::<f64>().unwrap());
        assert_eq!(read(&source, &[(at, &text)]), [format!("s0 {x:?} {y:?}")]);
    }
}

#[test]
fn a_count_in_json_may_have_a_point() {
    let at = "multiqc_data/multiqc_data.json";
    let manifest = MULTIQC.replace("{ field = \"PERCENT_DUPLICATION\", scale = 100 }", "\"n\"");
    let text =
        "{\"report_general_stats_data\": [{\"s0_md\": {\"n\": 3982260.0, \"30_x_pc\": 5E0}}]}";
    assert_eq!(read(&manifest, &[(at, text)]), ["s0 3982260.0 5.0"]);
}

#[test]
fn lines_and_texts_without_end_are_not_read_to_their_end() {
    let source = MULTIQC.replace("multiqc_data/multiqc_data.json", "general.txt");
    let line = format!("Sample\tx-30_x_pc\ns0_md\t{}\n", "1".repeat(1 << 20));
    assert_eq!(
        error(&source, &[("general.txt", &line)]),
        "general.txt:2: expected lines of at most a mebibyte"
    );
    let text = format!("{{\n\"x\": \"{}\"}}", "1".repeat(17 << 20));
    assert_eq!(
        error(&source, &[("general.txt", &text)]),
        "general.txt:2: expected a smaller file, and shorter texts and numbers in it"
    );
    let text = format!("{{\n\"x\": 0.{}}}", "1".repeat(1 << 16));
    assert_eq!(
        error(&source, &[("general.txt", &text)]),
        "general.txt:2: expected a smaller file, and shorter texts and numbers in it"
    );
}
