//! Rates of events over person-time, asked of a real server.

use sekisho::{FollowUp, Kind, Rates, Reason, Split};
use sekisho_tests::{Consortium, Dataset, Person, Site, failure, only, tables};

use super::{CANCER, PROJECT, rounded, visit};

fn rates(time: &str, by: &[&str], split: Option<(&str, &str)>) -> Kind {
    Kind::Rates(Rates {
        follow_up: Some(FollowUp {
            time: time.to_owned(),
            event: "smoker".to_owned(),
        }),
        r#where: String::new(),
        by: by.iter().map(|&column| column.to_owned()).collect(),
        split: split.map(|(began, day)| Split {
            began: began.to_owned(),
            day: day.to_owned(),
        }),
    })
}

/// In the tests' data ages stand for times, in years, and whoever smokes has the event.
fn expected(dataset: &Dataset, holds: impl Fn(&Person) -> bool) -> String {
    let of: Vec<&Person> = dataset.people.iter().filter(|of| holds(of)).collect();
    let smokers = of.iter().filter(|person| person.smoker).count();
    let years: f64 = of.iter().map(|person| person.age as f64).sum();
    // A sum of whole numbers is rounded to 5, and then to three digits.
    let years = (years / 5.0).round() * 5.0;
    let years: f64 = format!("{years:.2e}").parse().unwrap();
    format!("{} {} {years:?}", rounded(of.len()), rounded(smokers))
}

/// A consortium of the test's own: what others are charged meanwhile would be seen.
fn alone() -> Consortium {
    Consortium::builder()
        .dataset(Site::East, Dataset::cancer())
        .start()
}

#[tokio::test]
async fn rates_are_of_the_groups_and_periods_that_are_meant() {
    let dataset = Dataset::cancer();
    let consortium = alone();
    let visit = visit(&consortium, PROJECT).await;
    let kind = rates("age", &["sex"], None);
    let told = tables(&only(visit.analyze(kind, &[CANCER]).await));
    let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["rates", "ratios"]);
    for (row, sex) in told[0].1.iter().zip(["female", "male"]) {
        let expected = format!("{sex} {} ", expected(&dataset, |of| of.sex == sex));
        assert!(row.starts_with(&expected), "{row} {expected}");
    }
    assert_eq!(told[1].1.len(), 1);
    assert!(told[1].1[0].starts_with("male female "), "{told:?}");

    let kind = rates("age", &[], Some(("registered_on", "2017-01-01")));
    let told = tables(&only(visit.analyze(kind, &[CANCER]).await));
    let early = |of: &Person| of.registered_on.as_str() < "2017-01-01";
    let before = format!("before {} ", expected(&dataset, early));
    let after = format!("after {} ", expected(&dataset, |of| !early(of)));
    for (row, expected) in told[0].1.iter().zip([before, after]) {
        assert!(row.starts_with(&expected), "{row} {expected}");
    }
    assert!(told[1].1[0].starts_with("after before "), "{told:?}");
}

#[tokio::test]
async fn what_is_no_rate_is_refused_before_a_charge() {
    let consortium = alone();
    let visit = visit(&consortium, PROJECT).await;
    let before = visit.budget().await.unwrap();
    for (kind, reason, words) in [
        (
            rates("weight", &[], None),
            Reason::QueryRefused,
            "is no time",
        ),
        (
            rates("age", &["note"], None),
            Reason::QueryRefused,
            "declared values",
        ),
        (
            rates("age", &[], Some(("sex", "2017-01-01"))),
            Reason::QueryRefused,
            "has no dates",
        ),
        (
            rates("age", &[], Some(("registered_on", "2017-02-30"))),
            Reason::InvalidRequest,
            "none of the calendar",
        ),
        (
            rates("age", &[], Some(("registered_on", "' OR true --"))),
            Reason::InvalidRequest,
            "none of the calendar",
        ),
        (
            rates("age", &["period"], Some(("registered_on", "2017-01-01"))),
            Reason::InvalidRequest,
            "is what a split makes",
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
