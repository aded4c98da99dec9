//! The perturbation table of the `cell-key` mechanism: by how much a count is moved.
//!
//! For every count the distribution of largest entropy among those that move it
//! by nothing on average, with the variance asked for, and never to a small
//! count. Sources: Fraser and Wooton 2005 (the method), Marley and Leaver 2011
//! and Giessing 2016 (the distribution of largest entropy), the R package `ptable`
//! (its conventions and reference values).
//!
//! `ptable` drops the variance for small counts that cannot reach it. Here such
//! parameters are refused as a whole: every count gets the variance promised.

use crate::profile::CellKey;

/// How far a row's mean and variance may be from what was asked for.
const TOLERANCE: f64 = 1e-10;

/// Steps of Newton's method before a row is given up; rows take about ten.
const STEPS: usize = 500;

/// By how much counts are moved.
#[derive(Debug)]
pub(crate) struct PTable {
    /// By count, from 0. The last row is for all larger counts as well: for those
    /// every move is allowed, and the distribution no longer changes.
    rows: Vec<Vec<Move>>,
}

/// A move and how likely it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Move {
    /// What is added to the count.
    pub(crate) by: i64,
    /// How likely it is.
    pub(crate) probability: f64,
}

impl PTable {
    /// The table of these parameters; none if there is no such distribution,
    /// that is unless max i·(small + 1 − i) ≤ variance < reach.
    pub(crate) fn new(parameters: &CellKey) -> Option<Self> {
        let (reach, small) = (i64::from(parameters.reach), i64::from(parameters.small));
        // A small count moves to 0 or beyond `small`: its variance is at least what
        // those two alone give. A count of 1 falls by 1 at most: its variance is
        // at most the reach.
        #[expect(clippy::cast_precision_loss, reason = "small counts")]
        let reachable = |count: i64| (count * (small + 1 - count)) as f64 <= parameters.variance;
        let exists = parameters.variance > 0.0
            && parameters.variance < f64::from(parameters.reach)
            && (1..=small).all(reachable);
        if !exists {
            return None;
        }
        let nothing = vec![Move {
            by: 0,
            probability: 1.0,
        }];
        let further =
            (1..=reach + small + 1).map(|count| row(count, reach, small, parameters.variance));
        let rows = std::iter::once(Some(nothing))
            .chain(further)
            .collect::<Option<_>>()?;
        Some(Self { rows })
    }

    /// How a count is moved, most negative first.
    pub(crate) fn moves(&self, count: u64) -> &[Move] {
        let index = usize::try_from(count).unwrap_or(usize::MAX);
        self.rows
            .get(index)
            .or(self.rows.last())
            .map_or(&[], Vec::as_slice)
    }

    /// The move of a count for a draw from [0, 1): the inverse of the distribution function.
    pub(crate) fn draw(&self, count: u64, uniform: f64) -> i64 {
        let moves = self.moves(count);
        let mut passed = 0.0;
        for step in moves {
            passed += step.probability;
            if uniform < passed {
                return step.by;
            }
        }
        // The probabilities add up to 1 but for rounding.
        moves.last().map_or(0, |step| step.by)
    }
}

/// The row of a count: p(v) ∝ exp(λ₁v + λ₂v²) on the moves allowed.
fn row(count: i64, reach: i64, small: i64, variance: f64) -> Option<Vec<Move>> {
    let allowed = |by: &i64| count + by == 0 || count + by > small;
    let moves: Vec<i64> = (-reach..=reach)
        .filter(|by| count + by >= 0)
        .filter(allowed)
        .collect();
    // A small count has two outcomes left when the variance is the least there
    // is, and the distribution is no longer of the exponential family.
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let (down, up) = (count as f64, (small + 1 - count) as f64);
    if count <= small && (variance - down * up).abs() < TOLERANCE {
        return Some(vec![
            Move {
                by: -count,
                probability: up / (down + up),
            },
            Move {
                by: small + 1 - count,
                probability: down / (down + up),
            },
        ]);
    }
    let probabilities = largest_entropy(&moves, reach, variance)?;
    let moves = moves.into_iter().zip(probabilities);
    Some(
        moves
            .map(|(by, probability)| Move { by, probability })
            .collect(),
    )
}

/// The distribution of largest entropy on `moves` with mean 0 and the variance.
///
/// Its parameters minimise the convex dual ln Σ exp(λ₁w + λ₂(w² − σ²)) with
/// w = v/reach, whose gradient is what mean and variance are off by.
fn largest_entropy(moves: &[i64], reach: i64, variance: f64) -> Option<Vec<f64>> {
    #[expect(clippy::cast_precision_loss, reason = "at most the reach")]
    let scaled: Vec<f64> = moves.iter().map(|by| *by as f64 / reach as f64).collect();
    #[expect(clippy::cast_precision_loss, reason = "at most the reach")]
    let reach = reach as f64;
    let target = variance / (reach * reach);
    let mut at = Dual::at([0.0, 0.0], &scaled, target);
    for _ in 0..STEPS {
        let [mean, square] = at.gradient;
        if (mean * reach).abs() < TOLERANCE && (square * reach * reach).abs() < TOLERANCE {
            return Some(at.probabilities);
        }
        let [a, b, c] = at.curvature;
        let determinant = a * c - b * b;
        let step = [
            (b * square - c * mean) / determinant,
            (b * mean - a * square) / determinant,
        ];
        let slope = mean * step[0] + square * step[1];
        let shorter = |halvings: i32| {
            let share = 0.5_f64.powi(halvings);
            let [first, second] = at.place;
            let place = [first + share * step[0], second + share * step[1]];
            let next = Dual::at(place, &scaled, target);
            // Armijo's rule, but for the last digits of the value. It decides how
            // soon the search ends; where it ends, the tolerance does.
            (next.value <= at.value + 1e-4 * share * slope + 1e-15).then_some(next)
        };
        at = (0..60).find_map(shorter)?;
    }
    None
}

/// The dual at one place.
struct Dual {
    place: [f64; 2],
    value: f64,
    gradient: [f64; 2],
    /// The Hessian: both in the first, the first and the second, both in the second.
    curvature: [f64; 3],
    probabilities: Vec<f64>,
}

impl Dual {
    fn at(place: [f64; 2], scaled: &[f64], target: f64) -> Self {
        let [first, second] = place;
        let exponents: Vec<f64> = scaled
            .iter()
            .map(|w| first * w + second * (w * w - target))
            .collect();
        let largest = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = exponents.iter().map(|e| (e - largest).exp()).collect();
        let total: f64 = weights.iter().sum();
        let probabilities: Vec<f64> = weights.iter().map(|weight| weight / total).collect();
        let expected = |of: &dyn Fn(f64) -> f64| -> f64 {
            let terms = scaled.iter().zip(&probabilities);
            terms.map(|(w, probability)| of(*w) * probability).sum()
        };
        let mean = expected(&|w| w);
        let square = expected(&|w| w * w - target);
        Self {
            place,
            value: largest + total.ln(),
            gradient: [mean, square],
            // Covariances: it would do to centre one factor of each.
            curvature: [
                expected(&|w| (w - mean) * (w - mean)),
                expected(&|w| (w - mean) * (w * w - target - square)),
                expected(&|w| (w * w - target - square) * (w * w - target - square)),
            ],
            probabilities,
        }
    }
}

#[cfg(test)]
#[path = "ptable/tests.rs"]
mod tests;
