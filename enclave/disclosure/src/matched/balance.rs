//! How alike the treated and their controls are.

use super::{Matching, found_crowd};
use crate::{
    model::{LEAST_BASE, Rules, Term, participants},
    rounding,
    sheet::{Column, Entry, Sheet},
};

/// Significant digits of means, and of what is told of their difference.
const MEAN_DIGITS: u32 = 3;
const DIFFERENCE_DIGITS: u32 = 2;

/// Means of the treated and of controls.
type Pair = [f64; 2];

impl Matching {
    /// The sheet `balance`: a row for each number, and for each level.
    pub(super) fn balance(&self, rules: Rules<'_>) -> Sheet {
        let keys = ["covariate", "level"].map(Column::key);
        let figures = [
            "treated",
            "controls",
            "matched_treated",
            "weighted_controls",
            "difference",
            "weighted_difference",
        ];
        let columns = keys.into_iter().chain(figures.map(Column::figure));
        let mut sheet = Sheet::new("balance", columns.collect());
        for term in self.model.terms() {
            let values = self.values(term).filter(|_| self.is_any());
            let found = values.and_then(|values| self.of_values(&values, term, rules));
            let keys = [
                Some(term.name.as_str()).into(),
                term.level.as_deref().into(),
            ];
            let none: [Entry; 6] = std::array::from_fn(|_| Entry::Nothing);
            sheet.add(keys.into_iter().chain(found.unwrap_or(none)));
        }
        sheet
    }

    /// What everybody has of a term; none of a level that few have.
    fn values(&self, term: &Term) -> Option<Vec<f64>> {
        let of = |column: usize| {
            let rows = self.model.rows().iter();
            rows.map(|row| row.get(column).copied())
                .collect::<Option<Vec<f64>>>()
        };
        if let Some(column) = term.column {
            return of(column);
        }
        if term.level.is_none() || term.reference.is_some() {
            return None;
        }
        // The reference: whoever has none of the others.
        let others = self.model.terms().iter();
        let others = others.filter(|other| other.name == term.name);
        let mut left = vec![1.0; self.model.units().len()];
        for column in others.filter_map(|other| other.column) {
            for (left, has) in left.iter_mut().zip(of(column)?) {
                *left -= has;
            }
        }
        Some(left)
    }

    fn of_values(&self, values: &[f64], term: &Term, rules: Rules<'_>) -> Option<[Entry; 6]> {
        let all = |treated: bool| {
            let of = |at| f64::from(u8::from(self.is_of(at, treated)));
            (0..values.len()).map(of).collect::<Vec<f64>>()
        };
        let weights = self.weights();
        let matched = |treated: bool| {
            let of = weights.iter().enumerate();
            of.map(|(at, weight)| {
                if self.is_of(at, treated) {
                    *weight
                } else {
                    0.0
                }
            })
            .collect::<Vec<f64>>()
        };
        // An earlier set may leave few out: to tell of all beside it would tell of those.
        let before = |treated: bool| {
            let left = self.places(|at, _| self.is_of(at, treated) && self.stratum(at).is_none());
            match found_crowd(&self.model, &left, rules) {
                true => all(treated),
                false => (matched(treated).iter())
                    .map(|weight| f64::from(u8::from(*weight > 0.0)))
                    .collect(),
            }
        };
        let mean = |weights: Vec<f64>| self.mean(values, &weights, term, rules);
        let before: Pair = [mean(before(true))?, mean(before(false))?];
        let after: Pair = [mean(matched(true))?, mean(matched(false))?];
        let spread = self.spread(values, term, before)?;
        let difference = |[treated, controls]: Pair| {
            let off = (treated - controls) / spread;
            // Hundredths: more would tell the means again.
            let off = (off * 100.0).round() / 100.0;
            Some(rounding::to_significant(off, DIFFERENCE_DIGITS))
        };
        let [treated, controls] = before;
        let [matched_treated, weighted] = after;
        let figures = [
            Some(treated),
            Some(controls),
            Some(matched_treated),
            Some(weighted),
            difference(before),
            difference(after),
        ];
        Some(figures.map(Entry::from))
    }

    /// A mean as it is shown: of many, and moved by what a rounding of counts would move it
    /// by, alike for the same people with the same weights.
    fn mean(&self, values: &[f64], weights: &[f64], term: &Term, rules: Rules<'_>) -> Option<f64> {
        let total: f64 = weights.iter().sum();
        let pairs = || values.iter().zip(weights);
        let mean = pairs().map(|(value, weight)| value * weight).sum::<f64>() / total;
        let influence = pairs().map(|(value, weight)| weight * (value - mean) / total);
        let influence: Vec<f64> = influence.collect();
        let who = self.units_where(|at| weights.get(at).is_some_and(|weight| *weight > 0.0));
        let many = participants(&influence);
        if !rules.is_crowd(many, || who.clone()) {
            return None;
        }
        let squares: f64 = influence.iter().map(|of| of * of).sum();
        #[expect(clippy::cast_precision_loss, reason = "a number of people")]
        let blur = f64::from(rules.profile.rounding_base.max(LEAST_BASE))
            * (squares / many.max(1) as f64).sqrt();
        let who = rules.noise.set_of(&who).to_bytes();
        // That of weighted people is another mean than that of the same people.
        let is_weighted = weights
            .iter()
            .any(|weight| *weight != 0.0 && *weight != 1.0);
        let (level, sign) = self.drawn(term);
        let parts: [&[u8]; 4] = [
            &who,
            &[u8::from(is_weighted)],
            term.name.as_bytes(),
            level.as_bytes(),
        ];
        let moved = mean + sign * blur * rules.noise.normal("balance", &parts);
        let moved = match term.level {
            Some(_) => moved.clamp(0.0, 1.0),
            None => moved,
        };
        Some(rounding::to_significant(moved, MEAN_DIGITS))
    }

    /// The level whose draw a term has, and its sign: of two words each tells the other, so
    /// that two draws would be two looks at one share.
    fn drawn<'t>(&'t self, term: &'t Term) -> (&'t str, f64) {
        let others = self.model.terms().iter();
        let mut others = others.filter(|of| of.name == term.name && of.column.is_some());
        let is_reference = term.column.is_none();
        match (is_reference, others.next(), others.next()) {
            (true, Some(only), None) => (only.level.as_deref().unwrap_or_default(), -1.0),
            _ => (term.level.as_deref().unwrap_or_default(), 1.0),
        }
    }

    /// The standard deviation of the treated that differences are told in: of a share what
    /// follows from it, of a number to two digits.
    fn spread(&self, values: &[f64], term: &Term, [share, _]: Pair) -> Option<f64> {
        let spread = match term.level {
            Some(_) => (share * (1.0 - share)).sqrt(),
            None => {
                let of = values.iter().enumerate();
                let of: Vec<f64> = of
                    .filter(|(at, _)| self.is_of(*at, true))
                    .map(|(_, value)| *value)
                    .collect();
                #[expect(clippy::cast_precision_loss, reason = "a number of people")]
                let n = of.len() as f64;
                let mean = of.iter().sum::<f64>() / n;
                let squares: f64 = of.iter().map(|value| (value - mean).powi(2)).sum();
                rounding::to_significant((squares / (n - 1.0)).sqrt(), DIFFERENCE_DIGITS)
            }
        };
        Some(spread).filter(|spread| spread.is_finite() && *spread > 0.0)
    }
}
