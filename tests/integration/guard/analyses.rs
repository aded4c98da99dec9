//! Typed analyses, asked of a real server: their tables, and what is refused.

use sekisho::{FollowUp, Kind, Model, Outcome, QcReport, Reason, Survival};
use sekisho_tests::{Consortium, Dataset, Site, failure, only, tables};

use super::{CANCER, PROJECT, rounded, visit};

fn survival(time: &str, event: &str, of: &str, by: &[&str]) -> Kind {
    Kind::Survival(Survival {
        follow_up: Some(FollowUp {
            time: time.to_owned(),
            event: event.to_owned(),
        }),
        r#where: of.to_owned(),
        by: by.iter().map(|&column| column.to_owned()).collect(),
        interval: 0,
    })
}

fn logistic(condition: &str, covariates: &[&str]) -> Kind {
    Kind::Model(Model {
        outcome: Some(Outcome::Condition(condition.to_owned())),
        covariates: covariates.iter().map(|&column| column.to_owned()).collect(),
        r#where: String::new(),
    })
}

fn quality(metrics: &[&str], of: &str, by: &[&str]) -> Kind {
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    Kind::QcReport(QcReport {
        metrics: names(metrics),
        r#where: of.to_owned(),
        by: names(by),
    })
}

async fn told(consortium: &Consortium, kind: Kind) -> Vec<(String, Vec<String>)> {
    let visit = visit(consortium, PROJECT).await;
    tables(&only(visit.analyze(kind, &[CANCER]).await))
}

fn names(tables: &[(String, Vec<String>)]) -> Vec<&str> {
    tables.iter().map(|(name, _)| name.as_str()).collect()
}

/// In the tests' data ages stand for times: their unit is years.
#[tokio::test]
async fn each_analysis_has_its_tables() {
    let consortium = Consortium::shared();
    let dataset = Dataset::cancer();
    let told_of = told(consortium, survival("age", "smoker", "", &["sex"])).await;
    assert_eq!(names(&told_of), ["survival", "groups", "tests"]);
    let groups: Vec<String> = ["female", "male"]
        .map(|sex| {
            let of = dataset.count(|person| person.sex == sex);
            let smokers = dataset.count(|person| person.sex == sex && person.smoker);
            format!("{sex} {} {}", rounded(of), rounded(smokers))
        })
        .to_vec();
    for (row, expected) in told_of[1].1.iter().zip(&groups) {
        assert!(row.starts_with(expected), "{row} {expected}");
    }
    let first = &told_of[0].1[0];
    let at_risk = first.split(' ').nth(2).unwrap();
    assert!(groups[0].contains(at_risk), "{first}");

    let told_of = told(consortium, logistic("smoker", &["age", "sex"])).await;
    assert_eq!(names(&told_of), ["coefficients", "fit"]);
    assert_eq!(told_of[0].1.len(), 3);

    let told_of = told(consortium, quality(&["depth"], "", &[])).await;
    assert_eq!(names(&told_of), ["metrics", "limits", "histogram"]);
    // Of three groups of four nobody was measured: the fourth would tell of that.
    let metrics = &told_of[0].1;
    assert_eq!(metrics[0], "qc1 normal depth - - - - - -");
    assert_eq!(metrics.len(), 4);
}

#[tokio::test]
async fn what_is_no_analysis_is_refused_before_a_charge() {
    let consortium = Consortium::shared();
    let visit = visit(consortium, PROJECT).await;
    let before = visit.budget().await.unwrap();
    for (kind, reason, words) in [
        // Conditions stay conditions.
        (
            survival("age", "true) OR (true", "", &[]),
            Reason::InvalidRequest,
            "parentheses",
        ),
        (
            survival("age", "", "", &[]),
            Reason::InvalidRequest,
            "no event",
        ),
        (
            survival("a b", "smoker", "", &[]),
            Reason::InvalidRequest,
            "no column",
        ),
        (
            survival("age", "smoker", "", &["sex", "sex"]),
            Reason::InvalidRequest,
            "twice",
        ),
        // Columns are those of individuals, of a kind that fits.
        (
            survival("weight", "smoker", "", &[]),
            Reason::QueryRefused,
            "is no time",
        ),
        (
            survival("days", "smoker", "", &[]),
            Reason::QueryRefused,
            "no column `days`",
        ),
        (
            survival("age", "smoker", "", &["note"]),
            Reason::QueryRefused,
            "declared values",
        ),
        (
            logistic("smoker", &[]),
            Reason::InvalidRequest,
            "none is named",
        ),
        (
            logistic("smoker", &["note"]),
            Reason::QueryRefused,
            "neither numbers",
        ),
        (
            logistic("smoker", &["depth"]),
            Reason::QueryRefused,
            "no column `depth`",
        ),
        (
            logistic("note = 'group 1'", &["age"]),
            Reason::QueryRefused,
            "note",
        ),
        (
            quality(&["weight"], "", &[]),
            Reason::QueryRefused,
            "weight",
        ),
        (
            quality(&[], "", &["diagnosis"]),
            Reason::QueryRefused,
            "diagnosis",
        ),
        (
            quality(
                &[],
                "individual_id IN (SELECT individual_id FROM samples)",
                &[],
            ),
            Reason::QueryRefused,
            "",
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

/// What perturbs or adds noise protects counts and sums, and not what is computed here.
#[tokio::test]
async fn a_mechanism_that_does_not_protect_an_analysis_refuses_it() {
    for mechanism in ["cell-key", "dp"] {
        let consortium = Consortium::builder()
            .dataset(Site::East, Dataset::cancer().under("other"))
            .policies(move |policies| {
                let standard = policies.read("profiles/standard.toml");
                let named = standard.replace("name = \"standard\"", "name = \"other\"");
                let text = format!("mechanism = \"{mechanism}\"\n{named}");
                let of = |profile: &str| format!("{CANCER},east-cancer-centre,{profile}");
                policies.write("profiles/other.toml", &text).replace(
                    "datasets.csv",
                    &of("standard"),
                    &of("other"),
                );
            })
            .start();
        let visit = visit(&consortium, PROJECT).await;
        for kind in [
            survival("age", "smoker", "", &[]),
            logistic("smoker", &["age"]),
        ] {
            let failed = failure(visit.analyze(kind, &[CANCER]).await);
            assert_eq!(failed.reason, Reason::QueryRefused, "{failed}");
            assert_eq!(failed.refusal.unwrap().rule, "release.mechanism");
        }
    }
}
