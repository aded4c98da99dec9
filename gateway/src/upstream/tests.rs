//! Which of an enclave's errors reach a visitor.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn relayed(status: &Status) -> Failure {
    super::relayed(status, Language::English)
}

#[test]
fn foreign_texts_never_reach_a_visitor() {
    for code in [
        Code::Internal,
        Code::Unknown,
        Code::NotFound,
        Code::DataLoss,
    ] {
        let failure = relayed(&Status::new(code, "cannot cast 'canary' to INT"));
        assert_eq!(failure, internal());
    }
    assert_eq!(relayed(&Status::unavailable("canary")), away());
    assert_eq!(relayed(&Status::cancelled("Timeout expired")), overdue());
    assert_eq!(relayed(&Status::deadline_exceeded("canary")), overdue());
}

#[test]
fn an_enclave_that_went_away_in_the_middle_was_not_slow() {
    let lost = Status::from_error(Box::new(std::io::Error::other("reset")));
    assert_eq!(relayed(&lost), away());
    let expired = Status::from_error(Box::new(TimeoutExpired(())));
    assert_eq!(relayed(&expired), overdue());
}

#[test]
fn a_refusal_of_the_guard_is_handed_on_with_its_facts_only() {
    let refused = Failure::new(
        Reason::QueryRefused,
        "the result has a row for each individual",
    )
    .help("group by a column of attributes")
    .with("rule", "release.rows")
    .with("line", "1");
    let sent = refused.clone().with("snapshot_path", "/srv/data");
    assert_eq!(relayed(&Status::from(sent)), refused);
}

#[test]
fn what_an_enclave_thinks_of_the_gateway_is_not_told() {
    for reason in [Reason::Unauthenticated, Reason::Internal] {
        let sent = Failure::new(reason, "the permit has expired").help("check the clocks");
        assert_eq!(relayed(&Status::from(sent)), internal());
    }
    let sent = Failure::new(Reason::NotAvailable, "no dataset `west` here");
    assert_eq!(
        relayed(&Status::from(sent)),
        not_available(Language::English)
    );
    let sent = Failure::new(Reason::SiteUnavailable, "the ledger is locked");
    assert_eq!(relayed(&Status::from(sent)), away());
}

#[tokio::test]
async fn a_connection_that_cannot_be_made_is_an_enclave_that_is_away() {
    let channel = Channel::from_static("http://127.0.0.1:1").connect_lazy();
    let status = EnclaveServiceClient::new(channel)
        .describe(DescribeRequest {})
        .await
        .map(|_| ())
        .unwrap_err();
    assert_eq!(relayed(&status), away());
}
