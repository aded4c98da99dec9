//! The `cell-key` mechanism: perturbation that hangs on the set of individuals.
//!
//! A figure's noise is drawn with the key of its set, so that one set gets one
//! figure in every table and however it is asked for, and averaging repeats gains
//! nothing. Sources: Fraser and Wooton 2005, Marley and Leaver 2011 (the method of
//! the Australian census), the R packages `ptable` and `cellKey`.
//!
//! Cells are perturbed each for itself: a total need not be the sum of its parts.
//! Who asks for the same individuals padded with others who contribute nothing
//! to a sum gets a new draw each time (Asghar and Kaafar 2020); the budget and
//! anchors bound that, not this mechanism.

use std::collections::BTreeMap;

use crate::{
    Noise, ProtectError,
    cell::{CellTable, Dimension, Figure, Key, Measure, Statistic},
    dominance::is_dominated,
    profile::Profile,
    protected::{Protected, ProtectedRow, Value},
    ptable::PTable,
    rounding::to_significant,
    suppress::enough,
};

/// Protects a table.
///
/// # Postcondition
///
/// Every figure shown that is not 0 describes at least `threshold` individuals,
/// before and after perturbation; to a sum or mean as many have added something
/// but 0, and nobody dominates it. A count that is
/// perturbed to 0 is shown as 0 if its group is declared, as one of nobody is:
/// so that 0 does not tell nobody from few. The other figures of fewer are
/// withheld, and so are groups of fewer that only the data know. Equal sets with
/// equal totals get equal figures.
///
/// # Errors
///
/// When there is no perturbation table with the profile's parameters.
pub(crate) fn protect(
    table: &CellTable,
    profile: &Profile,
    noise: &Noise,
) -> Result<Protected, ProtectError> {
    let perturbation = Perturbation {
        moves: PTable::new(&profile.cell_key).ok_or(ProtectError::Unprotectable {
            mechanism: "cell-key",
            reason: "no perturbation has the variance and the reach that its profile asks for",
        })?,
        profile,
        noise,
    };
    let is_declared = |key: &Key| {
        let declared = table.dimensions().iter().zip(key);
        declared
            .into_iter()
            .all(|(dimension, value)| *dimension != Dimension::Data && value.is_some())
    };
    let rows = table
        .cells()
        .iter()
        .filter(|(key, cell)| {
            is_declared(key) || perturbation.standing(&cell.group) == Standing::Shown
        })
        .map(|(key, cell)| ProtectedRow {
            key: key.clone(),
            values: table
                .statistics()
                .iter()
                .zip(&cell.figures)
                .map(|(statistic, figure)| {
                    // A group that was withheld shows none of its figures.
                    let figure = cell.group.totals().sound.then_some(figure)?;
                    perturbation.released(statistic.measure, figure, is_declared(key))
                })
                .collect(),
        })
        .collect();
    Ok(Protected::new(rows, profile.clone()))
}

/// The noise of a release in words.
pub fn parameters(profile: &Profile, statistics: &[Statistic]) -> BTreeMap<String, String> {
    let cell_key = &profile.cell_key;
    let counts = format!(
        "moved by {} at most, with variance {}; a count of rows by that times what the row counts \
         of the individuals call for",
        cell_key.reach, cell_key.variance
    );
    let sums = format!(
        "moved by its largest contribution times {} times such a move, or by whole contributions \
         where that would be too little",
        cell_key.magnitude
    );
    let numbered = statistics.iter().enumerate().map(|(index, statistic)| {
        let words = match statistic.measure {
            Measure::Individuals | Measure::Count => counts.clone(),
            Measure::IntegerSum | Measure::Sum => sums.clone(),
            Measure::IntegerMean | Measure::Mean => {
                format!("the quotient of a sum, {sums}, and a count, {counts}")
            }
            Measure::Variance
            | Measure::VariancePopulation
            | Measure::Deviation
            | Measure::DeviationPopulation => "withheld".to_owned(),
        };
        (format!("noise.{:02}", index + 1), words)
    });
    numbered.collect()
}

/// Whether a figure may be shown, by its set alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// As nobody, whether or not it is.
    Nobody,
    /// As it is perturbed.
    Shown,
    /// Not at all.
    Withheld,
}

/// What figures are perturbed with.
struct Perturbation<'a> {
    moves: PTable,
    profile: &'a Profile,
    noise: &'a Noise,
}

impl Perturbation<'_> {
    fn released(&self, measure: Measure, figure: &Figure, is_declared: bool) -> Option<Value> {
        match self.standing(figure) {
            Standing::Nobody if measure.is_count() && is_declared => {
                return Some(Value::Integer(0));
            }
            Standing::Nobody | Standing::Withheld => return None,
            Standing::Shown => {}
        }
        if measure == Measure::Individuals {
            return Some(Value::Integer(self.individuals(figure)?));
        }
        let totals = figure.totals();
        if is_dominated(totals.magnitude, totals.top, self.profile) {
            return None;
        }
        // A sum with zeros of others added is the sum of the few who have an amount.
        if measure.is_of_amounts() && !enough(figure.adding(), self.profile.threshold, self.noise) {
            return None;
        }
        match measure {
            Measure::Individuals | Measure::Count => Some(Value::Integer(self.rows(figure)?)),
            Measure::IntegerSum => Some(Value::Integer(self.integer_sum(figure)?)),
            Measure::Sum => fraction(self.sum(figure)),
            #[expect(clippy::cast_precision_loss, reason = "a perturbed sum")]
            Measure::IntegerMean => self.quotient(self.integer_sum(figure)? as f64, figure),
            Measure::Mean => self.quotient(self.sum(figure), figure),
            // Noise on squares would have to be far larger than the variance.
            Measure::Variance
            | Measure::VariancePopulation
            | Measure::Deviation
            | Measure::DeviationPopulation => None,
        }
    }

    /// The threshold, before and after perturbation: at the threshold it is the
    /// draw that decides, not one individual.
    fn standing(&self, figure: &Figure) -> Standing {
        if !figure.totals().sound {
            return Standing::Withheld;
        }
        if self.individuals(figure) == Some(0) {
            return Standing::Nobody;
        }
        if self.is_crowd(figure) {
            Standing::Shown
        } else {
            Standing::Withheld
        }
    }

    /// Whether a figure's individuals reach the threshold, before and after
    /// perturbation.
    fn is_crowd(&self, figure: &Figure) -> bool {
        let (individuals, threshold) = (figure.individuals(), u64::from(self.profile.threshold));
        let perturbed = self.individuals(figure);
        let perturbed = perturbed.and_then(|perturbed| u64::try_from(perturbed).ok());
        individuals >= threshold && perturbed.is_some_and(|perturbed| perturbed >= threshold)
    }

    fn individuals(&self, figure: &Figure) -> Option<i64> {
        let individuals = figure.individuals();
        i64::try_from(individuals)
            .ok()?
            .checked_add(self.count_move(figure, individuals))
    }

    /// The move of a count over the figure's set. It hangs on the count as well:
    /// a count of rows that is the number of individuals is moved as that is,
    /// and another one for itself, so that who knows the one does not learn the other.
    fn count_move(&self, figure: &Figure, count: u64) -> i64 {
        let parts = [&self.key(figure)[..], &count.to_be_bytes()];
        self.moves.draw(count, self.noise.uniform("count", &parts))
    }

    /// Rows, moved as individuals are, in steps of whole rows.
    fn rows(&self, figure: &Figure) -> Option<i64> {
        let count = figure.totals().count;
        #[expect(clippy::cast_precision_loss, reason = "a small move")]
        let by = self.count_move(figure, count) as f64 * step(figure, self.magnitude(), 1.0);
        Some(moved(i128::from(count), by)?.max(0))
    }

    fn integer_sum(&self, figure: &Figure) -> Option<i64> {
        moved(figure.totals().integer, self.sum_move(figure, 1.0))
    }

    /// The significant digits of a sum would tell what was added up, whatever
    /// is added to it: so they are cut as the profile says.
    fn sum(&self, figure: &Figure) -> f64 {
        let sum = figure.totals().fraction + self.sum_move(figure, 0.0);
        to_significant(sum, self.profile.sum_significant_digits)
    }

    /// What is added to a sum over the figure's set.
    fn sum_move(&self, figure: &Figure, least: f64) -> f64 {
        let uniform = self.noise.uniform("sum", &[&self.key(figure)]);
        #[expect(clippy::cast_precision_loss, reason = "a small move")]
        let by = self.moves.draw(figure.individuals(), uniform) as f64;
        by * step(figure, self.magnitude(), least)
    }

    /// A mean is the quotient of its perturbed parts.
    fn quotient(&self, sum: f64, figure: &Figure) -> Option<Value> {
        #[expect(clippy::cast_precision_loss, reason = "a perturbed count")]
        let count = self.rows(figure)? as f64;
        fraction(sum / count)
    }

    fn magnitude(&self) -> f64 {
        self.profile.cell_key.magnitude
    }

    fn key(&self, figure: &Figure) -> [u8; 16] {
        self.noise.set(figure.set()).to_bytes()
    }
}

/// By how much a sum changes for a move of 1: x_top·m, but no less than `least`,
/// and no less than x_top where the sum is a count in disguise. Of equal
/// contributions, or of some and none, smaller steps would not blur how many
/// there are; therefore whole quarters of the largest contribution are taken as
/// such.
fn step(figure: &Figure, magnitude: f64, least: f64) -> f64 {
    let totals = figure.totals();
    let [largest, _] = totals.top;
    let quarters = 4.0 * totals.magnitude / largest;
    let is_count = (quarters - quarters.round()).abs() <= 1e-9 * quarters;
    if is_count {
        largest.max(least)
    } else {
        (largest * magnitude).max(least)
    }
}

/// A whole number with a move, rounded.
fn moved(value: i128, by: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "saturates")]
    let by = by.round() as i128;
    i64::try_from(value.checked_add(by)?).ok()
}

fn fraction(value: f64) -> Option<Value> {
    value.is_finite().then_some(Value::Fraction(value))
}

#[cfg(test)]
#[path = "cell_key/tests.rs"]
mod tests;
