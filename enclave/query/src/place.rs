//! Places in a query's text.

use datafusion::sql::sqlparser::{
    dialect::GenericDialect,
    tokenizer::{Token, Tokenizer},
};
use serde::{Deserialize, Serialize};

/// A place in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

impl Place {
    /// Where a word or symbol first stands in the text, in any case.
    pub(crate) fn of(sql: &str, word: &str) -> Option<Self> {
        let tokens = Tokenizer::new(&GenericDialect {}, sql)
            .tokenize_with_location()
            .ok()?;
        let found = tokens.into_iter().find(|token| match &token.token {
            Token::Word(found) => found.value.eq_ignore_ascii_case(word),
            other => other.to_string() == word,
        })?;
        Some(Self {
            line: u32::try_from(found.span.start.line).ok()?,
            column: u32::try_from(found.span.start.column).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_outside_strings_and_comments() {
        let sql = "SELECT 'min' /* min */,\n  MIN(age)";
        assert_eq!(Place::of(sql, "min"), Some(Place { line: 2, column: 3 }));
        assert_eq!(Place::of(sql, "max"), None);
    }
}
