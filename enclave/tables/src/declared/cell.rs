//! What a cell may hold.

use arrow::compute::kernels::cast_utils::Parser;
use arrow::datatypes::Date32Type;

use crate::manifest::DeclaredColumn;
use crate::{Column, ColumnType, Role};

/// Replaces what is written with what is meant: white space around it goes,
/// missing values become empty, and the column's map is applied.
pub(super) fn normalise(cell: &mut String, column: &DeclaredColumn) {
    let trimmed = cell.trim();
    if column.missing.contains(trimmed) {
        cell.clear();
    } else if let Some(to) = column.map.get(trimmed) {
        to.clone_into(cell);
    } else if trimmed.len() != cell.len() {
        *cell = trimmed.to_owned();
    }
}

/// Checks a cell against its column. An error says what was expected, and never
/// what was found.
pub(super) fn check(cell: &str, column: &Column) -> Result<(), String> {
    if cell.is_empty() {
        return if column.required {
            Err("expected a value, found none".to_owned())
        } else {
            Ok(())
        };
    }
    let number = match column.r#type {
        ColumnType::Text => {
            return check_text(cell, column);
        }
        ColumnType::Bool => return boolean(cell).map(drop),
        ColumnType::Date => return date(cell).map(drop),
        // Bounds are far below 2^53, above which the conversion rounds.
        ColumnType::Int => integer(cell).map(|n| n as f64),
        ColumnType::Float => float(cell),
    };
    match (number, column.bounds) {
        (Ok(number), Some([low, high])) if !(low..=high).contains(&number) => {
            Err(expected_number(column.r#type, column.bounds))
        }
        (Ok(_), _) => Ok(()),
        (Err(_), bounds) => Err(expected_number(column.r#type, bounds)),
    }
}

pub(super) fn integer(cell: &str) -> Result<i64, String> {
    cell.parse().map_err(|_| "expected an integer".to_owned())
}

pub(super) fn float(cell: &str) -> Result<f64, String> {
    cell.parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
        .ok_or_else(|| "expected a number".to_owned())
}

pub(super) fn boolean(cell: &str) -> Result<bool, String> {
    if cell.eq_ignore_ascii_case("true") {
        Ok(true)
    } else if cell.eq_ignore_ascii_case("false") {
        Ok(false)
    } else {
        Err("expected true or false; others need a `map`".to_owned())
    }
}

/// Days since 1970-01-01.
pub(super) fn date(cell: &str) -> Result<i32, String> {
    let is_iso = cell.len() == 10
        && cell.bytes().enumerate().all(|(i, byte)| match i {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    Some(cell)
        .filter(|_| is_iso)
        .and_then(Date32Type::parse)
        .ok_or_else(|| "expected a day as YYYY-MM-DD".to_owned())
}

fn check_text(cell: &str, column: &Column) -> Result<(), String> {
    if matches!(column.role, Role::Unit | Role::Identifier) && cell.contains(char::is_control) {
        return Err("an identifier must not hold tabs, line ends or control characters".to_owned());
    }
    match &column.domain {
        Some(domain) if !domain.iter().any(|value| value == cell) => {
            let list = domain
                .iter()
                .map(|value| format!("`{value}`"))
                .collect::<Vec<_>>()
                .join(", ");
            Err(format!(
                "expected one of {list}; others need a `map` or `missing`"
            ))
        }
        _ => Ok(()),
    }
}

fn expected_number(kind: ColumnType, bounds: Option<[f64; 2]>) -> String {
    let what = if kind == ColumnType::Int {
        "an integer"
    } else {
        "a number"
    };
    match bounds {
        Some([low, high]) => format!("expected {what} from {low} to {high}"),
        None => format!("expected {what}"),
    }
}
