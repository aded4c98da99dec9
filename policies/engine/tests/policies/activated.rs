//! Sets that come into force, go back, and the record of it.

use std::{fs, path::Path};

use sekisho_policies::{Action, ActivationError, Active, PolicySet};

use crate::{
    files::{Files, TODAY, base, changed, written},
    signed::Committee,
};

fn digest(files: &Files) -> String {
    hex::encode(PolicySet::from_files(files).unwrap().digest())
}

/// The digest of what servers read.
fn in_force(active: &Active) -> String {
    hex::encode(PolicySet::load(&active.current()).unwrap().digest())
}

fn narrower() -> Files {
    changed(
        "grants.csv",
        "P-2,d1,overview,catalog;query",
        "P-2,d1,overview,catalog",
    )
}

fn at() -> jiff::Timestamp {
    TODAY.parse().unwrap()
}

#[test]
fn sets_come_into_force_one_after_the_other_and_go_back() {
    let folder = tempfile::tempdir().unwrap();
    let active = Active::new(folder.path().join("policies"));
    assert!(matches!(
        active.roll_back(None, None, at()),
        Err(ActivationError::Nothing)
    ));
    let first = active.activate(written(&base()).path(), at()).unwrap();
    assert_eq!((first.serial, first.action), (1, Action::Activate));
    assert_eq!(in_force(&active), digest(&base()));
    let second = active.activate(written(&narrower()).path(), at()).unwrap();
    assert_eq!((second.serial, &second.digest), (2, &digest(&narrower())));
    assert_eq!(in_force(&active), digest(&narrower()));
    let back = active.roll_back(None, None, at()).unwrap();
    assert_eq!((back.serial, back.action), (3, Action::RollBack { to: 1 }));
    assert_eq!(in_force(&active), digest(&base()));
    let forth = active.roll_back(Some(2), None, at()).unwrap();
    assert_eq!(in_force(&active), digest(&narrower()));
    assert!(matches!(
        active.roll_back(Some(9), None, at()),
        Err(ActivationError::NoSet(9))
    ));
    assert_eq!(active.history().unwrap(), [first, second, back, forth]);
}

#[test]
fn what_does_not_load_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let active = Active::new(folder.path());
    active.activate(written(&base()).path(), at()).unwrap();
    let spoilt = changed("grants.csv", ",deny,", ",denied,");
    assert!(matches!(
        active.activate(written(&spoilt).path(), at()),
        Err(ActivationError::Rejected(_))
    ));
    // A test of the committee's that does not hold is as good as a row that cannot be read.
    let mut tested = base();
    let test = "person,project,dataset,operation,day,expect,rule\nspiffe://t.example/alice,P-1,d1,query,2026-11-21,deny,\n";
    tested.insert("tests.csv".to_owned(), test.into());
    assert!(active.activate(written(&tested).path(), at()).is_err());
    assert_eq!(active.history().unwrap().len(), 1);
    assert_eq!(in_force(&active), digest(&base()));
}

/// The base, of which two of the committee must sign what follows.
fn signed_base(committee: &Committee) -> Files {
    let mut files = base();
    let page = String::from_utf8(files["consortium.toml"].clone()).unwrap();
    files.insert(
        "consortium.toml".to_owned(),
        format!("{page}{}", committee.table()).into(),
    );
    files
}

#[test]
fn where_people_sign_nothing_comes_into_force_without_them_or_twice() {
    let committee = Committee::new();
    let folder = tempfile::tempdir().unwrap();
    let active = Active::new(folder.path());
    let first = written(&signed_base(&committee));
    assert!(
        active.activate(first.path(), at()).is_err(),
        "the first set says who signs"
    );
    committee.sign(first.path(), 4, &["haruka", "mei"]);
    let activated = active.activate(first.path(), at()).unwrap();
    assert_eq!((activated.serial, activated.signers.len()), (4, 2));
    assert!(matches!(
        active.activate(first.path(), at()),
        Err(ActivationError::Replayed {
            signed: 4,
            newest: 4
        })
    ));
    // Who takes the keys out does not take out that they are asked.
    let without = written(&base());
    assert!(active.activate(without.path(), at()).is_err());
    committee.sign(without.path(), 3, &["haruka", "mei"]);
    assert!(matches!(
        active.activate(without.path(), at()),
        Err(ActivationError::Replayed {
            signed: 3,
            newest: 4
        })
    ));
    committee.sign(without.path(), 5, &["haruka", "mei"]);
    active.activate(without.path(), at()).unwrap();
}

#[test]
fn going_back_is_signed_too() {
    let committee = Committee::new();
    let folder = tempfile::tempdir().unwrap();
    let active = Active::new(folder.path());
    let first = written(&signed_base(&committee));
    committee.sign(first.path(), 1, &["haruka", "mei"]);
    active.activate(first.path(), at()).unwrap();
    let mut next = signed_base(&committee);
    next.insert("grants.csv".to_owned(), narrower()["grants.csv"].clone());
    let next = written(&next);
    committee.sign(next.path(), 2, &["ren", "mei"]);
    active.activate(next.path(), at()).unwrap();
    assert!(active.roll_back(Some(1), None, at()).is_err());
    committee.sign(first.path(), 3, &["ren", "haruka"]);
    let signatures = first.path().join("signatures");
    let back = active.roll_back(Some(1), Some(&signatures), at()).unwrap();
    assert_eq!((back.serial, back.action), (3, Action::RollBack { to: 1 }));
    assert_eq!(in_force(&active), digest(&signed_base(&committee)));
}

#[test]
fn an_activation_that_was_cut_off_is_gone_on_with() {
    let committee = Committee::new();
    let folder = tempfile::tempdir().unwrap();
    let active = Active::new(folder.path());
    let first = written(&signed_base(&committee));
    committee.sign(first.path(), 1, &["haruka", "mei"]);
    active.activate(first.path(), at()).unwrap();
    committee.sign(first.path(), 2, &["haruka", "mei"]);
    active.activate(first.path(), at()).unwrap();
    // As if it had ended before the link was turned.
    fs::remove_file(active.current()).unwrap();
    std::os::unix::fs::symlink(Path::new("sets/1"), active.current()).unwrap();
    let again = active.activate(first.path(), at()).unwrap();
    assert_eq!(again.serial, 2);
    assert_eq!(
        fs::read_link(active.current()).unwrap(),
        Path::new("sets/2")
    );
    assert_eq!(active.history().unwrap().len(), 2);
}

#[test]
fn a_record_that_was_altered_is_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let active = Active::new(folder.path());
    active.activate(written(&base()).path(), at()).unwrap();
    active.activate(written(&narrower()).path(), at()).unwrap();
    active.activate(written(&base()).path(), at()).unwrap();
    let path = folder.path().join("activations.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let altered = [
        text.replacen("\"serial\":1", "\"serial\":7", 1),
        [lines[0], lines[2], ""].join("\n"),
        [lines[1], lines[2], ""].join("\n"),
        format!("{text}{{}}\n"),
    ];
    for altered in altered {
        fs::write(&path, altered).unwrap();
        assert!(matches!(active.history(), Err(ActivationError::Journal(_))));
        let next = active.activate(written(&narrower()).path(), at());
        assert!(matches!(next, Err(ActivationError::Journal(_))));
        assert_eq!(in_force(&active), digest(&base()));
    }
    // What a loss of power left of a line is cut off.
    fs::write(&path, text + "{\"previous\":\"").unwrap();
    active.activate(written(&narrower()).path(), at()).unwrap();
    assert_eq!(active.history().unwrap().len(), 4);
}

#[test]
fn an_earlier_set_that_was_altered_does_not_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let active = Active::new(folder.path());
    active.activate(written(&narrower()).path(), at()).unwrap();
    active.activate(written(&base()).path(), at()).unwrap();
    let grants = folder.path().join("sets/1/grants.csv");
    let text = fs::read_to_string(&grants).unwrap();
    fs::write(&grants, text.replace("overview", "detailed")).unwrap();
    let back = active.roll_back(Some(1), None, at());
    assert!(matches!(back, Err(ActivationError::NotAsItWas(_))));
    assert_eq!(in_force(&active), digest(&base()));
}
