//! What releases tell of genomes adds up, and ends.

use sekisho::{Failure, Reason, Visit};
use sekisho_tests::{Consortium, Dataset, Panel, Site, failure, only, shown};

use super::{CANCER, PERSON, PROJECT, SECOND, rounded, visit};

/// 1/320 is a whole number of units of 10⁻⁹.
const PEOPLE: usize = 320;
/// Variants that one project may be told of: 0.25 · 0.1 · 320.
const SHARE: usize = 8;
/// Projects until the dataset's cap is met: 0.25 · 320 variants.
const PROJECTS: usize = 10;

fn carriers(variant: usize) -> String {
    format!(
        "SELECT count(DISTINCT g.individual_id) AS n FROM genotypes g \
         JOIN variants v ON g.variant_id = v.variant_id \
         WHERE g.dosage >= 1 AND v.pos = {}",
        Panel::position(variant)
    )
}

/// Carriers of several variants, each its own table.
fn together(variants: impl Iterator<Item = usize>) -> String {
    let tables: Vec<String> = variants
        .map(|variant| carriers(variant).replacen("SELECT", &format!("SELECT {variant} AS v,"), 1))
        .collect();
    tables.join(" UNION ALL ")
}

async fn exhausted(visit: &Visit, sql: &str) -> Failure {
    let failure = failure(visit.sql(sql, &[CANCER]).await);
    assert_eq!(failure.reason, Reason::BudgetExhausted, "{failure}");
    let said =
        "the query was charged, and tells more of genomes or features than may still be told";
    assert_eq!(failure.message, said);
    assert!(failure.help.contains("committee"), "{failure}");
    failure
}

async fn spent(visit: &Visit) -> u64 {
    let budgets = visit.budget().await.unwrap();
    let of = budgets.iter().find(|budget| budget.dataset == CANCER);
    of.unwrap().spent
}

fn project(number: usize) -> String {
    format!("P-10{number:02}")
}

#[tokio::test]
async fn exposure_ends_for_a_project_and_then_for_all() {
    let panel = Panel::draw(PEOPLE, 100, [0.3, 0.7], 44);
    let carried = |variant: usize| panel.carries.iter().filter(|who| who[variant]).count();
    let dataset = Dataset::population(CANCER, PEOPLE, 45).with_panel(panel.clone());
    let consortium = Consortium::builder()
        .dataset(Site::East, dataset)
        .policies(|policies| {
            for number in 0..=PROJECTS {
                policies.add_project(&project(number), 100);
            }
        })
        .start();
    let first = consortium.visit(PERSON, &project(0)).await;
    let sql = together(0..SHARE);
    let told = shown(&only(first.sql(&sql, &[CANCER]).await));
    let expected = (0..SHARE).map(|v| format!("{v} {}", rounded(carried(v))));
    assert_eq!(told, expected.collect::<Vec<_>>());
    // Its share is spent: charged, and not told. What it was told stays free.
    assert_eq!(spent(&first).await, 1);
    exhausted(&first, &carriers(90)).await;
    assert_eq!(spent(&first).await, 2);
    assert!(only(first.sql(&sql, &[CANCER]).await).release.repeated);
    // A gene is as a variant. What is not of genomes goes on.
    let gene = "SELECT count(DISTINCT g.individual_id) AS n FROM genotypes g \
                JOIN variants v ON g.variant_id = v.variant_id \
                WHERE g.dosage >= 1 AND v.gene = 'P95'";
    exhausted(&first, gene).await;
    let people = "SELECT count(*) AS n FROM individuals";
    assert_eq!(shown(&only(first.sql(people, &[CANCER]).await)), ["320"]);

    consortium.east.restart();
    consortium.wait_until_ready();
    let first = consortium.visit(PERSON, &project(0)).await;
    exhausted(&first, &carriers(91)).await;

    // The others go on, until all together were told of eighty.
    for number in 1..PROJECTS {
        let other = consortium.visit(PERSON, &project(number)).await;
        let variants = number * SHARE..(number + 1) * SHARE;
        let told = shown(&only(other.sql(&together(variants), &[CANCER]).await));
        assert_eq!(told.len(), SHARE, "{told:?}");
    }
    let last = consortium.visit(PERSON, &project(PROJECTS)).await;
    exhausted(&last, &carriers(92)).await;
    assert_eq!(spent(&last).await, 1);
    consortium.east.restart();
    consortium.wait_until_ready();
    let last = consortium.visit(PERSON, &project(PROJECTS)).await;
    exhausted(&last, &carriers(93)).await;
    // The auditor sees what each project was told, and that the ledger is whole.
    let said = consortium.audit(Site::East).verify(&[]).succeeded();
    for number in 0..PROJECTS {
        let line = format!(
            "spent        0.025 exposure by {} at {CANCER}",
            project(number)
        );
        assert!(said.contains(&line), "{said}");
    }
}

/// Programs are told which limit it was.
#[tokio::test]
async fn the_error_names_exposure() {
    let panel = Panel::draw(PEOPLE, 20, [0.3, 0.7], 46);
    let dataset = Dataset::population(CANCER, PEOPLE, 47).with_panel(panel);
    let consortium = Consortium::builder()
        .dataset(Site::East, dataset)
        .policies(|policies| {
            policies.add_project(SECOND, 100);
        })
        .start();
    let enclave = consortium.direct(Site::East);
    let sql = together(0..SHARE + 1);
    let permit = enclave.sign(&enclave.permit("query", &sql));
    let failure = enclave.query(permit, &sql).await.unwrap_err();
    assert_eq!(failure.reason, Reason::BudgetExhausted);
    let limit = failure.metadata.get("limit").map(String::as_str);
    assert_eq!(limit, Some("exposure"));
    // Nothing was told, so nothing is spent of the share.
    let asked = visit(&consortium, PROJECT).await;
    only(asked.sql(&together(0..SHARE), &[CANCER]).await);
}
