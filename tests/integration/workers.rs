//! Queries that exhaust the engine end their own worker and nothing else.

use std::time::Duration;

use sekisho::{Reason, Visit};
use sekisho_tests::{Consortium, failure, only, shown};

const CANCER: &[&str] = &["demo-cancer"];

fn chain(n: usize, term: &str, between: &str) -> String {
    vec![term; n].join(between)
}

/// Each with a name.
fn exhausting() -> Vec<(&'static str, String)> {
    let released = "(SELECT sex, count(*) AS n FROM individuals GROUP BY sex)";
    vec![
        (
            "terms",
            format!(
                "SELECT count(*) + {} FROM individuals",
                chain(2_000, "1", "+")
            ),
        ),
        (
            "terms over rows",
            format!(
                "SELECT count(*) FROM individuals WHERE age > {}",
                chain(2_000, "1", "+")
            ),
        ),
        (
            "ors",
            format!(
                "SELECT count(*) FROM individuals WHERE {}",
                chain(3_000, "age = 1", " OR ")
            ),
        ),
        (
            "unions",
            chain(1_000, "SELECT count(*) FROM individuals", " UNION ALL "),
        ),
        ("constant unions", chain(5_000, "SELECT 1", " UNION ALL ")),
        (
            "brackets",
            format!(
                "SELECT {}1{} FROM individuals",
                "(".repeat(10_000),
                ")".repeat(10_000)
            ),
        ),
        (
            "nots",
            format!(
                "SELECT count(*) FROM individuals WHERE {} smoker",
                "NOT ".repeat(10_000)
            ),
        ),
        (
            "repeat",
            format!("SELECT length(repeat('a', 1000000000)) AS l, n FROM {released} t"),
        ),
        (
            "repeat of a figure",
            format!("SELECT length(repeat(sex, n * 10000000)) AS l FROM {released} t"),
        ),
        (
            "series",
            "SELECT count(*) FROM generate_series(1, 1000000000)".to_owned(),
        ),
        (
            "unnest",
            format!(
                "SELECT count(*) FROM (SELECT unnest(generate_series(1, 100000000)) AS x, n FROM {released} t) u"
            ),
        ),
        (
            "cube",
            format!(
                "SELECT count(*) FROM individuals GROUP BY CUBE ({})",
                chain(16, "sex", ", ")
            ),
        ),
        ("cross joins", {
            let hundred = chain(100, "SELECT 1 AS x", " UNION ALL ");
            format!(
                "WITH h AS ({hundred}) SELECT count(*) FROM {released} r, h a, h b, h c, h d, h e \
                 WHERE r.n + a.x + b.x + c.x + d.x + e.x < 0"
            )
        }),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn exhausting_queries_get_a_refusal_or_one_constant_error() {
    let consortium = Consortium::builder().visit_seconds(10).start();
    let process = consortium.east.pid();
    let visit = consortium.visit("aiko-tanaka", "P-0001").await;
    let beside = tokio::spawn(beside(consortium.visit("aiko-tanaka", "P-0001").await));
    for (name, sql) in exhausting() {
        let ended = visit.sql(&sql, CANCER).await;
        match ended {
            Ok(answers) => assert!(answers[0].1.is_ok(), "{name}"),
            Err(_) => {
                let failure = failure(ended);
                match failure.reason {
                    Reason::QueryRefused | Reason::InvalidRequest => {}
                    Reason::LimitExceeded => {
                        assert!(
                            failure.message.contains("to be planned"),
                            "{name}: {failure}"
                        );
                    }
                    Reason::ExecutionFailed => assert_eq!(
                        failure.message, "the query was charged and could not be completed",
                        "{name}"
                    ),
                    other => panic!("{name}: {other}: {failure}"),
                }
            }
        }
    }
    beside.abort();
    match beside.await {
        Err(ended) => assert!(ended.is_cancelled(), "a visit beside failed: {ended}"),
        Ok(never) => match never {},
    }
    // The same process as before, and it answers.
    assert_eq!(consortium.east.pid(), process);
    let sql = "SELECT count(*) AS n FROM individuals WHERE age < 119";
    assert_eq!(shown(&only(visit.sql(sql, CANCER).await)), ["300"]);
}

/// Somebody who visits meanwhile.
async fn beside(visit: Visit) -> std::convert::Infallible {
    for n in 1.. {
        let sql = format!("SELECT count(*) AS n FROM individuals WHERE age > 0.{n}");
        assert_eq!(shown(&only(visit.sql(&sql, CANCER).await)), ["300"]);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    unreachable!("numbers do not end")
}
