//! A model's figures, as they may be shown.

use sekisho_statistics::{
    Unfit, Z95, cox, normal_p,
    regression::{self, Fit},
};

use super::{LEAST_BASE, MOST_LEVERAGE, Model, Outcome, Rules, participants};
use crate::{
    rounding,
    sheet::{Column, Entry, Sheet},
};

/// Significant digits of coefficients, or the profile's if they are fewer.
const EFFECT_DIGITS: u32 = 3;

/// Significant digits of standard errors, and of what tells how well a model fits: with
/// more, they would tell how many people have a level to the person.
const FIT_DIGITS: u32 = 2;

/// Significant digits of probabilities.
const P_DIGITS: u32 = 2;

/// A fitted model.
struct Fitted {
    /// An intercept, if there is one.
    intercept: Option<Estimate>,
    estimates: Vec<Estimate>,
    fit: Vec<(&'static str, f64)>,
}

pub(crate) struct Estimate {
    pub(crate) coefficient: f64,
    pub(crate) error: f64,
    /// How much each individual moves it.
    pub(crate) influence: Vec<f64>,
}

/// What noise is made of.
pub(crate) struct Deviates {
    sign: f64,
    everybody: [u8; 16],
    cases: [u8; 16],
    /// Of each individual one.
    own: Vec<f64>,
}

/// The columns of an estimate of this name, after its keys.
pub(crate) fn estimate_columns(name: &str, ratio: Option<&str>) -> impl Iterator<Item = Column> {
    let figures = [name, "standard_error"].map(Column::figure);
    let derived = ratio.into_iter().chain(["lower", "upper", "z", "p"]);
    figures.into_iter().chain(derived.map(Column::derived))
}

/// An estimate as it is shown, its coefficient and error, with what follows from them, and
/// from nothing else.
pub(crate) fn estimate_entries(
    shown: Option<(f64, f64)>,
    is_ratio: bool,
) -> impl Iterator<Item = Entry> {
    let on_scale = |value: f64| if is_ratio { value.exp() } else { value };
    let figure = |of: fn(f64, f64) -> f64, digits| {
        let value = shown.map(|(coefficient, error)| of(coefficient, error));
        Entry::from(value.map(|value| rounding::to_significant(value, digits)))
    };
    let limit = |sign: f64| {
        let value = shown.map(|(coefficient, error)| coefficient + sign * Z95 * error);
        Entry::from(value.map(|value| rounding::to_significant(on_scale(value), EFFECT_DIGITS)))
    };
    let ratio = is_ratio.then(|| figure(|coefficient, _| coefficient.exp(), EFFECT_DIGITS));
    let figures = [
        shown.map(|(coefficient, _)| coefficient).into(),
        shown.map(|(_, error)| error).into(),
    ];
    let rest = [
        limit(-1.0),
        limit(1.0),
        figure(|coefficient, error| coefficient / error, EFFECT_DIGITS),
        figure(|coefficient, error| normal_p(coefficient / error), P_DIGITS),
    ];
    figures.into_iter().chain(ratio).chain(rest)
}

impl Model {
    /// The sheets `coefficients` and `fit`. A model that may not be shown, or cannot be
    /// fitted, shows its terms alone.
    pub fn sheets(&self, rules: Rules<'_>) -> Vec<Sheet> {
        let fitted = match rules.admit(self, 0) {
            true => self.fitted(rules).ok(),
            false => None,
        };
        vec![
            self.coefficients(fitted.as_ref(), rules),
            self.fit(fitted.as_ref(), rules),
        ]
    }

    /// The fit, if as many as a crowd move each coefficient, and nobody decides much.
    fn fitted(&self, rules: Rules<'_>) -> Result<Fitted, Unfit> {
        let estimates = |coefficients: Vec<f64>, errors: Vec<f64>, influence: Vec<Vec<f64>>| {
            let of = coefficients.into_iter().zip(errors).zip(influence);
            of.map(|((coefficient, error), influence)| Estimate {
                coefficient,
                error,
                influence,
            })
            .collect::<Vec<_>>()
        };
        let digits = |value| rounding::to_significant(value, FIT_DIGITS);
        let (fitted, leverage) = match &self.outcome {
            Outcome::Survival(observations) => {
                let of = cox::fit(observations, &self.rows)?;
                let fitted = Fitted {
                    intercept: None,
                    fit: vec![("concordance", digits(of.concordance))],
                    estimates: estimates(of.coefficients, of.errors, of.influence),
                };
                (fitted, Vec::new())
            }
            Outcome::Condition(_) | Outcome::Number(_) => {
                let of = match &self.outcome {
                    Outcome::Number(of) => regression::linear(of, &self.rows)?,
                    Outcome::Condition(of) => regression::logistic(of, &self.rows)?,
                    Outcome::Survival(_) => return Err(Unfit::TooLittle),
                };
                let fit = match of.fit {
                    Fit::Linear {
                        explained,
                        residual,
                    } => vec![
                        ("explained_variance", digits(explained)),
                        ("residual_deviation", digits(residual)),
                    ],
                    Fit::Logistic { .. } => Vec::new(),
                };
                let mut all = estimates(of.coefficients, of.errors, of.influence);
                let fitted = Fitted {
                    intercept: (!all.is_empty()).then(|| all.remove(0)),
                    estimates: all,
                    fit,
                };
                (fitted, of.leverage)
            }
        };
        let all = fitted.intercept.iter().chain(&fitted.estimates);
        let of_many = all
            .into_iter()
            .all(|estimate| rules.is_of_many(self, &estimate.influence));
        match of_many && leverage.iter().all(|of| *of <= MOST_LEVERAGE) {
            true => Ok(fitted),
            false => Err(Unfit::TooLittle),
        }
    }

    /// What a coefficient's noise hangs on beside the term: cases and the others, those of a
    /// condition and of its contrary the other way round; and everybody's own deviates.
    pub(crate) fn noise(&self, rules: Rules<'_>) -> Deviates {
        let keys = self.outcome.parts(&self.units).into_iter().map(|part| {
            let units = part.iter().filter_map(|&at| self.units.get(at).copied());
            let units: Vec<u32> = units.collect();
            rules.noise.set_of(&units).to_bytes()
        });
        let mut keys: Vec<_> = keys.collect();
        // Of a condition and its contrary the same draw, of the other sign.
        let contrary = matches!(self.outcome, Outcome::Condition(_)) && !keys.is_sorted();
        if contrary {
            keys.reverse();
        }
        let cases = keys.first().copied().unwrap_or_default();
        let own = |unit: &u32| {
            let parts: [&[u8]; 3] = [&unit.to_be_bytes(), &cases, self.name.as_bytes()];
            rules.noise.normal("person", &parts)
        };
        Deviates {
            sign: if contrary { -1.0 } else { 1.0 },
            everybody: rules.noise.set_of(&self.units).to_bytes(),
            own: self.units.iter().map(own).collect(),
            cases,
        }
    }

    /// A coefficient and its error as they are shown: moved by what a rounding of counts
    /// would move them by, alike for the same people with the same outcome, whatever else
    /// stands in the model.
    ///
    /// Half of the noise's variance is drawn for the term: two terms that differ in one person
    /// do not tell that person's part. The other half is of the people who move it: of many
    /// terms that nearly the same people move in the same way, it is nearly the same, and does
    /// not go away in their mean.
    pub(crate) fn shown(
        &self,
        estimate: &Estimate,
        term: [Option<&str>; 3],
        of: &Deviates,
        rules: Rules<'_>,
    ) -> (f64, f64) {
        let squares = estimate.influence.iter().map(|of| of * of).sum::<f64>();
        #[expect(clippy::cast_precision_loss, reason = "numbers of people")]
        let mean = squares / participants(&estimate.influence).max(1) as f64;
        let blur = f64::from(rules.profile.rounding_base.max(LEAST_BASE)) * mean.sqrt();
        let [name, level, _] = term.map(|word| word.unwrap_or_default().as_bytes());
        let parts: [&[u8]; 5] = [&of.everybody, &of.cases, self.name.as_bytes(), name, level];
        let of_term = rules.noise.normal("coefficient", &parts);
        let moved = estimate.influence.iter().zip(&of.own);
        let of_people = moved.map(|(by, own)| by * own).sum::<f64>() / squares.sqrt();
        // Influences have the sign of what is explained themselves.
        let draw = (of.sign * of_term + of_people) / std::f64::consts::SQRT_2;
        let moved = estimate.coefficient + blur * draw;
        let digits = match rules.profile.sum_significant_digits {
            0 => EFFECT_DIGITS,
            of => EFFECT_DIGITS.min(of),
        };
        (
            rounding::to_significant(moved, digits),
            rounding::to_significant(estimate.error.hypot(blur), FIT_DIGITS),
        )
    }

    fn coefficients(&self, fitted: Option<&Fitted>, rules: Rules<'_>) -> Sheet {
        let ratio = match self.outcome {
            Outcome::Survival(_) => Some("hazard_ratio"),
            Outcome::Condition(_) => Some("odds_ratio"),
            Outcome::Number(_) => None,
        };
        let keys = ["term", "level", "reference"].map(Column::key);
        let columns = keys
            .into_iter()
            .chain(estimate_columns("coefficient", ratio))
            .collect();
        let mut sheet = Sheet::new("coefficients", columns);
        let noise = self.noise(rules);
        let mut add = |keys: [Option<&str>; 3], estimate: Option<&Estimate>| {
            let shown = estimate.map(|estimate| self.shown(estimate, keys, &noise, rules));
            let keys = keys.into_iter().map(Entry::from);
            sheet.add(keys.chain(estimate_entries(shown, ratio.is_some())));
        };
        if !matches!(self.outcome, Outcome::Survival(_)) {
            let estimate = fitted.and_then(|fitted| fitted.intercept.as_ref());
            add([Some("intercept"), None, None], estimate);
        }
        for term in &self.terms {
            let estimate = fitted.and_then(|fitted| fitted.estimates.get(term.column?));
            // Which level is the reference tells who has it: of a model that is shown alone.
            let reference = fitted.and(term.reference.as_deref());
            let keys = [Some(term.name.as_str()), term.level.as_deref(), reference];
            if fitted.is_none() || term.level.is_none() || reference.is_some() {
                add(keys, estimate);
            }
        }
        sheet
    }

    fn fit(&self, fitted: Option<&Fitted>, rules: Rules<'_>) -> Sheet {
        let parts = self.outcome.parts(&self.units);
        let statistics: &[&'static str] = match self.outcome {
            Outcome::Survival(_) => &["concordance"],
            Outcome::Condition(_) => &[],
            Outcome::Number(_) => &["explained_variance", "residual_deviation"],
        };
        let mut columns = vec![Column::count("individuals")];
        if !parts.is_empty() {
            columns.push(Column::count("events"));
        }
        columns.extend(statistics.iter().map(|name| Column::figure(name)));
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
        sheet.add(row);
        sheet
    }
}
