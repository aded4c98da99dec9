//! Associations of markers with an outcome: which are tested, and which may be shown.
//!
//! All markers that many carry are tested inside, and none of what comes out is shown. Of
//! those that lie farthest out a model is fitted, with the covariates and components, and its
//! coefficient is shown by the rules of models: whatever decides it must be decided by many,
//! and it carries their noise. What is said of all tests together is said of many of them.

mod sheets;

use std::{cmp::Ordering, collections::BinaryHeap};

use roaring::RoaringBitmap;
pub use sekisho_statistics::association::Marker;
use sekisho_statistics::{
    association::{Null, Spread},
    components::Components,
    regression,
};

use crate::{
    frequency,
    model::{Deviates, Estimate, Model, Outcome, Rules, nobody_decides, participants},
};

pub(crate) use sheets::{DIGITS, TESTS_BASE, many, quantiles};
pub use sheets::{Findings, Group, Row};

/// Candidates for each row that is wanted: some may not be shown.
const CANDIDATES: usize = 4;

/// Components that are covariates at most.
pub const MOST_COMPONENTS: usize = 10;

/// How often the rarer allele of a marker is found that tells where individuals come from.
const COMMON: f64 = 0.05;

/// An outcome with what the covariates say of it.
pub struct Association<'a> {
    model: Model,
    null: Null,
    noise: Deviates,
    rules: Rules<'a>,
}

/// What tests found so far: nothing of it is protected.
pub struct Tested {
    spread: Spread,
    wanted: usize,
    best: BinaryHeap<Candidate>,
}

/// A marker by its number. The one that lies the least far out is the greatest.
#[derive(Clone, Copy, PartialEq)]
struct Candidate {
    size: f64,
    number: u32,
}

impl Eq for Candidate {}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = other.size.total_cmp(&self.size);
        order.then(self.number.cmp(&other.number))
    }
}

impl Tested {
    /// Nothing, of which so many rows are wanted.
    pub fn wanting(rows: usize) -> Self {
        Self {
            spread: Spread::default(),
            wanted: rows.saturating_mul(CANDIDATES),
            best: BinaryHeap::new(),
        }
    }

    /// Adds what others found.
    pub fn merge(&mut self, other: Self) {
        self.spread.merge(&other.spread);
        for candidate in other.best {
            self.offer(candidate);
        }
    }

    /// Numbers of the markers that lie farthest out, the farthest first.
    pub fn candidates(&self) -> Vec<u32> {
        let mut best: Vec<Candidate> = self.best.iter().copied().collect();
        best.sort_unstable();
        best.iter().map(|of| of.number).collect()
    }

    /// Adds what a test of a marker came to.
    pub(crate) fn add(&mut self, number: u32, statistic: f64) {
        self.spread.add(statistic);
        self.offer(Candidate {
            size: statistic.abs(),
            number,
        });
    }

    /// How far out the farthest lies.
    #[cfg(test)]
    pub(crate) fn farthest(&self) -> Option<f64> {
        self.best.iter().map(|of| of.size).reduce(f64::max)
    }

    /// How many tests there were.
    pub(crate) fn tests(&self) -> u64 {
        self.spread.tests()
    }

    /// The median of their squares by what it is by chance.
    pub(crate) fn lambda(&self) -> Option<f64> {
        self.spread.lambda()
    }

    fn offer(&mut self, candidate: Candidate) {
        self.best.push(candidate);
        if self.best.len() > self.wanted {
            self.best.pop();
        }
    }
}

impl<'a> Association<'a> {
    /// Of a model that has covariates, or none; nothing where it may not be shown.
    /// `components` of individuals are covariates, too, of which no coefficient is shown.
    pub fn of(model: Model, components: &[Vec<f64>], rules: Rules<'a>) -> Option<Self> {
        let more = components.first().map_or(0, Vec::len);
        let is_large = (model.sides()).all(|side| frequency::is_large_enough(side, 1));
        if !is_large || !rules.admit(&model, more + 1) {
            return None;
        }
        let noise = model.noise(rules);
        let model = Self::beside(model, components, rules);
        let null = match model.outcome() {
            Outcome::Number(of) => Null::linear(of, model.rows()),
            Outcome::Condition(of) => Null::logistic(of, model.rows()),
            Outcome::Survival(_) => return None,
        };
        Some(Self {
            null: null.ok()?,
            model,
            noise,
            rules,
        })
    }

    /// With those of the components that many make up, and in which nobody stands alone: that
    /// one is left out is not told.
    fn beside(mut model: Model, components: &[Vec<f64>], rules: Rules<'_>) -> Model {
        for component in 0..components.first().map_or(0, Vec::len) {
            let of = components.iter().filter_map(|row| row.get(component));
            let column: Vec<f64> = of.copied().collect();
            let with: Vec<Vec<f64>> = column.iter().map(|of| vec![*of]).collect();
            let with = model.clone().with(&with);
            let enough = rules.profile.threshold as usize;
            if participants(&column) >= enough && nobody_decides(with.rows()) {
                model = with;
            }
        }
        model
    }

    /// Whether many have a marker and many have not: else it is not tested. `members` says who
    /// has it, or has it not, and is asked where they are few.
    pub fn may_test(
        &self,
        carriers: u64,
        unknown: u64,
        members: impl Fn(bool) -> Vec<u32>,
    ) -> bool {
        let all = self.null.individuals() as u64;
        let others = all.saturating_sub(carriers).saturating_sub(unknown);
        let crowd = |n: u64, has: bool| self.rules.is_crowd(n as usize, || members(has));
        crowd(carriers, true) && crowd(others, false)
    }

    /// Tests a marker.
    pub fn test(&self, number: u32, marker: Marker<'_>, tested: &mut Tested) {
        if let Some(statistic) = self.null.statistic(marker) {
            tested.add(number, statistic);
        }
    }

    /// What may be shown of a marker: its coefficient and the coefficient's error. Of cases and
    /// of controls many must have it, and many must not.
    pub fn shown(&self, marker: Marker<'_>) -> Option<(f64, f64)> {
        let carriers = self.units(&[marker.one, marker.two].concat());
        if !self.is_of_crowds(&carriers) {
            return None;
        }
        let copies = marker.copies(self.null.individuals());
        let copies: Vec<Vec<f64>> = copies.into_iter().map(|of| vec![of]).collect();
        let model = self.model.clone().with(&copies);
        let own = regression::own_parts(model.rows()).ok()?;
        if !self.rules.is_of_many(&model, own.last()?) || !nobody_decides(model.rows()) {
            return None;
        }
        let mut fit = match model.outcome() {
            Outcome::Number(of) => regression::linear(of, model.rows()),
            Outcome::Condition(of) => regression::logistic(of, model.rows())
                .or_else(|_| regression::firth(of, model.rows())),
            Outcome::Survival(_) => return None,
        }
        .ok()?;
        let estimate = Estimate {
            coefficient: fit.coefficients.pop()?,
            error: fit.errors.pop()?,
            influence: fit.influence.pop()?,
        };
        let of_many = self.rules.is_of_many(&model, &estimate.influence)
            && fit
                .leverage
                .iter()
                .all(|of| *of <= crate::model::MOST_LEVERAGE);
        // Markers that differ in somebody have a noise each, else it would cancel; those that do
        // not have the same, else it would go away in their mean.
        let key = |places: &[u32]| {
            let set = self.rules.noise.set(&self.units(places));
            u128::from_be_bytes(set.to_bytes()).to_string()
        };
        let Marker { one, two, missing } = marker;
        let of = [one, two, missing].map(key).join(" ");
        let term = [Some("marker"), Some(of.as_str()), None];
        of_many.then(|| model.shown(&estimate, term, &self.noise, self.rules))
    }

    fn is_of_crowds(&self, carriers: &RoaringBitmap) -> bool {
        let units = self.model.units();
        let parts = self.model.outcome().parts(units);
        let all = parts.is_empty().then(|| (0..units.len()).collect());
        parts.into_iter().chain(all).all(|part: Vec<usize>| {
            let of_part = part.iter().filter_map(|at| units.get(*at).copied());
            let (with, without): (Vec<u32>, Vec<u32>) =
                of_part.partition(|unit| carriers.contains(*unit));
            [with, without]
                .iter()
                .all(|side| self.rules.is_crowd(side.len(), || side.clone()))
        })
    }

    /// Who is at these places.
    pub fn units(&self, places: &[u32]) -> RoaringBitmap {
        let units = places.iter();
        let units = units.filter_map(|place| self.model.units().get(*place as usize));
        units.copied().collect()
    }

    /// The places of these individuals.
    pub fn places(&self, units: &RoaringBitmap) -> Vec<u32> {
        let all = (0_u32..).zip(self.model.units());
        let within = all.filter(|(_, unit)| units.contains(**unit));
        within.map(|(place, _)| place).collect()
    }

    /// Who is at these places, or who is not.
    pub fn members(&self, places: &[u32], at: bool) -> Vec<u32> {
        let with = self.units(places);
        let all = self.model.units().iter().copied();
        all.filter(|unit| with.contains(*unit) == at).collect()
    }

    /// Everybody in it.
    pub fn individuals(&self) -> RoaringBitmap {
        self.model.units().iter().copied().collect()
    }
}

/// Common markers, from which components are made.
pub struct Ancestry(Components);

impl Ancestry {
    /// Of so many individuals.
    pub fn of(individuals: usize) -> Self {
        Self(Components::of(individuals))
    }

    /// Whether a marker is common enough to tell where individuals come from: by how many
    /// have one copy, and two, of those of whom it is known.
    pub fn is_told_by(one: u64, two: u64, known: u64) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "numbers of people")]
        let share = (one + 2 * two) as f64 / (2 * known).max(1) as f64;
        (COMMON..=1.0 - COMMON).contains(&share)
    }

    /// Adds a marker.
    pub fn add(&mut self, marker: Marker<'_>) {
        self.0.add(marker);
    }

    /// The first components, a row for each individual.
    pub fn components(&self, wanted: usize) -> Vec<Vec<f64>> {
        self.0.first(wanted)
    }
}

#[cfg(test)]
#[path = "association/tests.rs"]
mod tests;
