//! Anchors, statistics and exposures.

mod model;

use roaring::RoaringBitmap;

use super::*;

pub(super) const DEMO: &str = "demo-cancer";

pub(super) fn record(set: impl IntoIterator<Item = u32>) -> AnchorRecord {
    let set: RoaringBitmap = set.into_iter().collect();
    AnchorRecord {
        key: u128::from(set.len()) << 64 | 7,
        sketch: b"a sketch in clear".to_vec(),
        set,
    }
}

fn journal(dir: &TempDir) -> std::path::PathBuf {
    config(dir.path()).dir.join("journal-000000.log")
}

/// Everything that a ledger says of a dataset's anchors.
pub(super) type Remembered = (
    Vec<AnchorHead>,
    Vec<RoaringBitmap>,
    Vec<Vec<Vec<u8>>>,
    Vec<(u64, u64)>,
);

pub(super) fn remembered(ledger: &Ledger, dataset: &str) -> Remembered {
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
fn a_large_batch_is_added_over_several_segments() {
    let dir = TempDir::new().unwrap();
    let ledger = Ledger::open_with(config(dir.path()), 64 * 1024).unwrap();
    // Larger than a segment, amid thousands of small ones.
    let mut records: Vec<_> = (0..3000).map(|unit| record(0..unit % 200)).collect();
    records[1000] = record((0..1_000_000).filter(|unit| unit % 7 != 0));
    let ids = ledger.add_anchors(DEMO, &records).unwrap();
    let statistics: Vec<_> = ids.iter().map(|id| (*id, vec![1; 90])).collect();
    ledger.add_statistics(DEMO, &statistics).unwrap();
    drop(ledger);
    assert!(config(dir.path()).dir.join("journal-000009.log").exists());
    let ledger = open(&dir);
    let heads = ledger.anchors(DEMO).unwrap();
    assert_eq!(heads.iter().map(|head| head.id).collect::<Vec<_>>(), ids);
    for at in [0, 999, 1000, 1001, 2999] {
        assert_eq!(ledger.anchor_set(ids[at]).unwrap(), records[at].set);
        assert_eq!(ledger.statistics(ids[at]).unwrap(), [[1; 90]]);
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
