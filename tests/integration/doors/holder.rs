//! What the holder's own files say.

use sekisho::Reason;
use sekisho_proto::enclave::v1::Permit;
use sekisho_tests::{Consortium, Site, only, shown};

use super::{CANCER, CONTROL, COUNT, NO_MIDORI, PROJECT, refused, visit, visit_in_japanese};

#[tokio::test]
async fn the_holder_denies_in_the_visitors_language_and_reads_nothing() {
    let consortium = Consortium::builder()
        .holder(Site::East, |files| {
            files.add("rules.csv", NO_MIDORI);
        })
        .start();
    let asked = visit(&consortium).await;
    let denied = refused(&asked, COUNT, CANCER).await;
    assert_eq!(denied.reason, Reason::PolicyDenied);
    assert_eq!(
        denied.message,
        "the dataset's holder does not admit this visit"
    );
    assert_eq!(denied.help, "ask the dataset's holder");
    let japanese = visit_in_japanese(&consortium).await;
    let told = refused(&japanese, COUNT, CANCER).await;
    assert_eq!(told.reason, Reason::PolicyDenied);
    assert!(!told.message.is_ascii() && !told.help.is_ascii(), "{told}");
    // The same at every call that is about the dataset.
    let checked = asked.check(COUNT, &[CANCER]).await.unwrap().remove(0);
    let refusal = checked.refusal.unwrap();
    assert_eq!(
        (checked.accepted, refusal.rule.as_str()),
        (false, "holder-rules")
    );
    assert!(asked.tables(CANCER).await.is_err());
    assert!(asked.receipt(CANCER, 0).await.is_err());
    // Another holder's door is its own.
    only(asked.sql(COUNT, &[CONTROL]).await);
    let leaves = consortium.audit(Site::East).lines();
    assert!(
        !leaves.iter().any(|leaf| leaf.contains("\"charge\"")),
        "{leaves:?}"
    );
}

#[tokio::test]
async fn what_the_holder_does_not_enter_is_the_same_as_what_does_not_exist() {
    let consortium = Consortium::builder().start();
    let files = consortium.holder(Site::West);
    files.replace("datasets.csv", "demo-control,", "another,");
    assert!(consortium.west.reload());
    let asked = visit(&consortium).await;
    let absent = refused(&asked, COUNT, CONTROL).await;
    let nothing = refused(&asked, COUNT, "no-such-dataset").await;
    assert_eq!(absent.reason, Reason::NotAvailable);
    assert_eq!(absent, nothing);
    let japanese = visit_in_japanese(&consortium).await;
    let absent = refused(&japanese, COUNT, CONTROL).await;
    assert_eq!(absent, refused(&japanese, COUNT, "no-such-dataset").await);
    // Where it is listed, nothing of it is told.
    let listed = asked.datasets().await.unwrap();
    let listed = listed.iter().find(|dataset| dataset.id == CONTROL).unwrap();
    assert!(!listed.available && listed.title.is_empty() && listed.snapshot.is_empty());
    // The budgets of other datasets are.
    let budgets = asked.budget().await.unwrap();
    let of: Vec<&str> = budgets
        .iter()
        .map(|budget| budget.dataset.as_str())
        .collect();
    assert_eq!(of, [CANCER]);
    assert!(!absent.message.is_ascii(), "{absent}");
}

#[tokio::test]
async fn the_holder_refers_what_it_must_judge_until_it_has() {
    let consortium = Consortium::builder()
        .holder(Site::East, |files| {
            files.replace("datasets.csv", ",GRU,", ",GRU;COL,");
        })
        .start();
    let asked = visit(&consortium).await;
    let referred = refused(&asked, COUNT, CANCER).await;
    assert_eq!(referred.reason, Reason::PolicyReferred);
    assert!(referred.message.contains("COL"), "{referred}");
    let files = consortium.holder(Site::East);
    files.write(
        "judgements.csv",
        "dataset,project,code,verdict,judged_by,since,until\n\
         demo-cancer,P-0001,COL,met,spiffe://consortium.example/people/haruka-sato,2026-04-01,2035-12-31\n",
    );
    assert!(consortium.east.reload());
    assert_eq!(shown(&only(asked.sql(COUNT, &[CANCER]).await)), ["300"]);
}

#[tokio::test]
async fn a_release_names_the_files_and_rules_of_both_doors() {
    let asked = visit(Consortium::shared()).await;
    let sql = "SELECT count(*) AS n FROM individuals WHERE age > 39";
    let answer = only(asked.sql(sql, &[CANCER]).await);
    let text = String::from_utf8(answer.receipt.leaf).unwrap();
    assert!(text.contains("\"holder_policy_digest\":\""), "{text}");
    for rule in [
        "\"operation\"",
        "\"holder/holder-rules\"",
        "\"holder/consent\"",
    ] {
        assert!(text.contains(rule), "{text}");
    }
}

/// Permits as a gateway would sign them that was taken over: the holder's door is
/// still there.
#[tokio::test]
async fn a_permit_that_was_widened_stops_at_the_holders_door() {
    let consortium = Consortium::builder()
        .holder(Site::East, |files| {
            files.replace(
                "datasets.csv",
                "demo-cancer,detailed",
                "demo-cancer,overview",
            );
        })
        .start();
    let east = consortium.direct(Site::East);
    let overview = |permit: Permit| Permit {
        tier: "overview".to_owned(),
        ..permit
    };
    let permit = east.permit("query", COUNT);
    let refused = east.query(east.sign(&permit), COUNT).await.unwrap_err();
    assert_eq!(refused.reason, Reason::PolicyDenied);
    let permit = overview(east.permit("query", COUNT));
    east.query(east.sign(&permit), COUNT).await.unwrap();
    // A release profile that is milder than the holder's, and one that nobody has.
    for profile in ["technical", "none", ""] {
        let permit = Permit {
            profile: profile.to_owned(),
            ..overview(east.permit("query", COUNT))
        };
        let refused = east.query(east.sign(&permit), COUNT).await.unwrap_err();
        assert_eq!(refused.reason, Reason::PolicyDenied, "{profile}");
    }
    // A purpose that nobody may have, whatever the gateway says.
    let permit = Permit {
        purpose: "insurance".to_owned(),
        ..overview(east.permit("query", COUNT))
    };
    let refused = east.query(east.sign(&permit), COUNT).await.unwrap_err();
    assert_eq!(refused.reason, Reason::PolicyDenied);
    // Operations and tiers that there are not.
    for permit in [
        Permit {
            tier: "raw".to_owned(),
            ..east.permit("query", COUNT)
        },
        Permit {
            columns: vec![],
            ..east.permit("query", COUNT)
        },
        Permit {
            data_use: None,
            ..east.permit("query", COUNT)
        },
    ] {
        let refused = east.query(east.sign(&permit), COUNT).await.unwrap_err();
        assert_eq!(refused.reason, Reason::Unauthenticated);
    }
    let leaves = consortium.audit(Site::East).lines();
    let charged = leaves
        .iter()
        .filter(|leaf| leaf.contains("\"leaf\":\"charge\""));
    assert!(charged.count() <= 1, "{PROJECT}: {leaves:?}");
}
