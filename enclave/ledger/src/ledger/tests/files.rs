//! A ledger's files: who may open them, and how they grow.

use super::*;

#[test]
fn a_ledger_opens_once_and_only_with_its_own_keys() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    answered(&ledger, 1, b"x");
    let second = Ledger::open(config(dir.path()));
    assert!(matches!(second, Err(LedgerError::Locked(_))));
    drop(ledger);
    let other = Config {
        signing_seed: Zeroizing::new([8; 32]),
        ..config(dir.path())
    };
    assert!(matches!(
        Ledger::open(other),
        Err(LedgerError::OtherKey { .. })
    ));
    let other = Config {
        sealing_key: Zeroizing::new([8; 32]),
        ..config(dir.path())
    };
    let ledger = Ledger::open(other).unwrap();
    let refused = ledger.answer(&visit(1).answer_key());
    assert!(matches!(refused, Err(LedgerError::Sealed)));
}

#[test]
fn an_answer_that_is_too_large_is_refused_before_anything_is_written() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    let reserved = ledger.reserve(visit(1), 1, LIMIT).unwrap();
    let refused = ledger.commit(reserved, outcome(), &vec![0; MOST_BODY]);
    assert!(matches!(refused, Err(LedgerError::TooLarge(_))));
    answered(&ledger, 2, b"x");
}

#[test]
fn segments_rotate_and_nothing_is_lost() {
    let dir = TempDir::new().unwrap();
    let ledger = Ledger::open_with(config(dir.path()), 4096).unwrap();
    for number in 0..10 {
        answered(&ledger, number, &number.to_be_bytes());
    }
    drop(ledger);
    assert!(config(dir.path()).dir.join("journal-000003.log").exists());
    let ledger = open(&dir);
    for number in 0..10 {
        let (committed, answer) = ledger.answer(&visit(number).answer_key()).unwrap().unwrap();
        assert_eq!(answer, number.to_be_bytes());
        committed.receipt().verify(&[ledger.vkey()]).unwrap();
    }
}
