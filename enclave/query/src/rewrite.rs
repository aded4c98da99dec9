//! Queries to propose instead of one that is refused.
//!
//! The nearest is the query itself with one word changed. Whether that is
//! accepted shows when it is judged in turn.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::{
    ast::{
        Expr as SqlExpr, FunctionArguments, Ident, ObjectName, Statement, Value,
        visit_expressions_mut,
    },
    dialect::GenericDialect,
    parser::Parser,
};
use sekisho_tables::{Catalogue, Label, Rows, Table};

/// Letters that a text may differ in from what was meant.
const MAX_SLIPS: usize = 2;
/// The longest query to propose, in bytes.
const MAX_BYTES: usize = 4096;

/// How many individuals a private table describes; `individuals` unless a
/// table is named.
pub(crate) fn individuals(catalogue: &Catalogue, table: Option<&str>) -> Option<String> {
    let table = private(catalogue, table)?;
    if table.rows == Rows::OnePerAlleleAndSample {
        return carriers(catalogue);
    }
    let unit = &table.unit()?.name;
    Some(format!(
        "SELECT count(DISTINCT {unit}) AS individuals FROM {}",
        table.name
    ))
}

/// The mean of a column.
pub(crate) fn mean(catalogue: &Catalogue, table: &str, column: &str) -> Option<String> {
    let table = private(catalogue, Some(table))?;
    Some(format!(
        "SELECT avg({column}) AS mean_{column} FROM {}",
        table.name
    ))
}

/// The query with the mean in place of an aggregate that is not offered.
pub(crate) fn mean_instead(sql: &str, function: &str) -> Option<String> {
    edited(sql, |expr| match expr {
        SqlExpr::Function(call) if call.name.to_string().eq_ignore_ascii_case(function) => {
            call.name = ObjectName::from(vec![Ident::new("avg")]);
            if let FunctionArguments::List(list) = &mut call.args {
                list.args.truncate(1);
                list.clauses.clear();
                list.duplicate_treatment = None;
            }
            call.within_group.clear();
            true
        }
        _ => false,
    })
}

/// The query with a word in quotes that is a value and no column.
pub(crate) fn quoted(sql: &str, word: &str, catalogue: &Catalogue) -> Option<String> {
    let values = || {
        catalogue
            .tables
            .iter()
            .flat_map(|table| &table.columns)
            .filter_map(|column| column.domain.as_ref())
            .flatten()
    };
    let value = values().find(|value| value.eq_ignore_ascii_case(word))?;
    edited(sql, |expr| match expr {
        SqlExpr::Identifier(found) if found.value.eq_ignore_ascii_case(word) => {
            *expr = SqlExpr::value(Value::SingleQuotedString(value.clone()));
            true
        }
        _ => false,
    })
}

/// The query with a value of a domain in place of a text that is nearly one.
pub(crate) fn spelt(sql: &str, text: &str, domain: &[String]) -> Option<String> {
    let (wanted, length) = (text.to_lowercase(), text.chars().count());
    let distance = |value: &&String| distance(&wanted, &value.to_lowercase());
    let value = domain
        .iter()
        .filter(|value| value.chars().count().abs_diff(length) <= MAX_SLIPS)
        .filter(|value| distance(value) <= MAX_SLIPS.min(length / 2))
        .min_by_key(distance)?;
    edited(sql, |expr| match expr {
        SqlExpr::Value(found) if found.value == Value::SingleQuotedString(text.to_owned()) => {
            found.value = Value::SingleQuotedString(value.clone());
            true
        }
        _ => false,
    })
}

/// Letters that were left out, put in or changed (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, of_a) in a.chars().enumerate() {
        let mut corner = i;
        let mut left = i + 1;
        for (cell, of_b) in row.iter_mut().skip(1).zip(b.chars()) {
            let changed = corner + usize::from(of_a != of_b);
            corner = *cell;
            left = changed.min(left + 1).min(corner + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// The query with some of its expressions changed; none if none is.
fn edited(sql: &str, mut edit: impl FnMut(&mut SqlExpr) -> bool) -> Option<String> {
    let mut statements = Parser::parse_sql(&GenericDialect {}, sql).ok()?;
    let [statement @ Statement::Query(_)] = statements.as_mut_slice() else {
        return None;
    };
    let mut changed = false;
    let _: ControlFlow<()> = visit_expressions_mut(statement, |expr| {
        changed |= edit(expr);
        ControlFlow::Continue(())
    });
    let proposal = changed.then(|| statement.to_string())?;
    (proposal.len() <= MAX_BYTES).then_some(proposal)
}

/// Individuals by a column of a declared domain.
pub(crate) fn by(catalogue: &Catalogue, table: &str, column: &str) -> Option<String> {
    let table = private(catalogue, Some(table))?;
    let unit = &table.unit()?.name;
    Some(format!(
        "SELECT {column}, count(DISTINCT {unit}) AS individuals FROM {} GROUP BY {column}",
        table.name
    ))
}

/// Carriers of a variant among those that an annotation describes.
pub(crate) fn carriers(catalogue: &Catalogue) -> Option<String> {
    let genotypes = catalogue.table("genotypes")?;
    let unit = &genotypes.unit()?.name;
    catalogue.table("variants")?;
    Some(format!(
        "SELECT count(DISTINCT g.{unit}) AS carriers FROM genotypes g \
         JOIN variants v ON g.variant_id = v.variant_id WHERE g.dosage >= 1"
    ))
}

fn private<'c>(catalogue: &'c Catalogue, name: Option<&str>) -> Option<&'c Table> {
    name.and_then(|name| catalogue.table(name))
        .filter(|table| table.label == Label::Private)
        .or_else(|| catalogue.table("individuals"))
        .or_else(|| {
            catalogue
                .tables
                .iter()
                .find(|table| table.label == Label::Private)
        })
}
