//! A model's figures, as they may be shown.

use sekisho_statistics::{
    Unfit, Z95, cox, normal_p,
    regression::{self, Fit},
};

use super::{Model, Outcome, Rules};
use crate::{
    rounding,
    sheet::{Column, Entry, Sheet},
};

/// Significant digits of coefficients and of what tells how well a model fits.
const EFFECT_DIGITS: u32 = 3;

/// Significant digits of standard errors: with more, they would tell how many people
/// have a level to the person.
const ERROR_DIGITS: u32 = 2;

/// Significant digits of probabilities, and of concordance.
const P_DIGITS: u32 = 2;

/// A fitted model.
struct Fitted {
    /// An intercept, if there is one.
    intercept: Option<Estimate>,
    estimates: Vec<Estimate>,
    fit: Vec<(&'static str, f64)>,
    /// Of all coefficients together, if there is a test of them.
    p: Option<f64>,
}

#[derive(Clone, Copy)]
struct Estimate {
    coefficient: f64,
    error: f64,
}

impl Model {
    /// The sheets `coefficients` and `fit`. A model that may not be shown, or cannot be
    /// fitted, shows its terms alone.
    pub fn sheets(&self, rules: Rules<'_>) -> Vec<Sheet> {
        let fitted = match rules.admit(self) {
            true => self.fitted().ok(),
            false => None,
        };
        vec![
            self.coefficients(fitted.as_ref()),
            self.fit(fitted.as_ref(), rules),
        ]
    }

    fn fitted(&self) -> Result<Fitted, Unfit> {
        let estimates = |coefficients: &[f64], errors: &[f64]| -> Vec<Estimate> {
            let of = coefficients.iter().zip(errors);
            of.map(|(&coefficient, &error)| Estimate { coefficient, error })
                .collect()
        };
        let rounded = |value| rounding::to_significant(value, EFFECT_DIGITS);
        let fitted = match &self.outcome {
            Outcome::Survival(observations) => {
                let fitted = cox::fit(observations, &self.rows)?;
                let (statistic, p) = fitted.likelihood_ratio();
                Fitted {
                    intercept: None,
                    estimates: estimates(&fitted.coefficients, &fitted.errors),
                    fit: vec![
                        ("likelihood_ratio", rounded(statistic)),
                        (
                            "concordance",
                            rounding::to_significant(fitted.concordance, P_DIGITS),
                        ),
                    ],
                    p: Some(p),
                }
            }
            Outcome::Condition(of) => {
                self.regressed(regression::logistic(of, &self.rows)?, estimates)
            }
            Outcome::Number(of) => self.regressed(regression::linear(of, &self.rows)?, estimates),
        };
        Ok(fitted)
    }

    fn regressed(
        &self,
        fitted: regression::Regression,
        estimates: impl Fn(&[f64], &[f64]) -> Vec<Estimate>,
    ) -> Fitted {
        let rounded = |value| rounding::to_significant(value, EFFECT_DIGITS);
        let mut all = estimates(&fitted.coefficients, &fitted.errors);
        let intercept = (!all.is_empty()).then(|| all.remove(0));
        let covariates = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let test = fitted.fit.likelihood_ratio(covariates);
        let fit = match fitted.fit {
            Fit::Linear {
                explained,
                residual,
            } => vec![
                ("explained_variance", rounded(explained)),
                ("residual_deviation", rounded(residual)),
            ],
            Fit::Logistic { .. } => {
                let statistic = test.map_or(f64::NAN, |(statistic, _)| statistic);
                vec![("likelihood_ratio", rounded(statistic))]
            }
        };
        Fitted {
            intercept,
            estimates: all,
            fit,
            p: test.map(|(_, p)| p),
        }
    }

    fn coefficients(&self, fitted: Option<&Fitted>) -> Sheet {
        let ratio = match self.outcome {
            Outcome::Survival(_) => Some("hazard_ratio"),
            Outcome::Condition(_) => Some("odds_ratio"),
            Outcome::Number(_) => None,
        };
        let mut columns = vec![
            Column::key("term"),
            Column::key("level"),
            Column::key("reference"),
            Column::figure("coefficient"),
            Column::figure("standard_error"),
        ];
        columns.extend(ratio.map(Column::derived));
        columns.extend(["lower", "upper", "z", "p"].map(Column::derived));
        let mut sheet = Sheet::new("coefficients", columns);
        let mut add = |keys: [Option<&str>; 3], estimate: Option<Estimate>| {
            // What follows is made of what is shown, and of nothing else.
            let shown = estimate.map(|of| {
                let coefficient = rounding::to_significant(of.coefficient, EFFECT_DIGITS);
                let error = rounding::to_significant(of.error, ERROR_DIGITS);
                (coefficient, error)
            });
            let on_scale = |value: f64| if ratio.is_some() { value.exp() } else { value };
            let figure = |of: fn(f64, f64) -> f64, digits| {
                let value = shown.map(|(coefficient, error)| of(coefficient, error));
                value.map(|value| rounding::to_significant(value, digits))
            };
            let limit = |sign: f64| {
                let value = shown.map(|(coefficient, error)| coefficient + sign * Z95 * error);
                value.map(|value| rounding::to_significant(on_scale(value), EFFECT_DIGITS))
            };
            let mut row: Vec<Entry> = keys.into_iter().map(Entry::from).collect();
            row.push(shown.map(|(coefficient, _)| coefficient).into());
            row.push(shown.map(|(_, error)| error).into());
            if ratio.is_some() {
                row.push(figure(|coefficient, _| coefficient.exp(), EFFECT_DIGITS).into());
            }
            row.push(limit(-1.0).into());
            row.push(limit(1.0).into());
            row.push(figure(|coefficient, error| coefficient / error, EFFECT_DIGITS).into());
            row.push(figure(|coefficient, error| normal_p(coefficient / error), P_DIGITS).into());
            sheet.add(row);
        };
        if !matches!(self.outcome, Outcome::Survival(_)) {
            let estimate = fitted.and_then(|fitted| fitted.intercept);
            add([Some("intercept"), None, None], estimate);
        }
        for term in &self.terms {
            let estimate = fitted.and_then(|fitted| fitted.estimates.get(term.column?).copied());
            let keys = [
                Some(term.name.as_str()),
                term.level.as_deref(),
                term.reference.as_deref(),
            ];
            add(keys, estimate);
        }
        sheet
    }

    fn fit(&self, fitted: Option<&Fitted>, rules: Rules<'_>) -> Sheet {
        let parts = self.outcome.parts(&self.units);
        let statistics: &[&'static str] = match self.outcome {
            Outcome::Survival(_) => &["likelihood_ratio", "concordance"],
            Outcome::Condition(_) => &["likelihood_ratio"],
            Outcome::Number(_) => &["explained_variance", "residual_deviation"],
        };
        let mut columns = vec![Column::count("individuals")];
        if !parts.is_empty() {
            columns.push(Column::count("events"));
        }
        columns.extend(statistics.iter().map(|name| Column::figure(name)));
        if !parts.is_empty() {
            columns.push(Column::figure("p"));
        }
        let mut sheet = Sheet::new("fit", columns);
        let base = rules.profile.rounding_base;
        let count =
            |n: usize| fitted.and_then(|_| rounding::to_base(i128::try_from(n).ok()?, base));
        let mut row: Vec<Entry> = vec![count(self.units.len()).into()];
        row.extend(parts.first().map(|events| Entry::from(count(events.len()))));
        row.extend(statistics.iter().map(|name| {
            let of = fitted.and_then(|fitted| fitted.fit.iter().find(|(of, _)| of == name));
            Entry::from(of.map(|(_, value)| *value))
        }));
        if !parts.is_empty() {
            let p = fitted.and_then(|fitted| fitted.p);
            row.push(p.map(|p| rounding::to_significant(p, P_DIGITS)).into());
        }
        sheet.add(row);
        sheet
    }
}
