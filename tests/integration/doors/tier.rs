//! What a grant lets be used: its tier, its columns, and membership alone.

use sekisho::Reason;
use sekisho_tests::{Consortium, Site, only, shown};

use super::{CANCER, COUNT, PERSON, refused};

#[tokio::test]
async fn an_overview_is_counts_by_two_columns_without_genomes() {
    let visit = Consortium::shared().visit("max-weber", "P-0002").await;
    for sql in [
        COUNT,
        "SELECT sex, count(DISTINCT individual_id) AS n FROM individuals GROUP BY sex",
        "SELECT sex, smoker, count(*) AS n FROM individuals WHERE age > 50 GROUP BY sex, smoker",
    ] {
        only(visit.sql(sql, &[CANCER]).await);
    }
    for (sql, said) in [
        ("SELECT avg(age) AS a FROM individuals", "which is counts"),
        ("SELECT sum(age) AS a FROM individuals", "which is counts"),
        (
            "SELECT count(*) AS n, stddev(weight) AS s FROM individuals",
            "which is counts",
        ),
        (
            "SELECT sex, smoker, diagnosis, count(*) AS n FROM individuals GROUP BY sex, smoker, diagnosis",
            "two group keys",
        ),
    ] {
        let denied = refused(&visit, sql, CANCER).await;
        assert_eq!(denied.reason, Reason::PolicyDenied, "{sql}");
        let checked = visit.check(sql, &[CANCER]).await.unwrap().remove(0);
        let refusal = checked.refusal.unwrap();
        assert_eq!(refusal.rule, "tier", "{sql}");
        assert!(refusal.message.contains(said), "{sql}: {refusal:?}");
    }
    // Genotypes and variants are not there to be asked for.
    let tables = visit.tables(CANCER).await.unwrap();
    let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["individuals", "qc_metrics", "samples"]);
    for table in ["genotypes", "variants"] {
        let sql = format!("SELECT count(*) AS n FROM {table}");
        let denied = refused(&visit, &sql, CANCER).await;
        assert_eq!(denied.reason, Reason::QueryRefused, "{sql}");
    }
}

#[tokio::test]
async fn a_grant_of_columns_lets_no_other_be_used_or_seen() {
    let consortium = Consortium::builder()
        .policies(|policies| {
            let grant = "P-0001,demo-cancer,detailed,*,";
            let columns = "individual_id;sex;individuals.age;samples.tissue";
            policies.replace(
                "grants.csv",
                &format!("{grant}*"),
                &format!("{grant}{columns}"),
            );
        })
        .start();
    let visit = consortium.visit(PERSON, "P-0001").await;
    only(
        visit
            .sql(
                "SELECT sex, avg(age) AS a FROM individuals GROUP BY sex",
                &[CANCER],
            )
            .await,
    );
    for sql in [
        "SELECT smoker, count(*) AS n FROM individuals GROUP BY smoker",
        "SELECT count(*) AS n FROM individuals WHERE smoker",
        "SELECT avg(weight) AS w FROM individuals",
        "SELECT count(*) AS n FROM individuals ORDER BY max(weight)",
        "SELECT sum(depth) AS d FROM qc_metrics",
        "SELECT count(*) AS n FROM individuals i JOIN genotypes g ON g.individual_id = i.individual_id WHERE g.dosage > 0",
        "SELECT i.* FROM individuals i",
    ] {
        let denied = refused(&visit, sql, CANCER).await;
        assert_eq!(denied.reason, Reason::QueryRefused, "{sql}");
        for hidden in ["weight", "note", "depth", "diagnosis"] {
            let named = denied.message.contains(hidden) || denied.help.contains(hidden);
            assert!(!named || sql.contains(hidden), "{sql}: {denied}");
        }
    }
    let tables = visit.tables(CANCER).await.unwrap();
    let individuals = tables
        .iter()
        .find(|table| table.name == "individuals")
        .unwrap();
    let seen: Vec<&str> = individuals
        .columns
        .iter()
        .map(|c| c.name.as_str())
        .collect();
    assert_eq!(seen, ["individual_id", "sex", "age"]);
    // Elsewhere the grant is of all columns.
    only(
        visit
            .sql(
                "SELECT avg(weight) AS w FROM individuals",
                &["demo-control"],
            )
            .await,
    );
}

#[tokio::test]
async fn every_member_has_the_overview_where_the_dataset_is_open_to_that() {
    let consortium = Consortium::builder()
        .policies(|policies| {
            policies
                .replace("datasets.csv", "detailed,0,GRU", "detailed;members,0,GRU")
                .replace(
                    "consortium.toml",
                    "default_profile",
                    "overview_queries = 2\ndefault_profile",
                );
        })
        .start();
    // Her project has expired, and her university is a member.
    let visit = consortium
        .visit("emma-clarke", "university-of-avonbridge")
        .await;
    let datasets = visit.datasets().await.unwrap();
    assert_eq!(datasets.len(), 1);
    assert_eq!(
        (datasets[0].id.as_str(), datasets[0].tier.as_str()),
        ("demo-control", "overview")
    );
    assert_eq!(
        shown(&only(visit.sql(COUNT, &["demo-control"]).await)),
        ["240"]
    );
    let denied = refused(
        &visit,
        "SELECT avg(age) AS a FROM individuals",
        "demo-control",
    )
    .await;
    assert_eq!(denied.reason, Reason::PolicyDenied);
    only(
        visit
            .sql(&format!("{COUNT} WHERE age > 50"), &["demo-control"])
            .await,
    );
    let spent = refused(&visit, &format!("{COUNT} WHERE age > 60"), "demo-control").await;
    assert_eq!(spent.reason, Reason::BudgetExhausted);
    // In another member's name nobody asks.
    let other = consortium.visit("emma-clarke", "midori-institute").await;
    let denied = refused(&other, COUNT, "demo-control").await;
    assert_eq!(denied.reason, Reason::NotAvailable);
    assert!(refused(&visit, COUNT, CANCER).await.reason == Reason::NotAvailable);
    assert!(consortium.audit(Site::West).verify(&[]).code == Some(0));
}
