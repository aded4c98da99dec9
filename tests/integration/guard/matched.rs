//! Matched controls, asked of a real server.

use sekisho::{FollowUp, Kind, Matched, Reason};
use sekisho_tests::{Consortium, Dataset, Person, Site, failure, only, tables};

use super::{CANCER, PROJECT, rounded, visit};

fn matched(treated: &str, exact: &[&str], covariates: &[&str]) -> Kind {
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    Kind::Matched(Matched {
        treated: treated.to_owned(),
        follow_up: Some(FollowUp {
            time: "age".to_owned(),
            event: "smoker".to_owned(),
        }),
        exact: names(exact),
        covariates: names(covariates),
        r#where: String::new(),
    })
}

/// A consortium of the test's own: what others are charged meanwhile would be seen.
fn alone() -> Consortium {
    Consortium::builder()
        .dataset(Site::East, Dataset::cancer())
        .start()
}

/// In the tests' data ages stand for times, in years, and whoever smokes has the event.
#[tokio::test]
async fn matched_controls_have_their_tables() {
    let dataset = Dataset::cancer();
    let consortium = alone();
    let visit = visit(&consortium, PROJECT).await;
    let treated = |person: &Person| person.registered_on.as_str() >= "2018-01-01";
    let kind = matched("registered_on >= '2018-01-01'", &["sex"], &["weight"]);
    let told = tables(&only(visit.analyze(kind, &[CANCER]).await));
    let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["balance", "survival", "effect", "fit"]);
    let rows: Vec<&str> = told[0].1.iter().map(|row| row.as_str()).collect();
    assert!(rows[0].starts_with("sex female 0."), "{rows:?}");
    assert!(rows[1].starts_with("sex male 0."), "{rows:?}");
    assert!(rows[2].starts_with("weight - "), "{rows:?}");
    for group in ["treated", "controls"] {
        let of = told[1].1.iter().filter(|row| row.starts_with(group));
        assert!(of.count() > 0, "{told:?}");
    }
    assert!(told[2].1[0].starts_with("treated "), "{told:?}");
    assert!(!told[2].1[0].contains(" - "), "{told:?}");
    // Of those who have a weight.
    let weighed = |person: &Person| person.weight.is_some();
    let all = dataset.count(weighed);
    let after = dataset.count(|person| weighed(person) && treated(person));
    let fit = format!(
        "{} {} {} ",
        rounded(all),
        rounded(after),
        rounded(all - after)
    );
    assert!(told[3].1[0].starts_with(&fit), "{told:?} {fit}");
}

#[tokio::test]
async fn what_cannot_be_matched_is_refused_before_a_charge() {
    let consortium = alone();
    let visit = visit(&consortium, PROJECT).await;
    let before = visit.budget().await.unwrap();
    for (kind, reason, words) in [
        (
            matched("", &["sex"], &[]),
            Reason::InvalidRequest,
            "nobody is treated",
        ),
        (
            matched("true) OR (true", &["sex"], &[]),
            Reason::InvalidRequest,
            "parentheses",
        ),
        (
            matched("smoker", &[], &[]),
            Reason::InvalidRequest,
            "nothing to match by",
        ),
        (
            matched("smoker", &["sex"], &["sex"]),
            Reason::InvalidRequest,
            "twice",
        ),
        (
            matched("smoker", &[], &["age"]),
            Reason::InvalidRequest,
            "is what comes of it",
        ),
        (
            matched("smoker", &["weight"], &[]),
            Reason::QueryRefused,
            "no declared values",
        ),
        (
            matched("smoker", &[], &["note"]),
            Reason::QueryRefused,
            "neither numbers",
        ),
    ] {
        let shown = format!("{kind:?}");
        let failed = failure(visit.analyze(kind, &[CANCER]).await);
        assert_eq!(failed.reason, reason, "{shown}: {failed}");
        assert!(failed.message.contains(words), "{shown}: {failed}");
        assert!(!failed.help.is_empty(), "{shown}");
    }
    assert_eq!(visit.budget().await.unwrap(), before);
}
