//! Places in a query's text.

use datafusion::sql::sqlparser::{
    dialect::GenericDialect,
    tokenizer::{Location, Span, Token, Tokenizer},
};
use serde::{Deserialize, Serialize};

/// A place in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

impl Place {
    /// The beginning.
    pub(crate) const START: Self = Self { line: 1, column: 1 };

    /// Where a word or symbol first stands in the text, in any case.
    pub(crate) fn of(sql: &str, word: &str) -> Option<Self> {
        Self::after(Self::START, sql, word)
    }

    /// Where a word or symbol first stands at or after a place.
    pub(crate) fn after(start: Self, sql: &str, word: &str) -> Option<Self> {
        let tokens = Tokenizer::new(&GenericDialect {}, sql)
            .tokenize_with_location()
            .ok()?;
        tokens
            .into_iter()
            .filter(|token| match &token.token {
                Token::Word(found) => found.value.eq_ignore_ascii_case(word),
                other => other.to_string() == word,
            })
            .filter_map(|token| Self::at(token.span.start))
            .find(|place| *place >= start)
    }

    /// A place that the parser noted; none if it noted none.
    pub(crate) fn at(location: Location) -> Option<Self> {
        Self::numbered(location.line, location.column)
    }

    /// Where a part of the syntax tree begins, if the parser noted it.
    pub(crate) fn of_span(span: Span) -> Option<Self> {
        Self::at(span.start)
    }

    /// Where a part of a plan was written, if the planner noted it.
    pub(crate) fn of_plan(span: Option<datafusion::common::Span>) -> Option<Self> {
        let start = span?.start;
        Self::numbered(start.line, start.column)
    }

    /// The place that a parser's message ends with. Nothing else of the message
    /// is taken: it repeats the text around it, literals and all.
    pub(crate) fn named_in(message: &str) -> Option<Self> {
        let (_, place) = message.rsplit_once("Line: ")?;
        let (line, column) = place.split_once(", Column: ")?;
        let digits = column.find(|c: char| !c.is_ascii_digit());
        let column = column.get(..digits.unwrap_or(column.len()))?;
        Self::numbered(line.parse().ok()?, column.parse().ok()?)
    }

    fn numbered(line: u64, column: u64) -> Option<Self> {
        let (line, column) = (line.try_into().ok()?, column.try_into().ok()?);
        (line > 0 && column > 0).then_some(Self { line, column })
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

    #[test]
    fn a_word_is_found_after_a_place() {
        let sql = "SELECT min(age),\n  min(weight)";
        let start = Place { line: 1, column: 9 };
        let second = Some(Place { line: 2, column: 3 });
        assert_eq!(Place::after(start, sql, "min"), second);
        assert_eq!(Place::after(start, sql, "select"), None);
    }

    #[test]
    fn a_parsers_place_is_the_last_that_its_message_names() {
        let message = "Expected: ), found: 'Line: 7, Column: 7' at Line: 1, Column: 16";
        let place = Some(Place {
            line: 1,
            column: 16,
        });
        assert_eq!(Place::named_in(message), place);
        assert_eq!(Place::named_in("at Line: 0, Column: 0"), None);
        assert_eq!(Place::named_in("no place"), None);
    }
}
