//! Expressions that are refused, wherever they stand.

use sekisho_tables::Catalogue;

use super::super::Dataset;
use crate::{Refusal, Rule, run};

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
    ("md5(sex) = 'x'", Rule::UnknownFunction),
    ("sha256(sex) = 'x'", Rule::UnknownFunction),
    ("uuid() = 'x'", Rule::Predicate),
    ("to_date(note) > '2020-01-01'", Rule::Predicate),
    ("to_timestamp(note) > '2020-01-01'", Rule::Predicate),
    ("make_date(age, 1, 1) > '2020-01-01'", Rule::Predicate),
    ("registered_on < now()", Rule::PredicateValue),
    ("registered_on < current_date", Rule::PredicateValue),
    (
        "registered_on + INTERVAL '1 day' > '2020-01-01'",
        Rule::Predicate,
    ),
    (
        "date_bin(INTERVAL '1 hour', registered_on) > '2020-01-01'",
        Rule::Predicate,
    ),
    (
        "date_bin(INTERVAL '0 days', registered_on) > '2020-01-01'",
        Rule::Predicate,
    ),
    (
        "date_trunc('hour', registered_on) > '2020-01-01'",
        Rule::Predicate,
    ),
    (
        "registered_on = TIMESTAMP '2020-01-01 12:00:00'",
        Rule::PredicateValue,
    ),
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
    ("age", Rule::Invalid),
    ("age IS DISTINCT FROM 40", Rule::Predicate),
    (
        "CASE WHEN age < 40 THEN 'young' ELSE 'old' END = 'middle'",
        Rule::PredicateValue,
    ),
    (
        "CASE WHEN age < 40 OR sex = 'male' THEN 1 ELSE 0 END = 1",
        Rule::Predicate,
    ),
];

#[tokio::test]
async fn what_is_not_clear_is_refused_in_every_place() {
    let dataset = Dataset::new();
    let catalogue = dataset.snapshot.catalogue();
    for sql in UNCLEAR {
        let rules = [
            refusal(
                catalogue,
                &format!("SELECT count(*) FROM individuals WHERE {sql} > 1"),
            )
            .await,
            refusal(catalogue, &format!("SELECT sum({sql}) FROM individuals")).await,
            refusal(
                catalogue,
                &format!("SELECT {sql}, count(*) FROM individuals GROUP BY {sql}"),
            )
            .await,
            refusal(
                catalogue,
                &format!("SELECT avg(x) FROM (SELECT {sql} AS x FROM individuals) t"),
            )
            .await,
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
        if refusal.rule != Rule::Invalid {
            let place = refusal.place.unwrap_or_else(|| panic!("{sql}"));
            assert!(place.column > 38, "{sql}\n{refusal:?}");
        }
    }
}

/// A CASE that gives columns is pieces of an aggregate, and nothing else.
#[tokio::test]
async fn a_case_that_gives_columns_is_no_key() {
    let dataset = Dataset::new();
    let catalogue = dataset.snapshot.catalogue();
    for case in [
        "CASE WHEN age > 100 THEN 100 ELSE age END",
        "CASE WHEN age > 40 THEN weight ELSE 1 END",
    ] {
        for sql in [
            format!("SELECT {case}, count(*) FROM individuals GROUP BY 1"),
            format!("SELECT count(*) FROM individuals WHERE {case} > 1"),
        ] {
            let rule = refusal(catalogue, &sql).await.rule;
            assert!(
                matches!(rule, Rule::Unclear | Rule::Predicate),
                "{sql}: {rule:?}"
            );
        }
    }
}

#[tokio::test]
async fn proposals_are_as_near_as_can_be() {
    let dataset = Dataset::new();
    let catalogue = dataset.snapshot.catalogue();
    for (sql, proposal) in [
        (
            "SELECT sex, median(age) FROM individuals WHERE smoker GROUP BY sex",
            "SELECT sex, avg(age) FROM individuals WHERE smoker GROUP BY sex",
        ),
        (
            "SELECT max(weight) FROM individuals WHERE diagnosis = 'lung'",
            "SELECT avg(weight) FROM individuals WHERE diagnosis = 'lung'",
        ),
        (
            "SELECT count(*) FROM individuals WHERE diagnosis = lung",
            "SELECT count(*) FROM individuals WHERE diagnosis = 'lung'",
        ),
        (
            "SELECT count(*) FROM individuals WHERE diagnosis = 'Lnug'",
            "SELECT count(*) FROM individuals WHERE diagnosis = 'lung'",
        ),
        // Two things are wrong: what mends one of them is not proposed.
        (
            "SELECT median(age) FROM individuals WHERE note = 'x'",
            "SELECT count(DISTINCT individual_id) AS individuals FROM individuals",
        ),
    ] {
        let refusal = refusal(catalogue, sql).await;
        assert_eq!(refusal.rewrite.as_deref(), Some(proposal), "{sql}");
    }
}

pub(super) async fn refusal(catalogue: &Catalogue, sql: &str) -> Refusal {
    match run::prepare(sql, catalogue).await {
        Err(refusal) => refusal,
        Ok(_) => panic!("accepted: {sql}"),
    }
}
