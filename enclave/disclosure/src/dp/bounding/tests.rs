//! What is left of an individual.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

use std::{collections::BTreeSet, sync::LazyLock};

use proptest::prelude::*;

use super::*;

fn noise() -> &'static Noise {
    static NOISE: LazyLock<Noise> = LazyLock::new(|| Noise::new([7; 32], 100));
    &NOISE
}

fn profile() -> Profile {
    Profile::from_toml(
        "name='x'\nsource='y'\nmechanism='dp'\nthreshold=10\nrounding_base=5\n\
         sum_significant_digits=3\ndominance_top2_percent=90\ndominance_rest_percent=10\n",
    )
    .unwrap()
}

fn statistic(measure: Measure, bounds: Option<[f64; 2]>) -> Statistic {
    Statistic { measure, bounds }
}

fn contribution(count: u64, amount: f64) -> Contribution {
    Contribution {
        count,
        amount: Amount::Fraction(amount),
        square: 1.0,
    }
}

/// What is left of one contribution.
fn left(measure: Measure, bounds: Option<[f64; 2]>, what: Contribution) -> Contribution {
    let row = UnitRow {
        unit: 1,
        key: Vec::new(),
        contributions: vec![what],
    };
    let rows = bounded(
        vec![row],
        &[statistic(measure, bounds)],
        &profile(),
        noise(),
    );
    assert_eq!(rows.len(), 1);
    rows[0].contributions[0]
}

fn integer(count: u64, amount: i128) -> Contribution {
    Contribution {
        count,
        amount: Amount::Integer(amount),
        square: 0.0,
    }
}

fn in_groups(unit: u32, groups: &[u32]) -> Vec<UnitRow> {
    let row = |group: &u32| UnitRow {
        unit,
        key: vec![Some(*group)],
        contributions: vec![Contribution::ROW],
    };
    groups.iter().map(row).collect()
}

fn groups_left(rows: Vec<UnitRow>, unit: u32) -> Vec<u32> {
    let statistics = [statistic(Measure::Individuals, None)];
    bounded(rows, &statistics, &profile(), noise())
        .iter()
        .filter(|row| row.unit == unit)
        .map(|row| row.key[0].unwrap())
        .collect()
}

#[test]
fn rows_count_up_to_the_bound_and_individuals_once() {
    let count = |rows| left(Measure::Count, None, contribution(rows, 5.0));
    assert_eq!(count(3), integer(3, 3));
    assert_eq!(count(10), integer(10, 10));
    assert_eq!(count(11), integer(10, 10));
    let individuals = left(Measure::Individuals, None, contribution(40, 40.0));
    assert_eq!(individuals, Contribution::ROW);
}

/// 0 to 2²⁰ in quanta of 1.
#[test]
fn sums_are_clamped_to_their_bounds_and_cut_to_quanta() {
    let bounds = Some([0.0, 1_048_576.0]);
    let sum = |amount| left(Measure::Sum, bounds, contribution(4, amount));
    assert_eq!(sum(12.4), integer(1, 12));
    assert_eq!(sum(12.6), integer(1, 13));
    assert_eq!(sum(-3.0), integer(1, 0));
    assert_eq!(sum(2e6), integer(1, 1_048_576));
    assert_eq!(sum(f64::INFINITY), integer(1, 1_048_576));
    assert_eq!(sum(f64::NAN), integer(1, 0));
    let whole = left(Measure::IntegerSum, bounds, integer(4, 77));
    assert_eq!(whole, integer(1, 77));
    let fine = left(Measure::Sum, Some([-1.0, 1.0]), contribution(1, -0.5));
    assert_eq!(fine, integer(1, -262_144));
    // Bounds that do not hold 0 leave nobody outside of them.
    let low = left(Measure::Sum, Some([40.0, 60.0]), contribution(1, 10.0));
    assert_eq!(low, integer(1, 2 * 1_048_576));
}

#[test]
fn a_mean_takes_an_individual_once_with_the_mean_of_his_values() {
    let bounds = Some([0.0, 1_048_576.0]);
    let mean = left(Measure::Mean, bounds, contribution(4, 400.0));
    assert_eq!(mean, integer(1, 100));
    let mean = left(Measure::IntegerMean, bounds, integer(4, 400));
    assert_eq!(mean, integer(1, 100));
}

#[test]
fn who_contributes_nothing_still_contributes_nothing() {
    for measure in [Measure::Individuals, Measure::Count, Measure::Sum] {
        let bounds = Some([40.0, 60.0]);
        let nothing = left(measure, bounds, contribution(0, 0.0));
        assert_eq!(nothing, Contribution::NONE);
    }
}

#[test]
fn what_cannot_be_bounded_is_left_out() {
    let one = contribution(1, 1.0);
    assert_eq!(left(Measure::Sum, None, one), Contribution::NONE);
    assert_eq!(left(Measure::Mean, None, one), Contribution::NONE);
    let bounds = Some([0.0, 1.0]);
    assert_eq!(left(Measure::Variance, bounds, one), Contribution::NONE);
    assert_eq!(left(Measure::Deviation, bounds, one), Contribution::NONE);
}

#[test]
fn bounds_that_cannot_be_worked_with_are_none() {
    let works = |lower, upper| Bounds::of(&statistic(Measure::Sum, Some([lower, upper]))).is_some();
    assert!(works(0.0, 1.0));
    assert!(works(-1e300, -1e299));
    assert!(!works(1.0, 1.0));
    assert!(!works(1.0, 0.0));
    assert!(!works(f64::NAN, 1.0));
    assert!(!works(0.0, f64::INFINITY));
    assert!(!works(f64::NEG_INFINITY, 0.0));
    assert!(!works(-1e308, 1e308));
    assert!(!works(0.0, 1e-307));
    // 2²⁰·10¹² quanta fit, 2²⁰·10¹³ are too many.
    assert!(works(1e12, 1e12 + 1.0));
    assert!(!works(1e13, 1e13 + 1.0));
}

#[test]
fn the_reach_is_the_farthest_bound() {
    let reach = |lower, upper| {
        let bounds = Bounds::of(&statistic(Measure::Sum, Some([lower, upper])));
        bounds.unwrap().reach()
    };
    assert_eq!(reach(0.0, 90.0), 1 << 20);
    assert_eq!(reach(-90.0, 0.0), 1 << 20);
    assert_eq!(reach(-3.0, 1.0), 3 << 18);
    assert_eq!(reach(40.0, 60.0), 3 << 20);
}

#[test]
fn sums_and_means_come_back_in_their_unit_and_range() {
    let bounds = |lower, upper| Bounds::of(&statistic(Measure::Sum, Some([lower, upper]))).unwrap();
    assert_eq!(bounds(0.0, 64.0).quantum(), 1.0 / 16384.0);
    assert_eq!(bounds(0.0, 64.0).sum(16384 * 100), 100.0);
    assert_eq!(bounds(0.0, 64.0).sum(-5), 0.0);
    assert_eq!(bounds(-64.0, 0.0).sum(-16384), -1.0);
    assert_eq!(bounds(-64.0, 0.0).sum(5), 0.0);
    assert_eq!(bounds(-32.0, 32.0).sum(-16384), -1.0);
    assert_eq!(bounds(-32.0, 32.0).sum(16384), 1.0);
    assert_eq!(bounds(0.0, 64.0).mean(16384 * 100, 10), 10.0);
    assert_eq!(bounds(0.0, 64.0).mean(16384 * 100, 1), 64.0);
    assert_eq!(bounds(0.0, 64.0).mean(16384 * 50, -3), 50.0);
    assert_eq!(bounds(32.0, 96.0).mean(-9, 10), 32.0);
}

#[test]
fn an_individual_is_left_in_three_groups_at_most() {
    assert_eq!(groups_left(in_groups(5, &[4, 2]), 5), [2, 4]);
    assert_eq!(groups_left(in_groups(5, &[9, 4, 2]), 5), [2, 4, 9]);
    assert_eq!(
        groups_left(in_groups(5, &[0, 1, 2, 3, 4, 5, 6]), 5).len(),
        3
    );
}

/// Not the first ones, nor the same ones of everybody, and every one of somebody.
#[test]
fn which_groups_are_left_is_drawn_for_every_individual() {
    let left: BTreeSet<Vec<u32>> = (0..60)
        .map(|unit| groups_left(in_groups(unit, &[0, 1, 2, 3, 4, 5]), unit))
        .collect();
    // Of 20 ways to choose three.
    assert!(left.len() > 15, "{}", left.len());
    let ever: BTreeSet<u32> = left.into_iter().flatten().collect();
    assert_eq!(ever.len(), 6);
}

proptest! {
    /// Neither the order of rows nor what others have, nor how many values of a
    /// dimension they make known, changes where an individual counts.
    #[test]
    fn where_an_individual_counts_hangs_on_nobody_else(
        groups in prop::collection::btree_set(0_u32..40, 1..10),
        others in prop::collection::btree_set(0_u32..40, 0..10),
        shift in 0_u32..5,
    ) {
        let groups: Vec<u32> = groups.into_iter().collect();
        let others: Vec<u32> = others.into_iter().collect();
        let alone = groups_left(in_groups(5, &groups), 5);
        let backwards: Vec<u32> = groups.iter().rev().copied().collect();
        let mut together = in_groups(4, &others);
        together.extend(in_groups(5, &backwards));
        together.extend(in_groups(6, &others));
        prop_assert_eq!(groups_left(together, 5), alone.clone());
        // Values that others have move the positions of his.
        let moved: Vec<u32> = groups.iter().map(|group| group * 2 + shift).collect();
        let expected: Vec<u32> = alone.iter().map(|group| group * 2 + shift).collect();
        prop_assert_eq!(groups_left(in_groups(5, &moved), 5), expected);
    }

    #[test]
    fn no_value_has_more_quanta_than_the_reach(
        lower in -1e6_f64..1e6,
        span in 1e-3_f64..1e6,
        value in proptest::num::f64::ANY,
    ) {
        let bounds = Bounds::of(&statistic(Measure::Sum, Some([lower, lower + span]))).unwrap();
        prop_assert!(bounds.quanta(value).abs() <= bounds.reach());
    }
}
