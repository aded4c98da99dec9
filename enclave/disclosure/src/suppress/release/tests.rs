//! What figures look like when they are shown.

use super::*;
use crate::{
    Amount, Contribution,
    suppress::tests::{alone, fraction, single, standard},
};

fn value(measure: Measure, contributions: &[Contribution], profile: &Profile) -> Option<Value> {
    let protected = alone(&single(measure, contributions), profile);
    protected
        .rows()
        .iter()
        .find_map(|row| row.values.first().copied()?)
}

fn integers(values: &[i128], count: u64) -> Vec<Contribution> {
    let contribution = |value: &i128| Contribution {
        count,
        amount: Amount::Integer(*value),
        square: 0.0,
    };
    values.iter().map(contribution).collect()
}

#[test]
fn counts_of_individuals_and_of_rows_are_rounded_each() {
    let rows = integers(&[3; 32], 3);
    let shown = |measure| value(measure, &rows, &standard());
    assert_eq!(shown(Measure::Individuals), Some(Value::Integer(30)));
    assert_eq!(shown(Measure::Count), Some(Value::Integer(95)));
    assert_eq!(shown(Measure::IntegerSum), Some(Value::Integer(95)));
}

#[test]
fn a_mean_is_the_quotient_of_its_rounded_parts() {
    // 32 · 61 = 1952 → 1950, 32 → 30.
    assert_eq!(
        value(Measure::IntegerMean, &integers(&[61; 32], 1), &standard()),
        Some(Value::Fraction(65.0))
    );
    // 32 · 0.515625 = 16.5, 32 → 30.
    assert_eq!(
        value(Measure::Mean, &[fraction(0.515_625); 32], &standard()),
        Some(Value::Fraction(0.55))
    );
}

#[test]
fn a_fractional_sum_keeps_its_digits() {
    assert_eq!(
        value(Measure::Sum, &[fraction(38.571); 32], &standard()),
        Some(Value::Fraction(1230.0))
    );
}

/// 30 values of 1 and 30 of 3: a variance of 1 in the population, 60/59 in the sample.
fn ones_and_threes() -> Vec<Contribution> {
    let values = [1.0, 3.0].into_iter().cycle().take(60);
    values.map(fraction).collect()
}

#[test]
fn variances_and_deviations_keep_three_digits() {
    let shown = |measure| value(measure, &ones_and_threes(), &standard());
    assert_eq!(
        shown(Measure::VariancePopulation),
        Some(Value::Fraction(1.0))
    );
    assert_eq!(shown(Measure::Variance), Some(Value::Fraction(1.02)));
    assert_eq!(
        shown(Measure::DeviationPopulation),
        Some(Value::Fraction(1.0))
    );
    assert_eq!(shown(Measure::Deviation), Some(Value::Fraction(1.01)));
}

#[test]
fn without_rounding_variances_are_exact() {
    let mut profile = standard();
    (profile.rounding_base, profile.sum_significant_digits) = (1, 0);
    let shown = |measure| value(measure, &ones_and_threes(), &profile);
    assert_eq!(shown(Measure::Variance), Some(Value::Fraction(60.0 / 59.0)));
    assert_eq!(
        shown(Measure::Deviation),
        Some(Value::Fraction((60.0_f64 / 59.0).sqrt()))
    );
}

#[test]
fn the_variance_of_a_sample_tells_no_more_of_the_count_than_the_rounded_count() {
    // 62 values; the count is shown as 60, and 60/59 is what makes a sample of a population.
    let mut profile = standard();
    profile.sum_significant_digits = 6;
    let values: Vec<Contribution> = [1.0, 3.0]
        .into_iter()
        .cycle()
        .take(62)
        .map(fraction)
        .collect();
    assert_eq!(
        value(Measure::Variance, &values, &profile),
        Some(Value::Fraction(1.01695))
    );
}

#[test]
fn where_rounding_leaves_no_count_there_is_no_mean_and_no_variance_of_a_sample() {
    let mut profile = standard();
    profile.rounding_base = 1000;
    for measure in [Measure::Mean, Measure::Variance, Measure::Deviation] {
        assert_eq!(
            value(measure, &ones_and_threes(), &profile),
            None,
            "{measure:?}"
        );
    }
    assert_eq!(
        value(Measure::Count, &ones_and_threes(), &profile),
        Some(Value::Integer(0))
    );
}

#[test]
fn a_sum_beyond_what_is_sent_is_not_shown() {
    let large = integers(&[i128::from(i64::MAX) / 2; 30], 1);
    assert_eq!(value(Measure::IntegerSum, &large, &standard()), None);
}
