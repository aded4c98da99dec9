//! What it costs to compare a cohort of a million individuals with 100 000
//! anchors of its size, as the enclave does before it computes a figure: the
//! cohort's key and sketch, the search of the index, and the exact test of those
//! anchors that the search leaves, whose sets are read from a ledger.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark that fails ends, and prints"
)]

use std::{collections::BTreeMap, convert::Infallible, time::Instant};

use rand::{Rng, SeedableRng, rngs::StdRng};
use roaring::RoaringBitmap;
use sekisho_bench::{Row, median, own_peak_mib, report};
use sekisho_disclosure::{
    Noise, SetKey,
    anchors::{Cohort, Index, Snap, snap},
};
use sekisho_ledger::{AnchorRecord, Config, Ledger};

/// A check may take this much, in seconds.
const LIMIT_S: f64 = 0.010;
/// Half of the individuals are in the cohort: neither those inside nor those
/// outside are few, so nothing is saved by adding up the fewer.
const UNIVERSE: u32 = 2_000_000;
const ANCHORS: u64 = 100_000;
const THRESHOLD: u32 = 10;
const CHECKS: usize = 51;
const DATASET: &str = "cohort";

fn main() {
    let noise = Noise::new([7; 32], UNIVERSE);
    let cohort = half();
    let near = Case::new(&noise, &cohort, 15);
    let rows = [
        // So many that the sketches tell hardly more than those of unrelated sets.
        Case::new(&noise, &cohort, 250).row(
            "anchors, far",
            "a million individuals against 100 000 anchors of a million, each 500 individuals away",
            &cohort,
        ),
        near.row(
            "anchors, near",
            "a million individuals against 100 000 anchors of a million, each 30 individuals away \
             and up to 60 from each other",
            &cohort,
        ),
        near.row(
            "anchors, snapped",
            "the same anchors and a cohort six individuals from one of them, which it becomes",
            &(near.set(0) ^ exchange(&near.set(0), ANCHORS, 3)),
        ),
    ];
    report(&rows).unwrap();
}

/// A million individuals, drawn.
fn half() -> RoaringBitmap {
    let mut draw = StdRng::seed_from_u64(1);
    let mut half = RoaringBitmap::new();
    while half.len() < u64::from(UNIVERSE / 2) {
        half.insert(draw.random_range(0..UNIVERSE));
    }
    half
}

/// Anchors of the cohort's size, each without some of it and with as many others.
struct Case<'n> {
    noise: &'n Noise,
    base: Cohort,
    exchanged: usize,
    index: Index,
}

/// The individuals that an anchor has more and fewer than the base.
fn exchange(base: &RoaringBitmap, id: u64, exchanged: usize) -> RoaringBitmap {
    let mut draw = StdRng::seed_from_u64(id + 2);
    let (mut more, mut fewer) = (RoaringBitmap::new(), RoaringBitmap::new());
    let wanted = exchanged as u64;
    while more.len() < wanted || fewer.len() < wanted {
        let unit = draw.random_range(0..UNIVERSE);
        let of = match base.contains(unit) {
            true => &mut fewer,
            false => &mut more,
        };
        if of.len() < wanted {
            of.insert(unit);
        }
    }
    more | fewer
}

impl<'n> Case<'n> {
    fn new(noise: &'n Noise, base: &RoaringBitmap, exchanged: usize) -> Self {
        let base = Cohort::new(noise, base.clone());
        let mut index = Index::default();
        for id in 0..ANCHORS {
            // As Cohort::new would have it, from the differences alone.
            let (mut key, mut sketch) = (base.key.0, base.sketch.clone());
            for unit in exchange(&base.set, id, exchanged) {
                let of = noise.unit(unit);
                key = match base.set.contains(unit) {
                    true => key.wrapping_sub(of.set),
                    false => key.wrapping_add(of.set),
                };
                sketch.toggle(of);
            }
            index.insert(id, base.set.len(), SetKey(key), &sketch);
        }
        Self {
            noise,
            base,
            exchanged,
            index,
        }
    }

    fn set(&self, id: u64) -> RoaringBitmap {
        &self.base.set ^ exchange(&self.base.set, id, self.exchanged)
    }

    /// Times the checks, and says how many sets each reads.
    fn row(&self, name: &str, work: &str, cohort: &RoaringBitmap) -> Row {
        let mut permitted = RoaringBitmap::new();
        permitted.insert_range(..UNIVERSE);
        // Those that a check reads: the ledger has these, as it has all in an enclave.
        let mut survivors = Vec::new();
        let expected = snap(
            &self.index,
            self.noise,
            THRESHOLD,
            &permitted,
            cohort,
            |id| {
                survivors.push(id);
                Ok::<_, Infallible>(self.set(id))
            },
        )
        .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(Config {
            dir: folder.path().join("ledger"),
            origin: "bench/anchors".to_owned(),
            signing_seed: [1; 32].into(),
            sealing_key: [2; 32].into(),
        })
        .unwrap();
        let records: Vec<AnchorRecord> = (survivors.iter())
            .map(|id| {
                let cohort = Cohort::new(self.noise, self.set(*id));
                AnchorRecord {
                    key: cohort.key.0,
                    sketch: cohort.sketch.to_bytes(),
                    set: cohort.set,
                }
            })
            .collect();
        let names = ledger.add_anchors(DATASET, &records).unwrap();
        let names: BTreeMap<u64, u64> = survivors.iter().copied().zip(names).collect();
        let mut times = Vec::new();
        for _ in 0..CHECKS {
            let begun = Instant::now();
            let found = snap(
                &self.index,
                self.noise,
                THRESHOLD,
                &permitted,
                cohort,
                |id| ledger.anchor_set(*names.get(&id).unwrap()),
            )
            .unwrap();
            times.push(begun.elapsed());
            assert_eq!(found, expected);
        }
        let ours_s = median(times);
        let outcome = match expected {
            Snap::New(_) => "a cohort of its own",
            Snap::Anchor { .. } => "becomes an anchor",
            Snap::Small(_) | Snap::Withheld => "not released",
        };
        println!(
            "{name:<18}{:>7.2} ms a check, median of {CHECKS}; sets read: {}; {outcome}",
            ours_s * 1e3,
            survivors.len()
        );
        Row::within(name, work, ours_s, LIMIT_S, own_peak_mib())
    }
}
