//! What individuals have of a model's columns, and who of them takes part.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;
use sekisho_statistics::survival::Observation;

use super::{Model, Rules, Term};

/// What a model explains.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// How long individuals go without an event.
    Survival(Vec<Observation>),
    /// Whether they meet a condition.
    Condition(Vec<bool>),
    /// A number.
    Number(Vec<f64>),
}

/// A column that explains, a value for each individual; none where it has none.
#[derive(Clone, Debug)]
pub struct Covariate {
    /// The column's name.
    pub name: String,
    /// Its values.
    pub values: Values,
}

/// The values of a covariate.
#[derive(Clone, Debug)]
pub enum Values {
    /// Numbers.
    Numbers(Vec<Option<f64>>),
    /// One of a few declared words.
    Levels {
        /// The words, of which the first that enough people have is the reference.
        labels: Vec<String>,
        /// Which.
        of: Vec<Option<usize>>,
    },
}

/// A model's columns of everybody who may be used, before it is settled whose they are.
#[derive(Clone, Debug)]
pub struct Data {
    units: Vec<u32>,
    outcome: Outcome,
    covariates: Vec<Covariate>,
}

impl Outcome {
    /// The individuals' places: those with the outcome and those without it. None of a
    /// number, which everybody has.
    pub(super) fn parts(&self, units: &[u32]) -> Vec<Vec<usize>> {
        let has = |at: usize| match self {
            Self::Survival(of) => of.get(at).map(|of| of.event),
            Self::Condition(of) => of.get(at).copied(),
            Self::Number(_) => None,
        };
        if matches!(self, Self::Number(_)) {
            return Vec::new();
        }
        let (with, without) = (0..units.len()).partition(|&at| has(at) == Some(true));
        vec![with, without]
    }

    fn of(&self, places: &[usize]) -> Self {
        match self {
            Self::Survival(of) => Self::Survival(picked(of, places)),
            Self::Condition(of) => Self::Condition(picked(of, places)),
            Self::Number(of) => Self::Number(picked(of, places)),
        }
    }
}

impl Data {
    /// Of individuals who have the outcome's value; a value for each in every column.
    pub fn new(units: Vec<u32>, outcome: Outcome, covariates: Vec<Covariate>) -> Self {
        Self {
            units,
            outcome,
            covariates,
        }
    }

    /// Takes levels that few of a cohort have, with the outcome or without it, for none,
    /// and says who of it has a value for everything then.
    pub fn complete(&mut self, cohort: &RoaringBitmap, rules: Rules<'_>) -> RoaringBitmap {
        let mut parts = self.outcome.parts(&self.units);
        if parts.is_empty() {
            parts.push((0..self.units.len()).collect());
        }
        for part in &mut parts {
            part.retain(|&at| {
                self.units
                    .get(at)
                    .is_some_and(|unit| cohort.contains(*unit))
            });
        }
        for covariate in &mut self.covariates {
            let Values::Levels { labels, of } = &mut covariate.values else {
                continue;
            };
            for level in 0..labels.len() {
                let is_rare = parts.iter().any(|part| {
                    let with = part.iter().filter(|&&at| of.get(at) == Some(&Some(level)));
                    let who: Vec<u32> =
                        with.filter_map(|&at| self.units.get(at).copied()).collect();
                    !rules.is_crowd(who.len(), || who.clone())
                });
                if is_rare {
                    let rare = of.iter_mut().filter(|value| **value == Some(level));
                    rare.for_each(|value| *value = None);
                }
            }
        }
        let is_whole = |at: usize| {
            self.covariates
                .iter()
                .all(|covariate| match &covariate.values {
                    Values::Numbers(of) => of.get(at).is_some_and(Option::is_some),
                    Values::Levels { of, .. } => of.get(at).is_some_and(Option::is_some),
                })
        };
        let units = self.units.iter().enumerate();
        let whole = units.filter(|(at, unit)| cohort.contains(**unit) && is_whole(*at));
        whole.map(|(_, unit)| *unit).collect()
    }

    /// The model of these individuals. Whoever of them lacks a value, as those may that an
    /// earlier release is of, gets the mean or the most frequent level of the others: to
    /// leave them out would tell of them.
    pub fn over(&self, set: &RoaringBitmap) -> Model {
        let units = self.units.iter().enumerate();
        let places: Vec<usize> = units
            .filter(|(_, unit)| set.contains(**unit))
            .map(|(at, _)| at)
            .collect();
        let mut columns: Vec<Vec<f64>> = Vec::new();
        let mut terms = Vec::new();
        for covariate in &self.covariates {
            match &covariate.values {
                Values::Numbers(of) => {
                    terms.push(Term {
                        name: covariate.name.clone(),
                        level: None,
                        reference: None,
                        column: Some(columns.len()),
                    });
                    columns.push(filled(&picked(of, &places)));
                }
                Values::Levels { labels, of } => {
                    let of = frequent(&picked(of, &places));
                    let has = |level: usize| of.contains(&level);
                    let reference = (0..labels.len()).find(|&level| has(level));
                    for (level, label) in labels.iter().enumerate() {
                        if reference == Some(level) {
                            continue;
                        }
                        let column = has(level).then_some(columns.len());
                        let reference = reference.and_then(|level| labels.get(level));
                        terms.push(Term {
                            name: covariate.name.clone(),
                            level: Some(label.clone()),
                            reference: reference.cloned(),
                            column,
                        });
                        if column.is_some() {
                            let is = of.iter().map(|of| f64::from(u8::from(*of == level)));
                            columns.push(is.collect());
                        }
                    }
                }
            }
        }
        let of = |at: usize| {
            columns
                .iter()
                .filter_map(move |column| column.get(at).copied())
        };
        Model {
            units: picked(&self.units, &places),
            outcome: self.outcome.of(&places),
            rows: (0..places.len()).map(|at| of(at).collect()).collect(),
            terms,
        }
    }
}

fn picked<T: Clone>(values: &[T], places: &[usize]) -> Vec<T> {
    let of = places.iter().filter_map(|&at| values.get(at));
    of.cloned().collect()
}

/// The values, the mean in place of those that are missing.
fn filled(values: &[Option<f64>]) -> Vec<f64> {
    let known: Vec<f64> = values.iter().flatten().copied().collect();
    #[expect(clippy::cast_precision_loss, reason = "numbers of people")]
    let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
    values.iter().map(|value| value.unwrap_or(mean)).collect()
}

/// The levels, the most frequent in place of those that are missing.
fn frequent(levels: &[Option<usize>]) -> Vec<usize> {
    let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
    for level in levels.iter().flatten() {
        *numbers.entry(*level).or_default() += 1;
    }
    let most = numbers.iter().max_by_key(|(_, number)| **number);
    let most = most.map_or(0, |(level, _)| *level);
    levels.iter().map(|level| level.unwrap_or(most)).collect()
}
