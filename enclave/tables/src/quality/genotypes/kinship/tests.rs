//! Coefficients against their definition, and against PLINK 2.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::GenotypeBlock;

fn samples<'p>(panel: &'p Panel, cohort: &Cohort) -> Vec<Sample<'p>> {
    let all = 0..panel.samples();
    all.map(|sample| Sample::of(panel, cohort, sample))
        .collect()
}

fn cohort(units: Vec<u32>) -> Cohort {
    Cohort {
        names: units.iter().map(u32::to_string).collect(),
        tissues: vec![None; units.len()],
        sexes: vec![None; units.len()],
        germline: (0..).zip(&units).map(|(position, _)| position).collect(),
        units: std::sync::Arc::new(units),
    }
}

/// A panel of sites at which each sample has a number of copies, 3 if unknown.
fn panel(sites: &[Vec<u8>], samples: usize) -> Panel {
    let mut panel = Panel::new(samples, sites.len());
    for calls in sites {
        let set = |copies: u8| {
            let calls = (0..).zip(calls).filter(move |(_, call)| **call == copies);
            calls.map(|(sample, _)| sample).collect()
        };
        panel.add(&GenotypeBlock {
            dosage_1: set(1),
            dosage_2: set(2),
            missing: set(3),
            ..GenotypeBlock::default()
        });
    }
    panel
}

/// Equation 11 of Manichaikul et al. 2010, site by site.
fn defined(sites: &[Vec<u8>], one: usize, other: usize) -> Option<f64> {
    let both = sites.iter().map(|calls| (calls[one], calls[other]));
    let known: Vec<(u8, u8)> = both.filter(|(a, b)| *a < 3 && *b < 3).collect();
    let n = |of: &dyn Fn(u8, u8) -> bool| known.iter().filter(|(a, b)| of(*a, *b)).count() as f64;
    let (first, second) = (n(&|a, _| a == 1), n(&|_, b| b == 1));
    let (i, j) = (first.min(second), first.max(second));
    let shared = n(&|a, b| a == 1 && b == 1) - 2.0 * n(&|a, b| a.abs_diff(b) == 2);
    (i > 0.0).then(|| shared / (2.0 * i) + 0.5 - 0.25 * (i + j) / i)
}

proptest! {
    #[test]
    fn coefficients_are_those_of_the_definition(
        sites in prop::collection::vec(prop::collection::vec(0_u8..4, 3), 0..150)
    ) {
        let panel = panel(&sites, 3);
        let rows = samples(&panel, &cohort(vec![0, 1, 2]));
        for (one, other) in [(0, 1), (2, 0), (1, 2)] {
            let got = coefficient(&rows[one], &rows[other]).map(f64::from);
            match (got, defined(&sites, one, other)) {
                (Some(got), Some(expected)) => prop_assert!((got - expected).abs() < 1e-5),
                (got, expected) => prop_assert_eq!(got, expected),
            }
        }
    }

    #[test]
    fn every_pair_of_individuals_is_compared_once(
        units in prop::collection::vec(0_u32..30, 1..90),
        sites in prop::collection::vec(prop::collection::vec(0_u8..3, 90), 20..40),
    ) {
        let samples_of = units.len();
        let (panel, cohort) = (panel(&sites, samples_of), cohort(units));
        let rows = samples(&panel, &cohort);
        let found = compare(&rows, samples_of, &crate::Quiet).unwrap();
        let mut closest = vec![f32::NEG_INFINITY; samples_of];
        let mut pairs = [0; 3];
        let mut by_individual: HashMap<(u32, u32), f32> = HashMap::new();
        for (a, b) in (0..samples_of).flat_map(|a| (0..samples_of).map(move |b| (a, b))) {
            let of = (cohort.unit(a), cohort.unit(b));
            let kinship = defined(&sites, a, b).filter(|_| of.0 != of.1);
            if let Some(kinship) = kinship.map(|kinship| kinship as f32) {
                closest[a] = closest[a].max(kinship);
                let known = by_individual.entry(of).or_insert(kinship);
                *known = known.max(kinship);
            }
        }
        for (_, kinship) in by_individual.into_iter().filter(|((a, b), _)| a < b) {
            super::count(Some(&mut pairs), kinship);
        }
        let kinship = found.close(samples_of, &cohort);
        // At a bound the last digit decides; few are that near.
        prop_assert_eq!(kinship.pairs, pairs);
        for (got, expected) in kinship.closest.iter().zip(closest) {
            prop_assert!(*got == expected || (got - expected).abs() < 1e-5);
        }
    }
}

#[test]
fn there_is_time_for_many_samples_and_not_for_any_number() {
    assert_eq!(sites(2_504), Ok(MOST_SITES));
    assert_eq!(sites(20_000), Ok(MOST_SITES));
    assert!(sites(50_000).unwrap() < MOST_SITES);
    assert!(sites(100_000).unwrap_err().contains("leave out `kinship`"));
}
