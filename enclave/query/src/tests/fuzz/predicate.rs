//! Predicates of drawn statements: each knows of which rows it holds.

use std::rc::Rc;

use super::clauses::{Column, Constructs, Kind, Random};
use super::world::{Row, Value};

/// Whether something holds of a row; none is NULL.
type Holds = dyn Fn(&Row) -> Option<bool>;

/// A condition, and of which rows it holds.
#[derive(Clone)]
pub(crate) struct Predicate {
    pub(crate) sql: String,
    pub(crate) holds: Rc<Holds>,
}

impl Predicate {
    pub(crate) fn new(sql: String, holds: impl Fn(&Row) -> Option<bool> + 'static) -> Self {
        Self {
            sql,
            holds: Rc::new(holds),
        }
    }

    pub(crate) fn and(self, other: Self) -> Self {
        let (one, two) = (self.holds, other.holds);
        Self::new(
            format!("{} AND {}", self.sql, other.sql),
            move |row| match (one(row), two(row)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
        )
    }

    fn or(self, other: Self) -> Self {
        let (one, two) = (self.holds, other.holds);
        Self::new(
            format!("({} OR {})", self.sql, other.sql),
            move |row| match (one(row), two(row)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
        )
    }

    fn not(self) -> Self {
        let holds = self.holds;
        Self::new(format!("NOT ({})", self.sql), move |row| {
            holds(row).map(|holds| !holds)
        })
    }
}

/// A condition on columns of one level.
pub(crate) fn predicate(
    random: &mut Random,
    columns: &[Column],
    said: &mut Constructs,
) -> Predicate {
    let first = random.one(columns).clone();
    let level: Vec<Column> = columns
        .iter()
        .filter(|column| column.of_unit == first.of_unit)
        .cloned()
        .collect();
    let mut drawn = atom(random, &first, said);
    if random.chance(15) {
        said.insert("predicate.or");
        drawn = drawn.or(atom(random, random_column(&level, said.len()), said));
    }
    if random.chance(10) {
        said.insert("predicate.not");
        drawn = drawn.not();
    }
    drawn
}

fn random_column(columns: &[Column], salt: usize) -> &Column {
    columns.get(salt % columns.len()).unwrap()
}

fn atom(random: &mut Random, column: &Column, said: &mut Constructs) -> Predicate {
    let name = column.name.clone();
    match column.kind {
        Kind::Text(values) => text(random, name, values, true, said),
        Kind::Code(values) => text(random, name, values, false, said),
        Kind::Number(low, high) => number(random, name, (low, high), said),
        Kind::Position => {
            said.insert("predicate.position");
            let from = *random.one(&[7_000_000, 25_000_000, 30_000_000, 43_000_000]);
            let sql = format!("{name} BETWEEN {from} AND {}", from + 3_000_000);
            let holds =
                move |pos: f64| (f64::from(from)..=f64::from(from + 3_000_000)).contains(&pos);
            Predicate::new(sql, move |row| numeric(row, &name).map(holds))
        }
        Kind::Flag => {
            said.insert("predicate.flag");
            let wanted = random.chance(50);
            let sql = if wanted {
                name.clone()
            } else {
                format!("{name} = false")
            };
            Predicate::new(sql, move |row| match row.get(&name) {
                Some(Value::Flag(flag)) => Some(*flag == wanted),
                _ => None,
            })
        }
        Kind::Day => {
            let year = random.between(2016, 2019);
            if random.chance(40) {
                said.insert("predicate.date_part");
                let sql = format!("date_part('year', {name}) = {year}");
                return Predicate::new(sql, move |row| {
                    day(row, &name).map(|day| day.starts_with(&year.to_string()))
                });
            }
            said.insert("predicate.day");
            let since = format!("{year}-07-01");
            let sql = format!("{name} >= DATE '{since}'");
            Predicate::new(sql, move |row| day(row, &name).map(|day| day >= since))
        }
    }
}

fn text(
    random: &mut Random,
    name: String,
    values: &'static [&'static str],
    domain: bool,
    said: &mut Constructs,
) -> Predicate {
    let value = *random.one(values);
    let get = |name: String| move |row: &Row| words(row, &name);
    match random.below(if domain { 6 } else { 3 }) {
        0 => {
            said.insert("predicate.in");
            let other = *random.one(values);
            let get = get(name.clone());
            Predicate::new(format!("{name} IN ('{value}', '{other}')"), move |row| {
                get(row).map(|text| text == value || text == other)
            })
        }
        1 => {
            said.insert("predicate.differs");
            let get = get(name.clone());
            Predicate::new(format!("{name} <> '{value}'"), move |row| {
                get(row).map(|text| text != value)
            })
        }
        3 => {
            said.insert("predicate.like");
            let start: String = value.chars().take(2).collect();
            let get = get(name.clone());
            Predicate::new(format!("{name} LIKE '{start}%'"), move |row| {
                get(row).map(|text| text.starts_with(&start))
            })
        }
        4 => {
            said.insert("predicate.null");
            let get = get(name.clone());
            Predicate::new(format!("{name} IS NOT NULL"), move |row| {
                Some(get(row).is_some())
            })
        }
        _ => {
            said.insert("predicate.equals");
            let get = get(name.clone());
            Predicate::new(format!("{name} = '{value}'"), move |row| {
                get(row).map(|text| text == value)
            })
        }
    }
}

fn number(
    random: &mut Random,
    name: String,
    (low, high): (i64, i64),
    said: &mut Constructs,
) -> Predicate {
    let limit = random.between(low, high);
    let at = limit as f64;
    let of = name.clone();
    match random.below(8) {
        0 => {
            said.insert("predicate.between");
            let to = random.between(limit, high);
            Predicate::new(format!("{name} BETWEEN {limit} AND {to}"), move |row| {
                numeric(row, &of).map(|n| (at..=to as f64).contains(&n))
            })
        }
        1 => {
            said.insert("predicate.null");
            Predicate::new(format!("{name} IS NULL"), move |row| {
                Some(numeric(row, &of).is_none())
            })
        }
        2 => {
            said.insert("predicate.coalesce");
            Predicate::new(format!("coalesce({name}, 0) < {limit}"), move |row| {
                Some(numeric(row, &of).unwrap_or(0.0) < at)
            })
        }
        3 => {
            said.insert("predicate.rounded");
            Predicate::new(
                format!("floor({name} / 10.0) >= {}", limit / 10),
                move |row| numeric(row, &of).map(|n| (n / 10.0).floor() >= (limit / 10) as f64),
            )
        }
        4 | 5 => {
            said.insert("predicate.order");
            Predicate::new(format!("{limit}.5 > {name}"), move |row| {
                numeric(row, &of).map(|n| at + 0.5 > n)
            })
        }
        _ => {
            said.insert("predicate.order");
            Predicate::new(format!("{name} >= {limit}"), move |row| {
                numeric(row, &of).map(|n| n >= at)
            })
        }
    }
}

fn words(row: &Row, name: &str) -> Option<String> {
    match row.get(name) {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    }
}

fn numeric(row: &Row, name: &str) -> Option<f64> {
    match row.get(name) {
        Some(Value::Number(number)) => Some(*number),
        _ => None,
    }
}

fn day(row: &Row, name: &str) -> Option<String> {
    match row.get(name) {
        Some(Value::Day(day)) => Some(day.clone()),
        _ => None,
    }
}
