//! What one table shows, and how tests make tables.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{ops::Range, sync::LazyLock};

use super::*;
use crate::{Amount, Contribution, Key, Value, protect};

pub(crate) const SURELY: u32 = 30;

pub(crate) fn standard() -> Profile {
    let text = "name='standard'\nsource='test'\nthreshold=10\nrounding_base=5\n\
                sum_significant_digits=3\ndominance_top2_percent=90\n\
                dominance_rest_percent=10\nallow_full_cells=true\n";
    Profile::from_toml(text).unwrap()
}

pub(crate) fn noise() -> &'static Noise {
    static NOISE: LazyLock<Noise> = LazyLock::new(|| Noise::new([7; 32], 20_000));
    &NOISE
}

pub(crate) fn statistic(measure: Measure) -> Statistic {
    Statistic {
        measure,
        bounds: None,
    }
}

pub(crate) fn fraction(value: f64) -> Contribution {
    Contribution {
        count: 1,
        amount: Amount::Fraction(value),
        square: value * value,
    }
}

/// A table that counts the individuals of its groups.
pub(crate) fn counted(
    dimensions: Vec<Dimension>,
    groups: &[(&[Option<u32>], Range<u32>)],
) -> CellTable {
    let mut table = CellTable::new(dimensions, vec![statistic(Measure::Individuals)]);
    for (key, units) in groups {
        for unit in units.clone() {
            table
                .add(noise(), unit, key.to_vec(), &[Contribution::ROW])
                .unwrap();
        }
    }
    table
}

/// A table of one declared dimension whose groups have so many individuals.
pub(crate) fn sizes(counts: &[u32]) -> CellTable {
    let mut next = 0;
    let keys: Vec<[Option<u32>; 1]> = (0..counts.len()).map(|at| [Some(at as u32)]).collect();
    let groups: Vec<(&[Option<u32>], Range<u32>)> = keys
        .iter()
        .zip(counts)
        .map(|(key, count)| {
            next += count;
            (&key[..], next - count..next)
        })
        .collect();
    counted(vec![Dimension::Declared(counts.len() as u32)], &groups)
}

/// A table of one group with one statistic.
pub(crate) fn single(measure: Measure, contributions: &[Contribution]) -> CellTable {
    let mut table = CellTable::new(vec![], vec![statistic(measure)]);
    for (unit, contribution) in (0..).zip(contributions) {
        table.add(noise(), unit, vec![], &[*contribution]).unwrap();
    }
    table
}

pub(crate) fn alone(table: &CellTable, profile: &Profile) -> Protected {
    protect(&[(table.clone(), profile.clone())], noise())
        .unwrap()
        .remove(0)
}

/// The first figure of every row, by key.
pub(crate) fn by_key(protected: &Protected) -> Vec<(Key, Option<i64>)> {
    let rows = protected.rows().iter();
    rows.map(|row| (row.key.clone(), integer(row.values[0])))
        .collect()
}

pub(crate) fn integer(value: Option<Value>) -> Option<i64> {
    match value {
        Some(Value::Integer(n)) => Some(n),
        Some(Value::Fraction(_)) => unreachable!(),
        None => None,
    }
}

pub(crate) fn shown(table: &CellTable) -> Vec<Option<i64>> {
    let rows = by_key(&alone(table, &standard()));
    rows.into_iter().map(|(_, n)| n).collect()
}

#[test]
fn a_group_below_the_threshold_is_suppressed_and_the_next_smallest_with_it() {
    assert_eq!(
        shown(&sizes(&[661, 9, 40, 32])),
        [Some(660), None, Some(40), None]
    );
}

#[test]
fn two_small_groups_that_are_enough_together_need_no_third() {
    assert_eq!(
        shown(&sizes(&[100, 9, 9, 9, 50])),
        [Some(100), None, None, None, Some(50)]
    );
    assert_eq!(
        shown(&sizes(&[100, 4, 5, 50])),
        [Some(100), None, None, None]
    );
}

#[test]
fn an_empty_declared_group_looks_like_a_small_one() {
    for few in 0..10 {
        assert_eq!(shown(&sizes(&[100, few, 50])), [Some(100), None, None]);
    }
    assert_eq!(shown(&sizes(&[9])), shown(&sizes(&[0])));
}

#[test]
fn the_pattern_does_not_tell_nobody_from_somebody() {
    // Two dimensions of which one follows from the other: off the diagonal nobody is.
    let diagonal = |first: u32| {
        let groups: [(&[Option<u32>], Range<u32>); 3] = [
            (&[Some(0), Some(0)], 0..first),
            (&[Some(1), Some(1)], 100..140),
            (&[Some(2), Some(2)], 200..260),
        ];
        shown(&counted(vec![Dimension::Declared(3); 2], &groups))
    };
    assert_eq!(diagonal(0), diagonal(1));
    assert_eq!(
        diagonal(1)[4],
        None,
        "the next smallest is hidden with the small one"
    );
    assert_eq!(diagonal(1)[8], Some(60));
}

#[test]
fn a_sum_to_which_nobody_adds_looks_like_one_to_which_one_does() {
    let with = |amounts: &[f64]| {
        let contributions: Vec<Contribution> = (0..SURELY as usize)
            .map(|unit| fraction(amounts.get(unit).copied().unwrap_or(0.0)))
            .collect();
        alone(&single(Measure::Sum, &contributions), &standard())
    };
    assert_eq!(with(&[]).suppressed(), 1);
    assert_eq!(with(&[]), with(&[1.0]));
    assert_eq!(with(&[1.0, 1.0]), with(&[]));
    assert_eq!(with(&[1.0; 12]).released(), 1);
}

#[test]
fn a_total_is_suppressed_below_the_threshold() {
    let total = |individuals: u32| shown(&counted(vec![], &[(&[], 0..individuals)]));
    assert_eq!(total(9), [None]);
    assert_eq!(total(19), [Some(20)]);
}

#[test]
fn a_sum_that_one_individual_dominates_is_suppressed() {
    let mut contributions = vec![fraction(1.0); 30];
    contributions.push(fraction(1000.0));
    let protected = alone(&single(Measure::Sum, &contributions), &standard());
    assert_eq!(protected.suppressed(), 1);
}

#[test]
fn rows_without_a_value_appear_only_when_they_may_be_shown() {
    let with = |counts: &[u32], none: u32| {
        let mut table = sizes(counts);
        for unit in 500..500 + none {
            table
                .add(noise(), unit, vec![None], &[Contribution::ROW])
                .unwrap();
        }
        shown(&table)
    };
    assert_eq!(with(&[50, 60], 32), [Some(30), Some(50), Some(60)]);
    // Enough of them are the next smallest where one is needed.
    assert_eq!(with(&[50, 60, 4], 32), [Some(50), Some(60), None]);
    // Few of them are hidden, and change nothing for the others.
    for few in 1..10 {
        assert_eq!(with(&[50, 60], few), [Some(50), Some(60)]);
        assert_eq!(with(&[50, 60, 4], few), with(&[50, 60, 4], 0));
    }
}

#[test]
fn a_group_that_is_hidden_shows_none_of_its_figures() {
    // The group is the complement of a small one; one of its figures is not.
    let statistics = vec![statistic(Measure::Individuals), statistic(Measure::Sum)];
    let mut table = CellTable::new(vec![Dimension::Declared(3)], statistics);
    for (value, units) in [(0, 0..4), (1, 100..140), (2, 200..260)] {
        for unit in units {
            let contributions = [Contribution::ROW, fraction(2.0)];
            table
                .add(noise(), unit, vec![Some(value)], &contributions)
                .unwrap();
        }
    }
    let protected = alone(&table, &standard());
    assert_eq!(protected.rows()[1].values, [None, None]);
    assert_eq!(
        protected.rows()[2].values,
        [Some(Value::Integer(60)), Some(Value::Fraction(120.0))]
    );
    assert_eq!((protected.released(), protected.suppressed()), (2, 4));
}

#[test]
fn what_is_protected_says_by_what() {
    let protected = alone(&sizes(&[40]), &standard());
    assert_eq!(protected.profile(), &standard());
    assert_eq!(protected.parameters()["threshold"], "10");
}
