//! Figures as they are shown: suppression comes first, rounding after.

use super::judge::Judged;
use crate::{
    Measure, Profile, Value,
    rounding::{to_base, to_significant},
};

/// A figure rounded; `None` where rounding leaves nothing to show.
///
/// What is derived from several parts is derived from the rounded ones, so that
/// it tells no more than they do: a mean from sum and count, the variance of a
/// sample from that of the population and the count, a deviation from its
/// variance.
pub(super) fn released(measure: Measure, figure: &Judged<'_>, profile: &Profile) -> Option<Value> {
    let totals = &figure.totals;
    let count = || to_base(i128::from(totals.count), profile.rounding_base);
    let integer = || to_base(totals.integer, profile.rounding_base);
    let significant = |value| to_significant(value, profile.sum_significant_digits);
    #[expect(clippy::cast_precision_loss, reason = "a count of individuals' rows")]
    let population = || significant(totals.deviations / totals.count as f64);
    let sample = || {
        let count = count().filter(|count| *count >= 2)?;
        #[expect(clippy::cast_precision_loss, reason = "a rounded count")]
        let correction = count as f64 / (count - 1) as f64;
        Some(significant(population() * correction))
    };
    match measure {
        Measure::Individuals => {
            let individuals = i128::from(figure.set().len());
            to_base(individuals, profile.rounding_base).map(Value::Integer)
        }
        Measure::Count => count().map(Value::Integer),
        Measure::IntegerSum => integer().map(Value::Integer),
        Measure::Sum => fraction(significant(totals.fraction)),
        #[expect(
            clippy::cast_precision_loss,
            reason = "a rounded sum, divided right away"
        )]
        Measure::IntegerMean => quotient(integer()? as f64, count()?),
        Measure::Mean => quotient(significant(totals.fraction), count()?),
        Measure::VariancePopulation => fraction(population()),
        Measure::Variance => fraction(sample()?),
        Measure::DeviationPopulation => fraction(significant(population().sqrt())),
        Measure::Deviation => fraction(significant(sample()?.sqrt())),
    }
}

/// A mean is the quotient of its rounded parts.
fn quotient(sum: f64, count: i64) -> Option<Value> {
    #[expect(clippy::cast_precision_loss, reason = "a rounded count")]
    let mean = sum / count as f64;
    fraction(mean)
}

fn fraction(value: f64) -> Option<Value> {
    value.is_finite().then_some(Value::Fraction(value))
}

#[cfg(test)]
#[path = "release/tests.rs"]
mod tests;
