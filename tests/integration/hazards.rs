//! What is known to exhaust or abort the engine, against a real enclave: each
//! is refused by a rule that names its place, or ends one worker, while somebody
//! beside it is answered as if nothing had happened.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sekisho::{Reason, Visit};
use sekisho_tests::{Consortium, only, shown};

const CANCER: &[&str] = &["demo-cancer"];
const PROJECT: &str = "P-0040";
const PEOPLE: &str = "SELECT count(*) FROM individuals";
/// Few figures; a query over them runs in the released phase.
const RESULT: &str = "(SELECT sex, count(*) AS n FROM individuals GROUP BY sex)";

/// How a hazard may end.
enum End {
    /// Refused by this rule.
    Rule(&'static str),
    /// Refused before it reaches an enclave.
    Request,
    /// Answered, or not: in bounded time, and nobody else notices.
    Bounded,
}

fn chain(term: &str, between: &str, n: usize) -> String {
    vec![term; n].join(between)
}

fn of_text() -> Vec<(&'static str, String, End)> {
    let large = || End::Rule("statement.too-large");
    let deep = || End::Rule("statement.syntax");
    vec![
        (
            "2 000 terms",
            format!(
                "SELECT count(*) + {} FROM individuals",
                chain("1", "+", 2_000)
            ),
            large(),
        ),
        (
            "2 000 terms over rows",
            format!("{PEOPLE} WHERE age > {}", chain("1", "+", 2_000)),
            large(),
        ),
        (
            "as many terms as there may be",
            format!(
                "SELECT count(*) + {} FROM individuals",
                chain("1", "+", 1_450)
            ),
            End::Bounded,
        ),
        (
            "3 000 alternatives",
            format!("{PEOPLE} WHERE {}", chain("age = 1", " OR ", 3_000)),
            large(),
        ),
        (
            "as many alternatives as there may be",
            format!("{PEOPLE} WHERE {}", chain("age = 1", " OR ", 740)),
            End::Bounded,
        ),
        ("1 000 unions", chain(PEOPLE, " UNION ALL ", 1_000), large()),
        (
            "5 000 unions of constants",
            chain("SELECT 1", " UNION ALL ", 5_000),
            End::Request,
        ),
        (
            "as many unions as there may be",
            chain("SELECT 1", " UNION ALL ", 740),
            End::Bounded,
        ),
        (
            "3 000 columns",
            format!("SELECT {} FROM individuals", chain("count(*)", ", ", 3_000)),
            large(),
        ),
        (
            "1 000 listed values",
            format!("{PEOPLE} WHERE age IN ({})", chain("1", ", ", 1_000)),
            End::Rule("predicate.length"),
        ),
        (
            "1 000 values",
            format!("SELECT * FROM (VALUES {}) t", chain("(1)", ", ", 700)),
            End::Rule("predicate.length"),
        ),
        (
            "a long literal",
            format!("{PEOPLE} WHERE sex = '{}'", "x".repeat(60_000)),
            large(),
        ),
        (
            "more than 64 KiB",
            format!("{PEOPLE} -- {}", "x".repeat(66_000)),
            End::Request,
        ),
        (
            "10 000 parentheses",
            format!("SELECT {}1{}", "(".repeat(10_000), ")".repeat(10_000)),
            deep(),
        ),
        (
            "1 000 parentheses",
            format!("SELECT {}1{}", "(".repeat(1_000), ")".repeat(1_000)),
            deep(),
        ),
        (
            "10 000 negations",
            format!("{PEOPLE} WHERE {} smoker", "NOT ".repeat(10_000)),
            deep(),
        ),
        (
            "1 000 negations",
            format!("{PEOPLE} WHERE {} smoker", "NOT ".repeat(1_000)),
            deep(),
        ),
        (
            "1 000 queries in queries",
            format!(
                "{}SELECT 1{}",
                "SELECT * FROM (".repeat(500),
                ")".repeat(500)
            ),
            deep(),
        ),
    ]
}

fn of_statements() -> Vec<(&'static str, String, End)> {
    let not_a_query = || End::Rule("statement.not-a-query");
    let clause = || End::Rule("statement.clause");
    let unknown = || End::Rule("statement.unknown-table");
    [
        ("explain", format!("EXPLAIN {PEOPLE}"), not_a_query()),
        ("explain analyze", format!("EXPLAIN ANALYZE {PEOPLE}"), not_a_query()),
        ("show", "SHOW TABLES".to_owned(), not_a_query()),
        ("show all", "SHOW ALL".to_owned(), not_a_query()),
        (
            "set",
            "SET datafusion.execution.target_partitions = 1".to_owned(),
            not_a_query(),
        ),
        ("copy", format!("COPY ({PEOPLE}) TO '/tmp/rows.csv'"), not_a_query()),
        (
            "an external table",
            "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'".to_owned(),
            not_a_query(),
        ),
        (
            "a table",
            "CREATE TABLE t AS SELECT * FROM individuals".to_owned(),
            not_a_query(),
        ),
        ("a file", "SELECT * FROM '/etc/passwd'".to_owned(), unknown()),
        (
            "an address",
            "SELECT * FROM 'https://example.org/t.parquet'".to_owned(),
            unknown(),
        ),
        ("a sample", format!("{PEOPLE} TABLESAMPLE (10 PERCENT)"), clause()),
        (
            "recursion",
            "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r"
                .to_owned(),
            clause(),
        ),
        (
            "a cube of 16",
            format!("{PEOPLE} GROUP BY CUBE ({})", chain("sex", ", ", 16)),
            clause(),
        ),
        (
            "a cube of 16 over results",
            format!("SELECT count(*) FROM {RESULT} t GROUP BY CUBE ({})", chain("n", ", ", 16)),
            clause(),
        ),
        (
            "a series as a table",
            "SELECT count(*) FROM generate_series(1, 1000000000)".to_owned(),
            clause(),
        ),
        ("named queries that double", doubling(), End::Rule("release.too-wide")),
    ]
    .into()
}

/// Each of its names is read twice by the next.
fn doubling() -> String {
    let mut sql = format!("WITH a0 AS ({PEOPLE})");
    for n in 1..40 {
        let before = n - 1;
        sql += &format!(", a{n} AS (SELECT 1 AS x FROM a{before} l CROSS JOIN a{before} r)");
    }
    sql + " SELECT x FROM a39"
}

fn of_results() -> Vec<(&'static str, String, End)> {
    let function = || End::Rule("expression.function");
    // Few rows, but joined as often as they may be.
    let window = "SELECT sum(m) FROM (SELECT median(a.n + b.n) OVER (ORDER BY c.n, d.n, e.n \
                  ROWS BETWEEN 5000 PRECEDING AND 5000 FOLLOWING) AS m \
                  FROM d a, d b, d c, d d, d e, d f, d g) t";
    let diagnoses =
        "WITH d AS (SELECT diagnosis, count(*) AS n FROM individuals GROUP BY diagnosis)";
    [
        (
            "unnest",
            format!("SELECT unnest(generate_series(1, 100000000)), n FROM {RESULT} t"),
            End::Rule("relation.operator"),
        ),
        (
            "a series as a value",
            format!("SELECT n, generate_series(1, 100000000) FROM {RESULT} t"),
            function(),
        ),
        (
            "repeat",
            format!("SELECT length(repeat('a', 1000000000)) AS l, n FROM {RESULT} t"),
            function(),
        ),
        (
            "repeat of a figure",
            format!("SELECT length(repeat(sex, n * 10000000)) AS l FROM {RESULT} t"),
            function(),
        ),
        (
            "padding",
            format!("SELECT lpad(sex, 1000000000) FROM {RESULT} t"),
            function(),
        ),
        ("doubled texts", {
            let mut sql = format!("WITH a0 AS (SELECT sex AS s FROM {RESULT} t)");
            for n in 1..40 {
                sql += &format!(", a{n} AS (SELECT s || s AS s FROM a{})", n - 1);
            }
            sql + " SELECT length(s) FROM a39"
        }, function()),
        ("chance", format!("SELECT random(), n FROM {RESULT} t"), function()),
        ("the clock", format!("SELECT now(), n FROM {RESULT} t"), function()),
        (
            "a cross join of private tables",
            format!("{PEOPLE} a, samples b, genotypes c"),
            End::Rule("join.key"),
        ),
        (
            "a cross join of literals",
            {
                let values = chain("(1)", ", ", 66);
                format!(
                    "WITH v AS (SELECT column1 AS x FROM (VALUES {values}) t), w AS (SELECT a.x FROM v a, v b) \
                     SELECT count(*) FROM {RESULT} r, w a, w b WHERE r.n + a.x + b.x < 0"
                )
            },
            End::Rule("join.product"),
        ),
        (
            "a cross join of results",
            format!("{diagnoses} SELECT count(*) FROM d a, d b, d c, d d, d e, d f, d g, d h WHERE a.n + h.n < 0"),
            End::Rule("join.product"),
        ),
        (
            "a join on a constant",
            {
                let one = "(SELECT 1 AS x, diagnosis, n FROM d)";
                let joins: String = ('b'..='h').map(|t| format!(" JOIN {one} {t} ON a.x = {t}.x")).collect();
                format!("{diagnoses} SELECT count(*) FROM {one} a{joins}")
            },
            End::Rule("join.product"),
        ),
        (
            "a window over many results",
            format!("{diagnoses} {window}"),
            End::Bounded,
        ),
    ]
    .into()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_hazard_is_refused_by_its_rule_or_ends_one_worker() {
    let consortium = Consortium::builder()
        .visit_seconds(10)
        .policies(|policies| {
            policies.add_project(PROJECT, 1_000_000);
        })
        .start();
    let process = consortium.east.pid();
    let visit = consortium.visit("aiko-tanaka", PROJECT).await;
    let answered = Arc::new(AtomicU64::new(0));
    let beside = tokio::spawn(beside(
        consortium.visit("aiko-tanaka", PROJECT).await,
        Arc::clone(&answered),
    ));
    let hazards = of_text()
        .into_iter()
        .chain(of_statements())
        .chain(of_results());
    let mut otherwise = Vec::new();
    for (name, sql, end) in hazards {
        if let Err(ended) = met(&visit, &sql, end).await {
            otherwise.push(format!("{name}: {ended}"));
        }
    }
    assert!(otherwise.is_empty(), "{otherwise:#?}");
    beside.abort();
    match beside.await {
        Err(ended) => assert!(ended.is_cancelled(), "a visit beside failed: {ended}"),
        Ok(never) => match never {},
    }
    assert!(
        answered.load(Ordering::Relaxed) > 0,
        "nobody visited beside"
    );
    // The same process as before, and it answers.
    assert_eq!(consortium.east.pid(), process);
    let sql = "SELECT count(*) AS n FROM individuals WHERE age < 119";
    assert_eq!(shown(&only(visit.sql(sql, CANCER).await)), ["300"]);
}

/// Asks; an error says how it ended if it should have ended otherwise.
async fn met(visit: &Visit, sql: &str, end: End) -> Result<(), String> {
    let failure = match (visit.sql(sql, CANCER).await, &end) {
        (Ok(answers), End::Bounded) if answers[0].1.is_ok() => return Ok(()),
        (Err(sekisho::Error::Failed(failure)), _) => failure,
        (outcome, _) => return Err(format!("{:?}", outcome.map(|answers| answers.len()))),
    };
    let as_expected = match (&end, failure.reason) {
        (End::Rule(rule), Reason::QueryRefused) => {
            failure.refusal.as_ref().is_some_and(|refusal| {
                let placed = refusal.line > 0 && refusal.column > 0;
                refusal.rule == *rule && placed && !refusal.help.is_empty()
            })
        }
        (End::Request, Reason::InvalidRequest) | (End::Bounded, Reason::QueryRefused) => true,
        (End::Bounded, Reason::ExecutionFailed) => {
            failure.message == "the query was charged and could not be completed"
        }
        (End::Bounded, Reason::LimitExceeded) => failure.message.contains("to be planned"),
        _ => false,
    };
    if as_expected {
        Ok(())
    } else {
        Err(format!("{failure:?}"))
    }
}

/// Somebody who visits meanwhile.
async fn beside(visit: Visit, answered: Arc<AtomicU64>) -> Infallible {
    for n in 1.. {
        let sql = format!("SELECT count(*) AS n FROM individuals WHERE age > 0.{n}");
        assert_eq!(shown(&only(visit.sql(&sql, CANCER).await)), ["300"]);
        answered.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    unreachable!("numbers do not end")
}
