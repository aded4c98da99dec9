//! Ledgers on a real disk.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod anchors;
mod consents;
mod crash;
mod files;
mod formats;
mod meters;
mod model;
mod sealed;

use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::visit::Meter;

pub(crate) const LIMIT: u64 = 100;

pub(crate) fn config(dir: &Path) -> Config {
    Config {
        dir: dir.join("ledger"),
        origin: "sekisho/test".to_owned(),
        signing_seed: Zeroizing::new([7; 32]),
        sealing_key: Zeroizing::new([9; 32]),
    }
}

pub(crate) fn open(dir: &TempDir) -> Ledger {
    Ledger::open(config(dir.path())).unwrap()
}

/// The visit of project `P-0001` with this number: a question and a permit of
/// its own.
pub(crate) fn visit(number: u64) -> Visit {
    let mut nonce = [0; 16];
    nonce[8..].copy_from_slice(&number.to_be_bytes());
    Visit {
        at_ms: 1_767_225_600_000,
        nonce,
        nonce_expires_at_ms: 1_767_225_900_000,
        principal: "spiffe://example/researcher".to_owned(),
        project: "P-0001".to_owned(),
        purpose: "cancer research".to_owned(),
        operation: "query".to_owned(),
        question_digest: [1; 32],
        canonical_digest: Sha256::digest(number.to_be_bytes()).into(),
        cohort_digest: [3; 32],
        profile_digest: [4; 32],
        dataset: "demo-cancer".to_owned(),
        snapshot: "55".repeat(32),
        policy_digest: [6; 32],
        holder_policy_digest: Some([7; 32]),
        rules: vec!["researchers-may-query".to_owned()],
        profile: "standard".to_owned(),
        trace_id: "0af7651916cd43dd8448eb211c80319c".to_owned(),
        idempotency_key: None,
        meters: Vec::new(),
    }
}

pub(crate) fn outcome() -> Outcome {
    Outcome {
        at_ms: 1_767_225_601_000,
        cells_released: 7,
        cells_suppressed: 2,
        cohort_size_class: "100-999".to_owned(),
        parameters: [("threshold".to_owned(), "10".to_owned())].into(),
    }
}

/// Charges and answers a visit.
pub(crate) fn answered(ledger: &Ledger, number: u64, answer: &[u8]) -> Committed {
    let reserved = ledger.reserve(visit(number), 1, LIMIT).unwrap();
    ledger.commit(reserved, outcome(), answer).unwrap()
}

/// Shows every file of a directory, however deep.
fn each_file(dir: &Path, visit: &mut impl FnMut(&Path, &[u8])) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_file(&path, visit);
        } else {
            visit(&path, &std::fs::read(&path).unwrap());
        }
    }
}

fn spent(ledger: &Ledger) -> u64 {
    ledger.spent("P-0001", "demo-cancer").unwrap()
}

#[test]
fn a_released_answer_is_found_again_free_and_with_a_receipt() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    let committed = answered(&ledger, 1, b"the figures");
    answered(&ledger, 2, b"other figures");
    let trust = [ledger.vkey()];
    let Leaf::Release(release) = committed.receipt().verify(&trust).unwrap() else {
        panic!("not a release");
    };
    assert_eq!(&release, committed.release());
    assert_eq!((committed.spent(), committed.limit()), (1, LIMIT));

    let (again, answer) = ledger.answer(&visit(1).answer_key()).unwrap().unwrap();
    assert_eq!(answer, b"the figures");
    assert_eq!(again.leaf_index(), committed.leaf_index());
    assert_eq!(again.release(), committed.release());
    assert_eq!(again.receipt().tree_size, 4);
    again.receipt().verify(&trust).unwrap();
    assert_eq!((again.spent(), spent(&ledger)), (2, 2));

    let other = [
        AnswerKey {
            project: "P-0002".to_owned(),
            ..visit(1).answer_key()
        },
        AnswerKey {
            snapshot: "66".repeat(32),
            ..visit(1).answer_key()
        },
        AnswerKey {
            cohort_digest: [0; 32],
            ..visit(1).answer_key()
        },
        AnswerKey {
            profile_digest: [0; 32],
            ..visit(1).answer_key()
        },
        visit(3).answer_key(),
    ];
    for key in other {
        assert!(ledger.answer(&key).unwrap().is_none());
    }
}

#[test]
fn of_two_answers_to_one_question_the_first_is_repeated() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    let twin = Visit {
        nonce: [1; 16],
        ..visit(1)
    };
    let first = ledger.reserve(visit(1), 1, LIMIT).unwrap();
    let second = ledger.reserve(twin, 1, LIMIT).unwrap();
    let _ = ledger
        .commit(second, outcome(), b"committed first")
        .unwrap();
    let _ = ledger
        .commit(first, outcome(), b"committed second")
        .unwrap();
    let key = visit(1).answer_key();
    assert_eq!(ledger.answer(&key).unwrap().unwrap().1, b"committed first");
    drop(ledger);
    std::fs::remove_dir_all(config(dir.path()).dir.join("index")).unwrap();
    let ledger = open(&dir);
    assert_eq!(ledger.answer(&key).unwrap().unwrap().1, b"committed first");
}

#[test]
fn a_spent_budget_refuses_and_charges_nothing() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    let _ = ledger.reserve(visit(1), 3, 4).unwrap();
    let refused = ledger.reserve(visit(2), 2, 4);
    assert!(matches!(
        refused,
        Err(ReserveError::Exhausted { limit: 4, spent: 3 })
    ));
    let refused = ledger.reserve(visit(2), u64::MAX, u64::MAX);
    assert!(matches!(
        refused,
        Err(ReserveError::Exhausted { spent: 3, .. })
    ));
    assert_eq!(spent(&ledger), 3);
    // The permit was not used up by the refusal.
    let _ = ledger.reserve(visit(2), 1, 4).unwrap();
    assert_eq!(spent(&ledger), 4);
    assert_eq!(ledger.spent("P-0001", "other").unwrap(), 0);
    assert_eq!(ledger.spent("P-000", "1demo-cancer").unwrap(), 0);
}

#[test]
fn of_many_threads_exactly_the_budget_succeeds() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    let limit = 50;
    let reserved: u64 = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|thread| {
                let ledger = &ledger;
                scope.spawn(move || {
                    let mut reserved = 0;
                    for number in 0..10 {
                        match ledger.reserve(visit(thread * 10 + number), 1, limit) {
                            Ok(visit) if number % 2 == 0 => {
                                let committed = ledger.commit(visit, outcome(), b"x").unwrap();
                                committed.receipt().verify(&[ledger.vkey()]).unwrap();
                                reserved += 1;
                            }
                            Ok(_) => reserved += 1,
                            Err(ReserveError::Exhausted { .. }) => {}
                            Err(error) => panic!("{error}"),
                        }
                    }
                    reserved
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    });
    assert_eq!((reserved, spent(&ledger)), (limit, limit));
    drop(ledger);
    assert_eq!(spent(&open(&dir)), limit);
}

#[test]
fn a_permit_is_used_once_also_after_reopening() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    let used = |ledger: &Ledger| {
        let replayed = Visit {
            project: "P-0002".to_owned(),
            ..visit(1)
        };
        matches!(
            ledger.reserve(replayed, 1, LIMIT),
            Err(ReserveError::NonceUsed)
        ) && matches!(
            ledger.spend_nonce(visit(1).nonce, i64::MAX, 0),
            Err(ReserveError::NonceUsed)
        )
    };
    let _ = ledger.reserve(visit(1), 1, LIMIT).unwrap();
    assert!(used(&ledger));
    drop(ledger);
    let ledger = open(&dir);
    assert!(used(&ledger));
    ledger.spend_nonce(visit(2).nonce, i64::MAX, 0).unwrap();
    let refused = ledger.reserve(visit(2), 1, LIMIT);
    assert!(matches!(refused, Err(ReserveError::NonceUsed)));
    let late = Visit {
        at_ms: i64::MAX,
        ..visit(3)
    };
    let refused = ledger.reserve(late, 1, LIMIT);
    assert!(matches!(refused, Err(ReserveError::NonceExpired)));
    assert_eq!(spent(&ledger), 1);
}

#[test]
fn an_idempotency_key_stands_for_one_question_of_its_project() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    let keyed = |number, permit, project: &str| Visit {
        nonce: [permit; 16],
        project: project.to_owned(),
        idempotency_key: Some("again".to_owned()),
        ..visit(number)
    };
    let _ = ledger.reserve(keyed(1, 1, "P-0001"), 1, LIMIT).unwrap();
    drop(ledger);
    let ledger = open(&dir);
    let refused = ledger.reserve(keyed(2, 2, "P-0001"), 1, LIMIT);
    assert!(matches!(refused, Err(ReserveError::IdempotencyConflict)));
    assert_eq!(spent(&ledger), 1);
    // Of other people, once somebody withdrew, and of other data it is the same question.
    let later = Visit {
        cohort_digest: [9; 32],
        snapshot: "another".to_owned(),
        ..keyed(1, 2, "P-0001")
    };
    let _ = ledger.reserve(later, 1, LIMIT).unwrap();
    let _ = ledger.reserve(keyed(2, 3, "P-0002"), 1, LIMIT).unwrap();
}

#[test]
fn an_abandoned_or_forgotten_charge_stays() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    ledger
        .abandon(ledger.reserve(visit(1), 1, LIMIT).unwrap())
        .unwrap();
    drop(ledger.reserve(visit(2), 1, LIMIT).unwrap());
    assert_eq!(spent(&ledger), 2);
    drop(ledger);
    let ledger = open(&dir);
    assert_eq!(spent(&ledger), 2);
    assert!(ledger.answer(&visit(1).answer_key()).unwrap().is_none());
}

#[test]
fn a_charge_of_another_ledger_is_not_committed() {
    let (here, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (ledger, other) = (open(&here), open(&elsewhere));
    let reserved = other.reserve(visit(1), 1, LIMIT).unwrap();
    let refused = ledger.commit(reserved, outcome(), b"x");
    assert!(matches!(refused, Err(LedgerError::NotReserved(0))));
    // The ledger goes on.
    answered(&ledger, 1, b"x");
}

#[test]
fn a_receipt_is_given_for_the_projects_own_leaves_only() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    ledger.record_policy(Door::Consortium, [1; 32], 5).unwrap();
    let charge = ledger.reserve(visit(1), 1, LIMIT).unwrap();
    assert_eq!(charge.leaf_index(), 1);
    let receipt = ledger.receipt("P-0001", "demo-cancer", 1).unwrap().unwrap();
    let leaf = receipt.verify(&[ledger.vkey()]).unwrap();
    assert!(matches!(leaf, Leaf::Charge(_)));
    for (project, index) in [("P-0002", 1), ("P-0001", 0), ("P-0001", 2), ("", 0)] {
        assert!(
            ledger
                .receipt(project, "demo-cancer", index)
                .unwrap()
                .is_none()
        );
    }
    assert!(
        ledger
            .receipt("P-0001", "demo-control", 1)
            .unwrap()
            .is_none()
    );
}

#[test]
fn a_policy_in_force_is_recorded_once() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    for digest in [[1; 32], [1; 32], [2; 32], [1; 32]] {
        ledger.record_policy(Door::Consortium, digest, 5).unwrap();
    }
    drop(ledger);
    let ledger = open(&dir);
    ledger.record_policy(Door::Consortium, [1; 32], 5).unwrap();
    let note = ledger.checkpoint().unwrap();
    let checkpoint = Checkpoint::open(&note, &[ledger.vkey()]).unwrap();
    assert_eq!(checkpoint.size, 3);
    let published = std::fs::read_to_string(config(dir.path()).dir.join("checkpoint")).unwrap();
    assert_eq!(published, note);
}

#[test]
fn answers_and_names_do_not_stand_in_the_files_in_clear() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    let secret = b"diagnosis,n\nmelanoma,4242\n";
    let keyed = Visit {
        idempotency_key: Some("a-key-of-the-visitor".to_owned()),
        ..visit(1)
    };
    let reserved = ledger.reserve(keyed, 1, LIMIT).unwrap();
    let _ = ledger.commit(reserved, outcome(), secret).unwrap();
    drop(ledger);
    let mut files = 0;
    each_file(&config(dir.path()).dir, &mut |path, bytes| {
        files += 1;
        for clear in [
            "melanoma",
            "4242",
            "researcher\"",
            "spiffe://",
            "a-key-of-the-visitor",
        ] {
            let found = bytes
                .windows(clear.len())
                .any(|part| part == clear.as_bytes());
            assert!(!found, "{clear} in {}", path.display());
        }
    });
    assert!(files >= 4);
}
