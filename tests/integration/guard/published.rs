//! Frequencies that a committee lets be published, from the visit to the public table.

use std::{fs, path::Path};

use arrow::ipc::writer::StreamWriter;
use sekisho::{Answer, Frequencies, Reason, Sites};
use sekisho_tests::{Consortium, Dataset, Panel, Site, failure, only, run, shown, temporary};

use super::{CANCER, PERSON, PROJECT, SECOND, visit};

const PEOPLE: usize = 400;
const COMMON: usize = 30;
const PROFILE: &str = "cap = 10.0\nproject_share = 1.0\npublishes = true\n\
                       approved_by = \"the committee of the tests\"\n";

fn dataset() -> Dataset {
    let panel = Panel::draw(PEOPLE, COMMON, [0.3, 0.7], 91);
    Dataset::population(CANCER, PEOPLE, 91).with_panel(panel)
}

fn started(exposure: &'static str) -> Consortium {
    super::under(dataset(), exposure)
}

async fn told(consortium: &Consortium) -> Answer {
    let asked = Frequencies {
        sites: Some(Sites::Region("22".to_owned())),
        by: vec!["sex".to_owned()],
        ..Frequencies::default()
    };
    let visit = visit(consortium, PROJECT).await;
    only(visit.frequencies(&asked, &[CANCER]).await)
}

/// The holder's directory, with an answer that is to be published.
fn holding(folder: &Path, answer: &Answer, ledger: &str) {
    dataset().write(folder);
    let mut file = fs::File::create(folder.join("panel.arrow")).unwrap();
    let mut writer = StreamWriter::try_new(&mut file, &answer.schema).unwrap();
    for batch in &answer.batches {
        writer.write(batch).unwrap();
    }
    writer.finish().unwrap();
    let receipt = answer.receipt.to_json();
    fs::write(folder.join("panel.receipt.json"), receipt).unwrap();
    let manifest = folder.join("dataset.toml");
    let mut text = fs::read_to_string(&manifest).unwrap();
    text += &format!(
        "\n[[published]]\ntable = \"panel\"\nfile = \"panel.arrow\"\n\
         receipt = \"panel.receipt.json\"\nledger = \"{ledger}\"\n"
    );
    fs::write(manifest, text).unwrap();
}

async fn ledger(consortium: &Consortium, dataset: &str) -> String {
    let keys = visit(consortium, PROJECT)
        .await
        .ledger_keys()
        .await
        .unwrap();
    let key = keys.into_iter().find(|(name, _)| name == dataset);
    key.unwrap().1.to_string()
}

fn ingest(folder: &Path, store: &Path) -> sekisho_tests::Ran {
    let words = [Path::new("ingest"), folder, Path::new("--store"), store];
    run("sekisho-enclave", &words)
}

#[tokio::test]
async fn a_release_that_was_approved_becomes_a_public_table() {
    let consortium = started(PROFILE);
    let answer = told(&consortium).await;
    assert!(answer.rows() > COMMON, "{}", answer.rows());
    let folder = temporary();
    holding(&folder, &answer, &ledger(&consortium, CANCER).await);
    let store = consortium.folder().join("east/store");
    ingest(&folder, &store).succeeded();

    // Whoever may visit lists it, whole or in part, and nothing is metered.
    let other = visit(&consortium, SECOND).await;
    let tables = other.tables(CANCER).await.unwrap();
    let panel = tables.iter().find(|table| table.name == "panel").unwrap();
    assert_eq!(panel.label, "public");
    let sql = "SELECT * FROM panel ORDER BY variant_id, sex";
    let listed = only(other.sql(sql, &[CANCER]).await);
    let mut expected = shown(&answer);
    expected.sort();
    let mut rows = shown(&listed);
    rows.sort();
    assert_eq!(rows, expected);
    assert_eq!(listed.release.figures_released, 0);
    let budgets = other.budget().await.unwrap();
    let of_cancer = budgets.iter().find(|budget| budget.dataset == CANCER);
    assert_eq!(of_cancer.unwrap().spent, 1);
    let sql = "SELECT sex, count(*) AS n, max(carriers) AS most FROM panel GROUP BY sex";
    assert_eq!(only(other.sql(sql, &[CANCER]).await).rows(), 2);

    // What is counted anew can be held beside it; rows of individuals cannot.
    let sql = "SELECT c.sex, p.carriers, c.n FROM panel p JOIN \
               (SELECT i.sex, count(DISTINCT g.individual_id) AS n \
                FROM genotypes g JOIN variants v ON g.variant_id = v.variant_id \
                JOIN individuals i ON i.individual_id = g.individual_id \
                WHERE g.dosage >= 1 AND v.gene = 'P3' GROUP BY i.sex) c \
               ON c.sex = p.sex WHERE p.variant_id = '22:20003000:C:T' ORDER BY c.sex";
    let rows = shown(&only(other.sql(sql, &[CANCER]).await));
    assert_eq!(rows.len(), 2, "{rows:?}");
    for row in &rows {
        let cells: Vec<&str> = row.split(' ').collect();
        assert_eq!(cells[1], cells[2], "{row}");
    }
    for sql in [
        "SELECT count(*) AS n FROM genotypes g JOIN panel p ON p.variant_id = g.variant_id",
        "SELECT count(*) AS n FROM individuals WHERE sex IN (SELECT sex FROM panel)",
        "SELECT v.variant_id, p.carriers FROM variants v JOIN panel p \
         ON p.variant_id = v.variant_id",
        "SELECT count(*) AS n FROM panel a CROSS JOIN panel b CROSS JOIN panel c \
         CROSS JOIN panel d CROSS JOIN panel e",
    ] {
        let failure = failure(other.sql(sql, &[CANCER]).await);
        assert_eq!(failure.reason, Reason::QueryRefused, "{sql}: {failure}");
    }
    consortium.audit(Site::East).verify(&[]).succeeded();
}

#[tokio::test]
async fn nothing_else_is_published() {
    let consortium = started(PROFILE);
    let answer = told(&consortium).await;
    let key = ledger(&consortium, CANCER).await;
    let store = consortium.folder().join("east/store");
    let current = fs::read_to_string(store.join(CANCER).join("current")).unwrap();
    let refused = |folder: &Path, about: &str| {
        let ran = ingest(folder, &store);
        assert_ne!(ran.code, Some(0), "{about}");
        assert!(ran.err.contains(about), "{about}: {}", ran.err);
        let now = fs::read_to_string(store.join(CANCER).join("current")).unwrap();
        assert_eq!(now, current);
    };

    // A figure more, a row less, another answer's rows.
    let folder = temporary();
    let mut shorter = answer.clone();
    let first = shorter.batches.remove(0);
    shorter
        .batches
        .insert(0, first.slice(1, first.num_rows() - 1));
    holding(&folder, &shorter, &key);
    refused(&folder, "panel.arrow");
    let bytes = fs::read(folder.join("panel.arrow")).unwrap();
    fs::write(folder.join("panel.arrow"), &bytes[..bytes.len() / 2]).unwrap();
    refused(&folder, "panel.arrow");

    // A receipt of another ledger, and one that was written by hand.
    let folder = temporary();
    holding(&folder, &answer, &ledger(&consortium, "demo-control").await);
    refused(&folder, "panel.receipt.json");
    let folder = temporary();
    holding(&folder, &answer, &key);
    let receipt = folder.join("panel.receipt.json");
    let text = fs::read_to_string(&receipt).unwrap();
    let forged = text.replace("the committee of the tests", "the committee of the texts");
    assert_ne!(forged, text);
    fs::write(&receipt, forged).unwrap();
    refused(&folder, "panel.receipt.json");
    // Rows of no frequencies.
    let visit = consortium.visit(PERSON, PROJECT).await;
    let sql = "SELECT sex, count(*) AS n FROM individuals GROUP BY sex";
    let counts = only(visit.sql(sql, &[CANCER]).await);
    let folder = temporary();
    holding(&folder, &counts, &key);
    refused(&folder, "panel.arrow");

    // A release under a profile that lifts the cap alone.
    let unpublished = started("cap = 10.0\nproject_share = 1.0\napproved_by = \"the committee\"\n");
    let answer = told(&unpublished).await;
    let folder = temporary();
    holding(&folder, &answer, &ledger(&unpublished, CANCER).await);
    refused(&folder, "exposure.publishes");
}

#[tokio::test]
async fn a_table_that_another_enclave_vouches_for_is_not_offered() {
    let consortium = started(PROFILE);
    let other = started(PROFILE);
    let answer = told(&other).await;
    let folder = temporary();
    holding(&folder, &answer, &ledger(&other, CANCER).await);
    // The holder's own key is not at hand when it ingests.
    ingest(&folder, &consortium.folder().join("east/store")).succeeded();
    let visit = visit(&consortium, PROJECT).await;
    let tables = visit.tables(CANCER).await.unwrap();
    assert!(tables.iter().all(|table| table.name != "panel"));
    let failure = failure(visit.sql("SELECT * FROM panel", &[CANCER]).await);
    assert_eq!(failure.reason, Reason::QueryRefused, "{failure}");
}
