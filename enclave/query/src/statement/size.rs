//! How large a statement is, counted before anything is parsed or planned.
//!
//! Words and symbols bound the syntax tree: each of its nodes is made of one at
//! least. They are counted in one pass over the text, without a stack that a
//! deep tree could exhaust.

use datafusion::sql::sqlparser::{
    dialect::GenericDialect,
    keywords::Keyword,
    tokenizer::{Token, Tokenizer},
};

use super::{MAX_DEPTH, syntax, too_deep};
use crate::{Place, Refusal, Rule};

/// The longest text of a query, in bytes.
pub(super) const MAX_BYTES: usize = 64 * 1024;
/// The most words and symbols.
const MAX_TOKENS: usize = 3_000;
/// The longest text in quotes, in bytes.
const MAX_LITERAL: usize = 1_000;

/// Judges the text alone.
pub(super) fn text(sql: &str) -> Result<(), Refusal> {
    if sql.len() > MAX_BYTES {
        return Err(Refusal::new(
            Rule::TooLong,
            format!("the query is longer than {MAX_BYTES} bytes"),
            "ask in several queries",
        ));
    }
    let tokens = Tokenizer::new(&GenericDialect {}, sql)
        .tokenize_with_location()
        .map_err(|error| syntax(Place::named_in(&error.to_string())))?;
    let (mut counted, mut open, mut prefixes) = (0, 0_usize, 0);
    for token in tokens {
        let place = Place::at(token.span.start);
        if matches!(token.token, Token::Whitespace(_)) {
            continue;
        }
        counted += 1;
        // The parser stops there too, but cannot say where it was.
        open = match token.token {
            Token::LParen | Token::LBracket | Token::LBrace => open + 1,
            Token::RParen | Token::RBracket | Token::RBrace => open.saturating_sub(1),
            _ => open,
        };
        prefixes = match &token.token {
            Token::Plus | Token::Minus | Token::Tilde => prefixes + 1,
            Token::Word(word) if word.keyword == Keyword::NOT => prefixes + 1,
            _ => 0,
        };
        if open > MAX_DEPTH || prefixes > MAX_DEPTH {
            return Err(too_deep().at_place(place));
        }
        match &token.token {
            Token::SingleQuotedString(text) | Token::DoubleQuotedString(text)
                if text.len() > MAX_LITERAL =>
            {
                return Err(Refusal::new(
                    Rule::TooLarge,
                    format!("a text in quotes is longer than {MAX_LITERAL} bytes"),
                    "compare with values of the column, which are shorter",
                )
                .at_place(place));
            }
            _ => {}
        }
        if counted > MAX_TOKENS {
            return Err(Refusal::new(
                Rule::TooLarge,
                format!("the query has more than {MAX_TOKENS} words and symbols"),
                "ask in several queries; write ranges with BETWEEN, and sets with IN",
            )
            .at_place(place));
        }
    }
    Ok(())
}
