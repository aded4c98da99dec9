//! Operations, of a real gateway and real enclaves: they go on alone, end when they are told to,
//! and are nobody else's.

use std::time::{Duration, Instant};

use sekisho::{Error, OperationState, Reason, Visit};
use sekisho_tests::{Consortium, Dataset, Site, failure, only, shown};

const CANCER: &[&str] = &["demo-cancer"];
const PERSON: &str = "aiko-tanaka";
const PROJECT: &str = "P-0001";
const BY_SEX: &str = "SELECT sex, count(*) AS n FROM individuals GROUP BY sex";

/// A window over as many rows of results as a join may pair: it takes longer than a visit may.
const LONG: &str = "WITH d AS (SELECT diagnosis, count(*) AS n FROM individuals GROUP BY diagnosis) \
    SELECT sum(m) FROM (SELECT median(a.n + b.n) OVER (ORDER BY c.n, d.n, e.n \
    ROWS BETWEEN 5000 PRECEDING AND 5000 FOLLOWING) AS m \
    FROM d a, d b, d c, d d, d e, d f, d g) t";

async fn visit(consortium: &Consortium) -> Visit {
    consortium.visit(PERSON, PROJECT).await
}

#[tokio::test]
async fn what_is_submitted_goes_on_alone_and_its_result_is_the_questions() {
    let consortium = Consortium::shared();
    let first = visit(consortium).await;
    let submitted = first.submit_sql(BY_SEX, CANCER, "by-sex").await.unwrap();
    drop(first);
    let visit = visit(consortium).await;
    let ended = visit.wait(&submitted).await.unwrap();
    assert_eq!(ended.state(), OperationState::Succeeded);
    assert!(ended.failure.is_none() && ended.ended_at_ms >= ended.submitted_at_ms);
    let answer = only(visit.fetch(&submitted).await);
    let asked = only(visit.sql(BY_SEX, CANCER).await);
    assert_eq!(shown(&answer), shown(&asked));
    assert!(asked.release.repeated);
    let keys = visit.ledger_keys().await.unwrap();
    let trust: Vec<_> = keys.into_iter().map(|(_, key)| key).collect();
    answer.verify(&trust).unwrap();
    // The same key is the same operation, and no other question has it.
    let again = visit.resume(&submitted).await.unwrap();
    assert_eq!(again.submitted_at_ms, ended.submitted_at_ms);
    let other = visit.submit_sql("SELECT count(*) FROM samples", CANCER, "by-sex");
    assert_eq!(failure(other.await).reason, Reason::InvalidRequest);
    let listed = visit.operations().await.unwrap();
    assert!(listed.iter().any(|of| of.name == "by-sex"), "{listed:?}");
    // It is nobody else's.
    let other = consortium.visit("emma-clarke", PROJECT).await;
    assert_eq!(
        failure(other.fetch(&submitted).await).reason,
        Reason::NotAvailable
    );
    assert_eq!(
        failure(other.cancel(&submitted).await).reason,
        Reason::NotAvailable
    );
}

#[tokio::test]
async fn what_is_refused_says_so_when_it_is_submitted_or_when_it_has_ended() {
    let consortium = Consortium::shared();
    let visit = visit(consortium).await;
    let nowhere = visit.submit_sql(BY_SEX, &["no-such-data"], "nowhere").await;
    assert_eq!(failure(nowhere).reason, Reason::NotAvailable);
    let unnamed = failure(visit.submit_sql(BY_SEX, CANCER, "").await);
    assert_eq!(unnamed.reason, Reason::InvalidRequest);
    let rows = "SELECT * FROM individuals";
    let submitted = visit.submit_sql(rows, CANCER, "rows").await.unwrap();
    let ended = visit.wait(&submitted).await.unwrap();
    assert_eq!(ended.state(), OperationState::Failed);
    let told = ended.failure.unwrap();
    assert_eq!(told.reason, "QUERY_REFUSED");
    let fetched = failure(visit.fetch(&submitted).await);
    let asked = failure(visit.sql(rows, CANCER).await);
    assert_eq!(
        (fetched.reason, &fetched.message),
        (asked.reason, &asked.message)
    );
    assert_eq!(fetched.refusal, asked.refusal);
}

/// An operation goes on where a visit would have been ended, until it is cancelled; then the
/// enclave works on it no more, and has its turns for others.
#[tokio::test]
async fn an_operation_outlasts_visits_and_ends_when_it_is_cancelled() {
    let consortium = Consortium::builder().visit_seconds(2).start();
    let visit = visit(&consortium).await;
    let overrun = failure(visit.sql(LONG, CANCER).await);
    assert_eq!(overrun.reason, Reason::ExecutionFailed);
    // More than there are turns: each is handed back.
    for round in 0..4 {
        let key = format!("long-{round}");
        let submitted = visit.submit_sql(LONG, CANCER, &key).await.unwrap();
        tokio::time::sleep(Duration::from_millis(if round == 0 { 3_500 } else { 300 })).await;
        let waits = failure(visit.fetch(&submitted).await);
        assert_eq!(waits.reason, Reason::NotAvailable, "{waits:?}");
        let begun = Instant::now();
        let ended = visit.cancel(&submitted).await.unwrap();
        assert_eq!(ended.state(), OperationState::Cancelled);
        assert!(begun.elapsed() < Duration::from_secs(30));
        assert_eq!(
            visit.wait(&submitted).await.unwrap().state(),
            OperationState::Cancelled
        );
        assert_eq!(
            failure(visit.fetch(&submitted).await).reason,
            Reason::NotAvailable
        );
    }
    let submitted = visit.submit_sql(BY_SEX, CANCER, "after").await.unwrap();
    let ended = visit.wait(&submitted).await.unwrap();
    assert_eq!(ended.state(), OperationState::Succeeded);
}

/// A gateway that was restarted knows no operation; what an enclave answered is answered again,
/// free.
#[tokio::test]
async fn after_a_restart_it_is_resumed_with_the_same_key() {
    let consortium = Consortium::builder().start();
    let before = visit(&consortium).await;
    let submitted = before.submit_sql(BY_SEX, CANCER, "kept").await.unwrap();
    before.wait(&submitted).await.unwrap();
    let first = only(before.fetch(&submitted).await);
    consortium.gateway.restart();
    consortium.wait_until_ready();
    let after = visit(&consortium).await;
    let forgotten = after.wait(&submitted).await;
    assert!(
        matches!(&forgotten, Err(Error::Failed(of)) if of.reason == Reason::NotAvailable),
        "{forgotten:?}"
    );
    after.resume(&submitted).await.unwrap();
    after.wait(&submitted).await.unwrap();
    let again = only(after.fetch(&submitted).await);
    assert!(again.release.repeated);
    assert_eq!(shown(&again), shown(&first));
    let spent = |of: &sekisho::Answer| of.release.budget.as_ref().unwrap().spent;
    assert_eq!(spent(&again), spent(&first));
}

/// What was computed before somebody withdrew is not sent any more; and to fetch is never charged.
#[tokio::test]
async fn who_withdrew_since_is_in_no_result_that_is_fetched() {
    let consortium = Consortium::builder().start();
    let visit = visit(&consortium).await;
    let submitted = visit.submit_sql(BY_SEX, CANCER, "held").await.unwrap();
    visit.wait(&submitted).await.unwrap();
    let spent = async || visit.budget().await.unwrap()[0].spent;
    let before = spent().await;
    only(visit.fetch(&submitted).await);
    let person = &Dataset::cancer().people[0].id;
    let words = ["withdraw", person.as_str()];
    consortium.consent(Site::East, &words).succeeded();
    let gone = failure(visit.fetch(&submitted).await);
    assert_eq!(gone.reason, Reason::NotAvailable, "{gone:?}");
    assert_eq!(spent().await, before);
}
