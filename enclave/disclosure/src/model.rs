//! Models: which coefficients may be shown, and of whom.
//!
//! A coefficient is a weighted sum over outcomes. Where few people decide it, it tells
//! their outcome: of a covariate that one person alone has, of two columns that differ in
//! one person, of a condition that leaves one exception, of a model with nearly as many
//! parameters as people. So it is counted who moves each coefficient, and who could
//! ([`participants`]), and nobody may decide much of an own fitted value. The rest are the
//! field's rules on parameters and on cells. What is shown is moved by a noise that is as
//! large as a rounding of counts would be, and hangs on the people and the term.

mod data;
mod sheets;

pub use data::{Covariate, Data, Outcome, Values};
pub(crate) use sheets::{Deviates, Estimate, estimate_columns, estimate_entries};

use sekisho_statistics::regression;

use crate::{Noise, Profile, suppress};

/// Parameters that a model may have for each individual, or for each of the rarer
/// outcome (DataSHIELD's `nfilter.glm`).
const PARAMETERS_PER_INDIVIDUAL: f64 = 0.33;

/// Noise is as of a rounding to this, or to the profile's base if it is larger.
pub(crate) const LEAST_BASE: u32 = 5;

/// Individuals that a model must have beyond its parameters (ACRO's residual degrees of
/// freedom).
const LEAST_BEYOND: usize = 10;

/// The most that somebody may decide of a fitted value.
pub(crate) const MOST_LEVERAGE: f64 = 0.3;

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
    /// What is explained, in words: noise hangs on it.
    name: String,
    terms: Vec<Term>,
    /// A row for each individual, a column for each term that is in the model.
    rows: Vec<Vec<f64>>,
}

impl Model {
    /// The individuals, in ascending order.
    pub fn units(&self) -> &[u32] {
        &self.units
    }

    pub(crate) fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    pub(crate) fn rows(&self) -> &[Vec<f64>] {
        &self.rows
    }

    pub(crate) fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Of individuals in ascending order, with an outcome and columns that nothing is shown
    /// of by name.
    pub(crate) fn of(units: Vec<u32>, name: String, outcome: Outcome, rows: Vec<Vec<f64>>) -> Self {
        Self {
            units,
            outcome,
            name,
            terms: Vec::new(),
            rows,
        }
    }

    /// Of those at these places alone, in ascending order.
    pub(crate) fn at(&self, places: &[usize]) -> Self {
        Self {
            units: data::picked(&self.units, places),
            outcome: self.outcome.of(places),
            name: self.name.clone(),
            terms: self.terms.clone(),
            rows: data::picked(&self.rows, places),
        }
    }

    /// How many have the outcome, and how many have not; all, where it is a number.
    pub(crate) fn sides(&self) -> impl Iterator<Item = u64> {
        let parts = self.outcome.parts(&self.units);
        let all = parts.is_empty().then_some(self.units.len());
        let sides: Vec<usize> = parts.iter().map(Vec::len).chain(all).collect();
        sides.into_iter().map(|n| n as u64)
    }

    /// The same with more columns, of which nothing is shown by itself: a row of them for each
    /// individual.
    pub(crate) fn with(mut self, columns: &[Vec<f64>]) -> Self {
        for (row, more) in self.rows.iter_mut().zip(columns) {
            row.extend(more);
        }
        self
    }
}

/// A coefficient that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Term {
    pub(crate) name: String,
    pub(crate) level: Option<String>,
    pub(crate) reference: Option<String>,
    /// Its column; none of a level that few have, or nobody.
    pub(crate) column: Option<usize>,
}

impl Rules<'_> {
    pub(crate) fn is_crowd(&self, n: usize, who: impl Fn() -> Vec<u32>) -> bool {
        suppress::enough_of(n as u64, self.profile.threshold, self.noise, who)
    }

    /// Whether a model may be fitted and shown, as far as its columns tell, with so many
    /// columns more.
    pub(crate) fn admit(&self, model: &Model, more: usize) -> bool {
        let parts = model.outcome.parts(&model.units);
        let rarer = parts.iter().map(Vec::len).min();
        let rarer = rarer.unwrap_or(model.units.len());
        // Not to the person: how many parameters pass would tell that.
        let base = self.profile.rounding_base.max(LEAST_BASE) as usize;
        let rarer = rarer / base * base;
        // The intercept is one.
        let parameters = model.rows.first().map_or(0, Vec::len) + 1 + more;
        #[expect(clippy::cast_precision_loss, reason = "numbers of people")]
        let few_parameters = parameters as f64 <= PARAMETERS_PER_INDIVIDUAL * rarer as f64
            && rarer >= parameters + LEAST_BEYOND;
        let crowds = self.is_crowd(model.units.len(), || model.units.clone())
            && parts.iter().all(|part| {
                let who = || {
                    let units = part.iter().filter_map(|&at| model.units.get(at));
                    units.copied().collect()
                };
                self.is_crowd(part.len(), who)
            });
        few_parameters && crowds && self.is_determined_by_many(model)
    }

    /// Whether many could move each coefficient, and the outcome itself.
    fn is_determined_by_many(&self, model: &Model) -> bool {
        let own = match model.rows.iter().all(Vec::is_empty) {
            true => Ok(Vec::new()),
            false => regression::own_parts(&model.rows),
        };
        let Ok(own) = own else {
            return false;
        };
        let outcome_of_many = match &model.outcome {
            Outcome::Number(values) => self.is_of_many(model, &centred(values.clone())),
            Outcome::Survival(_) | Outcome::Condition(_) => true,
        };
        let own_of_many = own.iter().all(|values| self.is_of_many(model, values));
        own_of_many && outcome_of_many && nobody_decides(&model.rows)
    }

    /// Whether a crowd makes up a sum of squares.
    pub(crate) fn is_of_many(&self, model: &Model, values: &[f64]) -> bool {
        self.is_crowd(participants(values), || model.units.clone())
    }
}

/// Whether nobody decides much of a fitted value, whatever the outcome.
pub(crate) fn nobody_decides(rows: &[Vec<f64>]) -> bool {
    rows.iter().all(Vec::is_empty)
        || regression::leverage(rows).is_ok_and(|of| of.iter().all(|of| *of <= MOST_LEVERAGE))
}

/// How many individuals make up a sum of squares, as if each of them had the same: the
/// square of the sum over the sum of the squares. Of m people with one value among many
/// others with another it is about m, of a normal deviate a third of everybody.
pub(crate) fn participants(values: &[f64]) -> usize {
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
