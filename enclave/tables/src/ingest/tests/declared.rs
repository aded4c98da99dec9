//! Declared tables.

use super::*;

const CLINICAL: &str = r#"
[tables.individuals]
files = ["clinical.csv"]
duplicates = "identical"
[tables.individuals.columns]
individual_id = { from = "id", role = "unit" }
sex = { from = "gender", role = "attribute", domain = ["female", "male"], map = { F = "female", M = "male" } }
age = { role = "measure", type = "int", bounds = [0, 110], unit = "a" }
weight = { role = "measure", type = "float" }
smoker = { role = "attribute", type = "bool" }
registered_on = { from = "date", role = "attribute", type = "date", required = true }
"#;

const HEADER: &str = "id,gender,age,weight,smoker,date,ignored\n";

fn clinical(rows: &str) -> Dataset {
    let dataset = Dataset::new(&format!("{HEAD}{CLINICAL}"));
    dataset.file("clinical.csv", &format!("{HEADER}{rows}"));
    dataset
}

const COLUMNS: [&str; 6] = [
    "individual_id",
    "sex",
    "age",
    "weight",
    "smoker",
    "registered_on",
];

#[test]
fn cells_are_typed_mapped_and_missing_ones_null() {
    let dataset = clinical(
        "a, F ,61,70.5,true,2020-02-29,x\n\"b\",M,NA,.,FALSE,1969-12-31,\nc,,0,1e2,,2021-01-01,y\n",
    );
    let snapshot = dataset.snapshot();
    assert_eq!(
        table(&snapshot, "individuals", &COLUMNS),
        [
            "a female 61 70.5 true 2020-02-29",
            "b male - - false 1969-12-31",
            "c - 0 100.0 - 2021-01-01"
        ]
    );
    let columns = &snapshot.catalogue().table("individuals").unwrap().columns;
    assert_eq!(columns.iter().map(|c| &c.name).collect::<Vec<_>>(), COLUMNS);
    assert_eq!(columns[2].bounds, Some([0.0, 110.0]));
}

#[test]
fn bad_cells_are_named_by_line_and_field_and_not_shown() {
    let good = "a,F,61,70.5,true,2020-02-29,x\n";
    for (row, message) in [
        (
            "b,F,111,1,true,2020-01-01,x",
            "clinical.csv:3: field `age`: expected an integer from 0 to 110",
        ),
        (
            "b,F,4.5,1,true,2020-01-01,x",
            "clinical.csv:3: field `age`: expected an integer from 0 to 110",
        ),
        (
            "b,F,4,NaN,true,2020-01-01,x",
            "clinical.csv:3: field `weight`: expected a number",
        ),
        (
            "b,F,4,inf,true,2020-01-01,x",
            "clinical.csv:3: field `weight`: expected a number",
        ),
        (
            "b,X,4,1,true,2020-01-01,x",
            "clinical.csv:3: field `gender`: expected one of `female`, `male`; others need a `map` or `missing`",
        ),
        (
            "b,F,4,1,yes,2020-01-01,x",
            "clinical.csv:3: field `smoker`: expected true or false; others need a `map`",
        ),
        (
            "b,F,4,1,true,2020-02-30,x",
            "clinical.csv:3: field `date`: expected a day as YYYY-MM-DD",
        ),
        (
            "b,F,4,1,true,20200101,x",
            "clinical.csv:3: field `date`: expected a day as YYYY-MM-DD",
        ),
        (
            "b,F,4,1,true,,x",
            "clinical.csv:3: field `date`: expected a value, found none",
        ),
        (
            ",F,4,1,true,2020-01-01,x",
            "clinical.csv:3: field `id`: expected a value, found none",
        ),
        (
            "b,F,4",
            "clinical.csv:3: expected 7 fields as in the header, found 3",
        ),
        (
            "a,M,4,1,true,2020-01-01,x",
            "clinical.csv:3: individual `a` is already at clinical.csv:2, with other values",
        ),
    ] {
        assert_eq!(
            clinical(&format!("{good}{row}\n")).error(),
            message,
            "{row}"
        );
    }
}

#[test]
fn text_that_is_not_utf_8_is_refused_by_line() {
    let dataset = clinical("");
    let mut bytes = HEADER.as_bytes().to_vec();
    bytes.extend(b"a,F,1,1,true,2020-01-01,\xff\n");
    fs::write(dataset.path("clinical.csv"), bytes).unwrap();
    assert!(
        dataset
            .error()
            .starts_with("clinical.csv:2: expected UTF-8")
    );
}

#[test]
fn identical_rows_of_an_individual_become_one() {
    let row = "a,F,61,70.5,true,2020-02-29";
    let dataset = clinical(&format!("{row},x\n{row},y\n"));
    let report = dataset.ingest().unwrap().report;
    assert_eq!(report.individuals, 1);
    assert_eq!(report.warnings["identical row collapsed"], 1);
}

#[test]
fn a_second_row_of_an_individual_is_an_error_unless_declared() {
    let manifest = format!("{HEAD}{PEOPLE}").replace("duplicates = \"identical\"", "");
    let dataset = Dataset::new(&manifest);
    dataset.file("people.tsv", "sample\tindividual\ns\ta\nt\ta\n");
    assert_eq!(
        dataset.error(),
        "people.tsv:3: individual `a` is already at people.tsv:2; keep one row, or declare \
         `duplicates = \"identical\"` if the rows are alike"
    );
}

#[test]
fn a_sample_listed_twice_is_an_error() {
    let dataset = Dataset::new(&format!("{HEAD}{PEOPLE}"));
    dataset.file("people.tsv", "sample\tindividual\ns\ta\ns\tb\n");
    assert!(
        dataset
            .error()
            .contains("people.tsv:3: field `sample_id`: sample `s` is there twice")
    );
}

const VISITS: &str = r#"
[tables.visits]
files = ["visits/*.tsv.gz"]
profile = "technical"
comment = "%"
missing = ["-9"]
[tables.visits.columns]
individual_id = { role = "unit" }
score = { role = "technical", type = "int" }
"#;

#[test]
fn other_tables_have_many_rows_of_known_individuals() {
    let dataset = Dataset::with_samples(2, VISITS);
    dataset.file("visits/none", "");
    let header = "score\tindividual_id\t\t\n% a comment\n";
    dataset.gzip("visits/b.tsv.gz", &format!("{header}3\ti1\n-9\ti0\n"));
    dataset.gzip("visits/a.tsv.gz", &format!("{header}1\ti1\n"));
    let snapshot = dataset.snapshot();
    let visits = table(&snapshot, "visits", &["score", "individual_id", "__unit"]);
    assert_eq!(visits, ["1 i1 1", "3 i1 1", "- i0 0"]);
    let profile = &snapshot.catalogue().table("visits").unwrap().profile;
    assert_eq!(profile.as_deref(), Some("technical"));

    dataset.gzip("visits/b.tsv.gz", "score\tindividual_id\n3\tzz\n");
    let error = dataset.ingest().unwrap_err().to_string();
    assert!(
        error.starts_with("visits/b.tsv.gz:2: individual `zz` has no row in table `individuals`")
    );
}

#[test]
fn a_pattern_or_column_that_is_not_there_is_an_error() {
    let dataset = Dataset::with_samples(1, VISITS);
    assert!(
        dataset
            .error()
            .contains("`visits/*.tsv.gz` matches no file")
    );
    dataset.file("visits/none", "");
    dataset.gzip("visits/a.tsv.gz", "points\tindividual_id\n");
    assert_eq!(
        dataset.error(),
        "visits/a.tsv.gz:1: field `score`: the header has no such column; correct `from` or `delimiter`"
    );
}

#[test]
fn a_scan_gives_the_cohorts_rows_and_the_columns_asked_for_only() {
    let dataset = Dataset::with_samples(5, "");
    let snapshot = dataset.snapshot();
    let cohort = [1, 3, 4_000_000].into_iter().collect();
    let columns = names(&["sample_id", "__unit", "individual_id"]);
    let scanned = snapshot.scan("samples", &columns, &cohort).unwrap();
    assert_eq!(scanned.schema().field(1).name(), "__unit");
    assert_eq!(rows(scanned), ["s1 1 i1", "s3 3 i3"]);
    let counted: usize = snapshot
        .scan("samples", &[], &cohort)
        .unwrap()
        .map(|batch| batch.unwrap().num_rows())
        .sum();
    assert_eq!(counted, 2);
    assert!(
        snapshot
            .scan("samples", &names(&["tissue"]), &cohort)
            .is_err()
    );
    assert!(snapshot.scan("sample", &[], &cohort).is_err());
    assert!(snapshot.genotypes(&[], &cohort, None, true).is_err());
}

#[test]
fn a_parquet_file_is_read_as_its_text_would_be() {
    let dataset = Dataset::with_samples(2, "");
    let first = dataset.snapshot();
    let parquet = first.dir().join("tables/samples.parquet");
    fs::copy(parquet, dataset.path("people.parquet")).unwrap();
    let manifest = format!("{HEAD}{PEOPLE}")
        .replace("people.tsv", "people.parquet")
        .replace("\"sample\"", "\"sample_id\"")
        .replace("\"individual\"", "\"individual_id\"");
    dataset.file("dataset.toml", &manifest);
    let second = dataset.snapshot();
    assert_ne!(first.id(), second.id());
    let columns = ["sample_id", "individual_id", "__unit"];
    assert_eq!(
        table(&first, "samples", &columns),
        table(&second, "samples", &columns)
    );
}
