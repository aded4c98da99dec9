//! Which cohorts are near to which, and what is made of them.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod figures;

use std::{collections::BTreeMap, convert::Infallible};

use proptest::prelude::*;
use roaring::RoaringBitmap;

use super::*;
use crate::{Amount, Contribution, Noise, Totals};

const K: u32 = 10;

fn noise() -> Noise {
    Noise::new([3; 32], 2_000)
}

/// Anchors with their sets.
#[derive(Default)]
struct Held {
    index: Index,
    sets: BTreeMap<u64, RoaringBitmap>,
}

impl Held {
    fn anchor(&mut self, noise: &Noise, set: impl IntoIterator<Item = u32>) -> u64 {
        let id = self.sets.len() as u64;
        let cohort = Cohort::new(noise, set.into_iter().collect());
        self.index
            .insert(id, cohort.set.len(), cohort.key, &cohort.sketch);
        self.sets.insert(id, cohort.set);
        id
    }

    fn snap(&self, noise: &Noise, permitted: &RoaringBitmap, set: &RoaringBitmap) -> Snap {
        let load = |id: u64| Ok::<_, Infallible>(self.sets.get(&id).unwrap().clone());
        snap(&self.index, noise, K, permitted, set, load).unwrap()
    }
}

fn everybody() -> RoaringBitmap {
    (0..2_000).collect()
}

fn range(from: u32, to: u32) -> RoaringBitmap {
    (from..to).collect()
}

#[test]
fn a_cohort_that_differs_by_one_becomes_the_earlier_one() {
    let (noise, mut held) = (noise(), Held::default());
    let id = held.anchor(&noise, 0..500);
    for near in [range(0, 499), range(0, 501), range(1, 501), range(0, 500)] {
        match held.snap(&noise, &everybody(), &near) {
            Snap::Anchor { id: found, cohort } => {
                assert_eq!((found, cohort.set), (id, range(0, 500)));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn from_the_tolerance_on_a_cohort_is_its_own() {
    let (noise, mut held) = (noise(), Held::default());
    held.anchor(&noise, 0..500);
    let key = noise.set(&range(0, 500));
    for more in 1..60 {
        let set = range(0, 500 + more);
        let tolerance = tolerance(&noise, K, key, noise.set(&set));
        let snapped = matches!(held.snap(&noise, &everybody(), &set), Snap::Anchor { .. });
        assert_eq!(
            snapped,
            u64::from(more) < tolerance,
            "{more} of {tolerance}"
        );
    }
}

#[test]
fn the_tolerance_is_k_or_a_little_more_and_the_same_both_ways() {
    let noise = noise();
    let mut drawn = Vec::new();
    for size in 20..400 {
        let (a, b) = (noise.set(&range(0, size)), noise.set(&range(0, size + 1)));
        let tolerance = tolerance(&noise, K, a, b);
        assert_eq!(tolerance, super::tolerance(&noise, K, b, a));
        assert!((10..=20).contains(&tolerance));
        drawn.push(tolerance);
    }
    assert!(drawn.contains(&10) && drawn.contains(&12) && drawn.iter().any(|t| *t > 13));
}

#[test]
fn of_two_anchors_the_nearer_is_taken_and_of_equals_the_older() {
    let (noise, mut held) = (noise(), Held::default());
    let far = held.anchor(&noise, 0..505);
    let near = held.anchor(&noise, 2..500);
    let found = |held: &Held, set| match held.snap(&noise, &everybody(), &set) {
        Snap::Anchor { id, .. } => id,
        other => panic!("{other:?}"),
    };
    assert_eq!(found(&held, range(1, 500)), near);
    assert_eq!(found(&held, range(0, 504)), far);
    let mut equals = Held::default();
    let older = equals.anchor(&noise, 0..499);
    equals.anchor(&noise, 1..500);
    assert_eq!(found(&equals, range(0, 500)), older);
}

#[test]
fn few_individuals_are_compared_with_nothing() {
    let (noise, mut held) = (noise(), Held::default());
    held.anchor(&noise, 0..12);
    assert!(matches!(
        held.snap(&noise, &everybody(), &range(0, 9)),
        Snap::Small(_)
    ));
    assert!(matches!(
        held.snap(&noise, &everybody(), &range(0, 10)),
        Snap::Anchor { .. }
    ));
}

/// An anchor holds somebody who withdrew: asked again, the answer differs from
/// the earlier one by many, not by him.
#[test]
fn consent_wins_over_snapping() {
    let (noise, mut held) = (noise(), Held::default());
    held.anchor(&noise, 0..500);
    let mut permitted = everybody();
    permitted.remove(77);
    let Snap::New(cohort) = held.snap(&noise, &permitted, &range(0, 500)) else {
        panic!("the set is new");
    };
    assert_eq!(Snap::New(cohort.clone()).cohort(), Some(&cohort));
    assert!(cohort.set.is_subset(&permitted));
    let difference = cohort.set.symmetric_difference_len(&range(0, 500));
    let tolerance = tolerance(&noise, K, cohort.key, noise.set(&range(0, 500)));
    assert!(difference >= tolerance, "{difference} of {tolerance}");
    // The choice is sticky.
    assert_eq!(
        held.snap(&noise, &permitted, &range(0, 500)),
        Snap::New(cohort)
    );
}

/// As many as keep the two apart whatever their tolerance, and none that the
/// anchor does not hold: those would make no difference to it.
#[test]
fn who_is_left_out_for_one_who_withdrew_is_of_the_anchor_and_of_the_cohort() {
    let noise = noise();
    for first in 0..12 {
        let mut held = Held::default();
        held.anchor(&noise, first..first + 300);
        let mut permitted = everybody();
        permitted.remove(first + 77);
        let asked = range(first + 4, first + 304);
        let Snap::New(cohort) = held.snap(&noise, &permitted, &asked) else {
            panic!("the set is new");
        };
        let asked = asked & &permitted;
        let anchor = range(first, first + 300);
        let tolerance = tolerance(&noise, K, noise.set(&anchor), noise.set(&asked));
        let left_out = &asked - &cohort.set;
        assert!(left_out.is_subset(&anchor));
        assert_eq!(left_out.len(), tolerance + 10);
    }
}

#[test]
fn a_small_cohort_of_whom_one_withdrew_is_not_released() {
    let (noise, mut held) = (noise(), Held::default());
    held.anchor(&noise, 0..20);
    let mut permitted = everybody();
    permitted.remove(3);
    let found = held.snap(&noise, &permitted, &range(0, 20));
    assert!(matches!(found, Snap::Small(_)), "{found:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What is returned is an anchor, or far from every anchor.
    #[test]
    fn whatever_is_asked_is_an_anchor_or_far_from_all(
        steps in proptest::collection::vec((0_u32..300, 1_u32..60, 0_u32..40), 1..20),
        withdrawn in proptest::collection::vec(0_u32..400, 0..3),
    ) {
        let (noise, mut held) = (noise(), Held::default());
        let mut permitted = everybody();
        for (step, (from, length, hole)) in steps.into_iter().enumerate() {
            if step == 5 {
                for unit in &withdrawn {
                    permitted.remove(*unit);
                }
            }
            let mut set = range(from, from + length);
            set.remove(from + hole);
            let found = held.snap(&noise, &permitted, &set);
            prop_assert_eq!(&found, &held.snap(&noise, &permitted, &set));
            if let Some(cohort) = found.cohort() {
                prop_assert!(cohort.set.is_subset(&permitted));
            }
            match found {
                Snap::Anchor { id, cohort } => prop_assert_eq!(held.sets.get(&id), Some(&cohort.set)),
                Snap::Small(cohort) => prop_assert!(!crate::suppress::enough(&cohort.set, K, &noise)),
                Snap::Withheld => {}
                Snap::New(cohort) => {
                    for anchor in held.sets.values() {
                        let tolerance = tolerance(&noise, K, cohort.key, noise.set(anchor));
                        prop_assert!(anchor.symmetric_difference_len(&cohort.set) >= tolerance);
                    }
                    held.anchor(&noise, cohort.set);
                }
            }
        }
    }

    /// The sketch never overstates, so no anchor that is near is missed.
    #[test]
    fn a_sketch_never_overstates_a_difference(
        a in proptest::collection::btree_set(0_u32..2_000, 0..300),
        b in proptest::collection::btree_set(0_u32..2_000, 0..300),
    ) {
        let noise = noise();
        let (a, b): (RoaringBitmap, RoaringBitmap) = (a.into_iter().collect(), b.into_iter().collect());
        let difference = a.symmetric_difference_len(&b);
        let (of_a, of_b) = (SetSketch::of(&noise, &a), SetSketch::of(&noise, &b));
        prop_assert!(of_a.distance(&of_b) <= difference);
        let mut index = Index::default();
        index.insert(9, b.len(), noise.set(&b), &of_b);
        let found = index.candidates(a.len(), &of_a, difference + 1);
        let expected = Candidate {
            at_least: of_a.distance(&of_b),
            id: 9,
            key: noise.set(&b),
            sketch: &of_b,
        };
        prop_assert_eq!(found, vec![expected]);
        prop_assert!(index.candidates(a.len(), &of_a, of_a.distance(&of_b)).is_empty());
    }
}

#[test]
fn an_index_knows_its_anchors_by_their_sets() {
    let (noise, mut held) = (noise(), Held::default());
    assert_eq!((held.index.len(), held.index.is_empty()), (0, true));
    held.anchor(&noise, 0..40);
    let second = held.anchor(&noise, 100..140);
    // The same set once more is the same anchor.
    held.anchor(&noise, 0..40);
    assert_eq!((held.index.len(), held.index.is_empty()), (2, false));
    let exact = |set: RoaringBitmap| held.index.exact(noise.set(&set));
    assert_eq!(exact(range(0, 40)), Some(0));
    assert_eq!(exact(range(100, 140)), Some(second));
    assert_eq!(exact(range(0, 41)), None);
}

#[test]
fn a_sketch_tells_far_sets_apart() {
    let noise = noise();
    let distance =
        SetSketch::of(&noise, &range(0, 1_000)).distance(&SetSketch::of(&noise, &range(40, 1_040)));
    assert!(distance > 28, "{distance}");
}

#[test]
fn sketches_come_back_from_their_bytes() {
    let sketch = SetSketch::of(&noise(), &range(0, 1_000));
    assert_eq!(
        SetSketch::from_bytes(&sketch.to_bytes()),
        Some(sketch.clone())
    );
    assert_eq!(SetSketch::from_bytes(&sketch.to_bytes()[1..]), None);
    assert_eq!(SetSketch::from_bytes(&sketch.to_bytes()[4..]), None);
}
