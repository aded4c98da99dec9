//! Whoever withdrew is counted no more, whatever happens to the enclave since.

use std::fs;

use sekisho::Leaf;
use sekisho_tests::{Consortium, Dataset, Site};

use super::{CANCER, COUNT, aiko, consortium, counted, rows, who, withdraw};

const BY_DIAGNOSIS: &str =
    "SELECT diagnosis, count(*) AS n FROM individuals GROUP BY diagnosis ORDER BY diagnosis";

/// Whether the answer shows people with breast cancer.
async fn breast_is_counted(consortium: &Consortium) -> bool {
    let rows = rows(&aiko(consortium).await, BY_DIAGNOSIS).await;
    let lung = rows.iter().any(|row| row.starts_with("lung 1"));
    assert!(lung, "{rows:?}");
    rows.iter().any(|row| row == "breast 70")
}

#[tokio::test]
async fn a_withdrawal_holds_from_the_next_visit_on_and_survives() {
    let consortium = consortium();
    assert!(breast_is_counted(&consortium).await);
    let breast = who(|person| person.diagnosis == "breast");
    let said = withdraw(&consortium, &breast);
    assert_eq!(
        said,
        "68 withdrawn at demo-cancer: no later answer counts them\n"
    );
    assert!(!breast_is_counted(&consortium).await);
    let again = withdraw(&consortium, &breast);
    assert!(again.contains("68 of them had withdrawn before"), "{again}");
    consortium.east.restart();
    consortium.wait_until_ready();
    assert!(!breast_is_counted(&consortium).await, "after a restart");
    // A restore without the index, which is made anew from the leaves.
    consortium.east.kill9();
    fs::remove_dir_all(consortium.audit(Site::East).folder().join("index")).unwrap();
    consortium.east.restart();
    consortium.wait_until_ready();
    assert!(!breast_is_counted(&consortium).await, "after a restore");
    // A snapshot that has them again, of whom other things are true.
    let mut next = Dataset::cancer();
    next.people.iter_mut().for_each(|person| person.age += 1);
    consortium.ingest(&next);
    assert!(!breast_is_counted(&consortium).await, "in a later snapshot");
    let audit = consortium.audit(Site::East);
    audit.verify(&[]).succeeded();
    let leaves = audit.leaves();
    let noted = leaves.iter().filter_map(|leaf| match leaf {
        Leaf::Consent(leaf) => Some((leaf.event.as_str(), leaf.dataset.as_str())),
        _ => None,
    });
    assert_eq!(noted.collect::<Vec<_>>(), [("withdraw", CANCER); 2]);
    let names = |text: &str| breast.iter().any(|id| text.contains(id.as_str()));
    assert!(!names(&audit.lines().concat()) && !names(&consortium.east.log()));
    let again: Vec<&str> = breast.iter().map(String::as_str).collect();
    let words = [&["reinstate"], again.as_slice()].concat();
    consortium.consent(Site::East, &words).succeeded();
    assert!(breast_is_counted(&consortium).await);
}

#[tokio::test]
async fn one_person_who_withdraws_is_in_no_set_that_is_released() {
    let consortium = consortium();
    let visit = aiko(&consortium).await;
    assert_eq!(counted(&visit).await, 300);
    withdraw(&consortium, &who(|person| person.id == "e0150"));
    // Not 299, and nobody is told from the others who are left out.
    let after = counted(&visit).await;
    assert!(after <= 290, "{after}");
}

#[tokio::test]
async fn the_command_works_on_an_enclave_that_does_not_serve() {
    let consortium = consortium();
    consortium.east.stop();
    withdraw(&consortium, &who(|person| person.diagnosis == "breast"));
    consortium.east.restart();
    consortium.wait_until_ready();
    assert!(!breast_is_counted(&consortium).await);
}

#[tokio::test]
async fn nobody_is_withdrawn_by_a_slip_and_nobody_is_named() {
    let consortium = consortium();
    let words = ["withdraw", "e0001", "e-0002"];
    let ran = consortium.consent(Site::East, &words);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("individual number 2") && ran.err.contains("nobody was withdrawn"));
    assert!(
        !ran.err.contains("e0001") && !ran.err.contains("e-0002"),
        "{ran:?}"
    );
    assert!(consortium.consent(Site::East, &["withdraw"]).code == Some(2));
    let shown = consortium.consent(Site::East, &["show"]).succeeded();
    assert!(shown.contains("0 withdrawn"), "{shown}");
    assert_eq!(counted(&aiko(&consortium).await).await, 300);
}

#[tokio::test]
async fn a_withdrawal_waits_for_data_that_have_not_come_yet() {
    let consortium = consortium();
    let visit = aiko(&consortium).await;
    assert_eq!(counted(&visit).await, 300);
    let late: Vec<String> = (300..340).map(|n| format!("late{n}")).collect();
    let late: Vec<&str> = late.iter().map(String::as_str).collect();
    let words = [&["withdraw", "--not-yet-ingested"], late.as_slice()].concat();
    consortium.consent(Site::East, &words).succeeded();
    let mut next = Dataset::cancer();
    let further = Dataset::control().people.into_iter().zip(&late);
    next.people.extend(further.map(|(mut person, id)| {
        (*id).clone_into(&mut person.id);
        person.diagnosis = "breast";
        person
    }));
    consortium.ingest(&next);
    assert_eq!(counted(&visit).await, 300);
    let words = [&["reinstate"], late.as_slice()].concat();
    consortium.consent(Site::East, &words).succeeded();
    assert_eq!(counted(&visit).await, 340);
}

#[tokio::test]
async fn everybody_may_withdraw() {
    let consortium = consortium();
    withdraw(&consortium, &who(|_| true));
    assert_eq!(rows(&aiko(&consortium).await, COUNT).await, ["-"]);
}
