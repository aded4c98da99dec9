//! Distributions of measures in groups: histograms, shares beyond limits, quantiles.
//!
//! One partition of a declared grid serves a group's histogram and its limits, and every
//! part of it holds a crowd: what can be taken from one another is crowds again. Limits
//! are declared, as the grid is; limits of a visitor's own would move over everybody.
//! A quantile has a crowd on either side, and is rounded as sums are.

mod changes;
mod partition;

use partition::{Grid, Part};

pub use changes::Change;

use crate::{
    Noise, Profile, Protected, ProtectedRow, Value, rounding,
    sheet::{Column, Entry, Sheet},
    suppress,
};

/// A measure, as it is declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The column's name.
    pub name: String,
    /// Its declared bounds, where the grid begins and ends: whoever has the least or the
    /// most of it tells nothing by that.
    pub bounds: [f64; 2],
    /// How wide a part of the grid is.
    pub bin: f64,
    /// Its limits.
    pub limits: Vec<Limit>,
}

/// A limit of a measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// In words, for example `below 30`.
    pub words: String,
    /// Where it lies.
    pub at: f64,
    /// Whether what is beyond lies above.
    pub above: bool,
    /// Whether what lies on it is beyond.
    pub inclusive: bool,
    /// The one group that it is of, if it is not of all: a key's name and value.
    pub of: Option<(String, String)>,
}

/// A group, and what each of its individuals has of each measure.
#[derive(Clone, Debug)]
pub struct Group {
    /// The values of its keys.
    pub words: Vec<Option<String>>,
    /// Per measure: individuals and their values, who have one.
    pub values: Vec<Vec<(u32, f64)>>,
}

/// What is asked of distributions.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The names of the groups' keys.
    pub by: &'a [String],
    /// The measures.
    pub measures: &'a [Measured],
    /// The profile.
    pub profile: &'a Profile,
    /// What the threshold's own noise is drawn from.
    pub noise: &'a Noise,
}

/// Figures of a group's cells: the individuals, then so many per measure.
pub const FIGURES_PER_MEASURE: usize = 3;

impl Question<'_> {
    /// The sheets `metrics`, `limits` and `histogram`.
    ///
    /// `protected` are the same groups as cells, in the order of `groups`: how many
    /// individuals, and per measure how many have a value, the mean and the standard
    /// deviation. Only where it is shown how many have a value anything else is.
    pub fn sheets(&self, groups: &[Group], protected: &Protected) -> Vec<Sheet> {
        let keys = || -> Vec<Column> {
            let by = self.by.iter().map(String::as_str);
            by.chain(["metric"]).map(Column::key).collect()
        };
        let columns = |more: Vec<Column>| keys().into_iter().chain(more).collect();
        let mut metrics = Sheet::new(
            "metrics",
            columns(vec![
                Column::count("individuals"),
                Column::figure("mean"),
                Column::figure("standard_deviation"),
                Column::figure("low"),
                Column::figure("median"),
                Column::figure("high"),
            ]),
        );
        let mut limits = Sheet::new(
            "limits",
            columns(vec![
                Column::key("limit"),
                Column::count("individuals"),
                Column::derived("share"),
            ]),
        );
        let mut histogram = Sheet::new(
            "histogram",
            columns(vec![
                Column::figure("lower"),
                Column::figure("upper"),
                Column::count("individuals"),
            ]),
        );
        for (group, row) in groups.iter().zip(protected.rows()) {
            for (at, measure) in self.measures.iter().enumerate() {
                let figure = |of: usize| figure(row, at, of);
                let individuals = individuals(row, at);
                let mut values = match individuals {
                    Some(_) => group.values.get(at).cloned().unwrap_or_default(),
                    None => Vec::new(),
                };
                values.sort_by(|(_, a), (_, b)| a.total_cmp(b));
                let words = || keys_of(group, measure);
                let of = [individuals.into(), entry(figure(1)), entry(figure(2))];
                let quantiles = self.quantiles(&values);
                let quantiles = quantiles.map(|value| value.map(|value| self.digits(value)).into());
                metrics.add(words().chain(of).chain(quantiles));
                let grid = Grid {
                    anchor: measure.bounds[0],
                    bin: measure.bin,
                    bounds: measure.bounds,
                };
                let parts = self.partition(&grid, &self.limits_of(group, measure), &values);
                for limit in self.limits_of(group, measure) {
                    let beyond = self.beyond(limit, &parts, &values);
                    let all = self.rounded(values.len()).filter(|all| *all > 0);
                    let share = beyond.zip(all).map(|(beyond, all)| {
                        #[expect(clippy::cast_precision_loss, reason = "counts of people")]
                        let share = beyond as f64 / all as f64;
                        rounding::to_significant(share, SHARE_DIGITS)
                    });
                    let limit = Entry::Text(limit.words.clone());
                    limits.add(words().chain([limit, beyond.into(), share.into()]));
                }
                for part in &parts {
                    let [before, with] = part.ranks;
                    histogram.add(words().chain([
                        Some(part.lower).into(),
                        Some(part.upper).into(),
                        self.rounded(with - before).into(),
                    ]));
                }
            }
        }
        vec![metrics, limits, histogram]
    }

    fn limits_of<'m>(&self, group: &Group, measure: &'m Measured) -> Vec<&'m Limit> {
        let concerns = |limit: &&Limit| match &limit.of {
            None => true,
            Some((key, value)) => {
                let words = self.by.iter().zip(&group.words);
                let mut of = words.filter(|(name, _)| *name == key);
                of.all(|(_, word)| word.as_ref() == Some(value)) && self.by.contains(key)
            }
        };
        measure.limits.iter().filter(concerns).collect()
    }

    /// The k-th smallest, the median, and the k-th largest, not rounded.
    fn quantiles(&self, values: &[(u32, f64)]) -> [Option<f64>; 3] {
        let k = self.profile.threshold as usize;
        let (lower, upper) = values.split_at(values.len() / 2);
        if !self.is_crowd(lower) || !self.is_crowd(upper) {
            return [None; 3];
        }
        let at = |rank: usize| values.get(rank).map(|(_, value)| *value);
        let middle = values.len() / 2;
        let median = match values.len() % 2 {
            0 => at(middle)
                .zip(at(middle - 1))
                .map(|(a, b)| f64::midpoint(a, b)),
            _ => at(middle),
        };
        [
            at(k.saturating_sub(1)),
            median,
            at(values.len().saturating_sub(k)),
        ]
    }

    fn digits(&self, value: f64) -> f64 {
        rounding::to_significant(value, self.profile.sum_significant_digits)
    }

    /// How many lie beyond a limit, if the partition was cut there.
    fn beyond(&self, limit: &Limit, parts: &[Part], values: &[(u32, f64)]) -> Option<i64> {
        let is_beyond = |value: f64| match (limit.above, limit.inclusive) {
            (true, true) => value >= limit.at,
            (true, false) => value > limit.at,
            (false, true) => value <= limit.at,
            (false, false) => value < limit.at,
        };
        let beyond = values.iter().filter(|(_, value)| is_beyond(*value)).count();
        let below = if limit.above {
            values.len() - beyond
        } else {
            beyond
        };
        let is_cut = parts
            .iter()
            .any(|part| part.ranks[1] == below && below < values.len());
        is_cut.then(|| self.rounded(beyond)).flatten()
    }

    fn is_crowd(&self, values: &[(u32, f64)]) -> bool {
        let who = || values.iter().map(|(unit, _)| *unit).collect();
        suppress::enough_of(values.len() as u64, self.profile.threshold, self.noise, who)
    }

    fn rounded(&self, n: usize) -> Option<i64> {
        rounding::to_base(i128::try_from(n).ok()?, self.profile.rounding_base)
    }
}

/// Significant digits of shares.
const SHARE_DIGITS: u32 = 3;

fn keys_of(group: &Group, measure: &Measured) -> impl Iterator<Item = Entry> {
    let words = group.words.iter().map(|word| Entry::from(word.as_deref()));
    words
        .chain([Entry::Text(measure.name.clone())])
        .collect::<Vec<_>>()
        .into_iter()
}

/// A figure of a measure.
fn figure(row: &ProtectedRow, measure: usize, of: usize) -> Option<Value> {
    let at = 1 + FIGURES_PER_MEASURE * measure + of;
    row.values.get(at).copied().flatten()
}

/// How many have a value of a measure, where that is shown.
fn individuals(row: &ProtectedRow, measure: usize) -> Option<i64> {
    match figure(row, measure, 0)? {
        Value::Integer(count) => Some(count),
        Value::Fraction(_) => None,
    }
}

fn entry(value: Option<Value>) -> Entry {
    match value {
        Some(Value::Integer(value)) => Entry::Integer(value),
        Some(Value::Fraction(value)) => Entry::from(Some(value)),
        None => Entry::Nothing,
    }
}

#[cfg(test)]
#[path = "distribution/tests.rs"]
mod tests;
