//! What the guard does not answer.

use sekisho::{Reason, Visit};
use sekisho_proto::v1::{QueryRequest, Question, visit_service_client::VisitServiceClient};
use sekisho_runtime::status::Failure;
use sekisho_tests::{Consortium, failure, only, shown};

const CANCER: &[&str] = &["demo-cancer"];

async fn visit() -> Visit {
    Consortium::shared().visit("aiko-tanaka", "P-0011").await
}

#[tokio::test]
async fn whatever_could_show_a_row_or_read_elsewhere_is_refused_with_rule_and_help() {
    let visit = visit().await;
    for sql in [
        // Rows.
        "SELECT * FROM individuals",
        "SELECT sample_id FROM samples",
        "SELECT individual_id, count(*) FROM samples GROUP BY individual_id",
        "SELECT DISTINCT age FROM individuals",
        "SELECT age FROM individuals ORDER BY age LIMIT 1",
        "SELECT count(*) FROM (SELECT * FROM individuals LIMIT 100) t",
        "SELECT rank() OVER (ORDER BY age) FROM individuals",
        // Aggregates that show one person's value.
        "SELECT min(age) FROM individuals",
        "SELECT max(registered_on) FROM individuals",
        "SELECT array_agg(age) FROM individuals",
        "SELECT string_agg(note, ',') FROM individuals",
        "SELECT median(age) FROM individuals",
        "SELECT count(DISTINCT age) FROM individuals",
        // Free text and identifiers.
        "SELECT note, count(*) FROM individuals GROUP BY note",
        "SELECT count(*) FROM individuals WHERE note LIKE 'n%'",
        "SELECT count(*) FROM individuals WHERE individual_id = 'e0001'",
        // Subqueries over private rows.
        "SELECT count(*) FROM individuals WHERE age > (SELECT avg(age) FROM individuals)",
        "SELECT count(*) FROM individuals i WHERE EXISTS (SELECT 1 FROM samples s WHERE s.individual_id = i.individual_id)",
        // What could fail on a value.
        "SELECT count(*) FROM individuals WHERE 100 / (age - 41) > 1",
        "SELECT sum(CAST(note AS INT)) FROM individuals",
        "SELECT count(*) FROM individuals WHERE sqrt(weight) > 8",
        // Variants by themselves.
        "SELECT count(*) FROM variants",
        "SELECT gene FROM variants",
        // Other statements, other places.
        "EXPLAIN SELECT count(*) FROM individuals",
        "EXPLAIN ANALYZE SELECT count(*) FROM individuals",
        "DESCRIBE individuals",
        "SHOW TABLES",
        "COPY individuals TO '/tmp/out.csv'",
        "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'",
        "CREATE TABLE t AS SELECT * FROM individuals",
        "INSERT INTO individuals SELECT * FROM individuals",
        "SET datafusion.execution.batch_size = 1",
        "SELECT table_name FROM information_schema.tables",
        "SELECT count(*) FROM '/etc/passwd'",
        "SELECT count(*) FROM individuals; SELECT count(*) FROM individuals",
        "SELECT count(*) FROM individuals WHERE age = $1",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
        "SELECT FROM WHERE",
    ] {
        let refused = failure(visit.sql(sql, CANCER).await);
        assert_eq!(refused.reason, Reason::QueryRefused, "{sql}: {refused}");
        let rule = refused.refusal.unwrap_or_else(|| panic!("{sql}: no rule"));
        assert!(!rule.rule.is_empty() && !rule.help.is_empty(), "{sql}");
        // The same without asking for data.
        let checked = visit.check(sql, CANCER).await.unwrap().remove(0);
        assert!(!checked.accepted, "{sql}");
        assert_eq!(checked.refusal.unwrap().rule, rule.rule, "{sql}");
    }
}

#[tokio::test]
async fn a_refusal_points_into_the_query_and_offers_another() {
    let visit = visit().await;
    let sql = "SELECT sex,\n       median(age)\nFROM individuals GROUP BY sex";
    let refused = failure(visit.sql(sql, CANCER).await).refusal.unwrap();
    assert_eq!((refused.line, refused.column), (2, 8));
    let offered = refused.rewrite.clone();
    assert!(
        visit.check(&offered, CANCER).await.unwrap()[0].accepted,
        "{offered}"
    );
}

#[tokio::test]
async fn few_and_nobody_are_suppressed_alike() {
    let visit = visit().await;
    let count = async |predicate: &str| {
        let sql = format!("SELECT count(*) AS n FROM individuals WHERE {predicate}");
        shown(&only(visit.sql(&sql, CANCER).await))
    };
    // Six people, and none.
    assert_eq!(count("diagnosis = 'thymus'").await, ["-"]);
    assert_eq!(count("diagnosis = 'none'").await, ["-"]);
    assert_eq!(count("age > 119").await, ["-"]);
    assert_eq!(count("diagnosis = 'stomach'").await, ["25"]);
}

#[tokio::test]
async fn a_query_that_is_too_long_is_refused_by_its_limit() {
    let visit = visit().await;
    let padded = |bytes| format!("SELECT count(*) FROM individuals --{}", "x".repeat(bytes));
    let long = failure(visit.sql(&padded(64 * 1024), CANCER).await);
    assert_eq!(long.reason, Reason::InvalidRequest);
    assert!(long.help.contains("65536"), "{long}");
    let longer = failure(visit.sql(&padded(512 * 1024), CANCER).await);
    assert_eq!(longer.reason, Reason::LimitExceeded);
}

#[tokio::test]
async fn a_malformed_request_is_told_its_field() {
    let mut client = VisitServiceClient::new(Consortium::shared().channel("aiko-tanaka"));
    let good = Question {
        project: "P-0011".to_owned(),
        datasets: vec!["demo-cancer".to_owned()],
        sql: "SELECT count(*) FROM individuals".to_owned(),
    };
    let many = (0..17).map(|n| format!("d-{n}")).collect();
    let twice = vec!["demo-cancer".to_owned(), "demo-cancer".to_owned()];
    for (field, question, key) in [
        ("question", None, ""),
        (
            "question.project",
            Some(Question {
                project: "../..".to_owned(),
                ..good.clone()
            }),
            "",
        ),
        (
            "question.datasets",
            Some(Question {
                datasets: vec![],
                ..good.clone()
            }),
            "",
        ),
        (
            "question.datasets",
            Some(Question {
                datasets: many,
                ..good.clone()
            }),
            "",
        ),
        (
            "question.datasets",
            Some(Question {
                datasets: twice,
                ..good.clone()
            }),
            "",
        ),
        (
            "question.sql",
            Some(Question {
                sql: " \n".to_owned(),
                ..good.clone()
            }),
            "",
        ),
        ("idempotency_key", Some(good.clone()), "not a key"),
    ] {
        let request = QueryRequest {
            question,
            idempotency_key: key.to_owned(),
        };
        let status = client.query(request).await.unwrap_err();
        let failure = Failure::from_status(&status).unwrap();
        assert_eq!(failure.reason, Reason::InvalidRequest);
        assert_eq!(failure.metadata["field"], field);
    }
}
