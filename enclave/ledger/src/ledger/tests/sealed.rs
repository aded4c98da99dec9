//! What stands sealed in the files, and what comes of altering it.

use super::anchors::{DEMO, record, remembered};
use super::*;
use crate::audit::tests::{audit, forge};

#[test]
fn sets_sketches_and_statistics_do_not_stand_in_the_files_in_clear() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    let anchor = record([70_001, 70_777, 71_234, 72_345, 79_999]);
    let ids = ledger
        .add_anchors(DEMO, std::slice::from_ref(&anchor))
        .unwrap();
    let secret = b"carriers=4242".to_vec();
    ledger
        .add_statistics(DEMO, &[(ids[0], secret.clone())])
        .unwrap();
    let nano = 0x1234_5678_9abc_def0_u64;
    ledger.add_exposure(DEMO, ids[0], nano).unwrap();
    drop(ledger);
    let mut set = Vec::new();
    anchor.set.serialize_into(&mut set).unwrap();
    // The container's values, without the header that any set has.
    let values = set[set.len() - 10..].to_vec();
    let clear = [
        values,
        anchor.sketch,
        anchor.key.to_be_bytes().to_vec(),
        secret,
        nano.to_be_bytes().to_vec(),
    ];
    let mut files = 0;
    each_file(&config(dir.path()).dir, &mut |path, bytes| {
        files += 1;
        for clear in &clear {
            let found = bytes.windows(clear.len()).any(|part| part == clear);
            assert!(!found, "{clear:?} in {}", path.display());
        }
    });
    assert!(files >= 4);
}

/// A journal of two anchors with a statistic and an exposure each, of which
/// `change` may rewrite any record, with a chain that holds.
fn forged(
    change: impl FnMut(Entry<'_>) -> Option<Vec<u8>>,
) -> (TempDir, Result<Ledger, LedgerError>) {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    // Of one size, so that only what they are sealed at tells them apart.
    let other = AnchorRecord {
        key: 8,
        ..record(100..140)
    };
    let ids = ledger.add_anchors(DEMO, &[record(0..40), other]).unwrap();
    for id in ids {
        ledger.add_statistics(DEMO, &[(id, vec![3; 9])]).unwrap();
        ledger.add_exposure(DEMO, id, 3).unwrap();
    }
    drop(ledger);
    forge(config(dir.path()).dir.to_str().unwrap(), change);
    let opened = Ledger::open(config(dir.path()));
    (dir, opened)
}

#[test]
fn an_altered_or_exchanged_anchor_is_detected() {
    // Without a change it opens and reads.
    let (_dir, ledger) = forged(|entry| Some(entry.encode()));
    assert_eq!(remembered(&ledger.unwrap(), DEMO).0.len(), 2);

    for part in ["head", "set"] {
        let mut other = Vec::new();
        for exchange in [false, true] {
            let (_dir, ledger) = forged(|entry| {
                let Entry::Anchor {
                    number,
                    dataset,
                    head,
                    set,
                } = entry
                else {
                    return Some(entry.encode());
                };
                let mut bytes = if part == "head" {
                    head.to_vec()
                } else {
                    set.to_vec()
                };
                if exchange && !other.is_empty() {
                    bytes.clone_from(&other);
                } else if !exchange && number == 0 {
                    let last = bytes.len() - 1;
                    bytes[last] ^= 1;
                }
                if exchange {
                    other.clone_from(&bytes);
                }
                let (head, set) = if part == "head" {
                    (bytes.as_slice(), set)
                } else {
                    (head, bytes.as_slice())
                };
                Some(
                    Entry::Anchor {
                        number,
                        dataset,
                        head,
                        set,
                    }
                    .encode(),
                )
            });
            let ledger = ledger.unwrap();
            let altered = u64::from(exchange);
            let read = ledger.anchor_set(altered);
            assert!(matches!(read, Err(LedgerError::Sealed)), "{part}");
            assert!(ledger.anchor_set(1 - altered).is_ok());
            assert_eq!(ledger.anchors(DEMO).is_err(), part == "head");
        }
    }
}

#[test]
fn what_hangs_on_an_anchor_cannot_be_altered_moved_or_left_out() {
    let (_dir, ledger) = forged(|entry| {
        Some(match entry {
            Entry::Statistic {
                number,
                anchor,
                sealed,
            } => {
                let anchor = 1 - anchor;
                Entry::Statistic {
                    number,
                    anchor,
                    sealed,
                }
                .encode()
            }
            Entry::Exposure {
                number,
                anchor,
                sealed,
            } => {
                let anchor = 1 - anchor;
                Entry::Exposure {
                    number,
                    anchor,
                    sealed,
                }
                .encode()
            }
            entry => entry.encode(),
        })
    });
    let ledger = ledger.unwrap();
    assert!(matches!(ledger.statistics(0), Err(LedgerError::Sealed)));
    assert!(matches!(ledger.exposures(DEMO), Err(LedgerError::Sealed)));

    for left_out in 0..5 {
        let (_dir, refused) = forged(|entry| match entry {
            Entry::Anchor { number, .. }
            | Entry::Statistic { number, .. }
            | Entry::Exposure { number, .. }
                if number == left_out =>
            {
                None
            }
            entry => Some(entry.encode()),
        });
        assert!(
            matches!(&refused, Err(LedgerError::Corrupt { reason, .. }) if reason.contains("is due")),
            "{left_out}"
        );
    }
}

#[test]
fn a_released_answer_vouches_for_all_that_was_remembered_before_it() {
    let untouched = |entry: Entry<'_>| Some(entry.encode());
    // Left out from the end, so that no number is missing; altered where only
    // the key could tell; one more that nobody remembered.
    type Forgery<'a> = &'a dyn Fn(Entry<'_>) -> Option<Vec<u8>>;
    let forgeries: [(bool, Forgery<'_>); 4] = [
        (true, &untouched),
        (false, &|entry| match entry {
            Entry::Exposure { number: 2, .. } => None,
            entry => Some(entry.encode()),
        }),
        (false, &|entry| match entry {
            Entry::Anchor {
                number,
                dataset,
                head,
                set,
            } => {
                let mut set = set.to_vec();
                set[30] ^= 1;
                Some(
                    Entry::Anchor {
                        number,
                        dataset,
                        head,
                        set: &set,
                    }
                    .encode(),
                )
            }
            entry => Some(entry.encode()),
        }),
        (false, &|entry| match entry {
            Entry::Anchor { .. } | Entry::Statistic { .. } | Entry::Exposure { .. } => None,
            entry => Some(entry.encode()),
        }),
    ];
    for (holds, forgery) in forgeries {
        let dir = TempDir::new().unwrap();
        let ledger = open(&dir);
        let ids = ledger.add_anchors(DEMO, &[record(0..40)]).unwrap();
        ledger
            .add_statistics(DEMO, &[(ids[0], vec![3; 9])])
            .unwrap();
        ledger.add_exposure(DEMO, ids[0], 3).unwrap();
        answered(&ledger, 1, b"the figures");
        drop(ledger);
        let place = config(dir.path()).dir;
        let place = place.to_str().unwrap();
        forge(place, forgery);
        // An auditor, who has no key, finds it too.
        let (code, _, errors) = audit(&["verify", place]);
        assert_eq!((code == 0, errors.is_empty()), (holds, holds), "{errors}");
        assert!(holds || errors.contains("are not those that it was released with"));
        assert_eq!(Ledger::open(config(dir.path())).is_ok(), holds);
    }
}
