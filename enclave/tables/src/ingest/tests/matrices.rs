//! Matrices, and files whose names say whose they are.

use std::collections::{BTreeMap, HashSet};

use super::*;
use crate::{Role, SnapshotError};

const EXPRESSION: &str = r#"
[tables.expression]
files = ["expression*.tsv"]
layout = "matrix"
[tables.expression.columns]
gene = { role = "feature" }
sample_id = { role = "identifier" }
individual_id = { role = "unit" }
tpm = { role = "measure", type = "float", bounds = [0, 1000000] }
"#;

const TISSUES: &str = r#"
[tables.individuals]
files = ["samples.tsv"]
duplicates = "identical"
[tables.individuals.columns]
individual_id = { from = "individual", role = "unit" }
[tables.samples]
files = ["samples.tsv"]
[tables.samples.columns]
sample_id = { from = "sample", role = "identifier" }
individual_id = { from = "individual", role = "unit" }
tissue = { role = "attribute", domain = ["normal", "tumor"] }
"#;

const SAMPLES: &str = "sample\tindividual\ttissue\n\
                       a-N\ta\tnormal\na-T\ta\ttumor\nb-N\tb\tnormal\nb-T\tb\ttumor\nb-T2\tb\ttumor\n";

const COLUMNS: [&str; 4] = ["gene", "sample_id", "individual_id", "tpm"];

fn dataset(tables: &str) -> Dataset {
    let dataset = Dataset::new(&format!("{HEAD}{TISSUES}{tables}"));
    dataset.file("samples.tsv", SAMPLES);
    dataset
}

fn expression(matrix: &str) -> Dataset {
    let dataset = dataset(EXPRESSION);
    dataset.file("expression.tsv", matrix);
    dataset
}

fn goes_on() -> Result<(), SnapshotError> {
    Ok(())
}

/// Every feature with what individuals have of it.
fn features(
    snapshot: &Snapshot,
    tissue: Option<&str>,
    cohort: &[u32],
    wanted: Option<&[&str]>,
) -> BTreeMap<String, Vec<(u32, f64)>> {
    let table = snapshot.catalogue().table("expression").unwrap();
    let features = snapshot
        .features(table, ("gene", "tpm"), tissue, goes_on)
        .unwrap();
    let wanted: Option<HashSet<String>> =
        wanted.map(|names| names.iter().map(|&name| name.to_owned()).collect());
    let mut all = BTreeMap::new();
    let cohort = cohort.iter().copied().collect();
    let with = |name: &str, values: &[(u32, f64)]| {
        let earlier = all.insert(name.to_owned(), values.to_vec());
        assert_eq!(earlier, None, "{name} came twice");
        Ok::<_, SnapshotError>(())
    };
    features
        .each(&cohort, wanted.as_ref(), goes_on, with)
        .unwrap();
    all
}

#[test]
fn each_number_of_a_matrix_is_a_row_of_its_sample() {
    let dataset = expression("gene\ta-T\tb-T\tb-N\nTP53\t1\t2.5\t3\nKRAS\tNA\t0\t4\n");
    let snapshot = dataset.snapshot();
    assert_eq!(
        table(&snapshot, "expression", &COLUMNS),
        [
            "TP53 a-T a 1.0",
            "TP53 b-T b 2.5",
            "TP53 b-N b 3.0",
            "KRAS a-T a -",
            "KRAS b-T b 0.0",
            "KRAS b-N b 4.0",
        ]
    );
    let columns = &snapshot.catalogue().table("expression").unwrap().columns;
    assert_eq!(columns[0].role, Role::Feature);
    assert!(columns[0].required);
}

#[test]
fn features_are_given_one_by_one() {
    let dataset = expression("gene\ta-T\tb-T\tb-N\nTP53\t1\t2.5\t3\nKRAS\tNA\t0\t4\n");
    let snapshot = dataset.snapshot();
    let of = |name: &str, values: &[(u32, f64)]| (name.to_owned(), values.to_vec());
    let all = features(&snapshot, None, &[0, 1], None);
    let expected = [
        of("TP53", &[(0, 1.0), (1, 2.5), (1, 3.0)]),
        of("KRAS", &[(1, 0.0), (1, 4.0)]),
    ];
    assert_eq!(all, expected.into());
    let tumor = features(&snapshot, Some("tumor"), &[1], None);
    assert_eq!(
        tumor,
        [of("TP53", &[(1, 2.5)]), of("KRAS", &[(1, 0.0)])].into()
    );
    let one = features(&snapshot, Some("tumor"), &[0, 1], Some(&["KRAS", "EGFR"]));
    assert_eq!(one, [of("KRAS", &[(1, 0.0)])].into());
    let table = snapshot.catalogue().table("expression").unwrap();
    let tumor = snapshot
        .features(table, ("gene", "tpm"), Some("tumor"), goes_on)
        .unwrap();
    assert_eq!(tumor.individuals().iter().collect::<Vec<_>>(), [0, 1]);
    let normal = snapshot
        .features(table, ("gene", "tpm"), Some("normal"), goes_on)
        .unwrap();
    assert_eq!(normal.individuals().iter().collect::<Vec<_>>(), [1]);
    assert_eq!(normal.count(), 2);
}

/// Files of a sample each have a feature's rows far apart.
#[test]
fn a_path_names_the_sample_of_a_file() {
    let dataset = dataset(
        r#"
[tables.expression]
files = ["{run}/{case}_T.sf"]
sample_id = "{case}-T"
[tables.expression.columns]
gene = { from = "Name", role = "feature" }
sample_id = { role = "identifier" }
individual_id = { role = "unit" }
tpm = { from = "TPM", role = "measure", type = "float" }
run = { role = "attribute", domain = ["one", "two"], map = { r1 = "one", r2 = "two" } }
"#,
    );
    dataset.file("r1/a_T.sf", "Name\tLength\tTPM\nTP53\t1\t5\nKRAS\t1\t6\n");
    dataset.file("r2/b_T.sf", "Name\tLength\tTPM\nTP53\t1\t7\nKRAS\t1\t8\n");
    let snapshot = dataset.snapshot();
    let columns = ["gene", "sample_id", "individual_id", "tpm", "run"];
    assert_eq!(
        table(&snapshot, "expression", &columns),
        [
            "TP53 a-T a 5.0 one",
            "KRAS a-T a 6.0 one",
            "TP53 b-T b 7.0 two",
            "KRAS b-T b 8.0 two",
        ]
    );
    let of = |name: &str, values: &[(u32, f64)]| (name.to_owned(), values.to_vec());
    assert_eq!(
        features(&snapshot, None, &[0, 1], None),
        [
            of("KRAS", &[(0, 6.0), (1, 8.0)]),
            of("TP53", &[(0, 5.0), (1, 7.0)])
        ]
        .into()
    );
    let wanted = features(&snapshot, Some("tumor"), &[1], Some(&["TP53"]));
    assert_eq!(wanted, [of("TP53", &[(1, 7.0)])].into());
}

#[test]
fn columns_of_a_matrix_may_be_called_otherwise() {
    let manifest = EXPRESSION
        .replace(
            "layout",
            "sample = \"{case}_tumor.bam\"\nsample_id = \"{case}-T\"\nlayout",
        )
        .replace("gene = { role", "gene = { from = \"\", role");
    let dataset = dataset(&manifest);
    dataset.file(
        "expression1.tsv",
        "\tLength\ta_tumor.bam\nTP53\t100\t1\nKRAS\t100\t2\n",
    );
    dataset.file("expression2.tsv", "\tb_tumor.bam\nTP53\t3\n");
    let ingested = dataset.ingest().unwrap();
    assert_eq!(
        table(
            &dataset.store().current("demo").unwrap(),
            "expression",
            &COLUMNS
        ),
        ["TP53 a-T a 1.0", "KRAS a-T a 2.0", "TP53 b-T b 3.0"]
    );
    let left_out = "sample's name that does not fit, left out";
    assert_eq!(ingested.report.warnings[left_out], 1);
}

#[test]
fn bad_matrices_are_named_by_line_and_sample() {
    for (matrix, message) in [
        (
            "gene\ta-T\tb-T\nTP53\t1\t-2\n",
            "expression.tsv:2: field `b-T`: expected a number from 0 to 1000000",
        ),
        (
            "gene\ta-T\tb-T\nTP53\t1\n",
            "expression.tsv:2: expected 3 fields as in the header, found 2",
        ),
        (
            "gene\ta-T\tx-T\nTP53\t1\t2\n",
            "expression.tsv:1: field `x-T`: sample `x-T` has no row in table `samples`; add one, \
             or say with `sample` and `sample_id` how samples are named",
        ),
        (
            "gene\ta-T\ta-T\nTP53\t1\t2\n",
            "expression.tsv:1: field `a-T`: the sample has a column already; keep one",
        ),
        (
            "gene\ta-T\nTP53\t1\nKRAS\t1\nTP53\t2\n",
            "expression.tsv:4: the feature is there twice, for the same sample; keep one line",
        ),
        (
            "symbol\ta-T\nTP53\t1\n",
            "expression.tsv:1: field `gene`: the header has no such column; correct `from` or `delimiter`",
        ),
        (
            "gene\nTP53\n",
            "expression.tsv:1: no column is a sample's; correct `sample`",
        ),
        (
            "gene\ta-T\n\t1\n",
            "expression.tsv:2: field `gene`: expected a value, found none",
        ),
    ] {
        assert_eq!(expression(matrix).error(), message);
    }
}

/// What is meant counts, and not how it is written.
#[test]
fn two_spellings_of_a_feature_are_one() {
    let mapped = EXPRESSION.replace(
        "gene = { role = \"feature\" }",
        "gene = { role = \"feature\", map = { p53 = \"TP53\" } }",
    );
    assert_ne!(mapped, EXPRESSION);
    let dataset = dataset(&mapped);
    dataset.file("expression.tsv", "gene\ta-T\nTP53\t1\np53\t2\n");
    assert_eq!(
        dataset.error(),
        "expression.tsv:3: the feature is there twice, for the same sample; keep one line"
    );
}

/// A file in another person's folder is nobody's.
#[test]
fn a_path_that_contradicts_the_samples_is_refused() {
    let dataset = dataset(
        r#"
[tables.expression]
files = ["{individual_id}/{sample_id}.sf"]
[tables.expression.columns]
gene = { from = "Name", role = "feature" }
sample_id = { role = "identifier" }
individual_id = { role = "unit" }
tpm = { from = "TPM", role = "measure", type = "float" }
"#,
    );
    dataset.file("a/a-T.sf", "Name\tTPM\nTP53\t5\n");
    dataset.file("a/b-T.sf", "Name\tTPM\nTP53\t7\n");
    assert_eq!(
        dataset.error(),
        "a/b-T.sf: the path names another individual than table `samples` has for the sample; \
         move the file, or correct `samples`"
    );
}

#[test]
fn a_feature_of_two_files_is_of_other_samples() {
    let dataset = expression("gene\ta-T\nTP53\t1\n");
    dataset.file("expression2.tsv", "gene\tb-T\ta-T\nTP53\t1\t2\n");
    assert_eq!(
        dataset.error(),
        "expression2.tsv:2: the feature is there twice, for the same sample; keep one line"
    );
}

/// A text of somebody's is no name of what is measured of many.
#[test]
fn features_are_of_tables_with_many_rows_a_person() {
    for table in ["individuals", "samples"] {
        let column = format!("[tables.{table}.columns]\n");
        let with = format!("{column}note = {{ from = \"note\", role = \"feature\" }}\n");
        let manifest = format!("{HEAD}{TISSUES}").replace(&column, &with);
        assert!(manifest.contains("note"), "{table}");
        let error = Dataset::new(&manifest).error();
        assert!(error.contains("have no features"), "{error}");
    }
}

#[test]
fn manifests_say_what_a_matrix_has() {
    for (from, to, message) in [
        (
            "gene = { role = \"feature\" }",
            "gene = { role = \"attribute\" }",
            "a matrix needs one column with `role = \"feature\"`, and one of numbers",
        ),
        (
            "gene = { role = \"feature\" }",
            "gene = { role = \"feature\", domain = [\"TP53\"] }",
            "column `gene`: a feature must be text without a `domain`; leave both out",
        ),
        (
            "tpm = {",
            "day = { role = \"attribute\" }\ntpm = {",
            "column `day` is not in a matrix: it has a feature, a number, the sample, the \
             individual, and what the path names",
        ),
        (
            "sample_id = { role",
            "sample_id = { from = \"x\", role",
            "column `sample_id` is named by files; leave out its `from`",
        ),
        (
            "layout = \"matrix\"",
            "sample = \"{sample_id}\"",
            "`sample` and `ignore` are for tables with `layout = \"matrix\"`",
        ),
        (
            "layout = \"matrix\"",
            "layout = \"matrix\"\nrows = \"one per individual\"",
            "a matrix has neither `rows` nor `duplicates`",
        ),
        (
            "\"expression*.tsv\"",
            "\"{run}.tsv\"",
            "`{run}` in `files` is no column, nor in `sample_id`",
        ),
        (
            "\"expression*.tsv\"",
            "\"{run}.tsv\", \"all.tsv\"",
            "every path of `files` must name the same parts",
        ),
        (
            "layout = \"matrix\"",
            "layout = \"matrix\"\nsample_id = \"{case}-T\"",
            "`{case}` is not known; name a part of each path in `files`",
        ),
        (
            "\"expression*.tsv\"]\nlayout = \"matrix\"",
            "\"{run}.tsv\"]\nlayout = \"matrix\"\nsample = \"{case}_T\"\nsample_id = \"{run}\"",
            "`{case}` in `sample` is not in `sample_id`: columns would be the same sample's",
        ),
    ] {
        let manifest = EXPRESSION.replace(from, to);
        assert_ne!(manifest, EXPRESSION);
        let error = dataset(&manifest).error();
        assert!(error.ends_with(message), "{error}\n{message}");
    }
}
