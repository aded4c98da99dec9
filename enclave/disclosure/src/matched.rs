//! Treated individuals beside controls that are weighted to be like them.
//!
//! Who is matched with whom is nobody's to see. What is released are pooled figures of the
//! matched treated and of their controls: weighted means with such a noise as coefficients
//! have, two curves of rounded counts, and one coefficient under the rules of models. Each
//! side of each stratum is a crowd; limits of common support are decided by crowds; those
//! who are left unmatched are nobody or a crowd.

mod balance;
mod sheets;

use std::collections::BTreeMap;

use roaring::RoaringBitmap;
use sekisho_statistics::matching::{self, Subject};

pub use sheets::Question;

use crate::model::{Data, Model, Outcome, Rules};

/// Individuals in strata, or in none.
#[derive(Clone, Debug)]
pub struct Matching {
    /// Who is treated, and the columns.
    model: Model,
    subjects: Vec<Subject>,
    strata: Vec<Option<usize>>,
}

impl Matching {
    /// Matches the individuals of a set, whose outcome in the data is to be treated. Columns
    /// of the data that are named in `exact` make classes, the others the propensity. Where
    /// no model of it may be computed nobody is matched.
    pub fn new(data: &Data, exact: &[String], set: &RoaringBitmap, rules: Rules<'_>) -> Self {
        let model = data.over(set, rules);
        let treated = treated(&model);
        let classes = classes(data, exact, set, model.units());
        let of_propensity: Vec<usize> = (model.terms().iter())
            .filter(|term| !exact.contains(&term.name))
            .filter_map(|term| term.column)
            .collect();
        let row = |row: &Vec<f64>| {
            let of = of_propensity.iter().filter_map(|at| row.get(*at).copied());
            of.collect()
        };
        let columns: Vec<Vec<f64>> = model.rows().iter().map(row).collect();
        let outcome = Outcome::Condition(treated.clone());
        let named = "propensity".to_owned();
        let propensity = Model::of(model.units().to_vec(), named, outcome, columns.clone());
        let scores = match rules.admit(&propensity, 0) {
            false => None,
            // Of classes alone everybody is as likely.
            true if of_propensity.is_empty() => Some(vec![0.0; treated.len()]),
            true => matching::propensity(&treated, &columns).ok(),
        };
        let scores = scores.unwrap_or_default();
        let subject = |((treated, class), score): ((&bool, usize), f64)| Subject {
            treated: *treated,
            class,
            score,
        };
        let subjects: Vec<Subject> = treated
            .iter()
            .zip(classes)
            .zip(scores)
            .map(subject)
            .collect();
        let least = rules.profile.threshold as usize;
        let mut found = Self {
            strata: matching::strata(&subjects, least, |side| found_crowd(&model, side, rules)),
            model,
            subjects,
        };
        if found.is_any() {
            let sides = [true, false].map(|treated| found.matched(treated));
            let [treated, controls] = sides.map(|side| side.into_iter().collect());
            found.settle(&treated, &controls, rules);
        }
        found
    }

    /// The matched treated, or their controls.
    pub fn matched(&self, treated: bool) -> Vec<u32> {
        self.units_where(|at| self.is_of(at, treated) && self.stratum(at).is_some())
    }

    /// Takes it that these are matched, and nobody else: sets that were settled with earlier
    /// ones. Whoever comes with them without a stratum gets the nearest, and so do those of a
    /// stratum of which few are left. If fewer than a crowd of a side were unmatched, all of
    /// it is matched.
    pub fn settle(&mut self, treated: &RoaringBitmap, controls: &RoaringBitmap, rules: Rules<'_>) {
        let sides = [(true, treated), (false, controls)];
        let mut wanted = vec![false; self.subjects.len()];
        for (side, set) in sides {
            let left = self.places(|at, unit| self.is_of(at, side) && !set.contains(unit));
            let is_whole = !found_crowd(&self.model, &left, rules);
            for (at, unit) in self.model.units().iter().enumerate() {
                if let Some(wanted) = wanted.get_mut(at).filter(|_| self.is_of(at, side)) {
                    *wanted = is_whole || set.contains(*unit);
                }
            }
        }
        let is_wanted = |at: usize| wanted.get(at) == Some(&true);
        let mut kept: Vec<Option<usize>> = (0..self.subjects.len())
            .map(|at| self.stratum(at).filter(|_| is_wanted(at)))
            .collect();
        let mut strata: BTreeMap<usize, [Vec<usize>; 2]> = BTreeMap::new();
        for (at, stratum) in kept.iter().enumerate() {
            let Some(stratum) = stratum else { continue };
            let [of_treated, of_controls] = strata.entry(*stratum).or_default();
            let side = if self.is_of(at, true) {
                of_treated
            } else {
                of_controls
            };
            side.push(at);
        }
        for sides in strata.values() {
            if !sides
                .iter()
                .all(|side| found_crowd(&self.model, side, rules))
            {
                for at in sides.iter().flatten() {
                    kept.get_mut(*at).into_iter().for_each(|of| *of = None);
                }
            }
        }
        let centres = matching::centres(&self.subjects, &kept);
        let nearest = |at: usize| matching::nearest(&centres, self.subjects.get(at)?.score);
        let strata = kept.iter().enumerate().map(|(at, stratum)| match stratum {
            Some(stratum) => Some(*stratum),
            None if is_wanted(at) => nearest(at),
            None => None,
        });
        self.strata = strata.collect();
    }

    /// Whether anybody is matched.
    pub(crate) fn is_any(&self) -> bool {
        self.strata.iter().any(Option::is_some)
    }

    fn stratum(&self, at: usize) -> Option<usize> {
        self.strata.get(at).copied().flatten()
    }

    fn is_of(&self, at: usize, treated: bool) -> bool {
        self.subjects
            .get(at)
            .is_some_and(|of| of.treated == treated)
    }

    fn places(&self, which: impl Fn(usize, u32) -> bool) -> Vec<usize> {
        let units = self.model.units().iter().enumerate();
        units
            .filter(|(at, unit)| which(*at, **unit))
            .map(|(at, _)| at)
            .collect()
    }

    fn units_where(&self, which: impl Fn(usize) -> bool) -> Vec<u32> {
        let units = self.model.units().iter().enumerate();
        units
            .filter(|(at, _)| which(*at))
            .map(|(_, unit)| *unit)
            .collect()
    }

    /// What everybody counts: of whom nobody is matched, nothing.
    fn weights(&self) -> Vec<f64> {
        matching::weights(&treated(&self.model), &self.strata)
    }
}

fn treated(model: &Model) -> Vec<bool> {
    match model.outcome() {
        Outcome::Condition(of) => of.clone(),
        Outcome::Survival(_) | Outcome::Number(_) => Vec::new(),
    }
}

fn found_crowd(model: &Model, places: &[usize], rules: Rules<'_>) -> bool {
    rules.is_crowd(places.len(), || {
        let units = places.iter().filter_map(|at| model.units().get(*at));
        units.copied().collect()
    })
}

/// The combination of exact columns that everybody has, by number.
fn classes(data: &Data, exact: &[String], set: &RoaringBitmap, units: &[u32]) -> Vec<usize> {
    let levels: Vec<Vec<(String, RoaringBitmap)>> =
        exact.iter().map(|name| data.by_level(name, set)).collect();
    let mut numbers: BTreeMap<Vec<Option<usize>>, usize> = BTreeMap::new();
    let class = |unit: &u32| {
        let of = levels.iter();
        let of = of.map(|levels| levels.iter().position(|(_, of)| of.contains(*unit)));
        let next = numbers.len();
        *numbers.entry(of.collect()).or_insert(next)
    };
    units.iter().map(class).collect()
}

#[cfg(test)]
#[path = "matched/tests.rs"]
mod tests;
