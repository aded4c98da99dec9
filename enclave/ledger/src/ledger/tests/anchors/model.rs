//! Anchors in any order of operations against a model of a few lines.

use proptest::prelude::*;
use roaring::RoaringBitmap;

use super::super::*;
use super::{record, remembered};

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
