//! How far individuals' values lie from their mean.

use super::{Amount, Contribution};

/// What individuals add to a variance, kept apart until the mean is known:
/// computed from the total of squares, digits would be lost where values are
/// large and close together.
#[derive(Clone, Debug, Default)]
pub(super) struct Spread {
    parts: Vec<Part>,
}

/// One individual's values: how many, their sum, the sum of their squares.
#[derive(Clone, Copy, Debug)]
struct Part {
    count: f64,
    sum: f64,
    square: f64,
}

/// Squared deviations from the mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Deviations {
    /// Of everybody.
    pub(super) sum: f64,
    /// Of the two individuals who add most, the largest first.
    pub(super) top: [f64; 2],
}

impl Spread {
    pub(super) fn add(&mut self, contribution: &Contribution) {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a variance has the precision of a fraction"
        )]
        let part = Part {
            count: contribution.count as f64,
            sum: match contribution.amount {
                Amount::Integer(value) => value as f64,
                Amount::Fraction(value) => value,
            },
            square: contribution.square,
        };
        self.parts.push(part);
    }

    pub(super) fn deviations(&self) -> Deviations {
        let count: f64 = self.parts.iter().map(|part| part.count).sum();
        let mean = self.parts.iter().map(|part| part.sum).sum::<f64>() / count;
        // A second pass takes away what the first one lost.
        let lost = |part: &Part| part.sum - part.count * mean;
        let mean = mean + self.parts.iter().map(lost).sum::<f64>() / count;
        let mut deviations = Deviations {
            sum: 0.0,
            top: [0.0; 2],
        };
        for part in &self.parts {
            let squared = part.within() + part.between(mean);
            deviations.sum += squared;
            keep_largest(&mut deviations.top, squared);
        }
        deviations
    }
}

impl Part {
    /// Around the individual's own mean. What rounding may have made is nothing.
    fn within(&self) -> f64 {
        if self.count <= 1.0 {
            return 0.0;
        }
        let squared = self.square - self.sum * (self.sum / self.count);
        if squared <= 4.0 * f64::EPSILON * self.count * self.square {
            return 0.0;
        }
        squared
    }

    /// Of the individual's own mean from the mean of all.
    fn between(&self, mean: f64) -> f64 {
        let deviation = self.sum / self.count - mean;
        if deviation.abs() <= 4.0 * f64::EPSILON * mean.abs() {
            return 0.0;
        }
        self.count * deviation * deviation
    }
}

/// Keeps the two largest values, the largest first.
pub(super) fn keep_largest(top: &mut [f64; 2], value: f64) {
    let [first, second] = *top;
    // Of equals either may be the first.
    if value > first {
        *top = [value, first];
    } else if value > second {
        *top = [first, value];
    }
}

#[cfg(test)]
#[path = "spread/tests.rs"]
mod tests;
