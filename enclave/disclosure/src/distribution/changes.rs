//! How a measure changes from one stage to the next, per individual.
//!
//! What two stages show apart does not tell it: the difference of two medians is not the
//! median of differences. So it is a distribution of its own, of those who have a value at
//! both, under the rules of the others. It has no mean and no deviation: those are sums,
//! which no cell settled and of which nobody looked who dominates them; where the same
//! people have both stages, the means' difference is the mean change.

use super::{Grid, Group, Measured, Question, individuals, partition::tidy};
use crate::{
    Protected,
    sheet::{Column, Entry, Sheet},
};

/// A group at one stage, and at the next.
#[derive(Clone, Debug)]
pub struct Change {
    /// The positions of the two groups, which differ in their stage alone: the earlier one
    /// and the later.
    pub groups: [usize; 2],
    /// Per measure: individuals who have a value at both, and what they have at the later
    /// stage less what they have at the earlier.
    pub values: Vec<Vec<(u32, f64)>>,
}

impl Question<'_> {
    /// The sheets `changes` and `change_histogram`.
    ///
    /// `stage` is the position of the key that says which stage a group is of; `groups` and
    /// `protected` are those of [`sheets`](Self::sheets). There is a row for each of
    /// `changes` and each measure, whatever the data are. Only where both stages show how
    /// many have a value anything is shown.
    pub fn changes(
        &self,
        stage: usize,
        groups: &[Group],
        changes: &[Change],
        protected: &Protected,
    ) -> Vec<Sheet> {
        let columns = |more: Vec<Column>| {
            let by = (self.by.iter().enumerate()).filter(|(at, _)| *at != stage);
            let by = by.map(|(_, name)| name.as_str());
            let keys = by.chain(["from", "to", "metric"]).map(Column::key);
            keys.chain(more).collect()
        };
        let mut sheet = Sheet::new(
            "changes",
            columns(vec![
                Column::count("individuals"),
                Column::figure("low"),
                Column::figure("median"),
                Column::figure("high"),
            ]),
        );
        let mut histogram = Sheet::new(
            "change_histogram",
            columns(vec![
                Column::figure("lower"),
                Column::figure("upper"),
                Column::count("individuals"),
            ]),
        );
        for change in changes {
            let [Some(earlier), Some(later)] = change.groups.map(|at| groups.get(at)) else {
                continue;
            };
            for (at, measure) in self.measures.iter().enumerate() {
                let is_shown = change.groups.iter().all(|group| {
                    let row = protected.rows().get(*group);
                    row.is_some_and(|row| individuals(row, at).is_some())
                });
                let values = change.values.get(at).filter(|_| is_shown);
                let values = values.into_iter().flatten();
                let mut values: Vec<(u32, f64)> =
                    values.map(|(unit, value)| (*unit, tidy(*value))).collect();
                values.sort_by(|(_, a), (_, b)| a.total_cmp(b));
                let keys = keys(stage, [earlier, later], measure);
                let count = match self.is_crowd(&values) {
                    true => self.rounded(values.len()),
                    false => None,
                };
                let quantiles = self.quantiles(&values);
                let quantiles =
                    quantiles.map(|value| value.map(|of| self.coarse(of, measure)).into());
                sheet.add(keys.iter().cloned().chain([count.into()]).chain(quantiles));
                let span = measure.bounds[1] - measure.bounds[0];
                let grid = Grid {
                    anchor: 0.0,
                    bin: measure.bin,
                    bounds: [-span, span],
                };
                for part in self.partition(&grid, &[], &values) {
                    let [before, with] = part.ranks;
                    histogram.add(keys.iter().cloned().chain([
                        Some(part.lower).into(),
                        Some(part.upper).into(),
                        self.rounded(with - before).into(),
                    ]));
                }
            }
        }
        vec![sheet, histogram]
    }

    /// To the digits of a quantile, and no finer than those are of a number as large as a
    /// part of the grid: of two numbers that hardly differ the difference has digits that
    /// neither shows.
    fn coarse(&self, value: f64, measure: &Measured) -> f64 {
        let digits = self.profile.sum_significant_digits;
        let Some(further) = digits.checked_sub(1) else {
            return value;
        };
        let step = measure.bin / 10_f64.powf(f64::from(further));
        tidy((self.digits(value) / step).round() * step)
    }
}

/// What a row is of: the groups' other keys, both stages, the measure.
fn keys(stage: usize, [earlier, later]: [&Group; 2], measure: &Measured) -> Vec<Entry> {
    let others = (earlier.words.iter().enumerate()).filter(|(at, _)| *at != stage);
    let others = others.map(|(_, word)| Entry::from(word.as_deref()));
    let stages = [earlier, later].map(|group| {
        let word = group.words.get(stage).and_then(Option::as_deref);
        Entry::from(word)
    });
    let metric = Entry::Text(measure.name.clone());
    others.chain(stages).chain([metric]).collect()
}

#[cfg(test)]
mod tests;
