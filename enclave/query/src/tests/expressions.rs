//! Scalars and predicates over private rows: what is accepted means what it
//! means in SQL, and cannot fail on any value.

mod aggregates;
mod refused;
mod rows;

use arrow::{
    array::{Array, ArrayRef, AsArray},
    datatypes::{DataType, Float64Type},
};
use datafusion::logical_expr::{Expr, LogicalPlan};
use sekisho_tables::{Catalogue, ColumnType};

use super::Dataset;
use crate::{
    Refusal,
    expression::{self, Clear, Conjunct},
    label::Relation,
    session,
    statement::Statement,
};
use rows::Rows;

/// The scalars that are accepted.
const SCALARS: &[&str] = &[
    "age",
    "age + 1",
    "1 + age",
    "age - 40",
    "40 - age",
    "-age",
    "age * 12",
    "age / 10",
    "age / 10 * 10",
    "age / -3",
    "age + 9007199254",
    "age * 999999999999999",
    "age * 0.5",
    "age / 2.5",
    "(age - 40) / 10.0",
    "CAST(age AS DOUBLE)",
    "age::bigint",
    "floor(age / 10.0) * 10",
    "floor(age)",
    "round(age)",
    "round(age, -1)",
    "coalesce(age, 0)",
    "coalesce(age, 0.5)",
    "weight",
    "weight + 1",
    "weight * 2.20462",
    "weight * 1e15",
    "weight / 1e-300",
    "2.5 - weight",
    "-weight",
    "floor(weight / 5) * 5",
    "ceil(weight)",
    "round(weight)",
    "round(weight, 1)",
    "round(weight * 2, -1)",
    "round(weight, 15)",
    "coalesce(weight, -1)",
    "lower(sex)",
    "upper(sex)",
    "trim(sex)",
    "btrim(sex)",
    "left(sex, 1)",
    "left(sex, 0)",
    "substr(sex, 1, 3)",
    "substring(sex FROM 1 FOR 2)",
    "coalesce(sex, 'unknown')",
    "smoker",
    "smoker::int",
    "CAST(smoker AS DOUBLE)",
    "smoker::int * 2 + 1",
    "NOT smoker",
    "registered_on",
    "date_trunc('day', registered_on)",
    "date_trunc('week', registered_on)",
    "date_trunc('month', registered_on)",
    "date_trunc('QUARTER', registered_on)",
    "date_trunc('year', registered_on::timestamp)",
    "date_part('year', registered_on)",
    "date_part('quarter', registered_on)",
    "date_part('month', registered_on)",
    "date_part('week', registered_on)",
    "date_part('day', registered_on)",
    "date_part('doy', registered_on)",
    "date_part('dow', registered_on)",
    "date_part('isodow', registered_on)",
    "date_part('isoyear', registered_on)",
    "date_part('epoch', registered_on)",
    "EXTRACT(YEAR FROM registered_on)",
    "EXTRACT(YEAR FROM registered_on) / 10 * 10",
    "date_bin(INTERVAL '7 days', registered_on)",
    "date_bin(INTERVAL '10 days', registered_on, DATE '2001-01-01')",
    "date_bin(INTERVAL '3 months', registered_on)",
    "date_bin(INTERVAL '2 years', registered_on, DATE '2001-04-15')",
    "coalesce(registered_on, DATE '1970-01-01')",
    "CASE WHEN age < 40 THEN 'young' WHEN age < 60 THEN 'middle' ELSE 'old' END",
    "CASE WHEN age BETWEEN 40 AND 60 THEN 1 ELSE 0 END",
    "CASE WHEN weight > 80 THEN 1.5 WHEN weight > 60 THEN 1 END",
    "CASE sex WHEN 'female' THEN 'f' WHEN 'male' THEN 'm' END",
    "CASE WHEN sex IN ('female') THEN true ELSE false END",
    "CASE WHEN registered_on < '2016-01-01' THEN DATE '2015-01-01' ELSE DATE '2016-01-01' END",
    "CASE WHEN floor(weight / 10) * 10 = 50 THEN 'fifties' ELSE 'others' END",
    "age >= 40",
    "age IS NULL",
    "sex IN ('female', 'male')",
    "sex LIKE 'fe%'",
    "(age >= 40) IS TRUE",
];

/// The predicates that are accepted, beside those of the golden files.
const PREDICATES: &[&str] = &[
    "age >= 40",
    "40 <= age",
    "age > 39.5",
    "age * 2 > 80",
    "-age < 0",
    "age / 10 = 4",
    "age BETWEEN 40 AND 50",
    "age NOT BETWEEN 40 AND 50",
    "weight / 2 > 40",
    "age IN (40, 41.0, -1, 20 + 22)",
    "age NOT IN (40)",
    "age IS NOT NULL AND weight IS NULL",
    "floor(weight / 5) * 5 = 50",
    "sex = 'female'",
    "'female' = sex",
    "sex < 'male'",
    "upper(sex) = 'FEMALE'",
    "left(diagnosis, 1) = 'l'",
    "left(diagnosis, 1) IN ('l', 'b') AND age > 3",
    "sex LIKE 'fem%'",
    "sex NOT LIKE 'fem%'",
    "upper(sex) LIKE 'F%'",
    "starts_with(sex, 'f')",
    "coalesce(sex, 'unknown') LIKE 'unk%'",
    "coalesce(sex, 'unknown') = 'unknown'",
    "smoker",
    "NOT smoker",
    "smoker IS TRUE",
    "smoker IS NOT FALSE",
    "smoker IS UNKNOWN",
    "smoker = true",
    "(age > 40) IS NOT TRUE",
    "registered_on >= '2016-01-01'",
    "registered_on >= DATE '2016-01-01'",
    "registered_on < TIMESTAMP '2016-01-01 00:00:00'",
    "registered_on = TIMESTAMP '2016-01-01'",
    "date_part('year', registered_on) = 2016",
    "EXTRACT(MONTH FROM registered_on) IN (6, 7)",
    "date_trunc('month', registered_on) = '2016-06-01'",
    "registered_on BETWEEN '2016-01-01' AND '2017-12-31'",
    "NOT (age < 40 OR sex = 'male')",
    "NOT (NOT (age < 40))",
    "(age < 40 OR sex = 'male') AND true",
    "1 = 1",
    "1 < 2 AND age > 40",
    "CASE WHEN age < 40 THEN 'young' ELSE 'old' END = 'old'",
    "CASE WHEN age < 40 THEN true ELSE false END",
];

#[tokio::test]
async fn clear_scalars_and_predicates_are_accepted() {
    let dataset = Dataset::new();
    let catalogue = dataset.snapshot.catalogue();
    for sql in SCALARS {
        if let Err(refusal) = scalar(catalogue, sql).await {
            panic!("{sql}\n{refusal:?}");
        }
    }
    for sql in PREDICATES {
        if let Err(refusal) = predicate(catalogue, sql).await {
            panic!("{sql}\n{refusal:?}");
        }
    }
}

/// What a scalar gives for ordinary values is what the engine would give.
#[tokio::test]
async fn scalars_mean_what_they_mean_in_sql() {
    let dataset = Dataset::new();
    let catalogue = dataset.snapshot.catalogue();
    let rows = Rows::ordinary();
    for sql in SCALARS {
        let clear = scalar(catalogue, sql).await.unwrap();
        let ours = rows.evaluate(clear.expr.clone()).await.unwrap();
        assert_eq!(
            *ours.data_type(),
            session::data_type(clear.r#type),
            "{sql}: the type is not the one announced"
        );
        let theirs = rows.select(sql).await.unwrap();
        let theirs = arrow::compute::cast(&theirs, ours.data_type()).unwrap();
        assert_eq!(&ours, &theirs, "{sql}");
    }
}

#[tokio::test]
async fn predicates_mean_what_they_mean_in_sql() {
    let dataset = Dataset::new();
    let catalogue = dataset.snapshot.catalogue();
    let rows = Rows::ordinary();
    for sql in PREDICATES {
        let expr = all_of(predicate(catalogue, sql).await.unwrap());
        let ours = rows.evaluate(expr).await.unwrap();
        let theirs = rows.select(sql).await.unwrap();
        // A row that is neither in nor out is out.
        let is_true = |array: &ArrayRef| -> Vec<bool> {
            array
                .as_boolean()
                .iter()
                .map(|value| value == Some(true))
                .collect()
        };
        assert_eq!(is_true(&ours), is_true(&theirs), "{sql}");
    }
}

#[tokio::test]
async fn a_derived_domain_and_bounds_hold_every_value() {
    let dataset = Dataset::new();
    let catalogue = dataset.snapshot.catalogue();
    let rows = Rows::ordinary();
    for sql in SCALARS {
        let clear = scalar(catalogue, sql).await.unwrap();
        let values = rows.evaluate(clear.expr.clone()).await.unwrap();
        match (clear.r#type, &clear.domain, clear.bounds) {
            (ColumnType::Text, Some(domain), _) => {
                for value in values.as_string::<i32>().iter().flatten() {
                    assert!(domain.iter().any(|v| v == value), "{sql}: {value}");
                }
            }
            (ColumnType::Int | ColumnType::Float, _, Some([low, high])) => {
                let values = arrow::compute::cast(&values, &DataType::Float64).unwrap();
                for value in values.as_primitive::<Float64Type>().iter().flatten() {
                    assert!(low <= value && value <= high, "{sql}: {value} {low} {high}");
                }
            }
            (ColumnType::Text, None, _) => panic!("{sql}: no domain"),
            _ => {}
        }
    }
}

/// Over the ends of every type nothing fails, and nothing is NaN or infinite.
#[tokio::test]
async fn what_is_accepted_is_total() {
    let dataset = Dataset::new();
    let catalogue = dataset.snapshot.catalogue();
    let rows = Rows::extreme();
    for sql in SCALARS {
        let clear = scalar(catalogue, sql).await.unwrap();
        let values = rows
            .evaluate(clear.expr)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_finite(sql, &values);
    }
    for sql in PREDICATES {
        let expr = all_of(predicate(catalogue, sql).await.unwrap());
        rows.evaluate(expr)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

#[tokio::test]
async fn a_condition_falls_apart_at_and() {
    let dataset = Dataset::new();
    let catalogue = dataset.snapshot.catalogue();
    let parts = async |sql: &str| predicate(catalogue, sql).await.unwrap().len();
    assert_eq!(parts("age > 40 AND sex = 'male' AND smoker").await, 3);
    assert_eq!(parts("NOT (age > 40 OR smoker)").await, 2);
    assert_eq!(parts("(age > 40 AND smoker) IS TRUE").await, 2);
    assert_eq!(parts("age > 40 OR smoker").await, 1);
    assert_eq!(parts("1 = 1").await, 0);
    assert_eq!(parts("true AND age > 40").await, 1);
    assert_eq!(parts("1 = 2").await, 1);
}

#[tokio::test]
async fn derived_domains_keep_the_declared_order() {
    let dataset = Dataset::new();
    let domain = async |sql: &str| {
        let clear = scalar(dataset.snapshot.catalogue(), sql).await.unwrap();
        clear.domain.unwrap().join(" ")
    };
    assert_eq!(domain("upper(diagnosis)").await, "LUNG LIVER BONE");
    assert_eq!(domain("left(diagnosis, 1)").await, "l b");
    assert_eq!(domain("coalesce(sex, 'none')").await, "female male none");
    assert_eq!(
        domain("CASE WHEN age < 40 THEN 'b' WHEN age < 60 THEN 'a' ELSE 'b' END").await,
        "b a"
    );
}

fn all_of(conjuncts: Vec<Conjunct>) -> Expr {
    conjuncts
        .into_iter()
        .map(|conjunct| conjunct.expr)
        .reduce(Expr::and)
        .unwrap_or_else(|| datafusion::prelude::lit(true))
}

fn assert_finite(sql: &str, values: &ArrayRef) {
    if *values.data_type() == DataType::Float64 {
        for value in values.as_primitive::<Float64Type>().iter().flatten() {
            assert!(value.is_finite(), "{sql}: {value}");
        }
    }
}

/// The expressions of a query's topmost node, over a scan of individuals.
async fn planned(catalogue: &Catalogue, sql: &str) -> (Vec<Expr>, Relation) {
    let statement = Statement::read(sql, catalogue).unwrap();
    let (plan, _) = session::plan(&statement, catalogue)
        .await
        .unwrap_or_else(|refusal| panic!("{sql}\n{refusal:?}"));
    let table = catalogue.table("individuals").unwrap();
    let mut scan = &plan;
    let relation = loop {
        match scan {
            LogicalPlan::TableScan(scan) => break Relation::scan(scan, table, 1).unwrap(),
            other => scan = other.inputs()[0],
        }
    };
    let plan = match plan {
        LogicalPlan::Projection(projection) if projection.expr.len() > 1 => {
            projection.input.as_ref().clone()
        }
        plan => plan,
    };
    (plan.expressions(), relation)
}

async fn scalar(catalogue: &Catalogue, sql: &str) -> Result<Clear, Refusal> {
    let sql = format!("SELECT {sql} FROM individuals");
    let (exprs, relation) = planned(catalogue, &sql).await;
    expression::scalar(&exprs[0], &relation, &sql, catalogue)
}

async fn predicate(catalogue: &Catalogue, sql: &str) -> Result<Vec<Conjunct>, Refusal> {
    let sql = format!("SELECT age, sex FROM individuals WHERE {sql}");
    let (exprs, relation) = planned(catalogue, &sql).await;
    expression::predicate(&exprs[0], &relation, &sql, catalogue)
}
