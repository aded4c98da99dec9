//! What is remembered of consent.

use super::anchors::{DEMO, record};
use super::*;
use crate::audit::tests::{audit, forge};

fn withdrawn(ledger: &Ledger, whom: &[u8]) {
    ledger
        .record_consent(DEMO, ConsentEvent::Withdraw, whom, 5)
        .unwrap();
}

#[test]
fn consents_are_read_in_order_after_a_restart_and_from_the_journal_alone() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    ledger
        .record_consent(DEMO, ConsentEvent::Import, b"everybody", 4)
        .unwrap();
    ledger.add_anchors(DEMO, &[record(0..9)]).unwrap();
    withdrawn(&ledger, b"one");
    ledger
        .record_consent("other", ConsentEvent::Import, b"others", 6)
        .unwrap();
    withdrawn(&ledger, b"two");
    let expected = [b"everybody".to_vec(), b"one".to_vec(), b"two".to_vec()];
    assert_eq!(ledger.consents(DEMO).unwrap(), expected);
    assert_eq!(ledger.consents("other").unwrap(), [b"others".to_vec()]);
    assert_eq!(ledger.consents("dem").unwrap(), Vec::<Vec<u8>>::new());
    drop(ledger);
    assert_eq!(open(&dir).consents(DEMO).unwrap(), expected);
    // Restored elsewhere, without its index.
    std::fs::remove_dir_all(config(dir.path()).dir.join("index")).unwrap();
    assert_eq!(open(&dir).consents(DEMO).unwrap(), expected);
}

#[test]
fn whom_a_consent_is_about_stands_in_no_file_and_a_leaf_says_that_something_changed() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    withdrawn(&ledger, b"individual-4242");
    answered(&ledger, 1, b"the figures");
    drop(ledger);
    each_file(&config(dir.path()).dir, &mut |path, bytes| {
        let found = bytes.windows(15).any(|part| part == b"individual-4242");
        assert!(!found, "{}", path.display());
    });
    let place = config(dir.path()).dir;
    let (code, out, _) = audit(&["show", place.to_str().unwrap()]);
    assert_eq!(code, 0);
    let line = out.lines().find(|line| line.contains("consent")).unwrap();
    assert!(line.contains(DEMO) && line.contains("withdraw"), "{line}");
    let (code, out, _) = audit(&["verify", place.to_str().unwrap()]);
    assert!(code == 0 && out.contains("consents     1 changes"), "{out}");
}

#[test]
fn a_withdrawal_cannot_be_taken_out_moved_or_exchanged() {
    type Change = fn(Entry<'_>) -> Option<Vec<u8>>;
    let changes: [Change; 4] = [
        |entry| match entry {
            Entry::Consent { .. } => None,
            entry => Some(entry.encode()),
        },
        |entry| match entry {
            Entry::Consent { number, sealed, .. } => Some(
                Entry::Consent {
                    number,
                    dataset: "other",
                    sealed,
                }
                .encode(),
            ),
            entry => Some(entry.encode()),
        },
        |entry| match entry {
            Entry::Consent {
                number, dataset, ..
            } => Some(
                Entry::Consent {
                    number,
                    dataset,
                    sealed: &[3; 64],
                }
                .encode(),
            ),
            entry => Some(entry.encode()),
        },
        // The leaf, too: then the checkpoint tells.
        |entry| match entry {
            Entry::Consent { .. } => None,
            Entry::Leaf(leaf) if leaf.starts_with(br#"{"kind":"consent""#) => None,
            entry => Some(entry.encode()),
        },
    ];
    for change in changes {
        let dir = TempDir::new().unwrap();
        let ledger = open(&dir);
        answered(&ledger, 1, b"the figures");
        withdrawn(&ledger, b"one");
        drop(ledger);
        let place = config(dir.path()).dir;
        forge(place.to_str().unwrap(), change);
        assert!(Ledger::open(config(dir.path())).is_err());
    }
}

#[test]
fn each_doors_policies_are_noted_when_they_change() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    for (door, digest) in [
        (Door::Consortium, [1; 32]),
        (Door::Holder, [1; 32]),
        (Door::Holder, [1; 32]),
        (Door::Holder, [2; 32]),
        (Door::Consortium, [1; 32]),
    ] {
        ledger.record_policy(door, digest, 5).unwrap();
    }
    drop(ledger);
    let place = config(dir.path()).dir;
    let (_, out, _) = audit(&["show", place.to_str().unwrap()]);
    let kinds = |kind: &str| out.lines().filter(|line| line.contains(kind)).count();
    assert_eq!(
        (kinds(" policy "), kinds(" holder-policy ")),
        (1, 2),
        "{out}"
    );
}
