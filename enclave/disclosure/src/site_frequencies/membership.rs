//! What a spectrum lets a membership test gain, beside what it is charged as.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::{
    Noise,
    exposure::power,
    frequency::{Genotypes, Sites, Tests},
};

const PEOPLE: usize = 200;
/// Stretches of variants, each with so many that always go together.
const STRETCHES: usize = 300;
const TOGETHER: f64 = 4.0;
const COHORTS: usize = 120;
const FALSE_POSITIVES: f64 = 0.05;

/// Vigna's `splitmix64`, as a number from 0 to 1.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) as f64 / u64::MAX as f64
    }

    fn genome(&mut self, carried: &[f64]) -> Vec<f64> {
        let carries = |p: &f64| f64::from(u8::from(self.next() < *p));
        carried.iter().map(carries).collect()
    }
}

/// Of a stretch that so many of the population carry, how likely it is from an edge on in a
/// cohort, and how much likelier for each carrier more.
fn beyond(edge: u16, carried: f64) -> (f64, f64) {
    let n = PEOPLE as f64;
    let deviation = (n * carried * (1.0 - carried)).sqrt();
    // Nobody has two copies; rounding to base 5 moves an edge by 2.5.
    let carriers = 2.0 * n * f64::from(edge) / 1_000.0 - 2.5;
    let z = (carriers - n * carried) / deviation;
    let density = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    // The logistic that is nearest to Φ.
    (1.0 / (1.0 + (1.702 * z).exp()), density / deviation)
}

/// The attacker knows how many of the population carry each variant, how variants go together,
/// and the genomes of those whom it looks for; it is told how many variants each class has, more
/// exactly than they are shown.
#[test]
fn a_membership_test_gains_no_more_than_from_as_many_variants() {
    let text = include_str!("../../../../policies/consortium/profiles/standard.toml");
    let (profile, noise) = (Profile::from_toml(text).unwrap(), Noise::new([7; 32], 0));
    let tests = Tests::default();
    let sites = Sites {
        profile: &profile,
        noise: &noise,
        variants: CLASSES as u64,
        tests: &tests,
    };
    let mut random = Random(1);
    let carried: Vec<f64> = (0..STRETCHES).map(|_| 0.1 + 0.8 * random.next()).collect();
    let edges = &EDGES[6..CLASSES];
    let known: Vec<Vec<(f64, f64)>> = edges
        .iter()
        .map(|edge| carried.iter().map(|p| beyond(*edge, *p)).collect())
        .collect();
    let (mut members, mut others) = (Vec::new(), Vec::new());
    for _ in 0..COHORTS {
        let cohort: Vec<Vec<f64>> = (0..PEOPLE).map(|_| random.genome(&carried)).collect();
        let mut classes = Classes::default();
        for at in 0..STRETCHES {
            let one = cohort.iter().filter(|genome| genome[at] > 0.0).count() as u64;
            let genotypes = Genotypes {
                none: PEOPLE as u64 - one,
                one,
                ..Genotypes::default()
            };
            if let Some(figures) = sites.frequency(genotypes, || true, |_| Vec::new()) {
                (0..TOGETHER as usize).for_each(|_| classes.add(&figures));
            }
        }
        let score = |genome: &[f64]| -> f64 {
            let of_edge = known.iter().enumerate().map(|(edge, known)| {
                let here: u64 = classes.0[6 + edge..].iter().sum();
                let expected: f64 = known.iter().map(|(p, _)| TOGETHER * p).sum();
                let variance = known.iter().map(|(p, _)| p * (1.0 - p));
                let variance = TOGETHER * TOGETHER * variance.sum::<f64>();
                let moved = known.iter().zip(genome).zip(&carried);
                let moved: f64 = moved.map(|(((_, by), g), p)| TOGETHER * by * (g - p)).sum();
                (here as f64 - expected) / variance * moved
            });
            of_edge.sum()
        };
        members.extend(cohort.iter().map(|genome| score(genome)));
        others.extend((0..PEOPLE).map(|_| score(&random.genome(&carried))));
    }
    others.sort_by(f64::total_cmp);
    let threshold = others[(others.len() as f64 * (1.0 - FALSE_POSITIVES)) as usize];
    let found = members.iter().filter(|score| **score > threshold).count();
    let rate = found as f64 / members.len() as f64;
    let bound = power(CLASSES as f64 / PEOPLE as f64, FALSE_POSITIVES);
    let deviation = (bound * (1.0 - bound) / members.len() as f64).sqrt();
    assert!(rate <= bound + 3.0 * deviation, "{rate} {bound}");
    // It is an attack, and no test that finds nobody.
    assert!(rate > FALSE_POSITIVES + 3.0 * deviation, "{rate} {bound}");
}
