//! What individuals have of a model's columns, and who of them takes part.

use std::collections::{BTreeMap, BTreeSet};

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
    name: String,
    covariates: Vec<Covariate>,
}

impl Outcome {
    /// The individuals' places: those with the outcome and those without it. None of a
    /// number, which everybody has.
    pub(crate) fn parts(&self, units: &[u32]) -> Vec<Vec<usize>> {
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

    /// The places of those who are censored before the first event.
    fn inert(&self) -> BTreeSet<usize> {
        let Self::Survival(observations) = self else {
            return BTreeSet::new();
        };
        let events = observations.iter().filter(|of| of.event);
        let first = events.map(|of| of.time).fold(f64::INFINITY, f64::min);
        let all = observations.iter().enumerate();
        all.filter(|(_, of)| of.time < first)
            .map(|(at, _)| at)
            .collect()
    }

    pub(super) fn of(&self, places: &[usize]) -> Self {
        match self {
            Self::Survival(of) => Self::Survival(picked(of, places)),
            Self::Condition(of) => Self::Condition(picked(of, places)),
            Self::Number(of) => Self::Number(picked(of, places)),
        }
    }
}

impl Data {
    /// Of individuals who have the outcome's value; a value for each in every column.
    /// `name` says what is explained.
    pub fn new(
        units: Vec<u32>,
        name: String,
        outcome: Outcome,
        covariates: Vec<Covariate>,
    ) -> Self {
        Self {
            units,
            outcome,
            name,
            covariates,
        }
    }

    /// Everybody who has an outcome.
    pub fn units(&self) -> impl Iterator<Item = u32> {
        self.units.iter().copied()
    }

    /// Who of a cohort has a value for everything, but for levels that few of it have: those
    /// are taken for none. Who has the outcome is not settled yet, and is not asked.
    pub fn complete(&self, cohort: &RoaringBitmap, rules: Rules<'_>) -> RoaringBitmap {
        let places = self.places(cohort);
        let covariates = self.without_rare(&places, Vec::new(), rules);
        let is_whole = |at: usize| {
            covariates.iter().all(|covariate| match &covariate.values {
                Values::Numbers(of) => of.get(at).is_some_and(Option::is_some),
                Values::Levels { of, .. } => of.get(at).is_some_and(Option::is_some),
            })
        };
        let whole = places.iter().enumerate().filter(|(at, _)| is_whole(*at));
        let whole = whole.filter_map(|(_, place)| self.units.get(*place));
        whole.copied().collect()
    }

    /// Who of a set has the outcome, as it was asked for; none where it is a number.
    pub fn cases(&self, set: &RoaringBitmap) -> Option<RoaringBitmap> {
        let places = self.places(set);
        let has = |at: &&usize| match &self.outcome {
            Outcome::Survival(of) => of.get(**at).is_some_and(|of| of.event),
            Outcome::Condition(of) => of.get(**at).is_some_and(|of| *of),
            Outcome::Number(_) => false,
        };
        let cases = places.iter().filter(has);
        let cases = cases.filter_map(|place| self.units.get(*place)).copied();
        match self.outcome {
            Outcome::Number(_) => None,
            Outcome::Survival(_) | Outcome::Condition(_) => Some(cases.collect()),
        }
    }

    /// Takes it that these, and nobody else, have the outcome.
    pub fn settle(&mut self, cases: &RoaringBitmap) {
        for (at, unit) in self.units.iter().enumerate() {
            let has = cases.contains(*unit);
            match &mut self.outcome {
                Outcome::Survival(of) => of.get_mut(at).into_iter().for_each(|of| of.event = has),
                Outcome::Condition(of) => of.get_mut(at).into_iter().for_each(|of| *of = has),
                Outcome::Number(_) => {}
            }
        }
    }

    /// Who of a set has each level of a covariate of words, in the order of its words.
    pub fn by_level(&self, name: &str, set: &RoaringBitmap) -> Vec<(String, RoaringBitmap)> {
        let covariate = self.covariates.iter().find(|of| of.name == name);
        let Some(Values::Levels { labels, of }) = covariate.map(|of| &of.values) else {
            return Vec::new();
        };
        let who = |level: usize| {
            let has = self
                .units
                .iter()
                .zip(of)
                .filter(move |(_, of)| **of == Some(level));
            has.map(|(unit, _)| *unit)
                .filter(|unit| set.contains(*unit))
                .collect()
        };
        let levels = labels.iter().enumerate();
        levels
            .map(|(level, label)| (label.clone(), who(level)))
            .collect()
    }

    /// The model of these individuals. Whoever of them lacks a value, as those may that an
    /// earlier release is of, or has a level that few of them have, gets the mean or the
    /// most frequent level of the others: to leave them out would tell of them.
    /// Whoever is censored before the first event moves nothing, and is left out.
    pub fn over(&self, set: &RoaringBitmap, rules: Rules<'_>) -> Model {
        let places = self.places(set);
        let inert = self.outcome.of(&places).inert();
        let places = places.into_iter().enumerate();
        let places = places.filter(|(at, _)| !inert.contains(at));
        let places: Vec<usize> = places.map(|(_, place)| place).collect();
        let parts = self
            .outcome
            .of(&places)
            .parts(&picked(&self.units, &places));
        let mut columns: Vec<Vec<f64>> = Vec::new();
        let mut terms = Vec::new();
        for covariate in self.without_rare(&places, parts, rules) {
            match &covariate.values {
                Values::Numbers(of) => {
                    terms.push(Term {
                        name: covariate.name.clone(),
                        level: None,
                        reference: None,
                        column: Some(columns.len()),
                    });
                    columns.push(filled(of));
                }
                Values::Levels { labels, of } => {
                    let of = frequent(of);
                    let has = |level: usize| of.contains(&level);
                    let reference = (0..labels.len()).find(|&level| has(level));
                    for (level, label) in labels.iter().enumerate() {
                        let is_term = has(level) && reference != Some(level);
                        let reference = reference.and_then(|level| labels.get(level));
                        terms.push(Term {
                            name: covariate.name.clone(),
                            level: Some(label.clone()),
                            reference: reference.filter(|of| *of != label).cloned(),
                            column: is_term.then_some(columns.len()),
                        });
                        if is_term {
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
            name: self.name.clone(),
            rows: (0..places.len()).map(|at| of(at).collect()).collect(),
            terms,
        }
    }

    fn places(&self, set: &RoaringBitmap) -> Vec<usize> {
        let units = self.units.iter().enumerate();
        let within = units.filter(|(_, unit)| set.contains(**unit));
        let mut places: Vec<usize> = within.map(|(at, _)| at).collect();
        places.sort_by_key(|at| self.units.get(*at));
        places
    }

    /// The covariates of these individuals, levels of few in any of the parts, or of all of
    /// them if there are none, taken for none.
    fn without_rare(
        &self,
        places: &[usize],
        mut parts: Vec<Vec<usize>>,
        rules: Rules<'_>,
    ) -> Vec<Covariate> {
        let units = picked(&self.units, places);
        if parts.is_empty() {
            parts.push((0..units.len()).collect());
        }
        let covariate = |covariate: &Covariate| {
            let values = match &covariate.values {
                Values::Numbers(of) => Values::Numbers(picked(of, places)),
                Values::Levels { labels, of } => {
                    let mut of = picked(of, places);
                    for level in 0..labels.len() {
                        let is_rare = parts.iter().any(|part| {
                            let with = part.iter();
                            let with = with.filter(|&&at| of.get(at) == Some(&Some(level)));
                            let who = with.filter_map(|&at| units.get(at).copied());
                            let who: Vec<u32> = who.collect();
                            !rules.is_crowd(who.len(), || who.clone())
                        });
                        if is_rare {
                            let rare = of.iter_mut().filter(|value| **value == Some(level));
                            rare.for_each(|value| *value = None);
                        }
                    }
                    Values::Levels {
                        labels: labels.clone(),
                        of,
                    }
                }
            };
            Covariate {
                name: covariate.name.clone(),
                values,
            }
        };
        self.covariates.iter().map(covariate).collect()
    }
}

pub(super) fn picked<T: Clone>(values: &[T], places: &[usize]) -> Vec<T> {
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
