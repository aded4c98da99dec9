//! Whom the committee's files do not let ask.

use sekisho::{Reason, Visit};
use sekisho_proto::v1::{QueryRequest, Question, visit_service_client::VisitServiceClient};
use sekisho_tests::{Consortium, failure, only};
use tonic::Status;

const SQL: &str = "SELECT count(*) AS n FROM individuals";

async fn asked(person: &str, project: &str, dataset: &str) -> sekisho::Failure {
    let visit: Visit = Consortium::shared().visit(person, project).await;
    failure(visit.sql(SQL, &[dataset]).await)
}

/// The bare status, with all that is on the wire.
async fn status(person: &str, project: &str, dataset: &str) -> Status {
    let channel = Consortium::shared().channel(person);
    let request = QueryRequest {
        question: Some(Question {
            project: project.to_owned(),
            datasets: vec![dataset.to_owned()],
            sql: SQL.to_owned(),
        }),
        idempotency_key: String::new(),
    };
    VisitServiceClient::new(channel)
        .query(request)
        .await
        .unwrap_err()
}

fn bytes(status: &Status) -> (i32, String, Vec<u8>, Vec<String>) {
    let mut metadata: Vec<String> = status
        .metadata()
        .iter()
        .map(|entry| format!("{entry:?}"))
        .filter(|entry| !entry.contains("\"date\""))
        .collect();
    metadata.sort();
    let message = status.message().to_owned();
    (
        status.code() as i32,
        message,
        status.details().to_vec(),
        metadata,
    )
}

#[tokio::test]
async fn a_person_of_a_removed_member_is_unknown_like_a_stranger() {
    let removed = asked("dana-reed", "P-0001", "demo-cancer").await;
    let stranger = asked("nobody-knows", "P-0001", "demo-cancer").await;
    assert_eq!(removed.reason, Reason::Unauthenticated);
    assert_eq!(removed, stranger);
}

#[tokio::test]
async fn an_expired_project_is_denied_with_what_to_do() {
    let denied = asked("emma-clarke", "P-0003", "demo-cancer").await;
    assert_eq!(denied.reason, Reason::PolicyDenied);
    assert!(denied.message.contains("2026-09-30"), "{denied}");
    assert!(!denied.help.is_empty());
}

#[tokio::test]
async fn somebody_who_is_not_in_the_team_finds_nothing() {
    for project in ["P-0001", "P-9999"] {
        let denied = asked("emma-clarke", project, "demo-cancer").await;
        assert_eq!(denied.reason, Reason::NotAvailable, "{project}");
    }
}

#[tokio::test]
async fn denied_and_not_there_are_the_same_bytes() {
    // P-0002 has no grant of `demo-control`, and `demo-nothing` does not exist.
    let denied = status("max-weber", "P-0002", "demo-control").await;
    let absent = status("max-weber", "P-0002", "demo-nothing").await;
    assert_eq!(bytes(&denied), bytes(&absent));
    assert!(!denied.details().is_empty());
    // And the same for another team's project.
    let project = status("max-weber", "P-0001", "demo-cancer").await;
    assert_eq!(bytes(&project), bytes(&absent));
}

#[tokio::test]
async fn one_dataset_that_is_not_granted_refuses_the_whole_question() {
    let visit = Consortium::shared().visit("max-weber", "P-0002").await;
    let spent = async || visit.budget().await.unwrap()[0].spent;
    let before = spent().await;
    let refused = failure(visit.sql(SQL, &["demo-cancer", "demo-control"]).await);
    assert_eq!(refused.reason, Reason::NotAvailable);
    assert_eq!(spent().await, before);
}

#[tokio::test]
async fn a_spent_budget_ends_the_questions_and_not_the_answers() {
    let visit = Consortium::shared().visit("aiko-tanaka", "P-0010").await;
    let sql = |n: u32| format!("SELECT count(*) AS n FROM individuals WHERE age > {n}");
    for n in [40, 41] {
        only(visit.sql(&sql(n), &["demo-cancer"]).await);
    }
    let refused = failure(visit.sql(&sql(42), &["demo-cancer"]).await);
    assert_eq!(refused.reason, Reason::BudgetExhausted);
    assert!(refused.message.contains("2 of 2"), "{refused}");
    // What was answered is answered still, and a check is free.
    assert!(
        only(visit.sql(&sql(40), &["demo-cancer"]).await)
            .release
            .repeated
    );
    assert!(visit.check(&sql(43), &["demo-cancer"]).await.unwrap()[0].accepted);
}
