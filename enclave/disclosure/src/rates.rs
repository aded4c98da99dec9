//! Rates of events over person-time, made of protected cells and of nothing else: how many
//! individuals, how many of them with the event, and the sum of their times.
//!
//! The cells are those that the same question in SQL would have; rates, limits and ratios
//! are what anybody could compute from what is shown.

use sekisho_statistics::rates::{self, Estimate, Seen};

use crate::{
    Protected, Value,
    counts::{Words, count, entries},
    rounding,
    sheet::{Column, Entry, Sheet},
};

/// Significant digits of person-time, and of rates, ratios and their limits.
const DIGITS: u32 = 3;

/// Significant digits of probabilities.
const P_DIGITS: u32 = 2;

/// Rates are told per so many years.
const YEARS: f64 = 100.0;

/// What is asked of rates.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The names of the groups' keys; of a split the last is the period.
    pub by: &'a [String],
    /// What rates are compared with: each group with the first, or each period with the
    /// first of its group.
    pub against: Against,
    /// The unit of times, in years.
    pub unit: f64,
}

/// What a rate is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// The first group that has a rate.
    FirstGroup,
    /// The first period of the same group.
    FirstPeriod,
}

/// What a group comes to, as far as it is shown.
struct Row<'w> {
    words: &'w Words,
    individuals: Option<i64>,
    events: Option<i64>,
    years: Option<f64>,
}

impl Question<'_> {
    /// The sheets `rates` and `ratios`. `words` are the groups' keys, in the order of the
    /// cells' rows; of each the figures are individuals, events, and the sum of times.
    pub fn sheets(&self, words: &[Words], of: &Protected) -> Vec<Sheet> {
        let row = |(at, words)| {
            let individuals = count(of, at, 0);
            let sum = match of.rows().get(at).and_then(|row| row.values.get(2)) {
                Some(Some(value)) => Some(real(*value)),
                _ => None,
            };
            let years = sum
                .filter(|sum| *sum > 0.0)
                .map(|sum| rounding::to_significant(sum * self.unit, DIGITS));
            Row {
                words,
                individuals,
                events: count(of, at, 1).filter(|_| individuals.is_some()),
                years: years.filter(|_| individuals.is_some()),
            }
        };
        let rows: Vec<Row<'_>> = words.iter().enumerate().map(row).collect();
        vec![self.rates(&rows), self.ratios(&rows)]
    }

    fn keys(&self) -> impl Iterator<Item = Column> {
        self.by.iter().map(|name| Column::key(name))
    }

    fn rates(&self, rows: &[Row<'_>]) -> Sheet {
        let columns = self.keys().chain([
            Column::count("individuals"),
            Column::count("events"),
            Column::figure("person_time"),
            Column::derived("rate"),
            Column::derived("lower"),
            Column::derived("upper"),
        ]);
        let mut sheet = Sheet::new("rates", columns.collect());
        for row in rows {
            let rate = row.seen().and_then(|seen| rates::rate(seen).ok());
            let figures = [row.individuals.into(), row.events.into(), row.years.into()];
            let rate = shown(rate, YEARS);
            sheet.add(entries(row.words).chain(figures).chain(rate));
        }
        sheet
    }

    fn ratios(&self, rows: &[Row<'_>]) -> Sheet {
        let columns = self.keys().chain([
            Column::key("reference"),
            Column::derived("ratio"),
            Column::derived("lower"),
            Column::derived("upper"),
            Column::derived("p"),
        ]);
        let mut sheet = Sheet::new("ratios", columns.collect());
        for (at, row) in rows.iter().enumerate() {
            let Some((first, reference)) = self.reference(rows, row) else {
                continue;
            };
            if first == at {
                continue;
            }
            let both = row.seen().zip(reference.seen());
            let ratio = both.and_then(|(one, other)| rates::ratio(one, other).ok());
            let p = ratio.map(|(_, p)| rounding::to_significant(p, P_DIGITS));
            let figures = shown(ratio.map(|(ratio, _)| ratio), 1.0);
            let reference = Entry::Text(self.named(reference));
            let keys = entries(row.words).chain([reference]);
            sheet.add(keys.chain(figures).chain([p.into()]));
        }
        sheet
    }

    /// The row that another is compared with, and its place.
    fn reference<'r, 'w>(
        &self,
        rows: &'r [Row<'w>],
        row: &Row<'_>,
    ) -> Option<(usize, &'r Row<'w>)> {
        let mut all = rows.iter().enumerate();
        match self.against {
            // Which groups are hidden is told by their rates.
            Against::FirstGroup => all.find(|(_, first)| first.seen().is_some()),
            Against::FirstPeriod => all.find(|(_, first)| first.group() == row.group()),
        }
    }

    /// What tells a reference from the others, in words.
    fn named(&self, reference: &Row<'_>) -> String {
        let words = match self.against {
            Against::FirstGroup => reference.words.as_slice(),
            Against::FirstPeriod => reference.words.last().map_or(&[][..], std::slice::from_ref),
        };
        let words = words.iter().map(|word| word.as_deref().unwrap_or("-"));
        words.collect::<Vec<_>>().join(", ")
    }
}

impl Row<'_> {
    fn seen(&self) -> Option<Seen> {
        #[expect(clippy::cast_precision_loss, reason = "a number of people")]
        let events = self.events.map(|events| events as f64);
        let (events, time) = events.zip(self.years)?;
        Some(Seen { events, time })
    }

    /// The words of its group, without those of its period.
    fn group(&self) -> &[Option<String>] {
        let (_, group) = self.words.split_last().unwrap_or((&None, &[]));
        group
    }
}

fn real(value: Value) -> f64 {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "a sum of times")]
        Value::Integer(value) => value as f64,
        Value::Fraction(value) => value,
    }
}

/// An estimate and its limits, times so much, as they are shown.
fn shown(estimate: Option<Estimate>, times: f64) -> impl Iterator<Item = Entry> {
    let of = |part: fn(Estimate) -> f64| {
        let value = estimate.map(|of| rounding::to_significant(part(of) * times, DIGITS));
        Entry::from(value)
    };
    [of(|of| of.value), of(|of| of.lower), of(|of| of.upper)].into_iter()
}

#[cfg(test)]
#[path = "rates/tests.rs"]
mod tests;
