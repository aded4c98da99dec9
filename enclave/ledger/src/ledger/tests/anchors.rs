//! Anchors, statistics and exposures.

use proptest::prelude::*;
use roaring::RoaringBitmap;

use super::*;
use crate::audit::tests::forge;

pub(super) const DEMO: &str = "demo-cancer";

pub(super) fn record(set: impl IntoIterator<Item = u32>) -> AnchorRecord {
    let set: RoaringBitmap = set.into_iter().collect();
    AnchorRecord {
        key: u128::from(set.len()) << 64 | 7,
        sketch: b"a sketch in clear".to_vec(),
        set,
    }
}

fn path(dir: &TempDir) -> String {
    config(dir.path()).dir.to_str().unwrap().to_owned()
}

fn journal(dir: &TempDir) -> std::path::PathBuf {
    config(dir.path()).dir.join("journal-000000.log")
}

/// Everything that a ledger says of a dataset's anchors.
type Remembered = (
    Vec<AnchorHead>,
    Vec<RoaringBitmap>,
    Vec<Vec<Vec<u8>>>,
    Vec<(u64, u64)>,
);

fn remembered(ledger: &Ledger, dataset: &str) -> Remembered {
    let heads = ledger.anchors(dataset).unwrap();
    let ids: Vec<u64> = heads.iter().map(|head| head.id).collect();
    (
        heads,
        ids.iter()
            .map(|id| ledger.anchor_set(*id).unwrap())
            .collect(),
        ids.iter()
            .map(|id| ledger.statistics(*id).unwrap())
            .collect(),
        ledger.exposures(dataset).unwrap(),
    )
}

#[test]
fn sets_of_every_shape_come_back_as_they_were() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    let records = [
        record([]),
        record([u32::MAX]),
        record(0..1_000_000),
        record((0..1_000_000).filter(|unit| unit % 2 == 0)),
        record((0..1_000_000).filter(|unit| unit % 977 == 3)),
        record((0..70_000).filter(|unit| unit % 10_000 != 0)),
    ];
    let ids = ledger.add_anchors(DEMO, &records).unwrap();
    let expect_all = |ledger: &Ledger| {
        let heads = ledger.anchors(DEMO).unwrap();
        assert_eq!(heads.len(), records.len());
        for ((id, record), head) in ids.iter().zip(&records).zip(heads) {
            assert_eq!(ledger.anchor_set(*id).unwrap(), record.set);
            assert_eq!(
                (head.id, head.size, head.key, head.sketch),
                (*id, record.set.len(), record.key, record.sketch.clone())
            );
        }
    };
    expect_all(&ledger);
    drop(ledger);
    expect_all(&open(&dir));
    std::fs::remove_dir_all(config(dir.path()).dir.join("index")).unwrap();
    expect_all(&open(&dir));
}

#[test]
fn each_dataset_has_its_own_anchors() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    // Names of which one begins with the other.
    let [one] = ledger.add_anchors("demo", &[record(0..5)]).unwrap()[..] else {
        panic!("one name");
    };
    let [other] = ledger.add_anchors(DEMO, &[record(0..9)]).unwrap()[..] else {
        panic!("one name");
    };
    ledger.add_statistics("demo", &[(one, vec![1])]).unwrap();
    ledger.add_exposure(DEMO, other, 5).unwrap();
    assert_eq!(ledger.anchors("demo").unwrap()[0].size, 5);
    assert_eq!(ledger.anchors(DEMO).unwrap()[0].size, 9);
    assert_eq!(ledger.anchors("dem").unwrap(), []);
    assert_eq!(ledger.exposures("demo").unwrap(), []);
    assert_eq!(ledger.exposures(DEMO).unwrap(), [(other, 5)]);
    assert_eq!(ledger.statistics(other).unwrap(), Vec::<Vec<u8>>::new());
}

#[test]
fn what_is_of_no_anchor_is_refused_and_nothing_is_written() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    let ids = ledger.add_anchors(DEMO, &[record(0..5)]).unwrap();
    ledger.add_exposure(DEMO, ids[0], 3).unwrap();
    let before = std::fs::read(journal(&dir)).unwrap();
    // The exposure has a number too, but is no anchor.
    for anchor in [ids[0] + 1, 99] {
        let unknown =
            |refused| matches!(refused, Err(LedgerError::UnknownAnchor(of)) if of == anchor);
        let asked = [(ids[0], vec![1]), (anchor, vec![2])];
        assert!(unknown(ledger.add_statistics(DEMO, &asked)));
        assert!(unknown(ledger.add_exposure(DEMO, anchor, 1)));
        assert!(unknown(ledger.anchor_set(anchor).map(drop)));
        assert!(unknown(ledger.statistics(anchor).map(drop)));
    }
    let refused = ledger.add_exposure("demo-control", ids[0], 1);
    assert!(matches!(refused, Err(LedgerError::UnknownAnchor(_))));
    let large = AnchorRecord {
        sketch: vec![0; MOST_BODY],
        ..record([1])
    };
    let refused = ledger.add_anchors(DEMO, &[record([1]), large]);
    assert!(matches!(refused, Err(LedgerError::TooLarge(_))));
    assert_eq!(ledger.add_anchors(DEMO, &[]).unwrap(), Vec::<u64>::new());
    assert_eq!(std::fs::read(journal(&dir)).unwrap(), before);
    ledger.add_statistics(DEMO, &[(ids[0], vec![1])]).unwrap();
    assert_eq!(ledger.statistics(ids[0]).unwrap(), [[1]]);
}

#[test]
fn a_large_batch_is_added_in_several_writes_and_segments() {
    let dir = TempDir::new().unwrap();
    let ledger = Ledger::open_with(config(dir.path()), 4096).unwrap();
    let mut records: Vec<_> = (0..3000).map(|unit| record(0..unit % 200)).collect();
    for record in records.iter_mut().step_by(1000) {
        record.sketch = vec![5; 12 * 1024 * 1024];
    }
    let ids = ledger.add_anchors(DEMO, &records).unwrap();
    drop(ledger);
    assert!(config(dir.path()).dir.join("journal-000002.log").exists());
    let ledger = open(&dir);
    let heads = ledger.anchors(DEMO).unwrap();
    assert_eq!(heads.iter().map(|head| head.id).collect::<Vec<_>>(), ids);
    for at in [0, 999, 1000, 1001, 2999] {
        assert_eq!(ledger.anchor_set(ids[at]).unwrap(), records[at].set);
        assert_eq!(heads[at].sketch, records[at].sketch);
    }
}

#[test]
fn anchors_of_many_threads_have_names_of_their_own() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    std::thread::scope(|scope| {
        for thread in 0..6_u32 {
            let ledger = &ledger;
            scope.spawn(move || {
                for number in 0..10 {
                    let base = thread * 1000 + number * 10;
                    let records = [record(base..base + 3), record(base..base + 7)];
                    let ids = ledger.add_anchors(DEMO, &records).unwrap();
                    let statistics: Vec<_> = ids
                        .iter()
                        .map(|id| (*id, base.to_be_bytes().to_vec()))
                        .collect();
                    ledger.add_statistics(DEMO, &statistics).unwrap();
                    for (id, record) in ids.iter().zip(&records) {
                        ledger.add_exposure(DEMO, *id, 1).unwrap();
                        assert_eq!(ledger.anchor_set(*id).unwrap(), record.set);
                        assert_eq!(ledger.statistics(*id).unwrap(), [base.to_be_bytes()]);
                    }
                }
            });
        }
    });
    let before = remembered(&ledger, DEMO);
    assert_eq!((before.0.len(), before.3.len()), (120, 120));
    drop(ledger);
    assert_eq!(remembered(&open(&dir), DEMO), before);
}

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
    let ids = ledger
        .add_anchors(DEMO, &[record(0..40), record(0..60)])
        .unwrap();
    for id in ids {
        ledger.add_statistics(DEMO, &[(id, vec![3; 9])]).unwrap();
        ledger.add_exposure(DEMO, id, 3).unwrap();
    }
    drop(ledger);
    forge(&path(&dir), change);
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

#[derive(Debug, Clone)]
enum Step {
    Anchor { dataset: u8, units: Vec<u32> },
    Statistic { anchor: usize, byte: u8 },
    Exposure { anchor: usize, nano: u64 },
    Visit,
    Reopen { without_index: bool },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..2_u8, prop::collection::vec(0..200_000_u32, 0..50))
            .prop_map(|(dataset, units)| Step::Anchor { dataset, units }),
        3 => (any::<usize>(), any::<u8>())
            .prop_map(|(anchor, byte)| Step::Statistic { anchor, byte }),
        3 => (any::<usize>(), 0..9_u64)
            .prop_map(|(anchor, nano)| Step::Exposure { anchor, nano }),
        1 => Just(Step::Visit),
        1 => any::<bool>().prop_map(|without_index| Step::Reopen { without_index }),
    ]
}

/// What the model remembers of an anchor.
struct Kept {
    id: u64,
    dataset: String,
    set: RoaringBitmap,
    statistics: Vec<Vec<u8>>,
    nano: Option<u64>,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn anchors_statistics_and_exposures_follow_the_model(
        steps in prop::collection::vec(step(), 1..40)
    ) {
        let dir = TempDir::new().unwrap();
        let mut ledger = open(&dir);
        let mut kept = Vec::<Kept>::new();
        for (number, step) in (0_u64..).zip(steps) {
            let count = kept.len().max(1);
            match step {
                Step::Anchor { dataset, units } => {
                    let dataset = format!("demo-{dataset}");
                    let record = record(units);
                    let set = record.set.clone();
                    let id = ledger.add_anchors(&dataset, &[record]).unwrap()[0];
                    kept.push(Kept { id, dataset, set, statistics: Vec::new(), nano: None });
                }
                Step::Statistic { anchor, byte } => {
                    if let Some(of) = kept.get_mut(anchor % count) {
                        ledger.add_statistics(&of.dataset, &[(of.id, vec![byte])]).unwrap();
                        of.statistics.push(vec![byte]);
                    }
                }
                Step::Exposure { anchor, nano } => {
                    if let Some(of) = kept.get_mut(anchor % count) {
                        ledger.add_exposure(&of.dataset, of.id, nano).unwrap();
                        of.nano = Some(of.nano.unwrap_or(0) + nano);
                    }
                }
                Step::Visit => {
                    answered(&ledger, number, b"x");
                }
                Step::Reopen { without_index } => {
                    drop(ledger);
                    if without_index {
                        std::fs::remove_dir_all(config(dir.path()).dir.join("index")).unwrap();
                    }
                    ledger = open(&dir);
                }
            }
            for dataset in ["demo-0", "demo-1"] {
                let of: Vec<_> = kept.iter().filter(|kept| kept.dataset == dataset).collect();
                let (heads, sets, statistics, exposures) = remembered(&ledger, dataset);
                prop_assert_eq!(heads.len(), of.len());
                for (at, kept) in of.iter().enumerate() {
                    prop_assert_eq!((heads[at].id, heads[at].size), (kept.id, kept.set.len()));
                    prop_assert_eq!(&sets[at], &kept.set);
                    prop_assert_eq!(&statistics[at], &kept.statistics);
                }
                let nanos: Vec<_> = of.iter().filter_map(|kept| Some((kept.id, kept.nano?))).collect();
                prop_assert_eq!(exposures, nanos);
            }
        }
    }
}
