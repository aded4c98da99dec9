//! What travels, and what does not.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;

#[test]
fn a_failure_survives_the_wire() {
    for reason in Reason::ALL {
        let failure = Failure::new(reason, "the query names no table")
            .help("add a FROM clause")
            .with("rule", "query.from")
            .with("line", "3")
            .with("rewrite", "");
        let status = Status::from(failure.clone());
        assert_eq!(status.code(), reason.code());
        assert_eq!(Failure::from_status(&status), Some(failure));
        assert_eq!(Reason::named(reason.as_str()), Some(reason));
    }
}

#[test]
fn a_malformed_request_names_its_field() {
    let status = Status::from(Failure::invalid("question.sql", "the query is empty"));
    let details = status.get_error_details();
    let violations = &details.bad_request().unwrap().field_violations;
    assert_eq!(violations.len(), 1);
    assert_eq!(violations[0].field, "question.sql");
    assert_eq!(violations[0].description, "the query is empty");
}

#[test]
fn foreign_statuses_are_no_failures() {
    assert_eq!(
        Failure::from_status(&Status::internal("panic at core.rs")),
        None
    );
    let other_domain = Status::with_error_details(
        Code::NotFound,
        "x",
        ErrorDetails::with_error_info(
            "NOT_AVAILABLE",
            "example.com",
            std::collections::HashMap::new(),
        ),
    );
    assert_eq!(Failure::from_status(&other_domain), None);
    let other_code = Status::with_error_details(
        Code::Ok,
        "x",
        ErrorDetails::with_error_info(
            "NOT_AVAILABLE",
            ERROR_DOMAIN,
            std::collections::HashMap::new(),
        ),
    );
    assert_eq!(Failure::from_status(&other_code), None);
    let unknown = Status::with_error_details(
        Code::Internal,
        "x",
        ErrorDetails::with_error_info("BOOM", ERROR_DOMAIN, std::collections::HashMap::new()),
    );
    assert_eq!(Failure::from_status(&unknown), None);
}

#[test]
fn a_status_fits_into_the_trailers_of_every_client() {
    let long = "関".repeat(4_000);
    let failure = Failure::new(Reason::QueryRefused, long.clone())
        .help(long.clone())
        .with("rewrite", long)
        .with("rule", "release.rows");
    let status = Status::from(failure);
    // Base64 takes 4 bytes for 3; percent-encoding takes 3 for 1.
    let trailers = status.details().len() * 4 / 3 + status.message().len() * 3;
    assert!(trailers < 6 * 1024, "{trailers}");
    let read = Failure::from_status(&status).unwrap();
    assert!(read.message.chars().all(|c| c == '関'));
    assert_eq!(read.metadata.get("rule").unwrap(), "release.rows");
    assert_eq!(read.metadata.get("rewrite"), None);
}
