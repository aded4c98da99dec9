//! What one individual may contribute: to few groups, and to each within bounds.

use std::collections::BTreeMap;

use crate::{
    Noise,
    cell::{Amount, Contribution, Key, Measure, Statistic},
    profile::Profile,
};

/// Into how many quanta the span of a column's bounds is cut.
const QUANTA: f64 = 1_048_576.0;

/// Bounds so far from zero for their span that sums of quanta could overflow are none.
const FARTHEST: f64 = 4.0e18;

/// What one individual has in one group.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitRow {
    /// The individual.
    pub unit: u32,
    /// The group.
    pub key: Key,
    /// One contribution per statistic.
    pub contributions: Vec<Contribution>,
}

/// Bounds the contributions of every individual.
///
/// # Postcondition
///
/// Every individual is left in κ groups at most, and contributes to each as
/// individual once, as rows `profile.dp.rows` times at most, and to sums and
/// means an amount within the declared bounds, in quanta of 2⁻²⁰ of their span.
/// A mean is over individuals, each once with the mean of his own values.
/// Statistics without bounds get nothing; to protect a table of them is refused.
///
/// Which groups an individual is left in hangs on a keyed hash of which of his
/// own groups it is, in their order, and on nothing of others'. Therefore the
/// positions of a dimension of the data must be in the order of its values: an
/// order of arrival would let one individual change where others count.
pub fn bounded(
    rows: Vec<UnitRow>,
    statistics: &[Statistic],
    profile: &Profile,
    noise: &Noise,
) -> Vec<UnitRow> {
    let mut individuals: BTreeMap<u32, Vec<UnitRow>> = BTreeMap::new();
    for row in rows {
        individuals.entry(row.unit).or_default().push(row);
    }
    let groups = profile.dp.groups as usize;
    individuals
        .into_iter()
        .flat_map(|(unit, rows)| chosen(unit, rows, groups, noise))
        .map(|row| UnitRow {
            contributions: row
                .contributions
                .into_iter()
                .zip(statistics)
                .map(|(contribution, statistic)| clamped(contribution, statistic, profile))
                .collect(),
            ..row
        })
        .collect()
}

/// The groups that an individual is left in, in the order of their keys.
fn chosen(unit: u32, mut rows: Vec<UnitRow>, groups: usize, noise: &Noise) -> Vec<UnitRow> {
    rows.sort_by(|a, b| a.key.cmp(&b.key));
    let found = rows.len() as u64;
    let mut drawn: Vec<(f64, UnitRow)> = (0_u64..)
        .zip(rows)
        .map(|(rank, row)| {
            let parts = [
                &unit.to_be_bytes()[..],
                &found.to_be_bytes(),
                &rank.to_be_bytes(),
            ];
            (noise.uniform("groups", &parts), row)
        })
        .collect();
    drawn.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    drawn.truncate(groups);
    let mut rows: Vec<UnitRow> = drawn.into_iter().map(|(_, row)| row).collect();
    rows.sort_by(|a, b| a.key.cmp(&b.key));
    rows
}

fn clamped(contribution: Contribution, statistic: &Statistic, profile: &Profile) -> Contribution {
    if contribution.count == 0 {
        return Contribution::NONE;
    }
    let in_quanta = |amount: f64| match Bounds::of(statistic) {
        Some(bounds) => Contribution {
            amount: Amount::Integer(bounds.quanta(amount)),
            ..Contribution::ROW
        },
        None => Contribution::NONE,
    };
    #[expect(clippy::cast_precision_loss, reason = "cut to quanta right away")]
    let amount = match contribution.amount {
        Amount::Integer(value) => value as f64,
        Amount::Fraction(value) => value,
    };
    match statistic.measure {
        Measure::Individuals => Contribution::ROW,
        Measure::Count => {
            let count = contribution.count.min(u64::from(profile.dp.rows));
            Contribution {
                count,
                amount: Amount::Integer(i128::from(count)),
                square: 0.0,
            }
        }
        Measure::IntegerSum | Measure::Sum => in_quanta(amount),
        #[expect(clippy::cast_precision_loss, reason = "cut to quanta right away")]
        Measure::IntegerMean | Measure::Mean => in_quanta(amount / contribution.count as f64),
        Measure::Variance
        | Measure::VariancePopulation
        | Measure::Deviation
        | Measure::DeviationPopulation => Contribution::NONE,
    }
}

/// Declared bounds, cut into quanta.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    lower: f64,
    upper: f64,
    quantum: f64,
}

impl Bounds {
    /// The bounds of a statistic, if it has any that can be worked with.
    pub(super) fn of(statistic: &Statistic) -> Option<Self> {
        let [lower, upper] = statistic.bounds?;
        let quantum = (upper - lower) / QUANTA;
        let farthest = lower.abs().max(upper.abs()) / quantum;
        // Of equal bounds the quantum is 0, which is not normal.
        let works = lower < upper && quantum.is_normal() && farthest <= FARTHEST;
        works.then_some(Self {
            lower,
            upper,
            quantum,
        })
    }

    /// A value in quanta from zero, clamped. What is no number is nothing.
    pub(super) fn quanta(self, value: f64) -> i128 {
        #[expect(clippy::cast_possible_truncation, reason = "bounded by FARTHEST")]
        let quanta = (value.clamp(self.lower, self.upper) / self.quantum).round() as i128;
        quanta
    }

    /// The most quanta that one value has, up or down from zero.
    pub(super) fn reach(self) -> i128 {
        let (lower, upper) = (self.quanta(self.lower), self.quanta(self.upper));
        lower.abs().max(upper.abs())
    }

    /// The width of a quantum.
    pub(super) fn quantum(self) -> f64 {
        self.quantum
    }

    /// A noisy sum of quanta as a sum, on the side of zero that all values are on.
    pub(super) fn sum(self, quanta: i128) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "noise is far above that")]
        let sum = quanta as f64 * self.quantum;
        if self.lower >= 0.0 {
            sum.max(0.0)
        } else if self.upper <= 0.0 {
            sum.min(0.0)
        } else {
            sum
        }
    }

    /// The mean of a noisy sum of quanta over a noisy number of individuals.
    pub(super) fn mean(self, quanta: i128, individuals: i128) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "noise is far above that")]
        let mean = quanta as f64 * self.quantum / individuals.max(1) as f64;
        mean.clamp(self.lower, self.upper)
    }
}

#[cfg(test)]
#[path = "bounding/tests.rs"]
mod tests;
