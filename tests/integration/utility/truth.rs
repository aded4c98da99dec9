//! The truth, computed from the people themselves, and how far a release is from it.

use std::collections::{BTreeMap, BTreeSet};

use arrow::util::display::{ArrayFormatter, FormatOptions};
use sekisho::Answer;
use sekisho_tests::{Cohort, Patient};

/// A group's key, as it is written.
pub(crate) type Key = Vec<String>;

/// The true figures of each group.
pub(crate) type Truth = BTreeMap<Key, Vec<Cell>>;

/// A true figure, and how many people it rests on. NaN is not compared: places
/// in an order, for example.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) value: f64,
    pub(crate) people: usize,
}

/// A key of several columns.
macro_rules! key {
    ($($part:expr),*) => { vec![$($part.to_string()),*] };
}
pub(crate) use key;

/// What a statement reads, before it is grouped: a key, whose row it is, a value.
pub(crate) struct Rows(Vec<(Key, usize, f64)>);

/// The rows that each person adds.
pub(crate) fn rows(of: impl Fn(&Patient) -> Vec<(Key, f64)>) -> Rows {
    let people = Cohort::shared().patients.iter().enumerate();
    Rows(
        people
            .flat_map(|(who, patient)| {
                let rows = of(patient).into_iter();
                rows.map(move |(key, value)| (key, who, value))
            })
            .collect(),
    )
}

/// A row of each person of whom something holds.
pub(crate) fn people(holds: impl Fn(&Patient) -> bool, key: impl Fn(&Patient) -> Key) -> Rows {
    values(|p| holds(p).then_some(1.0), key)
}

/// A row of each person who has a value.
pub(crate) fn values(
    value: impl Fn(&Patient) -> Option<f64>,
    key: impl Fn(&Patient) -> Key,
) -> Rows {
    rows(|p| value(p).map(|value| (key(p), value)).into_iter().collect())
}

/// The stage, as a release shows one that is not known.
pub(crate) fn stage(patient: &Patient) -> &'static str {
    patient.stage.unwrap_or("-")
}

/// Whether the tumour carries a mutation of a gene.
pub(crate) fn mutated(patient: &Patient, gene: &str) -> bool {
    patient.mutations.iter().any(|m| m.site.gene == gene)
}

impl Rows {
    /// How many rows.
    pub(crate) fn count(&self) -> Truth {
        self.figure(|rows| (rows.len() as f64, distinct(rows)))
    }

    /// How many people.
    pub(crate) fn individuals(&self) -> Truth {
        self.figure(|rows| (distinct(rows) as f64, distinct(rows)))
    }

    pub(crate) fn sum(&self) -> Truth {
        self.figure(|rows| (total(rows), distinct(rows)))
    }

    pub(crate) fn mean(&self) -> Truth {
        self.figure(|rows| (total(rows) / rows.len() as f64, distinct(rows)))
    }

    /// The standard deviation of a sample.
    pub(crate) fn deviation(&self) -> Truth {
        self.figure(|rows| {
            let mean = total(rows) / rows.len() as f64;
            let squares: f64 = rows.iter().map(|(_, value)| (value - mean).powi(2)).sum();
            ((squares / (rows.len() as f64 - 1.0)).sqrt(), distinct(rows))
        })
    }

    /// Of values 0 and 1, how many are 1; it rests on the people of whom they are.
    pub(crate) fn ones(&self) -> Truth {
        self.figure(|rows| (total(rows), distinct(&positive(rows))))
    }

    /// Of values 0 and 1, the share of ones.
    pub(crate) fn share(&self) -> Truth {
        self.figure(|rows| {
            let people = distinct(&positive(rows));
            (total(rows) / rows.len() as f64, people)
        })
    }

    fn figure(&self, of: impl Fn(&[(usize, f64)]) -> (f64, usize)) -> Truth {
        let mut groups: BTreeMap<&Key, Vec<(usize, f64)>> = BTreeMap::new();
        for (key, who, value) in &self.0 {
            groups.entry(key).or_default().push((*who, *value));
        }
        let figures = groups.into_iter().map(|(key, rows)| {
            let (value, people) = of(&rows);
            (key.clone(), vec![Cell { value, people }])
        });
        figures.collect()
    }
}

/// Several figures of each group, column after column.
pub(crate) fn beside<const N: usize>(columns: [Truth; N]) -> Truth {
    let keys: BTreeSet<Key> = columns.iter().flat_map(Truth::keys).cloned().collect();
    let nobody = [Cell {
        value: 0.0,
        people: 0,
    }];
    let figures = keys.into_iter().map(|key| {
        let cells = columns
            .iter()
            .flat_map(|column| column.get(&key).map_or(&nobody[..], |cells| cells));
        let cells = cells.copied().collect();
        (key, cells)
    });
    figures.collect()
}

/// What is computed with two figures of each group.
pub(crate) fn combined(left: &Truth, right: &Truth, with: impl Fn(f64, f64) -> f64) -> Truth {
    let figures = left.iter().filter_map(|(key, cells)| {
        let (left, right) = (cells.first()?, right.get(key)?.first()?);
        let value = with(left.value, right.value);
        let people = left.people.min(right.people);
        Some((key.clone(), vec![Cell { value, people }]))
    });
    figures.collect()
}

/// The figures, with a key in front of those that each has.
pub(crate) fn under(first: &str, truth: Truth) -> Truth {
    let named = truth.into_iter().map(|(mut key, cells)| {
        key.insert(0, first.to_owned());
        (key, cells)
    });
    named.collect()
}

/// A column that is not compared.
pub(crate) fn places(truth: &Truth) -> Truth {
    let of_none = |cells: &Vec<Cell>| Cell {
        value: f64::NAN,
        people: cells.first().map_or(0, |cell| cell.people),
    };
    let places = truth
        .iter()
        .map(|(key, cells)| (key.clone(), vec![of_none(cells)]));
    places.collect()
}

fn total(rows: &[(usize, f64)]) -> f64 {
    rows.iter().map(|(_, value)| value).sum()
}

fn distinct(rows: &[(usize, f64)]) -> usize {
    rows.iter()
        .map(|(who, _)| who)
        .collect::<BTreeSet<_>>()
        .len()
}

fn positive(rows: &[(usize, f64)]) -> Vec<(usize, f64)> {
    rows.iter()
        .copied()
        .filter(|(_, value)| *value > 0.0)
        .collect()
}

/// How far a released figure is from the true one.
#[derive(Clone, Debug)]
pub(crate) struct Error {
    /// On how many people the true figure rests.
    pub(crate) people: usize,
    pub(crate) relative: f64,
    /// Which figure it is, to speak of.
    cell: String,
}

/// A release beside the truth.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    pub(crate) errors: Vec<Error>,
    pub(crate) shown: usize,
    pub(crate) suppressed: usize,
    /// True cells that hold 20 people and more, and how many of them are shown.
    pub(crate) large: usize,
    pub(crate) large_shown: usize,
}

impl Compared {
    /// Figures of 100 people and more that are further off than this.
    pub(crate) fn beyond(&self, relative: f64) -> impl Iterator<Item = String> {
        let errors = self.errors.iter();
        errors
            .filter(move |error| error.people >= 100 && error.relative > relative)
            .map(|error| error.cell.clone())
    }
}

/// Compares a release, whose first `keys` columns are group keys.
pub(crate) fn compare(
    question: &str,
    answer: &Answer,
    keys: usize,
    limit: Option<usize>,
    truth: &Truth,
) -> Compared {
    let mut compared = Compared::default();
    let large = |cells: &&Vec<Cell>| cells.iter().all(|cell| cell.people >= 20);
    let columns = truth.values().next().map_or(0, Vec::len);
    compared.large = match limit {
        Some(rows) => rows.min(truth.values().filter(large).count()) * columns,
        None => truth
            .values()
            .flatten()
            .filter(|cell| cell.people >= 20)
            .count(),
    };
    for row in released(answer) {
        let (key, figures) = row.split_at(keys);
        let key: Key = key.iter().map(|part| plain(part)).collect();
        let cells = truth.get(&key);
        for (at, figure) in figures.iter().enumerate() {
            if figure == "-" {
                compared.suppressed += 1;
                continue;
            }
            compared.shown += 1;
            // A group that nobody is in may be shown with the people of an anchor.
            let Some(cell) = cells.and_then(|cells| cells.get(at)) else {
                continue;
            };
            compared.large_shown += usize::from(cell.people >= 20);
            let figure: f64 = figure
                .parse()
                .unwrap_or_else(|_| panic!("{question}: `{figure}` is no number"));
            if cell.value.is_finite() && cell.value != 0.0 {
                compared.errors.push(Error {
                    people: cell.people,
                    relative: (figure - cell.value).abs() / cell.value.abs(),
                    cell: format!("{question}: {key:?} {figure}, in truth {cell:?}"),
                });
            }
        }
    }
    compared
}

/// The rows, cell by cell; what is NULL is `-`.
fn released(answer: &Answer) -> Vec<Vec<String>> {
    let options = FormatOptions::new().with_null("-");
    let mut rows = Vec::new();
    for batch in &answer.batches {
        let columns: Vec<_> = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
            .collect();
        rows.extend((0..batch.num_rows()).map(|row| {
            let cells = columns.iter().map(|column| column.value(row).to_string());
            cells.collect()
        }));
    }
    rows
}

/// A key without what its type adds: `60.0` is 60, midnight is its day.
fn plain(key: &str) -> String {
    let key = key.strip_suffix("T00:00:00").unwrap_or(key);
    key.parse::<f64>()
        .map_or_else(|_| key.to_owned(), |number| number.to_string())
}
