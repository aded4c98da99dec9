//! Differences between two groups: of which features they may be shown.
//!
//! Each feature's values are explained by the group, beside covariates, in a linear model. All
//! of them are tested inside, and nothing of that is shown. Of those that lie farthest out the
//! group's coefficient is shown by the rules of models: whatever decides it must be decided by
//! many, and it carries their noise. So one person whose value stands out hides the feature,
//! and shows nothing.

mod sheets;

use sekisho_statistics::{association::Null, regression};

use crate::{
    association::Tested,
    frequency,
    model::{Deviates, Estimate, MOST_LEVERAGE, Model, Outcome, Rules},
};

pub use sheets::{Findings, Row, Tests};

/// Two groups, the cases and the others, with what the covariates say of them.
pub struct Difference<'a> {
    /// Its outcome is who is a case.
    model: Model,
    null: Null,
    noise: Deviates,
    rules: Rules<'a>,
}

/// A feature: the value of each of the individuals; none of whom there is none.
pub type Values<'v> = &'v [Option<f64>];

impl<'a> Difference<'a> {
    /// Of a model whose outcome is a condition, and which has covariates or none; nothing where
    /// it may not be shown.
    pub fn of(model: Model, rules: Rules<'a>) -> Option<Self> {
        let is_large = (model.sides()).all(|side| frequency::is_large_enough(side, 1));
        if !is_large || !rules.admit(&model, 1) {
            return None;
        }
        Some(Self {
            null: null(&model)?,
            noise: model.noise(rules),
            model,
            rules,
        })
    }

    /// The individuals, in the order of a feature's values.
    pub fn units(&self) -> &[u32] {
        self.model.units()
    }

    /// Tests a feature of which many cases and many others have a value.
    pub fn test(&self, number: u32, values: Values<'_>, tested: &mut Tested) {
        let statistic = match values.iter().all(Option::is_some) {
            true => {
                let numbers: Vec<f64> = values.iter().flatten().copied().collect();
                self.null.statistic_of_numbers(&numbers)
            }
            false => self.known(values).and_then(|(model, numbers)| {
                let is_of_crowds = self.is_of_crowds(&model);
                let null = is_of_crowds.then(|| null(&model)).flatten();
                null?.statistic_of_numbers(&numbers)
            }),
        };
        if let Some(statistic) = statistic {
            tested.add(number, statistic);
        }
    }

    /// What may be shown of a feature: the difference and its error. `name` tells its numbers
    /// from all others, those of the same people in another tissue or after a correction too:
    /// noise hangs on it, and would else go away between the two.
    pub fn shown(&self, name: &str, values: Values<'_>) -> Option<(f64, f64)> {
        let (cases, numbers) = self.known(values)?;
        if !self.is_of_crowds(&cases) {
            return None;
        }
        let Outcome::Condition(is_case) = cases.outcome() else {
            return None;
        };
        let group = is_case.iter().map(|is_case| f64::from(u8::from(*is_case)));
        let rows = group.zip(cases.rows()).map(|(group, row)| {
            let mut with = vec![group];
            with.extend(row);
            with
        });
        let explained = Model::of(
            cases.units().to_vec(),
            String::new(),
            Outcome::Number(numbers.clone()),
            rows.collect(),
        );
        if !self.rules.admit(&explained, 0) {
            return None;
        }
        let fit = regression::linear(&numbers, explained.rows()).ok()?;
        // The intercept comes first.
        let at = |of: &[f64]| of.get(1).copied();
        let estimate = Estimate {
            coefficient: at(&fit.coefficients)?,
            error: at(&fit.errors)?,
            influence: fit.influence.get(1)?.clone(),
        };
        let of_many = self.rules.is_of_many(&explained, &estimate.influence)
            && fit.leverage.iter().all(|of| *of <= MOST_LEVERAGE);
        if !of_many {
            return None;
        }
        let term = [Some("difference"), Some(name), None];
        let is_whole = numbers.len() == values.len();
        let own = (!is_whole).then(|| cases.noise(self.rules));
        let noise = own.as_ref().unwrap_or(&self.noise);
        Some(cases.shown(&estimate, term, noise, self.rules))
    }

    /// The individuals with a value, and their values.
    fn known(&self, values: Values<'_>) -> Option<(Model, Vec<f64>)> {
        if values.len() != self.model.units().len() {
            return None;
        }
        let known = values.iter().enumerate();
        let (places, numbers) = known
            .filter_map(|(place, value)| Some((place, (*value)?)))
            .unzip::<_, _, Vec<_>, Vec<_>>();
        Some((self.model.at(&places), numbers))
    }

    fn is_of_crowds(&self, model: &Model) -> bool {
        let parts = model.outcome().parts(model.units());
        parts.into_iter().all(|part| {
            let who = || {
                let units = part.iter().filter_map(|at| model.units().get(*at));
                units.copied().collect()
            };
            self.rules.is_crowd(part.len(), who)
        })
    }
}

/// What covariates say of who is a case. The statistic of the group in a model of values is
/// that of the values in a linear model of the group.
fn null(model: &Model) -> Option<Null> {
    let Outcome::Condition(is_case) = model.outcome() else {
        return None;
    };
    let group = is_case.iter().map(|is_case| f64::from(u8::from(*is_case)));
    Null::linear(&group.collect::<Vec<_>>(), model.rows()).ok()
}

#[cfg(test)]
#[path = "difference/tests.rs"]
mod tests;
