//! Permits that an enclave does not take, although the gateway's own
//! certificate brings them.

use sekisho::Reason;
use sekisho_proto::{
    enclave::v1::{Permit, SignedPermit},
    permit::question_digest,
};
use sekisho_tests::{Consortium, Direct, Site};

const SQL: &str = "SELECT count(*) AS n FROM individuals WHERE age > 36";

fn east() -> Direct {
    Consortium::shared().direct(Site::East)
}

async fn is_refused(east: &Direct, permit: SignedPermit, sql: &str) {
    let refused = east.query(permit, sql).await.unwrap_err();
    assert_eq!(refused.reason, Reason::Unauthenticated);
    // One text for all: a forger learns nothing from it.
    assert_eq!(
        refused.message,
        "the permit is not valid here, now, for this question"
    );
}

#[tokio::test]
async fn a_permit_is_used_once() {
    let east = east();
    let signed = east.sign(&east.permit("query", SQL));
    east.query(signed.clone(), SQL).await.unwrap();
    is_refused(&east, signed, SQL).await;
    // Neither after the enclave was asked something that costs nothing.
    let signed = east.sign(&east.permit("check", SQL));
    east.check(signed.clone(), SQL).await.unwrap();
    let again = east.check(signed, SQL).await.unwrap_err();
    assert_eq!(again.reason, Reason::Unauthenticated);
}

#[tokio::test]
async fn a_permit_that_was_refused_by_the_guard_is_used_up() {
    let east = east();
    let sql = "SELECT * FROM individuals";
    let signed = east.sign(&east.permit("query", sql));
    let refused = east.query(signed.clone(), sql).await.unwrap_err();
    assert_eq!(refused.reason, Reason::QueryRefused);
    is_refused(&east, signed, sql).await;
}

#[tokio::test]
async fn a_charged_permit_stays_used_after_a_crash() {
    let consortium = Consortium::builder().start();
    let sql = "SELECT count(*) AS n FROM individuals WHERE age > 37";
    let (east, other) = (
        consortium.direct(Site::East),
        "SELECT count(*) FROM samples",
    );
    let permit = east.permit("query", sql);
    east.query(east.sign(&permit), sql).await.unwrap();
    consortium.east.restart();
    let east = consortium.direct(Site::East);
    is_refused(&east, east.sign(&permit), sql).await;
    // Its number is spent whatever else is written beside it.
    let rewritten = Permit {
        question_digest: question_digest("P-0001", "demo-cancer", "query", other).to_vec(),
        ..permit
    };
    is_refused(&east, east.sign(&rewritten), other).await;
}

#[tokio::test]
async fn only_the_gateways_key_signs() {
    let forger = east().with_own_key();
    is_refused(&forger, forger.sign(&forger.permit("query", SQL)), SQL).await;
    let unsigned = SignedPermit {
        signature: vec![],
        ..forger.sign(&forger.permit("query", SQL))
    };
    is_refused(&forger, unsigned, SQL).await;
}

#[tokio::test]
async fn an_altered_permit_is_none() {
    let east = east();
    let signed = east.sign(&east.permit("query", SQL));
    for at in (0..signed.permit.len()).step_by(17) {
        let mut altered = signed.clone();
        altered.permit[at] ^= 1;
        is_refused(&east, altered, SQL).await;
    }
    // What was altered has used up nothing.
    east.query(signed, SQL).await.unwrap();
}

#[tokio::test]
async fn a_permit_is_for_one_enclave_one_operation_one_question_and_a_minute() {
    let east = east();
    let permit = || east.permit("query", SQL);
    let minute = 60_000;
    let changed: [(&str, Permit); 9] = [
        (
            "audience",
            Permit {
                audience: Site::West.id(),
                ..permit()
            },
        ),
        ("operation", east.permit("check", SQL)),
        (
            "question",
            east.permit("query", "SELECT count(*) FROM samples"),
        ),
        (
            "project",
            Permit {
                project: "P-0002".to_owned(),
                ..permit()
            },
        ),
        (
            "dataset",
            Permit {
                dataset: "demo-control".to_owned(),
                ..permit()
            },
        ),
        ("expired", {
            let permit = permit();
            let issued_at_ms = permit.issued_at_ms - 2 * minute;
            Permit {
                issued_at_ms,
                expires_at_ms: issued_at_ms + minute,
                ..permit
            }
        }),
        ("too long", {
            let permit = permit();
            Permit {
                expires_at_ms: permit.issued_at_ms + minute + 1,
                ..permit
            }
        }),
        ("from the future", {
            let permit = permit();
            let issued_at_ms = permit.issued_at_ms + minute;
            Permit {
                issued_at_ms,
                expires_at_ms: issued_at_ms + minute,
                ..permit
            }
        }),
        (
            "short nonce",
            Permit {
                nonce: vec![1; 15],
                ..permit()
            },
        ),
    ];
    for (what, permit) in changed {
        let refused = east.query(east.sign(&permit), SQL).await;
        let reason = refused.err().map(|refused| refused.reason);
        assert_eq!(reason, Some(Reason::Unauthenticated), "{what}");
    }
}

#[tokio::test]
async fn a_permit_for_what_the_enclave_does_not_hold_is_for_nothing() {
    let east = east();
    let permit = Permit {
        dataset: "demo-control".to_owned(),
        question_digest: question_digest("P-0001", "demo-control", "query", SQL).to_vec(),
        ..east.permit("query", SQL)
    };
    let refused = east.query(east.sign(&permit), SQL).await.unwrap_err();
    assert_eq!(refused.reason, Reason::NotAvailable);
}
