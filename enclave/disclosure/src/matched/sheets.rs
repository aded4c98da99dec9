//! A matching's figures, as they may be shown.

use std::collections::{BTreeMap, HashMap};

use sekisho_statistics::cox;

use super::{Matching, found_crowd};
use crate::{
    model::{Estimate, Model, Outcome, Rules, estimate_columns, estimate_entries},
    rounding,
    sheet::{Column, Entry, Sheet},
    survival::{Grid, Member, Observation, curve_columns, curve_entries},
};

/// What is asked of a matching.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// How long each matched individual was observed; whether it had the event is settled.
    pub observed: &'a HashMap<u32, Observation>,
    /// The shortest interval of a curve, in the unit of the times.
    pub shortest: f64,
    /// What the times are, in words: noise hangs on it.
    pub name: &'a str,
    /// What may be shown is judged by this.
    pub rules: Rules<'a>,
}

impl Matching {
    /// The sheets `balance`, `survival`, `effect` and `fit`.
    pub fn sheets(&self, question: Question<'_>) -> Vec<Sheet> {
        vec![
            self.balance(question.rules),
            self.survival(question),
            self.effect(question),
            self.fit(question.rules),
        ]
    }

    /// The matched members of a side, with what they count.
    fn members(&self, treated: bool, question: Question<'_>) -> Vec<Member> {
        let units = self.model.units().iter().enumerate();
        let of = units.zip(self.weights());
        of.filter(|((at, _), _)| self.is_of(*at, treated) && self.stratum(*at).is_some())
            .filter_map(|((_, unit), weight)| {
                let of = question.observed.get(unit)?;
                Some((*unit, *of, weight))
            })
            .collect()
    }

    fn survival(&self, question: Question<'_>) -> Sheet {
        let columns = std::iter::once(Column::key("group")).chain(curve_columns());
        let mut sheet = Sheet::new("survival", columns.collect());
        for (name, treated) in [("treated", true), ("controls", false)] {
            let members = self.members(treated, question);
            let grid = Grid {
                members: &members,
                shortest: question.shortest,
                interval: 1,
                profile: question.rules.profile,
                noise: question.rules.noise,
            };
            if !grid.is_of_crowds() {
                continue;
            }
            for figures in curve_entries(&grid.intervals()) {
                let key = Entry::Text(name.to_owned());
                sheet.add(std::iter::once(key).chain(figures));
            }
        }
        sheet
    }

    /// Whoever is matched and could move the effect: not those who leave before the first
    /// event of their stratum. Their places, strata and times.
    fn moving(&self, question: Question<'_>) -> Vec<(usize, usize, Observation)> {
        let mut first: BTreeMap<usize, f64> = BTreeMap::new();
        let units = self.model.units().iter().enumerate();
        let matched: Vec<_> = units
            .filter_map(|(at, unit)| Some((at, self.stratum(at)?, *question.observed.get(unit)?)))
            .collect();
        for (_, stratum, of) in matched.iter().filter(|(.., of)| of.event) {
            let first = first.entry(*stratum).or_insert(f64::INFINITY);
            *first = first.min(of.time);
        }
        let moves = |stratum: usize, time: f64| first.get(&stratum).is_some_and(|of| *of <= time);
        let of = matched.into_iter();
        of.filter(|(_, stratum, of)| moves(*stratum, of.time))
            .collect()
    }

    /// The coefficient of being treated, of which as many as a crowd are, and are not, among
    /// those with the event and those without.
    fn estimate(&self, question: Question<'_>) -> Option<(f64, f64)> {
        let rules = question.rules;
        let moving = self.moving(question);
        for (treated, event) in [(true, true), (true, false), (false, true), (false, false)] {
            let part = moving.iter();
            let part = part.filter(|(at, _, of)| self.is_of(*at, treated) && of.event == event);
            let part: Vec<usize> = part.map(|(at, ..)| *at).collect();
            if !found_crowd(&self.model, &part, rules) {
                return None;
            }
        }
        let unit = |(at, ..): &(usize, usize, Observation)| self.model.units().get(*at).copied();
        let units: Vec<u32> = moving.iter().filter_map(unit).collect();
        let observed: Vec<Observation> = moving.iter().map(|(.., of)| *of).collect();
        let treated = moving.iter().map(|(at, ..)| self.is_of(*at, true));
        let rows: Vec<Vec<f64>> = treated.map(|is| vec![f64::from(u8::from(is))]).collect();
        let strata: Vec<usize> = moving.iter().map(|(_, stratum, _)| *stratum).collect();
        let outcome = Outcome::Survival(observed.clone());
        let name = format!("matched {}", question.name);
        let model = Model::of(units, name, outcome, rows);
        if !rules.admit(&model, 0) {
            return None;
        }
        let fitted = cox::fit_stratified(&observed, model.rows(), &strata).ok()?;
        let estimate = Estimate {
            coefficient: fitted.coefficients.first().copied()?,
            error: fitted.errors.first().copied()?,
            influence: fitted.influence.into_iter().next()?,
        };
        if !rules.is_of_many(&model, &estimate.influence) {
            return None;
        }
        // Of others who are treated among the same people another draw.
        let treated: Vec<u32> = self.matched(true);
        let whose = format!("{:032x}", rules.noise.set_of(&treated).0);
        let noise = model.noise(rules);
        let term = [Some("treated"), Some(whose.as_str()), None];
        Some(model.shown(&estimate, term, &noise, rules))
    }

    fn effect(&self, question: Question<'_>) -> Sheet {
        let key = std::iter::once(Column::key("term"));
        let columns = key.chain(estimate_columns("coefficient", Some("hazard_ratio")));
        let mut sheet = Sheet::new("effect", columns.collect());
        let shown = self.estimate(question);
        let key = std::iter::once(Entry::Text("treated".to_owned()));
        sheet.add(key.chain(estimate_entries(shown, true)));
        sheet
    }

    fn fit(&self, rules: Rules<'_>) -> Sheet {
        let columns = [
            "individuals",
            "treated",
            "controls",
            "unmatched_treated",
            "unmatched_controls",
            "effective_controls",
        ];
        let mut sheet = Sheet::new("fit", columns.map(Column::count).to_vec());
        let base = rules.profile.rounding_base.max(crate::model::LEAST_BASE);
        let count = |n: usize| rounding::to_base(i128::try_from(n).ok()?, base);
        let side = |treated| self.places(|at, _| self.is_of(at, treated));
        let unmatched = |treated| {
            let of = self.places(|at, _| self.is_of(at, treated) && self.stratum(at).is_none());
            match found_crowd(&self.model, &of, rules) {
                true => count(of.len()),
                // Few look like nobody.
                false => Some(0),
            }
        };
        let weights = self.weights();
        let effective: f64 = (weights.iter().enumerate())
            .filter(|(at, _)| self.is_of(*at, false))
            .map(|(_, weight)| weight)
            .sum();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of people"
        )]
        let effective = effective.round() as usize;
        let figures = [
            count(self.model.units().len()),
            count(side(true).len()),
            count(side(false).len()),
            unmatched(true),
            unmatched(false),
            count(effective),
        ];
        let shown = figures.map(|figure| Entry::from(figure.filter(|_| self.is_any())));
        sheet.add(shown);
        sheet
    }

    /// The strata that are used.
    #[cfg(test)]
    pub(super) fn used(&self) -> std::collections::BTreeSet<usize> {
        self.strata.iter().flatten().copied().collect()
    }
}
