//! What is printed.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{collections::HashMap, sync::Arc};

use arrow::{
    array::{Float64Array, Int64Array, RecordBatch, StringArray},
    datatypes::{DataType, Field, Schema},
    ipc::reader::StreamReader,
};
use sekisho::{Budget, Column, Receipt, Table};

use super::*;

fn sample() -> Answer {
    let figure = |count: &str| HashMap::from([(SUPPRESSED.to_owned(), count.to_owned())]);
    let schema = Arc::new(Schema::new(vec![
        Field::new("diagnosis", DataType::Utf8, true),
        Field::new("n", DataType::Int64, true).with_metadata(figure("1")),
        Field::new("age", DataType::Float64, true).with_metadata(figure("1")),
    ]));
    let batch = RecordBatch::try_new(
        schema.clone(),
        vec![
            Arc::new(StringArray::from(vec![Some("lung"), Some("thymus"), None])),
            Arc::new(Int64Array::from(vec![Some(1385), None, Some(20)])),
            Arc::new(Float64Array::from(vec![Some(68.5), None, Some(55.0)])),
        ],
    );
    Answer {
        project: "P-0001".to_owned(),
        question: sekisho::Asked::Sql(
            "SELECT diagnosis, count(*) AS n, avg(age) AS age FROM individuals GROUP BY diagnosis"
                .to_owned(),
        ),
        dataset: "demo-cancer".to_owned(),
        schema,
        batches: vec![batch.unwrap()],
        others: Vec::new(),
        release: Release {
            dataset: "demo-cancer".to_owned(),
            profile: "standard".to_owned(),
            threshold: 10,
            rounding_base: 5,
            figures_released: 4,
            figures_suppressed: 2,
            budget: Some(Budget {
                limit: 200,
                spent: 3,
                ..Budget::default()
            }),
            ..Release::default()
        },
        receipt: Receipt {
            leaf: Vec::new(),
            leaf_index: 41,
            tree_size: 42,
            inclusion_proof: Vec::new(),
            checkpoint: String::new(),
        },
    }
}

fn printed(format: Format) -> Vec<u8> {
    let mut out = Vec::new();
    answer(&mut out, &sample(), format, &[]).unwrap();
    out
}

fn text(format: Format) -> String {
    String::from_utf8(printed(format)).unwrap()
}

#[test]
fn a_suppressed_cell_says_so_in_a_table_and_a_missing_key_is_blank() {
    let expected = "\
+-----------+------------+------------+
| diagnosis | n          | age        |
+-----------+------------+------------+
| lung      |       1385 |       68.5 |
| thymus    | suppressed | suppressed |
|           |         20 |       55.0 |
+-----------+------------+------------+
demo-cancer: 2 of 6 figures suppressed; profile standard: at least 10 people a figure, counts rounded to 5
budget: 3 of 200 queries spent
receipt: leaf 41, not verified: pin the ledgers' keys with --trust
";
    assert_eq!(text(Format::Table), expected);
}

#[test]
fn the_caveat_stands_under_the_table_and_the_mechanism_beside_the_profile() {
    let mut said = sample();
    said.release.mechanism = "cell-key".to_owned();
    said.release.caveat = "figures are\nperturbed".to_owned();
    said.release.parameters = HashMap::from([("reach".to_owned(), "8".to_owned())]);
    let shown = |format| {
        let mut out = Vec::new();
        answer(&mut out, &said, format, &[]).unwrap();
        String::from_utf8(out).unwrap()
    };
    let table = shown(Format::Table);
    let facts: Vec<_> = table
        .lines()
        .skip_while(|line| line.starts_with(['+', '|']))
        .collect();
    assert_eq!(facts[0], "figures are perturbed");
    assert!(facts[1].contains("profile standard, mechanism cell-key: at least 10"));
    let line: serde_json::Value = serde_json::from_str(&shown(Format::Json)).unwrap();
    assert_eq!(line["release"]["mechanism"], "cell-key");
    assert_eq!(line["release"]["parameters"], json!({ "reach": "8" }));
    assert_eq!(line["release"]["caveat"], "figures are\nperturbed");
}

#[test]
fn a_check_says_what_would_be_released_by_which_rules_and_at_what_charge() {
    let result = CheckResult {
        dataset: "demo-cancer".to_owned(),
        accepted: true,
        columns: vec![sekisho::ReleasedColumn {
            name: "n".to_owned(),
            kind: "figure".to_owned(),
        }],
        rules: vec![sekisho::AppliedRule {
            rule: "dp.noise".to_owned(),
            effect: "counts are noisy".to_owned(),
        }],
        charge: 1,
        profile: "private".to_owned(),
        mechanism: "dp".to_owned(),
        rho_nano: 5_000_000,
        exposes_genomes: true,
        ..CheckResult::default()
    };
    let shown = |result: &CheckResult| {
        let mut out = Vec::new();
        check(&mut out, result, "").unwrap();
        String::from_utf8(out).unwrap()
    };
    let expected = "\
demo-cancer: would be answered under the profile private, mechanism dp, at a charge of 1 query
  privacy budget: ρ = 0.005, that is ε ≤ 0.649 at δ = 1e-9
  exposure: charged, since the figures tell of genomes
  column n: figure
  rule dp.noise: counts are noisy
";
    assert_eq!(shown(&result), expected);
    let without = CheckResult {
        mechanism: String::new(),
        rho_nano: 0,
        exposes_genomes: false,
        ..result
    };
    let expected = "\
demo-cancer: would be answered under the profile private, at a charge of 1 query
  column n: figure
  rule dp.noise: counts are noisy
";
    assert_eq!(shown(&without), expected);
}

#[test]
fn what_is_derived_from_a_suppressed_figure_may_be_suppressed_too() {
    let column = |kind: &str| {
        let metadata = HashMap::from([(KIND.to_owned(), kind.to_owned())]);
        Field::new("share", DataType::Float64, true).with_metadata(metadata)
    };
    let some = sample().release;
    let none = Release {
        figures_suppressed: 0,
        ..some.clone()
    };
    assert_eq!(null(&column("derived"), &some), "suppressed or null");
    assert_eq!(null(&column("derived"), &none), "");
    assert_eq!(null(&column("key"), &some), "");
}

#[test]
fn a_suppressed_cell_is_empty_in_csv_and_null_in_json() {
    assert_eq!(
        text(Format::Csv),
        "diagnosis,n,age\nlung,1385,68.5\nthymus,,\n,20,55.0\n"
    );
    let line: serde_json::Value = serde_json::from_str(&text(Format::Json)).unwrap();
    assert_eq!(line["rows"][0]["n"], 1385);
    assert_eq!(
        line["rows"][1],
        json!({ "diagnosis": "thymus", "n": null, "age": null })
    );
    assert_eq!(line["release"]["suppressed"], json!({ "n": 1, "age": 1 }));
    assert_eq!(
        line["release"]["budget"],
        json!({ "limit": 200, "spent": 3 })
    );
}

#[test]
fn an_answer_without_rows_is_still_a_table_a_header_and_a_list() {
    let empty = Answer {
        batches: Vec::new(),
        ..sample()
    };
    let text = |format| {
        let mut out = Vec::new();
        answer(&mut out, &empty, format, &[]).unwrap();
        String::from_utf8(out).unwrap()
    };
    assert_eq!(text(Format::Csv), "diagnosis,n,age\n");
    let line: serde_json::Value = serde_json::from_str(&text(Format::Json)).unwrap();
    assert_eq!(line["rows"], json!([]));
    assert!(
        text(Format::Table).contains("| diagnosis | n | age |"),
        "{}",
        text(Format::Table)
    );
}

#[test]
fn arrow_is_the_stream_with_its_metadata() {
    let reader = StreamReader::try_new(std::io::Cursor::new(printed(Format::Arrow)), None).unwrap();
    assert_eq!(reader.schema().field(1).metadata()[SUPPRESSED], "1");
    assert_eq!(
        reader.map(|batch| batch.unwrap().num_rows()).sum::<usize>(),
        3
    );
}

#[test]
fn an_answer_whose_receipt_does_not_hold_is_not_printed_where_keys_are_pinned() {
    let key = "sekisho/example+eda5a28f+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";
    let mut out = Vec::new();
    let ended = answer(&mut out, &sample(), Format::Table, &[key.parse().unwrap()]);
    assert!(matches!(
        ended,
        Err(Ended::Visit(sekisho::Error::Unproved(_)))
    ));
    assert!(out.is_empty());
}

#[test]
fn a_caret_stands_under_the_place_of_a_refusal() {
    let sql = "SELECT diagnosis,\n  max(age) FROM individuals";
    let refusal = Refusal {
        rule: "aggregate.max".to_owned(),
        message: "`max` shows one person's value".to_owned(),
        help: "use `avg`".to_owned(),
        line: 2,
        column: 3,
        rewrite: "SELECT avg(age) FROM individuals".to_owned(),
    };
    let failure = Failure {
        reason: Reason::QueryRefused,
        message: refusal.message.clone(),
        help: refusal.help.clone(),
        refusal: Some(Box::new(refusal)),
    };
    let mut out = Vec::new();
    failure_text(&mut out, &failure, sql).unwrap();
    let expected = "\
refused by the guard: `max` shows one person's value
    max(age) FROM individuals
    ^
  rule: aggregate.max
  help: use `avg`
  instead: SELECT avg(age) FROM individuals
";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn a_caret_counts_characters_and_leaves_room_for_wide_ones_and_tabs() {
    assert_eq!(
        caret("\ta = '肺' OR x", 1, 13).unwrap(),
        "   a = '肺' OR x\n               ^"
    );
    assert_eq!(caret("SELECT", 1, 7).unwrap(), "  SELECT\n        ^");
}

#[test]
fn a_refusal_of_the_whole_query_or_of_no_place_has_no_caret() {
    for (line, column) in [(0, 0), (1, 0), (0, 1), (2, 1), (1, 8)] {
        assert_eq!(caret("SELECT", line, column), None, "{line}:{column}");
    }
}

#[test]
fn what_the_server_says_cannot_move_the_cursor() {
    let failure = Failure {
        reason: Reason::PolicyDenied,
        message: "no\u{1b}[2Jway\r\nok".to_owned(),
        help: String::new(),
        refusal: None,
    };
    let mut out = Vec::new();
    failure_text(&mut out, &failure, "").unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "refused by policy: no [2Jway  ok\n"
    );
}

#[test]
fn a_column_shows_its_domain_or_its_bounds() {
    let column = |name: &str, domain: &[&str], bounds: Option<(f64, f64)>| Column {
        name: name.to_owned(),
        domain: domain.iter().map(|value| (*value).to_owned()).collect(),
        lower: bounds.map(|(lower, _)| lower),
        upper: bounds.map(|(_, upper)| upper),
        ..Column::default()
    };
    let table = Table {
        name: "individuals".to_owned(),
        label: "private".to_owned(),
        rows: "one per individual".to_owned(),
        columns: vec![
            column("sex", &["female", "male"], None),
            column("age", &[], Some((0.0, 110.0))),
            column("gene", &["G"; 40], None),
        ],
    };
    let mut out = Vec::new();
    tables(&mut out, &[table], false).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(
        text.starts_with("individuals (private, one per individual)\n"),
        "{text}"
    );
    for part in ["female, male", "0 to 110", "40 values"] {
        assert!(text.contains(part), "{text}");
    }
}
