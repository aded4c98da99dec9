//! Scalars, predicates and aggregates over private rows: what is accepted, what
//! is refused by which rule, and that nothing accepted can fail on any value.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, Date32Array, Float64Array, Int64Array,
        StringArray},
    datatypes::{DataType, Field, Float64Type, Schema},
    record_batch::RecordBatch,
};
use datafusion::{
    datasource::MemTable,
    logical_expr::{Expr, LogicalPlan},
    prelude::SessionContext,
};
use sekisho_tables::{Catalogue, ColumnType, Table};

use super::Dataset;
use crate::{
    Refusal, Rule,
    expression::{self, Clear, Conjunct},
    label::Relation,
    run, session,
    statement::Statement,
};

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

/// The aggregates that are accepted.
const AGGREGATES: &[&str] = &[
    "count(*)",
    "count(1)",
    "count(age)",
    "count(sex)",
    "count(note)",
    "count(individual_id)",
    "count(age * 2)",
    "count(lower(sex))",
    "count(DISTINCT individual_id)",
    "count(DISTINCT individual_id) FILTER (WHERE age > 50)",
    "count(DISTINCT CASE WHEN age > 50 THEN individual_id END)",
    "count(*) FILTER (WHERE smoker)",
    "count(*) FILTER (WHERE sex = 'male' AND age > 40)",
    "count(CASE WHEN sex = 'male' THEN 1 END)",
    "count(CASE WHEN sex = 'male' THEN 'x' ELSE NULL END)",
    "count(CASE WHEN sex = 'male' THEN age END)",
    "count(CASE WHEN sex = 'male' THEN 1 ELSE 0 END)",
    "sum(age)",
    "sum(weight)",
    "sum(1)",
    "sum(2.5)",
    "sum(age * 2 + 1)",
    "sum(age * 0.5)",
    "sum(weight / 2 - 1)",
    "sum(-age)",
    "sum(10 - age)",
    "sum(age::double)",
    "sum(age / 10)",
    "sum(floor(weight))",
    "sum(smoker::int)",
    "sum(smoker::int + 1)",
    "sum((age >= 40)::int)",
    "sum(CASE WHEN age >= 40 AND smoker THEN 1 ELSE 0 END)",
    "sum(CASE WHEN smoker THEN age END)",
    "sum(CASE WHEN smoker THEN age ELSE 0 END)",
    "sum(CASE WHEN smoker THEN 2 * weight + 1 ELSE 5 END)",
    "sum(CASE WHEN age < 40 THEN 1 WHEN age < 60 THEN 2.5 ELSE 3 END)",
    "sum(CASE sex WHEN 'male' THEN 1 ELSE 0 END) FILTER (WHERE age > 40)",
    "sum(1 + CASE WHEN smoker THEN 1 ELSE 0 END)",
    "avg(age)",
    "avg(weight)",
    "avg(age * 2 + 1)",
    "avg(weight * 2.2)",
    "avg(smoker::int)",
    "avg(CASE WHEN smoker THEN 1.0 ELSE 0 END)",
    "avg(CASE WHEN smoker THEN age END)",
    "avg(CASE WHEN smoker THEN age ELSE 0 END)",
    "avg(CASE WHEN age < 40 THEN 1 WHEN age < 60 THEN 2 END)",
    "var(age)",
    "var_samp(age)",
    "var_pop(weight * 2)",
    "stddev(weight)",
    "stddev_samp(weight)",
    "stddev_pop(3 - weight)",
    "stddev(CASE WHEN smoker THEN weight END)",
];

/// Scalars, in the place of `?` in a predicate, a key and an aggregate.
const UNCLEAR: &[&str] = &[
    "100 / age",
    "age / weight",
    "weight - age",
    "age / 0",
    "weight / 0.0",
    "age % 2",
    "age % weight",
    "age * 1e16",
    "weight + 1e300",
    "age & 1",
    "CAST(weight AS INT)",
    "CAST(age AS INT)",
    "CAST(age AS SMALLINT)",
    "CAST(note AS INT)",
    "TRY_CAST(note AS INT)",
    "CAST(age AS DECIMAL(3, 1))",
    "arrow_cast(age, 'Int8')",
    "abs(age)",
    "abs(weight)",
    "sqrt(weight)",
    "ln(weight)",
    "log(weight)",
    "log(10, weight)",
    "exp(weight)",
    "power(weight, 2)",
    "factorial(age)",
    "gcd(age, 6)",
    "trunc(weight, age)",
    "round(weight, age)",
    "round(weight, 400)",
    "floor(ceil(weight))",
    "char_length(note)",
    "ascii(sex)",
    "octet_length(sex)",
    "strpos(sex, 'e')",
    "levenshtein(sex, 'male')",
    "date_part('year', date_trunc('year', registered_on))",
    "date_part('hour', registered_on)",
    "to_unixtime(registered_on)",
    "random()",
    "age + random()",
    "coalesce(age, weight)",
    "nullif(age, 40)",
    "greatest(age, 40)",
    "CASE WHEN age > 100 THEN 100 ELSE age END",
    "CASE WHEN age > 40 THEN weight ELSE 1 END",
    "date_part('day', now() - registered_on)",
    "array_length(make_array(age))",
    "struct(age)['c0']",
    "length(arrow_typeof(age))",
];

/// Predicates that are refused, and by which rule.
const REFUSED: &[(&str, Rule)] = &[
    ("chr(age) = 'A'", Rule::Predicate),
    ("repeat(sex, age) = 'x'", Rule::Predicate),
    ("repeat(sex, 1000000000) = 'x'", Rule::Predicate),
    ("lpad(sex, 9) = 'x'", Rule::Predicate),
    ("rpad(sex, 9, 'x') = 'x'", Rule::Predicate),
    ("reverse(sex) = 'x'", Rule::Predicate),
    ("concat(sex, 'x') = 'x'", Rule::Predicate),
    ("sex || diagnosis = 'x'", Rule::Predicate),
    ("replace(sex, 'e', '') = 'fmal'", Rule::Predicate),
    ("translate(sex, 'e', 'a') = 'famala'", Rule::Predicate),
    ("sex ~ 'fem.*'", Rule::Predicate),
    ("sex ~* 'fem.*'", Rule::Predicate),
    ("sex !~ 'fem.*'", Rule::Predicate),
    ("regexp_like(sex, 'fem.*')", Rule::Predicate),
    ("regexp_replace(sex, 'e', 'a') = 'famale'", Rule::Predicate),
    ("sex SIMILAR TO 'fem%'", Rule::Predicate),
    ("sex ILIKE 'fem%'", Rule::Predicate),
    ("sex LIKE '%ale'", Rule::Predicate),
    ("sex LIKE 'f_male'", Rule::Predicate),
    ("sex LIKE 'female'", Rule::Predicate),
    ("sex LIKE diagnosis", Rule::Predicate),
    ("sex LIKE 'x%'", Rule::PredicateValue),
    ("starts_with(sex, diagnosis)", Rule::Predicate),
    ("ends_with(sex, 'e')", Rule::Predicate),
    ("split_part(sex, 'e', 1) = 'f'", Rule::Predicate),
    ("encode(sex, 'hex') = 'x'", Rule::Predicate),
    ("md5(sex) = 'x'", Rule::Predicate),
    ("sha256(sex) = 'x'", Rule::Predicate),
    ("uuid() = 'x'", Rule::Predicate),
    ("to_date(note) > '2020-01-01'", Rule::Predicate),
    ("to_timestamp(note) > '2020-01-01'", Rule::Predicate),
    ("make_date(age, 1, 1) > '2020-01-01'", Rule::Predicate),
    ("registered_on < now()", Rule::PredicateValue),
    ("registered_on < current_date", Rule::PredicateValue),
    ("registered_on + INTERVAL '1 day' > '2020-01-01'", Rule::Predicate),
    ("date_bin(INTERVAL '1 hour', registered_on) > '2020-01-01'", Rule::Predicate),
    ("date_bin(INTERVAL '0 days', registered_on) > '2020-01-01'", Rule::Predicate),
    ("date_trunc('hour', registered_on) > '2020-01-01'", Rule::Predicate),
    ("registered_on = '2020-01-01 12:00:00'", Rule::PredicateValue),
    ("arrow_typeof(age) = 'Int64'", Rule::Predicate),
    ("array_has([40, 41], age)", Rule::Predicate),
    ("age = ANY([40, 41])", Rule::Predicate),
    ("make_array(age)[1] = 40", Rule::Predicate),
    ("age = weight", Rule::PredicateValue),
    ("age = 'forty'", Rule::PredicateValue),
    ("age = true", Rule::PredicateValue),
    ("age = NULL", Rule::PredicateValue),
    ("sex = 'unknown'", Rule::PredicateValue),
    ("upper(sex) = 'female'", Rule::PredicateValue),
    ("sex = upper('female')", Rule::PredicateValue),
    ("lower(note) = 'x'", Rule::PredicateUndeclared),
    ("note LIKE 'x%'", Rule::PredicateUndeclared),
    ("note IS NULL", Rule::PredicateUndeclared),
    ("left(individual_id, 1) = 'p'", Rule::PredicateIdentifier),
    ("individual_id LIKE 'p%'", Rule::PredicateIdentifier),
    ("age", Rule::Predicate),
    ("age IS DISTINCT FROM 40", Rule::Predicate),
    ("CASE WHEN age < 40 THEN 'young' ELSE 'old' END = 'middle'", Rule::PredicateValue),
    ("CASE WHEN age < 40 OR sex = 'male' THEN 1 ELSE 0 END = 1", Rule::Predicate),
];

/// Aggregates that are refused, and by which rule.
const REFUSED_AGGREGATES: &[(&str, Rule)] = &[
    ("min(age)", Rule::AggregateFunction),
    ("max(age)", Rule::AggregateFunction),
    ("median(age)", Rule::AggregateFunction),
    ("approx_percentile_cont(0.5) WITHIN GROUP (ORDER BY age)", Rule::AggregateFunction),
    ("first_value(age ORDER BY age)", Rule::AggregateClause),
    ("array_agg(age)", Rule::AggregateFunction),
    ("string_agg(sex, ',')", Rule::AggregateFunction),
    ("bit_xor(age)", Rule::AggregateFunction),
    ("bool_or(smoker)", Rule::AggregateFunction),
    ("corr(age, weight)", Rule::AggregateFunction),
    ("covar_samp(age, weight)", Rule::AggregateFunction),
    ("regr_slope(age, weight)", Rule::AggregateFunction),
    ("approx_distinct(age)", Rule::AggregateFunction),
    ("sum(DISTINCT age)", Rule::AggregateClause),
    ("avg(DISTINCT age)", Rule::AggregateClause),
    ("count(DISTINCT age)", Rule::AggregateArgument),
    ("count(DISTINCT CASE WHEN smoker THEN age END)", Rule::AggregateArgument),
    ("count(DISTINCT CASE WHEN smoker THEN individual_id ELSE 'p1' END)", Rule::AggregateArgument),
    ("count(NULL)", Rule::AggregateArgument),
    ("sum(age + weight)", Rule::AggregateArgument),
    ("sum(age * age)", Rule::AggregateArgument),
    ("sum(CASE WHEN note = 'x' THEN 1 ELSE 0 END)", Rule::PredicateUndeclared),
    ("sum(CASE WHEN individual_id = 'p1' THEN age END)", Rule::PredicateIdentifier),
    ("count(*) FILTER (WHERE random() < 0.5)", Rule::Predicate),
    ("count(*) FILTER (WHERE age = weight)", Rule::PredicateValue),
    ("var(CASE WHEN smoker THEN age ELSE 0 END)", Rule::AggregateArgument),
    ("stddev(smoker::int)", Rule::AggregateArgument),
    ("sum(CASE WHEN smoker THEN CASE WHEN age > 40 THEN 1 ELSE 0 END ELSE 0 END)", Rule::AggregateArgument),
    ("sum(1e300)", Rule::AggregateArgument),
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

#[tokio::test]
async fn what_is_not_clear_is_refused_in_every_place() {
    let dataset = Dataset::new();
    let catalogue = dataset.snapshot.catalogue();
    for sql in UNCLEAR {
        let rules = [
            refusal(catalogue, &format!("SELECT count(*) FROM individuals WHERE {sql} > 1")).await,
            refusal(catalogue, &format!("SELECT sum({sql}) FROM individuals")).await,
            refusal(catalogue, &format!("SELECT {sql}, count(*) FROM individuals GROUP BY {sql}")).await,
            refusal(catalogue, &format!("SELECT avg(x) FROM (SELECT {sql} AS x FROM individuals) t")).await,
        ];
        for refusal in rules {
            assert!(
                matches!(
                    refusal.rule,
                    Rule::Predicate
                        | Rule::PredicateValue
                        | Rule::PredicateUndeclared
                        | Rule::AggregateArgument
                        | Rule::Unclear
                        | Rule::KeyExpression
                ),
                "{sql}\n{refusal:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_refused_predicate_names_rule_and_place() {
    let dataset = Dataset::new();
    let catalogue = dataset.snapshot.catalogue();
    for (sql, rule) in REFUSED {
        let refusal = refusal(
            catalogue,
            &format!("SELECT count(*) FROM individuals WHERE {sql}"),
        )
        .await;
        assert_eq!(refusal.rule, *rule, "{sql}\n{refusal:?}");
        let place = refusal.place.unwrap_or_else(|| panic!("{sql}"));
        assert!(place.column > 38, "{sql}\n{refusal:?}");
    }
}

#[tokio::test]
async fn a_refused_aggregate_names_rule_and_place() {
    let dataset = Dataset::new();
    let catalogue = dataset.snapshot.catalogue();
    for (sql, rule) in REFUSED_AGGREGATES {
        let refusal = refusal(catalogue, &format!("SELECT {sql} FROM individuals")).await;
        assert_eq!(refusal.rule, *rule, "{sql}\n{refusal:?}");
        assert!(refusal.place.is_some(), "{sql}\n{refusal:?}");
    }
}

#[tokio::test]
async fn every_aggregate_that_is_offered_is_accepted() {
    let dataset = Dataset::new();
    for sql in AGGREGATES {
        let sql = format!("SELECT {sql} AS x FROM individuals");
        if let Err(refusal) = run::prepare(&sql, dataset.snapshot.catalogue()).await {
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
            array.as_boolean().iter().map(|value| value == Some(true)).collect()
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

async fn refusal(catalogue: &Catalogue, sql: &str) -> Refusal {
    match run::prepare(sql, catalogue).await {
        Err(refusal) => refusal,
        Ok(_) => panic!("accepted: {sql}"),
    }
}

/// The expressions of a query's topmost node, over a scan of individuals.
async fn planned(catalogue: &Catalogue, sql: &str) -> (Vec<Expr>, Relation) {
    let statement = Statement::read(sql, catalogue).unwrap();
    let plan = session::plan(&statement, catalogue)
        .await
        .unwrap_or_else(|refusal| panic!("{sql}\n{refusal:?}"));
    let table = catalogue.table("individuals").unwrap();
    let relation = Relation::scan("individuals".into(), table, 1).unwrap();
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

/// Rows of individuals to evaluate expressions over.
struct Rows(RecordBatch);

impl Rows {
    fn ordinary() -> Self {
        let date = |text: &str| {
            use arrow::compute::kernels::cast_utils::Parser;
            arrow::datatypes::Date32Type::parse(text)
        };
        Self::of(
            vec![Some(0), Some(39), Some(40), Some(41), Some(59), Some(120), None, Some(64)],
            vec![Some(0.0), Some(49.95), Some(50.0), Some(-0.0), Some(399.99), Some(72.25), None, Some(60.5)],
            vec![Some("female"), Some("male"), None, Some("male"), Some("female"), Some("female"), Some("male"), None],
            vec![Some("lung"), Some("liver"), Some("bone"), None, Some("lung"), Some("liver"), None, Some("bone")],
            vec![
                date("1970-01-01"), date("1969-12-31"), date("2016-02-29"), date("2015-06-01"),
                date("2017-12-31"), date("2021-01-03"), None, date("1900-03-01"),
            ],
        )
    }

    fn extreme() -> Self {
        Self::of(
            vec![Some(i64::MIN), Some(i64::MAX), Some(-1), Some(0), Some(i64::MIN + 1), Some(1 << 53), None, Some(1)],
            vec![Some(1e308), Some(-1e308), Some(f64::MAX), Some(f64::MIN), Some(f64::MIN_POSITIVE), Some(-0.0), None, Some(5e-324)],
            vec![Some(""), Some("   "), Some("ß"), Some("\u{0}"), Some("İ"), Some("🧬🧬🧬🧬"), None, Some("x")],
            vec![Some(""), Some("%"), Some("_"), Some("\\"), Some("'"), Some("lung"), None, Some("LUNG")],
            vec![Some(i32::MIN), Some(i32::MAX), Some(0), Some(-106_752), Some(106_751), Some(-719_528), None, Some(95_026_601)],
        )
    }

    fn of(
        ages: Vec<Option<i64>>,
        weights: Vec<Option<f64>>,
        sexes: Vec<Option<&str>>,
        diagnoses: Vec<Option<&str>>,
        days: Vec<Option<i32>>,
    ) -> Self {
        let smokers: BooleanArray = (0..ages.len())
            .map(|n| match n % 3 {
                0 => Some(true),
                1 => Some(false),
                _ => None,
            })
            .collect();
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("age", Arc::new(Int64Array::from(ages))),
            ("weight", Arc::new(Float64Array::from(weights))),
            ("sex", Arc::new(StringArray::from(sexes))),
            ("diagnosis", Arc::new(StringArray::from(diagnoses))),
            ("registered_on", Arc::new(Date32Array::from(days))),
            ("smoker", Arc::new(smokers)),
        ];
        Self(RecordBatch::try_from_iter_with_nullable(
            columns.into_iter().map(|(name, array)| (name, array, true)),
        )
        .unwrap())
    }

    fn context(&self) -> SessionContext {
        let context = SessionContext::new_with_state(session::state().unwrap());
        let table = MemTable::try_new(self.0.schema(), vec![vec![self.0.clone()]]).unwrap();
        context.register_table("individuals", Arc::new(table)).unwrap();
        context
    }

    async fn evaluate(&self, expr: Expr) -> datafusion::error::Result<ArrayRef> {
        let rows = self.context().table("individuals").await?;
        let batches = rows.select(vec![expr.alias("x")])?.collect().await?;
        Ok(Arc::clone(batches[0].column(0)))
    }

    async fn select(&self, sql: &str) -> datafusion::error::Result<ArrayRef> {
        let sql = format!("SELECT {sql} AS x FROM individuals");
        let batches = self.context().sql(&sql).await?.collect().await?;
        Ok(Arc::clone(batches[0].column(0)))
    }
}

/// A table's columns and the rows they are evaluated over have the same types.
#[test]
fn the_rows_have_the_catalogues_types() {
    let dataset = Dataset::new();
    let table: &Table = dataset.snapshot.catalogue().table("individuals").unwrap();
    let rows = Rows::ordinary();
    let schema: Arc<Schema> = rows.0.schema();
    for column in &table.columns {
        if let Ok(field) = schema.field_with_name(&column.name) {
            let field: &Field = field;
            assert_eq!(*field.data_type(), session::data_type(column.r#type));
        }
    }
}
