//! Every form that is refused, by the field that it names.
#![expect(clippy::unwrap_used, reason = "tests")]

use sekisho_runtime::status::Reason;

use super::*;

fn good() -> v1::Question {
    v1::Question {
        project: "P-0001".to_owned(),
        datasets: vec!["demo-cancer".to_owned(), "west".to_owned()],
        sql: "SELECT 1".to_owned(),
    }
}

fn refused(change: impl FnOnce(&mut v1::Question)) -> String {
    let mut sent = good();
    change(&mut sent);
    let failure = question(Some(sent)).unwrap_err();
    assert_eq!(failure.reason, Reason::InvalidRequest);
    assert!(!failure.help.is_empty());
    failure.metadata.get("field").unwrap().clone()
}

#[test]
fn a_good_question_is_read_as_it_stands() {
    let question = question(Some(good())).unwrap();
    assert_eq!(question.datasets, ["demo-cancer", "west"]);
    assert_eq!(question.project, "P-0001");
    assert_eq!(question.sql, "SELECT 1");
}

#[test]
fn malformed_questions_name_their_field() {
    assert_eq!(
        question(None).unwrap_err().metadata.get("field").unwrap(),
        "question"
    );
    for project in ["", "P 1", "P_1", "関", &"p".repeat(41)] {
        assert_eq!(
            refused(|q| q.project = project.to_owned()),
            "question.project"
        );
    }
    for dataset in ["", "Demo", "a/b", "a\0", &"d".repeat(41)] {
        assert_eq!(
            refused(|q| q.datasets = vec![dataset.to_owned()]),
            "question.datasets"
        );
    }
    assert_eq!(refused(|q| q.datasets.clear()), "question.datasets");
    assert_eq!(
        refused(|q| q.datasets = (0..17).map(|n| format!("d{n}")).collect()),
        "question.datasets"
    );
    assert_eq!(
        refused(|q| q.datasets = vec!["west".to_owned(), "west".to_owned()]),
        "question.datasets"
    );
    assert_eq!(refused(|q| q.sql = " \n".to_owned()), "question.sql");
    assert_eq!(
        refused(|q| q.sql = "x".repeat(SQL_BYTES + 1)),
        "question.sql"
    );
}

#[test]
fn the_longest_forms_still_pass() {
    let mut sent = good();
    sent.datasets = (0..16).map(|n| format!("{n:0>40}")).collect();
    sent.sql = "x".repeat(SQL_BYTES);
    sent.project = "p".repeat(40);
    question(Some(sent)).unwrap();
    idempotency_key("k".repeat(64)).unwrap();
}

#[test]
fn idempotency_keys_are_read_strictly() {
    idempotency_key(String::new()).unwrap();
    idempotency_key("visit_2024-05".to_owned()).unwrap();
    for bad in ["a b", "a.b", "鍵", &"k".repeat(65)] {
        assert!(idempotency_key(bad.to_owned()).is_err(), "{bad}");
    }
}
