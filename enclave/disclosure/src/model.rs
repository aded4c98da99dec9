//! Models: which coefficients may be shown, and of whom.
//!
//! A coefficient is a weighted sum over the outcomes of those whose covariate the other
//! covariates do not say. Where those are few, it tells their outcome: of a covariate
//! that one person alone has, of two columns that differ in one person, of a model with
//! nearly as many parameters as people. So what is counted is how many individuals
//! determine each coefficient ([`participants`]), among all and among those with the
//! outcome and without it; the rest are the field's rules on parameters and on cells.

mod data;
mod sheets;

pub use data::{Covariate, Data, Outcome, Values};

use sekisho_statistics::regression;

use crate::{Noise, Profile, suppress};

/// Parameters that a model may have for each individual, or for each of the rarer
/// outcome (DataSHIELD's `nfilter.glm`).
const PARAMETERS_PER_INDIVIDUAL: f64 = 0.33;

/// Individuals that a model must have beyond its parameters (ACRO's residual degrees of
/// freedom).
const LEAST_BEYOND: usize = 10;

/// What may be shown of a model is judged by this.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// What the threshold's own noise is drawn from.
    pub noise: &'a Noise,
}

/// A model's individuals with a value for everything, and the columns of its design.
#[derive(Clone, Debug)]
pub struct Model {
    units: Vec<u32>,
    outcome: Outcome,
    terms: Vec<Term>,
    /// A row for each individual, a column for each term that is in the model.
    rows: Vec<Vec<f64>>,
}

/// A coefficient that is asked for.
#[derive(Clone, Debug, PartialEq)]
struct Term {
    name: String,
    level: Option<String>,
    reference: Option<String>,
    /// Its column; none of a level that few have, or nobody.
    column: Option<usize>,
}

impl Rules<'_> {
    fn is_crowd(&self, n: usize, who: impl Fn() -> Vec<u32>) -> bool {
        suppress::enough_of(n as u64, self.profile.threshold, self.noise, who)
    }

    /// Whether a model's figures may be shown; all of them, or none.
    fn admit(&self, model: &Model) -> bool {
        let parts = model.outcome.parts(&model.units);
        let rarer = parts.iter().map(Vec::len).min();
        let rarer = rarer.unwrap_or(model.units.len());
        // The intercept is one.
        let parameters = model.rows.first().map_or(0, Vec::len) + 1;
        #[expect(clippy::cast_precision_loss, reason = "numbers of people")]
        let few_parameters = parameters as f64 <= PARAMETERS_PER_INDIVIDUAL * rarer as f64
            && rarer >= parameters + LEAST_BEYOND;
        let crowds = self.is_crowd(model.units.len(), || model.units.clone())
            && parts.iter().all(|part| {
                let who = || {
                    part.iter()
                        .filter_map(|&at| model.units.get(at).copied())
                        .collect()
                };
                self.is_crowd(part.len(), who)
            });
        few_parameters && crowds && self.is_determined_by_many(model, &parts)
    }

    fn is_determined_by_many(&self, model: &Model, parts: &[Vec<usize>]) -> bool {
        let Ok(own) = regression::own_parts(&model.rows) else {
            return false;
        };
        let many = |values: &[f64]| self.is_crowd(participants(values), || model.units.clone());
        let own_of_many = own.iter().all(|values| many(values));
        let columns = 0..own.len();
        let of_parts = columns.into_iter().all(|column| {
            parts.iter().all(|part| {
                let of = part
                    .iter()
                    .filter_map(|&at| model.rows.get(at)?.get(column));
                many(&centred(of.copied().collect()))
            })
        });
        let outcome_of_many = match &model.outcome {
            Outcome::Number(values) => many(&centred(values.clone())),
            Outcome::Survival(_) | Outcome::Condition(_) => true,
        };
        own_of_many && of_parts && outcome_of_many
    }
}

/// How many individuals make up a sum of squares, as if each of them had the same: the
/// square of the sum over the sum of the squares. Of m people with one value among many
/// others with another it is about m, of a normal deviate a third of everybody.
fn participants(values: &[f64]) -> usize {
    let squares = values.iter().map(|value| value * value);
    let (sum, of_squares) = squares.fold((0.0, 0.0), |(sum, of_squares), square| {
        (sum + square, of_squares + square * square)
    });
    let effective = sum * sum / of_squares;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most the number of values; not a number is 0"
    )]
    let whole = (effective + 1e-9).floor() as usize;
    whole
}

#[expect(clippy::cast_precision_loss, reason = "numbers of people")]
fn centred(values: Vec<f64>) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    values.into_iter().map(|value| value - mean).collect()
}

#[cfg(test)]
#[path = "model/tests.rs"]
mod tests;
