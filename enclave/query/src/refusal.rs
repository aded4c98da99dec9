//! Refusals: which rule, where in the query, and what to write instead.
//!
//! A refusal depends on the query's text and on the catalogue alone, so it may
//! be generous. It repeats identifiers of the query, never a literal; a proposal
//! is a query that is accepted as it stands, and has the literals of the asker's.

use serde::{Deserialize, Serialize};

use crate::Place;

/// A query is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The rule.
    pub rule: Rule,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do instead, in one sentence.
    pub help: String,
    /// Where in the query.
    pub place: Option<Place>,
    /// A query that is accepted, as near to the one refused as is known.
    pub rewrite: Option<String>,
}

impl Refusal {
    pub(crate) fn new(rule: Rule, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            rule,
            message: message.into(),
            help: help.into(),
            place: None,
            rewrite: None,
        }
    }

    /// Proposes a query instead.
    pub(crate) fn with_rewrite(mut self, rewrite: Option<String>) -> Self {
        self.rewrite = rewrite;
        self
    }

    /// Names the place, unless it has one.
    pub(crate) fn at_place(mut self, place: Option<Place>) -> Self {
        self.place = self.place.or(place);
        self
    }

    /// Names the place by a word of the query.
    pub(crate) fn at(mut self, sql: &str, word: &str) -> Self {
        self.place = self.place.or_else(|| Place::of(sql, word));
        self
    }
}

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal,)+) => {
        /// The stable identifiers of the guard's rules.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Rule {
            $($(#[doc = $doc])+ #[serde(rename = $id)] $name,)+
        }

        impl Rule {
            /// Every rule.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The identifier, for example `release.rows`.
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)+ }
            }
        }
    };
}

rules! {
    /// The text is not SQL, or nested deeper than 50 levels.
    Syntax = "statement.syntax",
    /// Only one query at a time.
    Several = "statement.several",
    /// Only queries: nothing that explains, describes, changes, copies or sets.
    NotAQuery = "statement.not-a-query",
    /// A clause of the query is not supported.
    Clause = "statement.clause",
    /// The text is longer than 64 KiB.
    TooLong = "statement.too-long",
    /// More than 3 000 words and symbols, or a text in quotes of over 1 000 bytes.
    TooLarge = "statement.too-large",
    /// No such table in the dataset.
    UnknownTable = "statement.unknown-table",
    /// No such column.
    UnknownColumn = "statement.unknown-column",
    /// No such function.
    UnknownFunction = "statement.unknown-function",
    /// A selected column is neither grouped nor aggregated.
    NotGrouped = "statement.not-grouped",
    /// The query does not plan.
    Invalid = "statement.invalid",
    /// Rows of private tables never leave; only aggregates do.
    Rows = "release.rows",
    /// The query asks nothing of the data.
    Nothing = "release.nothing",
    /// Too many output columns, figures, aggregates or tables read.
    TooWide = "release.too-wide",
    /// An annotation may be joined, never listed or counted alone.
    AnnotationAlone = "relation.annotation-alone",
    /// Genotypes are counted of carriers only.
    NonCarriers = "relation.non-carriers",
    /// An operator that may not stand over private rows.
    Operator = "relation.operator",
    /// Private tables join on the individual, annotations on the variant.
    JoinKey = "join.key",
    /// A join that multiplies an individual's rows.
    FanOut = "join.fan-out",
    /// A kind of join that may not stand over private rows.
    JoinKind = "join.kind",
    /// A join of results that pairs too many rows.
    JoinProduct = "join.product",
    /// A function or operator that is not offered over results.
    Function = "expression.function",
    /// An expression over private columns that is more than one column, one
    /// function and literals, or that could fail.
    Unclear = "expression.unclear",
    /// A subquery over private rows, or a correlated one.
    Subquery = "expression.subquery",
    /// A predicate that does not compare such an expression with literals.
    Predicate = "predicate.form",
    /// Identifiers can be joined on and counted, not looked up or computed with.
    PredicateIdentifier = "predicate.identifier",
    /// A text column without a declared domain.
    PredicateUndeclared = "predicate.undeclared",
    /// A literal that the column cannot hold.
    PredicateValue = "predicate.value",
    /// OR may not mix columns of individuals with columns of their rows.
    PredicateLevels = "predicate.levels",
    /// Too many literals.
    PredicateLength = "predicate.length",
    /// An aggregate function that is not offered.
    AggregateFunction = "aggregate.function",
    /// An aggregate over something that it is not offered of.
    AggregateArgument = "aggregate.argument",
    /// ORDER BY or NULL treatment inside an aggregate, or DISTINCT of anything
    /// but individuals.
    AggregateClause = "aggregate.clause",
    /// A group key that is a text without a declared domain.
    KeyUndeclared = "key.undeclared",
    /// A group key that names somebody or something.
    KeyIdentifier = "key.identifier",
}
