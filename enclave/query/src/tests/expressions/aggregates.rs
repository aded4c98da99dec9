//! Aggregates: which are offered, and of which protected measures they are made.

use datafusion::logical_expr::{Expr, LogicalPlan};
use sekisho_tables::Catalogue;

use super::{
    super::{Dataset, exact::same},
    refused::refusal,
};
use crate::{Rule, label::Relation, measure, run, session, statement::Statement};

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
    "sum(coalesce(age, 0))",
    "avg(coalesce(weight, 70))",
    "avg(date_part('year', registered_on))",
    "avg(date_part('year', registered_on) - 2000)",
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
    "sum(CASE WHEN age > 100 THEN 100 ELSE age END)",
    "sum(CASE WHEN age > 40 THEN weight ELSE 1 END)",
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

/// Aggregates that are refused, and by which rule.
const REFUSED_AGGREGATES: &[(&str, Rule)] = &[
    ("min(age)", Rule::AggregateFunction),
    ("max(age)", Rule::AggregateFunction),
    ("median(age)", Rule::AggregateFunction),
    (
        "approx_percentile_cont(0.5) WITHIN GROUP (ORDER BY age)",
        Rule::AggregateFunction,
    ),
    ("first_value(age ORDER BY age)", Rule::AggregateFunction),
    ("sum(age ORDER BY age)", Rule::AggregateClause),
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
    (
        "count(DISTINCT CASE WHEN smoker THEN age END)",
        Rule::AggregateArgument,
    ),
    (
        "count(DISTINCT CASE WHEN smoker THEN individual_id ELSE 'p1' END)",
        Rule::AggregateArgument,
    ),
    ("count(NULL)", Rule::AggregateArgument),
    ("sum(age + weight)", Rule::AggregateArgument),
    ("sum(age * age)", Rule::AggregateArgument),
    (
        "sum(CASE WHEN note = 'x' THEN 1 ELSE 0 END)",
        Rule::PredicateUndeclared,
    ),
    (
        "sum(CASE WHEN individual_id = 'p1' THEN age END)",
        Rule::PredicateIdentifier,
    ),
    ("count(*) FILTER (WHERE random() < 0.5)", Rule::Predicate),
    ("count(*) FILTER (WHERE age = weight)", Rule::PredicateValue),
    (
        "var(CASE WHEN smoker THEN age ELSE 0 END)",
        Rule::AggregateArgument,
    ),
    ("stddev(smoker::int)", Rule::AggregateArgument),
    (
        "sum(CASE WHEN smoker THEN CASE WHEN age > 40 THEN 1 ELSE 0 END ELSE 0 END)",
        Rule::AggregateArgument,
    ),
    ("sum(1e300)", Rule::AggregateArgument),
    // Indicators of a few, and the same sum rounded elsewhere.
    ("sum(age / 100)", Rule::AggregateArgument),
    ("sum(ceil(weight / 150.5))", Rule::AggregateArgument),
    ("avg(floor(weight * 1000))", Rule::AggregateArgument),
    ("sum(round(weight, 1))", Rule::AggregateArgument),
    ("var(round(age, -2))", Rule::AggregateArgument),
    ("sum(2 * (age / 10))", Rule::AggregateArgument),
    ("sum(age * 1e16)", Rule::AggregateArgument),
];

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

/// Unprotected, every aggregate is what the engine makes of it.
#[tokio::test]
async fn aggregates_give_what_sql_gives() {
    // The spread is computed where figures are protected.
    let queries: Vec<String> = AGGREGATES
        .iter()
        .filter(|aggregate| !aggregate.starts_with("var") && !aggregate.starts_with("stddev"))
        .map(|aggregate| {
            format!(
                "SELECT diagnosis, round(x, 6) FROM (SELECT diagnosis, {aggregate} AS x \
                 FROM individuals GROUP BY diagnosis) t"
            )
        })
        .collect();
    let queries: Vec<&str> = queries.iter().map(String::as_str).collect();
    same(&queries).await;
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

/// Nor can a subquery hide that a number was computed.
#[tokio::test]
async fn a_number_computed_in_a_subquery_is_not_summed() {
    let dataset = Dataset::new();
    let catalogue = dataset.snapshot.catalogue();
    for sql in [
        "SELECT sum(x) FROM (SELECT age * 2 AS x FROM individuals) t",
        "SELECT avg(x) FROM (SELECT floor(age / 2.0) * 3 AS x FROM individuals) t",
        "SELECT sum(y) FROM (SELECT x AS y FROM (SELECT 1 - weight AS x FROM individuals) t) u",
        "SELECT sum(y) FROM (SELECT individual_id, max(ceil(weight / 150.5)) AS y FROM individuals GROUP BY individual_id) t",
        "SELECT avg(y) FROM (SELECT individual_id, sum(CASE WHEN age > 100 THEN 2 ELSE 1 END) AS y FROM individuals GROUP BY individual_id) t",
        "SELECT stddev(y) FROM (SELECT round(x) AS y FROM (SELECT weight * 3 AS x FROM individuals) t) u",
    ] {
        let refusal = refusal(catalogue, sql).await;
        assert_eq!(refusal.rule, Rule::AggregateArgument, "{sql}\n{refusal:?}");
    }
    for sql in [
        "SELECT sum(x) FROM (SELECT age AS x FROM individuals) t",
        "SELECT avg(old) FROM (SELECT CASE WHEN age > 65 THEN 1 ELSE 0 END AS old FROM individuals) t",
        "SELECT sum(s) FROM (SELECT smoker::int AS s FROM individuals) t",
        "SELECT avg(n) FROM (SELECT individual_id, sum(CASE WHEN tissue = 'tumor' THEN 1 ELSE 0 END) AS n \
         FROM samples GROUP BY individual_id) t",
        "SELECT avg(oldest) FROM (SELECT individual_id, max(age) AS oldest FROM individuals GROUP BY individual_id) t",
        "SELECT count(x) FROM (SELECT age * 2 AS x FROM individuals WHERE age > 50) t",
        "SELECT x, count(*) FROM (SELECT age * 2 AS x FROM individuals) t GROUP BY x",
    ] {
        assert!(run::prepare(sql, catalogue).await.is_ok(), "{sql}");
    }
}

/// Arithmetic of an aggregate is over released measures: which, and how.
#[tokio::test]
async fn arithmetic_in_an_aggregate_is_over_released_measures() {
    let dataset = Dataset::new();
    let catalogue = dataset.snapshot.catalogue();
    for (aggregate, figure, measures) in [
        ("sum(age)", "m0", "IntegerSum(age)"),
        (
            "sum(2 * age + 1)",
            "m0 * Int64(2) + m1",
            "IntegerSum(age) Count(age)",
        ),
        ("sum(weight / 2)", "m0 * Float64(0.5)", "Sum(weight)"),
        (
            "avg(1 - weight)",
            "m0 * Float64(-1) + Float64(1)",
            "Mean(weight)",
        ),
        (
            "stddev(3 - 2 * weight)",
            "m0 * Float64(2)",
            "Deviation(weight)",
        ),
        (
            "var_pop(weight * -3)",
            "m0 * Float64(9)",
            "VariancePopulation(weight)",
        ),
        ("count(age * 2)", "m0", "Count(age)"),
        ("sum(7)", "m0 * Int64(7)", "Count(*)"),
        (
            "sum(CASE WHEN smoker THEN 1 ELSE 0 END)",
            "m0",
            "Count(*)|smoker",
        ),
        ("sum(smoker::int)", "m0", "Count(*)|smoker"),
        (
            "count(CASE WHEN smoker THEN age END)",
            "m0",
            "Count(age)|smoker",
        ),
        (
            "count(CASE WHEN smoker THEN 1 ELSE 2 END)",
            "m0",
            "Count(*)",
        ),
        (
            "sum(CASE WHEN smoker THEN age ELSE 0 END)",
            "m0",
            "IntegerSum(age)|smoker",
        ),
        (
            "avg(CASE WHEN smoker THEN age END)",
            "m0",
            "IntegerMean(age)|smoker",
        ),
        (
            "avg(CASE WHEN smoker THEN 1.0 ELSE 0 END)",
            "CAST(m0 AS Float64) / nullif(CAST(m1 AS Float64), Float64(0))",
            "Count(*)|smoker Count(*)",
        ),
        (
            "sum(CASE WHEN smoker THEN 1 WHEN age > 40 THEN 5 END) FILTER (WHERE age < 90)",
            "m0 + m1 * Int64(5)",
            "Count(*)|age < Int64(90)|smoker Count(*)|age < Int64(90)|smoker IS NOT TRUE|age > Int64(40)",
        ),
        (
            "count(DISTINCT CASE WHEN age > 40 AND smoker THEN individual_id END)",
            "m0",
            "Individuals(individual_id)|age > Int64(40)|smoker",
        ),
        (
            "avg(coalesce(age, 30))",
            "CAST(m0 + m1 * Int64(30) AS Float64) / nullif(CAST(m2 AS Float64), Float64(0))",
            "IntegerSum(age) Count(*)|age IS NULL Count(*)",
        ),
        (
            "sum(1 + CASE WHEN smoker THEN 1 ELSE 0 END)",
            "m0 + m1",
            "Count(*)|smoker Count(*)",
        ),
    ] {
        let sql = format!("SELECT {aggregate} FROM individuals");
        let (exprs, relation) = planned_aggregate(catalogue, &sql).await;
        let asked = measure::measure(&exprs[0], &relation, &sql, catalogue).unwrap();
        let told: Vec<String> = asked
            .measures
            .iter()
            .map(|measure| {
                let argument = match &measure.argument {
                    Some(clear) => clear.expr.to_string(),
                    None => "*".to_owned(),
                };
                let filters: String = measure
                    .filter
                    .iter()
                    .map(|conjunct| format!("|{}", conjunct.expr))
                    .collect();
                format!("{:?}({argument}){filters}", measure.kind).replace("individuals.", "")
            })
            .collect();
        assert_eq!(told.join(" "), measures, "{aggregate}");
        assert_eq!(asked.figure.to_string(), figure, "{aggregate}");
    }
}

/// The aggregates of a query, over a scan of individuals.
async fn planned_aggregate(catalogue: &Catalogue, sql: &str) -> (Vec<Expr>, Relation) {
    let statement = Statement::read(sql, catalogue).unwrap();
    let (plan, _) = session::plan(&statement, catalogue).await.unwrap();
    let mut node = &plan;
    let mut aggregates = Vec::new();
    loop {
        match node {
            LogicalPlan::TableScan(scan) => {
                let table = catalogue.table("individuals").unwrap();
                return (aggregates, Relation::scan(scan, table, 1).unwrap());
            }
            LogicalPlan::Aggregate(aggregate) => aggregates.clone_from(&aggregate.aggr_expr),
            _ => {}
        }
        node = node.inputs()[0];
    }
}
