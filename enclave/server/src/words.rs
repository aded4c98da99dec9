//! Words of a visitor's that become part of a query of ours.

use sekisho_query::Refusal;
use sekisho_runtime::status::Failure;

use crate::failure;

/// Whether a text may be the name of a column.
pub(crate) fn is_column(name: &str) -> bool {
    let mut bytes = name.bytes();
    (1..=63).contains(&name.len())
        && bytes.next().is_some_and(|byte| byte.is_ascii_lowercase())
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// A word as a literal of SQL.
pub(crate) fn literal(word: &str) -> String {
    format!("'{}'", word.replace('\'', "''"))
}

/// What the visitor wrote, if that can be read on one line.
pub(crate) fn named(text: &str) -> String {
    let legible = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    match (1..=64).contains(&text.len()) && text.bytes().all(legible) {
        true => format!("`{text}`"),
        false => "this".to_owned(),
    }
}

/// Whether a text stays inside the parentheses that are put around it. What could be
/// read in two ways, comments and unusual quotes, does not.
pub(crate) fn is_closed(text: &str) -> bool {
    let mut depth = 0_u32;
    let mut quote = None;
    let mut last = ' ';
    for c in text.chars() {
        match (quote, c) {
            (_, '\\') => return false,
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            },
            (None, ';' | '$' | '`' | '#') => return false,
            (None, '-') if last == '-' => return false,
            (None, '*') if last == '/' => return false,
            (None, _) => {}
        }
        last = c;
    }
    depth == 0 && quote.is_none()
}

/// A refusal of the query of individuals, as the visitor wrote its condition: there is
/// a line before it, and nobody asked for a rewrite of what we wrote around it.
pub(crate) fn refused(refusal: Refusal) -> Failure {
    let place = refusal.place.map(|place| sekisho_query::Place {
        line: place.line.saturating_sub(1),
        column: place.column,
    });
    failure::refused(&Refusal {
        place: place.filter(|place| place.line > 0),
        rewrite: None,
        ..refusal
    })
}
