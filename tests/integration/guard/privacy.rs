//! A dataset whose figures carry differential privacy.

use std::fs;

use sekisho::{Leaf, Reason, Visit};
use sekisho_tests::{
    Audit, Consortium, Dataset, Site, failure, ingest_folder, only, shown, temporary,
};

use super::{CANCER, PERSON, PROJECT, visit};

const ID: &str = "noisy";
const OTHER: &str = "P-0024";
/// ρ of one statistic, in units of 10⁻⁹.
const STATISTIC: u64 = 5_000_000;

/// A consortium whose east holds a dataset under `dp`: ages have bounds, weights
/// have none. Of ρ a project has so many statistics, and all together so many.
fn started(of_project: u64, of_dataset: u64) -> Consortium {
    let folder = temporary();
    let data = folder.join("data");
    Dataset::population(ID, 300, 53).under("dp").write(&data);
    let manifest = data.join("dataset.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    let bounds = "bounds = [0, 400], unit = \"kg\"";
    assert!(text.contains(bounds));
    fs::write(&manifest, text.replace(bounds, "unit = \"kg\"")).unwrap();
    ingest_folder(&data, &folder.join("store"));
    let rho = |statistics: u64| format!("{:?}", statistics as f64 * 0.005);
    Consortium::builder()
        .store(Site::East, ID, &folder.join("store"))
        .policies(move |policies| {
            policies
                .replace(
                    "profiles/dp.toml",
                    "rho_project = 0.25",
                    &format!("rho_project = {}", rho(of_project)),
                )
                .replace(
                    "profiles/dp.toml",
                    "rho_dataset = 1.0",
                    &format!("rho_dataset = {}", rho(of_dataset)),
                )
                .replace(
                    "datasets.csv",
                    &format!("{CANCER},east-cancer-centre,standard"),
                    &format!("{CANCER},east-cancer-centre,dp"),
                );
            for project in [OTHER, "P-0025"] {
                policies.add_account(PERSON, project, 100, &[CANCER]);
            }
        })
        .start()
}

/// Per charge, what each account paid.
fn charges(audit: &Audit) -> Vec<Vec<(String, u64)>> {
    let charges = audit.leaves().into_iter().filter_map(|leaf| match leaf {
        Leaf::Charge(charge) => Some(charge),
        _ => None,
    });
    charges
        .map(|charge| {
            let meters = charge.meters.into_iter();
            meters.map(|meter| (meter.account, meter.amount)).collect()
        })
        .collect()
}

#[tokio::test]
async fn every_statistic_is_charged_and_the_auditor_adds_them_up() {
    let consortium = started(50, 200);
    let asked = visit(&consortium, PROJECT).await;
    let other = visit(&consortium, OTHER).await;
    let of = |project| if project == PROJECT { &asked } else { &other };
    let ask = async |visit: &Visit, sql: &str| only(visit.sql(sql, &[ID]).await);
    let questions = [
        (PROJECT, "SELECT count(*) AS n FROM individuals", 1),
        (
            PROJECT,
            "SELECT sex, count(*) AS n, sum(age) AS age FROM individuals GROUP BY sex",
            2,
        ),
        (
            PROJECT,
            "SELECT avg(age) AS age FROM individuals WHERE smoker",
            2,
        ),
        (
            OTHER,
            "SELECT count(*) AS n FROM individuals WHERE NOT smoker",
            1,
        ),
        // Which years there are, the data know: to say so is a statistic, too.
        (
            OTHER,
            "SELECT registered_on, count(*) AS n FROM individuals GROUP BY registered_on",
            2,
        ),
    ];
    let mut expected = Vec::new();
    let mut answers = Vec::new();
    for (project, sql, statistics) in questions {
        let visit = of(project);
        let said = visit.check(sql, &[ID]).await.unwrap().remove(0);
        assert_eq!(
            (said.accepted, said.rho_nano),
            (true, statistics * STATISTIC),
            "{sql}"
        );
        let answer = ask(visit, sql).await;
        assert!(!answer.release.repeated && answer.release.mechanism == "dp");
        answers.push(answer);
        expected.push(vec![
            (format!("rho/{project}/{ID}"), statistics * STATISTIC),
            (format!("rho//{ID}"), statistics * STATISTIC),
        ]);
    }
    let audit = consortium.audit(Site::East);
    assert_eq!(charges(&audit), expected);

    // Again: the same figures, free.
    for ((project, sql, _), first) in questions.iter().zip(&answers) {
        for same in [(*sql).to_owned(), sql.replace(" FROM", "\n  FROM")] {
            let again = ask(of(project), &same).await;
            assert!(again.release.repeated, "{same}");
            assert_eq!(shown(&again), shown(first));
        }
    }
    assert_eq!(charges(&audit), expected);

    // What was spent is the sum of the ρ of the releases: zCDP adds up.
    let said = audit.verify(&[]).succeeded();
    let text = sekisho_tests::run("sekisho-audit", &["show", audit.folder().to_str().unwrap()]);
    let text = text.succeeded();
    for (whose, project, statistics) in [
        (format!("by {PROJECT} at {ID}"), PROJECT, 5),
        (format!("by {OTHER} at {ID}"), OTHER, 3),
        (format!("by all projects at {ID}"), "", 8),
    ] {
        let line = said
            .lines()
            .find(|line| line.contains(&format!("rho {whose}")));
        let spent = line.unwrap().split_whitespace().nth(1).unwrap();
        let sum = f64::from(statistics) * 0.005;
        assert!(
            (spent.parse::<f64>().unwrap() - sum).abs() <= 1e-9,
            "{said}"
        );
        // And so is the sum of what the charges say.
        let words = format!(" rho {whose}");
        let of_charges: f64 = text
            .lines()
            .filter(|line| project.is_empty() || line.contains(project))
            .filter_map(|line| {
                line.split(&words)
                    .next()?
                    .rsplit(' ')
                    .next()?
                    .parse::<f64>()
                    .ok()
            })
            .sum();
        assert!(
            (of_charges - sum).abs() <= 1e-9,
            "{whose}: {of_charges}\n{text}"
        );
    }
}

#[tokio::test]
async fn a_project_and_then_the_dataset_run_out_of_rho() {
    let consortium = started(2, 3);
    let count = |age: usize| format!("SELECT count(*) AS n FROM individuals WHERE age < {age}");
    let [first, second, third] = [PROJECT, OTHER, "P-0025"];
    let [first, second, third] = [
        visit(&consortium, first).await,
        visit(&consortium, second).await,
        visit(&consortium, third).await,
    ];
    for age in [91, 92] {
        only(first.sql(&count(age), &[ID]).await);
    }
    let exhausted = failure(first.sql(&count(93), &[ID]).await);
    assert_eq!(exhausted.reason, Reason::BudgetExhausted, "{exhausted}");
    assert_eq!(
        exhausted.message,
        format!("the account `rho/{PROJECT}/{ID}` is exhausted")
    );
    // What was released stays free, and the other project goes on.
    assert!(only(first.sql(&count(91), &[ID]).await).release.repeated);
    // Two are more than the dataset has left: neither account is charged.
    let two = "SELECT count(*) AS n, sum(age) AS age FROM individuals WHERE age < 94";
    let exhausted = failure(second.sql(two, &[ID]).await);
    assert_eq!(
        exhausted.message,
        format!("the account `rho//{ID}` is exhausted")
    );
    only(second.sql(&count(95), &[ID]).await);
    consortium.east.restart();
    consortium.wait_until_ready();
    let exhausted = failure(third.sql(&count(96), &[ID]).await);
    assert_eq!(
        exhausted.message,
        format!("the account `rho//{ID}` is exhausted")
    );
    assert_eq!(charges(&consortium.audit(Site::East)).len(), 3);
}

#[tokio::test]
async fn what_noise_cannot_protect_is_refused_before_any_charge() {
    let consortium = started(50, 200);
    let asked = visit(&consortium, PROJECT).await;
    for sql in [
        "SELECT stddev(age) AS spread FROM individuals",
        "SELECT var_pop(age) AS spread FROM individuals",
        "SELECT count(*) AS n, sum(weight) AS weight FROM individuals",
        "SELECT sex, avg(weight) AS weight FROM individuals GROUP BY sex",
    ] {
        let refused = failure(asked.sql(sql, &[ID]).await);
        assert_eq!(refused.reason, Reason::QueryRefused, "{sql}: {refused}");
        let refusal = refused.refusal.unwrap();
        assert_eq!(refusal.rule, "release.mechanism", "{sql}");
        assert!(
            refusal.message.contains("dp") && !refusal.help.is_empty(),
            "{refusal:?}"
        );
        // A check says the same.
        let said = asked.check(sql, &[ID]).await.unwrap().remove(0);
        assert!(!said.accepted, "{sql}");
        let checked = said.refusal.unwrap();
        assert_eq!(
            (checked.rule, checked.message),
            (refusal.rule, refusal.message)
        );
    }
    // One dataset's refusal is not another's.
    let sql = "SELECT sum(weight) AS weight FROM individuals";
    let said = asked.check(sql, &[ID, "demo-control"]).await.unwrap();
    assert_eq!([said[0].accepted, said[1].accepted], [false, true]);
    assert!(charges(&consortium.audit(Site::East)).is_empty());
    let budgets = asked.budget().await.unwrap();
    assert!(
        budgets.iter().all(|budget| budget.spent == 0),
        "{budgets:?}"
    );
}
