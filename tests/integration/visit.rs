//! The life of a visit, as a visitor lives it.

use std::fs;

use sekisho::{Leaf, Reason, Visit};
use sekisho_tests::{Audit, Consortium, Dataset, SITES, Site, failure, only, run, shown};

const CANCER: &[&str] = &["demo-cancer"];

async fn researcher() -> Visit {
    Consortium::shared().visit("aiko-tanaka", "P-0001").await
}

async fn rows(visit: &Visit, sql: &str) -> Vec<String> {
    shown(&only(visit.sql(sql, CANCER).await))
}

async fn spent(visit: &Visit, dataset: &str) -> u64 {
    let budgets = visit.budget().await.unwrap();
    let budget = budgets.iter().find(|budget| budget.dataset == dataset);
    budget.unwrap().spent
}

/// A count as it is released: to base 5.
fn rounded(n: usize) -> usize {
    (n + 2) / 5 * 5
}

#[tokio::test]
async fn the_catalogue_tells_what_may_be_asked() {
    let visit = researcher().await;
    let datasets = visit.datasets().await.unwrap();
    let ids: Vec<&str> = datasets.iter().map(|dataset| dataset.id.as_str()).collect();
    assert_eq!(ids, ["demo-cancer", "demo-control"]);
    assert!(datasets.iter().all(|dataset| dataset.available));
    assert_eq!(datasets[0].assembly, "GRCh38");
    assert_eq!(datasets[0].snapshot.len(), 64);
    let tables = visit.tables("demo-cancer").await.unwrap();
    let individuals = tables.iter().find(|t| t.name == "individuals").unwrap();
    assert_eq!(individuals.label, "private");
    let sex = individuals
        .columns
        .iter()
        .find(|c| c.name == "sex")
        .unwrap();
    assert_eq!(sex.domain, ["female", "male"]);
}

#[tokio::test]
async fn counts_are_rounded_and_a_small_group_is_hidden_with_another() {
    let visit = researcher().await;
    let sql =
        "SELECT diagnosis, count(DISTINCT individual_id) AS n FROM individuals GROUP BY diagnosis";
    let answer = only(visit.sql(sql, CANCER).await);
    // 121, 82, 68, 23 and 6: the six of the thymus are hidden, and the next
    // smallest with them. Nobody has none.
    assert_eq!(
        shown(&answer),
        [
            "lung 120",
            "liver 80",
            "breast 70",
            "stomach -",
            "thymus -",
            "none -"
        ]
    );
    let suppressed: Vec<_> = answer.suppressed().collect();
    assert_eq!(suppressed, [("n", 3)]);
}

#[tokio::test]
async fn figures_are_those_of_the_people_who_were_asked_for() {
    let visit = researcher().await;
    let people = Dataset::cancer();
    let smokers = people.count(|p| p.smoker && p.age >= 60);
    let sql = "SELECT count(*) AS n FROM individuals WHERE smoker AND age >= 60";
    assert_eq!(rows(&visit, sql).await, [rounded(smokers).to_string()]);
    let carriers = people.count(|p| p.sex == "female" && p.carries[0]);
    let sql = "SELECT count(DISTINCT i.individual_id) AS n FROM individuals i \
               JOIN genotypes g ON i.individual_id = g.individual_id \
               JOIN variants v ON g.variant_id = v.variant_id \
               WHERE i.sex = 'female' AND v.gene = 'KRAS' AND g.dosage >= 1";
    assert_eq!(SITES[0].gene, "KRAS");
    assert_eq!(rows(&visit, sql).await, [rounded(carriers).to_string()]);
}

#[tokio::test]
async fn what_was_released_may_be_computed_with() {
    let visit = researcher().await;
    let sql = "WITH n AS (SELECT tissue, count(*) AS n FROM samples GROUP BY tissue) \
               SELECT tissue, n * 100.0 / sum(n) OVER () AS share FROM n ORDER BY tissue DESC";
    assert_eq!(rows(&visit, sql).await, ["tumor 50.0", "normal 50.0"]);
}

#[tokio::test]
async fn a_release_says_what_it_is() {
    let visit = researcher().await;
    let sql = "SELECT sex, count(*) AS n FROM individuals WHERE age > 20 GROUP BY sex";
    let answer = only(visit.sql(sql, CANCER).await);
    let metadata = answer.schema.metadata();
    assert_eq!(metadata["sekisho.dataset"], "demo-cancer");
    assert_eq!(metadata["sekisho.profile"], "standard");
    assert_eq!(metadata["sekisho.threshold"], "10");
    assert_eq!(metadata["sekisho.snapshot"], answer.release.snapshot);
    assert_eq!(
        metadata["sekisho.policy_digest"],
        answer.release.policy_digest
    );
    assert_eq!(metadata["sekisho.figures_released"], "2");
    let n = answer.schema.field_with_name("n").unwrap();
    assert_eq!(n.metadata()[sekisho::KIND], "figure");
    assert_eq!(n.metadata()[sekisho::SUPPRESSED], "0");
    let budget = answer.release.budget.unwrap();
    assert_eq!((budget.project.as_str(), budget.limit), ("P-0001", 10_000));
}

#[tokio::test]
async fn each_table_is_released_under_its_own_profile() {
    let visit = researcher().await;
    let sql = "SELECT tissue, count(*) AS n FROM qc_metrics WHERE depth > 10 GROUP BY tissue";
    let answer = only(visit.sql(sql, CANCER).await);
    // The consortium's profile is stricter than the holder's `technical`.
    assert_eq!(answer.release.profile, "standard");
    assert_eq!(shown(&answer), ["normal 300", "tumor 300"]);
}

#[tokio::test]
async fn several_datasets_answer_each_for_itself() {
    let visit = researcher().await;
    let sql = "SELECT sex, count(DISTINCT individual_id) AS n FROM individuals GROUP BY sex";
    let both = ["demo-control", "demo-cancer"];
    let answers = visit.sql(sql, &both).await.unwrap();
    let names: Vec<&str> = answers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, both);
    let figures: Vec<_> = answers
        .iter()
        .map(|(_, answer)| shown(answer.as_ref().unwrap()))
        .collect();
    assert_eq!(figures[0], ["female 120", "male 120"]);
    assert_eq!(figures[1], ["female 150", "male 150"]);
    let keys = visit.ledger_keys().await.unwrap();
    for (dataset, answer) in &answers {
        let own: Vec<_> = keys
            .iter()
            .filter(|(name, _)| name == dataset)
            .map(|(_, key)| key.clone())
            .collect();
        answer.as_ref().unwrap().verify(&own).unwrap();
    }
}

#[tokio::test]
async fn one_dataset_may_refuse_what_another_answers() {
    let visit = researcher().await;
    let sql = "SELECT count(DISTINCT g.individual_id) AS n FROM genotypes g \
               WHERE g.dosage >= 1 AND g.nosuch = 1";
    let refused = failure(visit.sql(sql, CANCER).await);
    assert_eq!(refused.reason, Reason::QueryRefused);
    assert!(refused.refusal.unwrap().rule.contains("column"));
}

#[tokio::test]
async fn a_check_reads_nothing_and_charges_nothing() {
    let consortium = Consortium::shared();
    let visit = consortium.visit("aiko-tanaka", "P-0011").await;
    let before = spent(&visit, "demo-cancer").await;
    let checked = visit
        .check(
            "SELECT sex, count(*) AS n FROM individuals GROUP BY sex",
            CANCER,
        )
        .await
        .unwrap();
    assert!(checked[0].accepted);
    assert_eq!(checked[0].charge, 1);
    assert_eq!(checked[0].profile, "standard");
    let kinds: Vec<&str> = checked[0].columns.iter().map(|c| c.kind.as_str()).collect();
    assert_eq!(kinds, ["key", "figure"]);
    let refused = visit
        .check("SELECT individual_id FROM individuals", CANCER)
        .await
        .unwrap();
    assert!(!refused[0].accepted);
    assert!(!refused[0].refusal.as_ref().unwrap().help.is_empty());
    assert_eq!(spent(&visit, "demo-cancer").await, before);
}

#[tokio::test]
async fn a_question_is_charged_once_and_answered_alike_ever_after() {
    let consortium = Consortium::builder()
        .policies(|policies| {
            policies.add_project("P-0020", 3);
        })
        .start();
    let visit = consortium.visit("aiko-tanaka", "P-0020").await;
    let sql = "SELECT sex, count(*) AS n FROM individuals WHERE age < 70 GROUP BY sex";
    let first = only(visit.sql_once(sql, CANCER, "retry-1").await);
    assert!(!first.release.repeated);
    assert_eq!(spent(&visit, "demo-cancer").await, 1);
    // With the same key, with none, and written otherwise.
    let again = "select sex,  count(*) as n\nfrom individuals where age < 70 group by sex";
    for (sql, key) in [(sql, "retry-1"), (sql, ""), (again, "retry-2")] {
        let repeated = only(visit.sql_once(sql, CANCER, key).await);
        assert!(repeated.release.repeated, "{sql}");
        assert_eq!(repeated.batches, first.batches);
        assert_eq!(repeated.receipt.leaf_index, first.receipt.leaf_index);
    }
    assert_eq!(spent(&visit, "demo-cancer").await, 1);
    // The same key for another question.
    let other = visit.sql_once("SELECT count(*) FROM individuals", CANCER, "retry-1");
    let conflict = failure(other.await);
    assert_eq!(conflict.reason, Reason::InvalidRequest);
    assert_eq!(spent(&visit, "demo-cancer").await, 1);
    // A refusal is free too.
    failure(visit.sql("SELECT * FROM individuals", CANCER).await);
    assert_eq!(spent(&visit, "demo-cancer").await, 1);
    // And what was answered survives a crash of the enclave.
    consortium.east.restart();
    consortium.wait_until_ready();
    let visit = consortium.visit("aiko-tanaka", "P-0020").await;
    let repeated = only(visit.sql(sql, CANCER).await);
    assert!(repeated.release.repeated);
    assert_eq!(shown(&repeated), shown(&first));
}

#[tokio::test]
async fn a_receipt_verifies_offline_and_one_altered_byte_is_detected() {
    let consortium = Consortium::shared();
    let visit = researcher().await;
    let keys = visit.ledger_keys().await.unwrap();
    let trust: Vec<_> = keys.into_iter().map(|(_, key)| key).collect();
    let sql = "SELECT count(*) AS n FROM individuals WHERE age BETWEEN 40 AND 80";
    let answer = only(visit.sql(sql, CANCER).await);
    let Leaf::Release(leaf) = answer.verify(&trust).unwrap() else {
        panic!("not a release")
    };
    assert_eq!(leaf.project, "P-0001");
    assert_eq!((leaf.cells_released, leaf.cells_suppressed), (1, 0));
    // What is fetched later proves the same leaf.
    let later = visit
        .receipt("demo-cancer", answer.receipt.leaf_index)
        .await;
    assert_eq!(later.unwrap().verify(&trust).unwrap(), Leaf::Release(leaf));
    // The visitor's tool, without a connection.
    let file = consortium.folder().join("receipt.json");
    let text = answer.receipt.to_json();
    let pinned = trust[0].to_string() + "\n" + &trust[1].to_string();
    let verify = |text: &str| {
        fs::write(&file, text).unwrap();
        let file = file.to_str().unwrap();
        run("sekisho", &["receipt", "verify", file, "--trust", &pinned]).code
    };
    assert_eq!(verify(&text), Some(0));
    for (from, to) in [
        ("\\\"cells_released\\\":1", "\\\"cells_released\\\":2"),
        ("P-0001", "P-0002"),
    ] {
        assert!(text.contains(from), "{text}");
        assert_eq!(verify(&text.replacen(from, to, 1)), Some(1), "{from}");
    }
    for at in 0..answer.receipt.leaf.len() {
        let mut altered = answer.receipt.clone();
        altered.leaf[at] ^= 1;
        assert!(altered.verify(&trust).is_err(), "byte {at} of the leaf");
    }
    // Nobody else's key will do.
    let west: Vec<_> = trust
        .iter()
        .filter(|key| key.origin() == "sekisho/west")
        .cloned()
        .collect();
    assert!(answer.verify(&west).is_err());
}

#[tokio::test]
async fn a_receipt_is_for_its_own_project_only() {
    let visit = researcher().await;
    let sql = "SELECT count(*) AS n FROM individuals WHERE age > 33";
    let index = only(visit.sql(sql, CANCER).await).receipt.leaf_index;
    let other = Consortium::shared().visit("max-weber", "P-0002").await;
    let refused = failure(other.receipt("demo-cancer", index).await);
    assert_eq!(refused.reason, Reason::NotAvailable);
}

#[tokio::test]
async fn one_altered_byte_of_the_journal_is_detected() {
    let consortium = Consortium::shared();
    let visit = researcher().await;
    only(
        visit
            .sql(
                "SELECT count(*) AS n FROM individuals WHERE age > 34",
                CANCER,
            )
            .await,
    );
    let audit = consortium.audit(Site::East);
    let key = visit.ledger_keys().await.unwrap().remove(0).1.to_string();
    let verified = audit.verify(&["--key", &key]).succeeded();
    assert!(verified.contains("is unaltered"), "{verified}");
    // A copy, of which bytes all over the journal are altered one at a time.
    let copy = consortium.folder().join("altered");
    fs::create_dir_all(&copy).unwrap();
    let journal = audit.folder().join("journal-000000.log");
    let bytes = fs::read(&journal).unwrap();
    for at in (0..bytes.len()).step_by(bytes.len() / 25) {
        let mut altered = bytes.clone();
        altered[at] ^= 0x20;
        fs::write(copy.join("journal-000000.log"), &altered).unwrap();
        let ran = Audit::of(copy.clone()).verify(&[]);
        assert_eq!(ran.code, Some(1), "byte {at}: {}", ran.out);
        assert!(ran.err.contains("journal-000000.log"), "{}", ran.err);
    }
    // An older state is unaltered in itself; a checkpoint that somebody kept tells.
    loop {
        fs::write(copy.join("journal-000000.log"), fs::read(&journal).unwrap()).unwrap();
        // Another visit may be in the middle of a write.
        if Audit::of(copy.clone()).verify(&[]).code == Some(0) {
            break;
        }
    }
    only(
        visit
            .sql(
                "SELECT count(*) AS n FROM individuals WHERE age > 35",
                CANCER,
            )
            .await,
    );
    let kept = audit.folder().join("checkpoint");
    let rolled_back = Audit::of(copy).verify(&["--checkpoint", kept.to_str().unwrap()]);
    assert_eq!(rolled_back.code, Some(1), "{}", rolled_back.out);
}
