//! Why an expression over private rows is refused, and what to write instead.

use datafusion::{
    common::tree_node::{TreeNode, TreeNodeRecursion},
    logical_expr::{Expr, Operator},
};

use super::{Judge, has_subquery, subquery};
use crate::{Refusal, Rule, rewrite};

/// What is wrong with an expression.
pub(super) enum Reason {
    /// Not understood.
    Unknown,
    /// A function that is not offered, or with other arguments.
    Function(String),
    Nested,
    Cast,
    Division,
    Literal,
    Type,
    Columns,
    NoColumn,
    Branches,
    Pattern,
    /// A column that names somebody or something.
    Identifier(String),
    /// A text column without a declared domain.
    Undeclared(String),
}

impl Judge<'_> {
    /// The refusal of an expression, by the rule that asked about it.
    pub(super) fn refused(&self, expr: &Expr, reason: Reason) -> Refusal {
        if has_subquery(expr) {
            return subquery(self.sql, self.catalogue);
        }
        let rule = match &reason {
            Reason::Identifier(_) => Rule::PredicateIdentifier,
            Reason::Undeclared(_) => Rule::PredicateUndeclared,
            _ => self.rule,
        };
        let (message, help) = match reason {
            Reason::Unknown if self.rule == Rule::Predicate => (
                "a predicate over private rows compares a column with literals".to_owned(),
                "use =, <>, <, <=, >, >=, BETWEEN, IN, LIKE 'x%', IS NULL with AND, OR, NOT",
            ),
            Reason::Unknown => (
                "an expression over private columns is more than one column, one function and literals".to_owned(),
                "aggregate columns, and compute with the released figures, for example sum(a) / sum(b)",
            ),
            Reason::Function(name) => (
                format!("`{name}`, with these arguments, is not offered over private columns"),
                "use lower, upper, trim, left, substr(c, 1, n), date_trunc, date_part, date_bin, floor, ceil, round, coalesce or CASE, with literals",
            ),
            Reason::Nested => (
                "an expression over private columns has more than one function".to_owned(),
                "use one function, around the column and its arithmetic",
            ),
            Reason::Cast => (
                "a CAST of a private column may fail on a value, and the failure would tell it".to_owned(),
                "leave the CAST out; integers widen to DOUBLE, true and false to INT, floor() cuts fractions",
            ),
            Reason::Division => (
                "a private column is divided by literals other than zero only".to_owned(),
                "divide released figures instead, for example sum(a) / sum(b)",
            ),
            Reason::Literal => (
                "a literal is larger than any quantity".to_owned(),
                "compute with literals up to 1e15",
            ),
            Reason::Type => (
                "a column or literal does not have the type that is computed with here".to_owned(),
                "compute with numbers; texts and days have their own functions",
            ),
            Reason::Columns => (
                "an expression over private columns reads more than one column".to_owned(),
                "aggregate each column, and compute with the released figures, for example sum(a) - sum(b)",
            ),
            Reason::NoColumn => (
                "an expression over private rows reads no column".to_owned(),
                "name a column, or add the literal to the released figures",
            ),
            Reason::Branches => (
                "the branches of a CASE over private rows are literals of one type".to_owned(),
                "write literals after THEN and ELSE",
            ),
            Reason::Pattern => (
                "a pattern over private rows is a beginning of the text".to_owned(),
                "write LIKE 'x%', without other wildcards; for either case compare lower(column)",
            ),
            Reason::Identifier(name) => (
                format!("`{name}` identifies somebody or something: it can be joined on and counted, not looked up"),
                "describe a group by its attributes",
            ),
            Reason::Undeclared(name) => (
                format!("`{name}` has no declared domain, so it cannot be filtered or computed with"),
                "filter by a column whose values the catalogue lists",
            ),
        };
        words(expr)
            .iter()
            .fold(Refusal::new(rule, message, help), |refusal, word| {
                refusal.at(self.sql, word)
            })
            .at(self.sql, "select")
            .with_rewrite(rewrite::individuals(self.catalogue, self.relation.table()))
    }
}

/// A word of the expression that may also stand in the query's text.
pub(crate) fn first_word(expr: &Expr) -> String {
    words(expr)
        .into_iter()
        .next()
        .unwrap_or_else(|| "select".to_owned())
}

/// Words of the expression, the outermost first. The engine does not keep how
/// they were spelt, so there may be several for one.
fn words(expr: &Expr) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let visited = expr.apply(|expr| {
        let found: &[&str] = match expr {
            Expr::ScalarFunction(function) => match function.name() {
                "btrim" => &["trim", "btrim"],
                "substr" => &["substr", "substring"],
                "date_part" => &["date_part", "extract", "datepart"],
                name => &[name],
            },
            Expr::WindowFunction(_) => &["over"],
            Expr::Case(_) => &["case"],
            Expr::Cast(_) => &["cast", "::"],
            Expr::TryCast(_) => &["try_cast"],
            Expr::Like(_) => &["like", "ilike"],
            Expr::SimilarTo(_) => &["similar"],
            Expr::BinaryExpr(binary) => match binary.op {
                Operator::NotEq => &["<>", "!="],
                op => &[&op.to_string()],
            },
            Expr::Column(column) => &[&column.name],
            _ => &[],
        };
        words.extend(found.iter().map(|word| (*word).to_owned()));
        Ok(TreeNodeRecursion::Continue)
    });
    // The walk cannot fail; what it found is enough in any case.
    drop(visited);
    words
}
