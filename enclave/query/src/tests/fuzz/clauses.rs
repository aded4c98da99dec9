//! The clauses of drawn statements: group keys, and aggregates that know how far
//! one person moves them.

use std::collections::BTreeSet;

use super::predicate::predicate;
use super::world::{DIAGNOSES, SEXES, STAGES, THERAPIES, TISSUES};

/// Which constructs a statement has.
pub(crate) type Constructs = BTreeSet<&'static str>;

/// A stream of numbers that depends on the seed alone (SplitMix64).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        of.get(self.below(of.len())).unwrap()
    }

    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as usize) as i64
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// A text with a declared domain.
    Text(&'static [&'static str]),
    /// A text whose values are data: genes.
    Code(&'static [&'static str]),
    /// Numbers between two.
    Number(i64, i64),
    /// A position in the genome: a filter, never a sum.
    Position,
    Flag,
    Day,
}

/// A column of a source.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// With its alias, as in `i.age`.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Of the individual, not of one of its rows.
    pub(crate) of_unit: bool,
}

/// The columns of a table under an alias.
pub(crate) fn columns(table: &str, alias: &str) -> Vec<Column> {
    let columns: &[(&str, Kind)] = match table {
        "individuals" => &[
            ("sex", Kind::Text(&SEXES)),
            ("diagnosis", Kind::Text(&DIAGNOSES)),
            ("stage", Kind::Text(&STAGES)),
            ("age", Kind::Number(30, 85)),
            ("weight", Kind::Number(45, 95)),
            ("smoker", Kind::Flag),
            ("registered_on", Kind::Day),
        ],
        "samples" => &[("tissue", Kind::Text(&TISSUES))],
        "qc_metrics" => &[
            ("tissue", Kind::Text(&TISSUES)),
            ("depth", Kind::Number(20, 120)),
            ("duplicates", Kind::Number(0, 30)),
        ],
        "treatments" => &[
            ("line", Kind::Number(1, 3)),
            ("therapy", Kind::Text(&THERAPIES)),
            ("cycles", Kind::Number(1, 8)),
        ],
        _ => &[
            (
                "gene",
                Kind::Code(&["KRAS", "TP53", "BRCA1", "BRCA2", "EGFR"]),
            ),
            (
                "consequence",
                Kind::Code(&["missense", "frameshift", "silent"]),
            ),
            ("pos", Kind::Position),
        ],
    };
    let of_unit = table == "individuals";
    let columns = columns.iter().map(|(name, kind)| Column {
        name: format!("{alias}.{name}"),
        kind: *kind,
        of_unit,
    });
    columns.collect()
}

/// A group key.
pub(crate) fn key(random: &mut Random, column: &Column, said: &mut Constructs) -> String {
    let name = &column.name;
    let (sql, construct) = match column.kind {
        Kind::Text(values) => match random.below(8) {
            0 => (format!("upper({name})"), "key.function"),
            1 => (format!("coalesce({name}, 'unknown')"), "key.coalesce"),
            2 => {
                let value = random.one(values);
                let sql = format!("CASE WHEN {name} = '{value}' THEN 'this' ELSE 'other' END");
                (sql, "key.case")
            }
            _ => (name.clone(), "key.domain"),
        },
        Kind::Code(_) => (name.clone(), "key.data"),
        Kind::Number(low, high) => {
            let middle = i64::midpoint(low, high);
            match random.below(3) {
                0 => {
                    let sql = format!("CASE WHEN {name} < {middle} THEN 'low' ELSE 'high' END");
                    (sql, "key.case")
                }
                1 => (format!("floor({name} / 10) * 10"), "key.bins"),
                _ => (name.clone(), "key.number"),
            }
        }
        Kind::Position => (format!("floor({name} / 1000000)"), "key.bins"),
        Kind::Flag => (name.clone(), "key.flag"),
        Kind::Day => match random.below(2) {
            0 => (format!("date_trunc('year', {name})"), "key.date_trunc"),
            _ => (format!("date_part('year', {name})"), "key.date_part"),
        },
    };
    said.insert(construct);
    sql
}

/// How far one person can move a figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bound {
    /// By this much before it is rounded.
    Sum(f64),
    /// A mean: by a share of itself.
    Mean,
    /// A spread: it is a number and not negative.
    Spread,
}

/// An aggregate over a source whose every person has at most `most` rows.
pub(crate) fn aggregate(
    random: &mut Random,
    columns: &[Column],
    unit: &str,
    most: usize,
    said: &mut Constructs,
) -> (String, Bound) {
    let most = most as f64;
    let numbers: Vec<(&str, i64)> = columns
        .iter()
        .filter_map(|column| match column.kind {
            Kind::Number(_, high) => Some((column.name.as_str(), high)),
            _ => None,
        })
        .collect();
    let (mut sql, bound) = if numbers.is_empty() || random.chance(45) {
        match random.below(4) {
            0 => {
                said.insert("aggregate.individuals");
                (format!("count(DISTINCT {unit})"), Bound::Sum(1.0))
            }
            1 => {
                said.insert("aggregate.case");
                let p = predicate(random, columns, said).sql;
                let sql = format!("sum(CASE WHEN {p} THEN 1 ELSE 0 END)");
                (sql, Bound::Sum(most))
            }
            2 => {
                said.insert("aggregate.case-mean");
                let p = predicate(random, columns, said).sql;
                (
                    format!("avg(CASE WHEN {p} THEN 1.0 ELSE 0.0 END)"),
                    Bound::Mean,
                )
            }
            _ => {
                said.insert("aggregate.rows");
                ("count(*)".to_owned(), Bound::Sum(most))
            }
        }
    } else {
        let (name, high) = *random.one(&numbers);
        let high = most * high as f64;
        let (sql, bound, construct) = match random.below(9) {
            0 => (
                format!("count({name})"),
                Bound::Sum(most),
                "aggregate.values",
            ),
            1 | 2 => (format!("sum({name})"), Bound::Sum(high), "aggregate.sum"),
            3 | 4 => (format!("avg({name})"), Bound::Mean, "aggregate.mean"),
            5 => (format!("stddev({name})"), Bound::Spread, "aggregate.stddev"),
            6 => (
                format!("var_pop({name})"),
                Bound::Spread,
                "aggregate.variance",
            ),
            7 => (
                format!("sum(2 * {name} + 1)"),
                Bound::Sum(2.0 * high + most),
                "aggregate.affine",
            ),
            _ => (format!("avg({name} * 2)"), Bound::Mean, "aggregate.affine"),
        };
        said.insert(construct);
        (sql, bound)
    };
    if random.chance(15) {
        said.insert("aggregate.filter");
        let p = predicate(random, columns, said).sql;
        sql = format!("{sql} FILTER (WHERE {p})");
    }
    (sql, bound)
}
