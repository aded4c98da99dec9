//! Expressions over private columns: total and clear.
//!
//! A scalar is one column, at most one function, and literals; a predicate
//! compares scalars with literals. Both are built anew from parts that are
//! understood: nothing that runs over private rows can fail, or give NaN.

mod calendar;
mod case;
mod comparison;
mod function;
mod literal;
mod offered;
mod predicate;
mod reason;
mod scalar;
mod step;

use std::collections::BTreeSet;

use datafusion::{
    common::{Column, ScalarValue, tree_node::TreeNode},
    logical_expr::{BinaryExpr, Expr, Operator, expr::Case},
};
use sekisho_tables::{Catalogue, ColumnType};

use crate::{
    Level, Refusal, Rule, dosage,
    label::{Origin, Relation},
    rewrite,
};
use reason::Reason;
pub(crate) use reason::first_word;

/// A part of a WHERE or a FILTER that speaks of one level: typed and total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conjunct {
    pub(crate) expr: Expr,
    pub(crate) level: Level,
}

/// A total expression over one declared column and literals.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Clear {
    /// The expression, without its alias.
    pub(crate) expr: Expr,
    /// The one column that it reads.
    pub(crate) column: Column,
    pub(crate) level: Level,
    pub(crate) r#type: ColumnType,
    /// Every value that it can have, if the text and the declared domain tell;
    /// of a number as it is written.
    pub(crate) domain: Option<Vec<String>>,
    /// The bounds that the declared bounds make.
    pub(crate) bounds: Option<[f64; 2]>,
    /// Whether it is a number that was computed. Its sum could be that of an
    /// indicator of a few, or the same sum rounded in another place; so it is
    /// made of figures about what it was computed from, or refused.
    pub(crate) computed: bool,
}

/// Judges a condition and splits it at AND: no conjunct at all if it is always
/// true, one that is `false` if it never is.
pub(crate) fn predicate(
    expr: &Expr,
    relation: &Relation,
    sql: &str,
    catalogue: &Catalogue,
) -> Result<Vec<Conjunct>, Refusal> {
    Judge::new(Rule::Predicate, relation, sql, catalogue).conjuncts(expr)
}

/// Judges an expression over private rows.
pub(crate) fn scalar(
    expr: &Expr,
    relation: &Relation,
    sql: &str,
    catalogue: &Catalogue,
) -> Result<Clear, Refusal> {
    Judge::new(Rule::Unclear, relation, sql, catalogue).scalar(expr)
}

/// The branches of a CASE: a condition, and what it gives.
pub(crate) fn branches(case: &Case) -> Vec<(Expr, Expr)> {
    case.when_then_expr
        .iter()
        .map(|(when, then)| {
            let condition = match &case.expr {
                Some(operand) => operand.as_ref().clone().eq(when.as_ref().clone()),
                None => when.as_ref().clone(),
            };
            (condition, then.as_ref().clone())
        })
        .collect()
}

/// The value of an expression that reads nothing, as far as it is understood.
pub(crate) fn constant(expr: &Expr) -> Option<ScalarValue> {
    literal::constant(expr)
}

/// The scans of genotypes in which a predicate, as [`predicate`] returned it,
/// leaves rows with a dosage of one or more only.
pub(crate) fn carriers_only(predicate: &Expr, relation: &Relation) -> BTreeSet<usize> {
    if let Expr::BinaryExpr(BinaryExpr { left, op, right }) = predicate {
        let sides = || [left, right].map(|side| carriers_only(side, relation));
        match op {
            Operator::And => return sides().iter().flatten().copied().collect(),
            Operator::Or => {
                let [left, right] = sides();
                return &left & &right;
            }
            _ => {}
        }
    }
    dosage::one_or_more(predicate)
        .and_then(|column| relation.origin(column))
        .filter(|origin| origin.is_dosage())
        .map(|origin| origin.scan)
        .into_iter()
        .collect()
}

/// Whether a subquery stands in the expression.
pub(crate) fn has_subquery(expr: &Expr) -> bool {
    expr.exists(|expr| {
        Ok(matches!(
            expr,
            Expr::ScalarSubquery(_)
                | Expr::InSubquery(_)
                | Expr::Exists(_)
                | Expr::SetComparison(_)
        ))
    })
    .unwrap_or(true)
}

/// The refusal of a subquery over private rows.
pub(crate) fn subquery(sql: &str, catalogue: &Catalogue) -> Refusal {
    Refusal::new(
        Rule::Subquery,
        "a subquery over private rows is refused, and so is one that refers to the query around it",
        "join the tables on the individual, or aggregate inside the subquery",
    )
    .at(
        &sql.replacen("SELECT", "······", 1)
            .replacen("select", "······", 1),
        "select",
    )
    .with_rewrite(rewrite::individuals(catalogue, None))
}

/// Judges the expressions of a query over one relation.
struct Judge<'a> {
    /// The rule that an expression breaks which is not understood.
    rule: Rule,
    relation: &'a Relation,
    sql: &'a str,
    catalogue: &'a Catalogue,
}

impl<'a> Judge<'a> {
    fn new(rule: Rule, relation: &'a Relation, sql: &'a str, catalogue: &'a Catalogue) -> Self {
        Self {
            rule,
            relation,
            sql,
            catalogue,
        }
    }

    fn origin(&self, column: &Column, expr: &Expr) -> Result<&'a Origin, Refusal> {
        self.relation
            .origin(column)
            .ok_or_else(|| self.refused(expr, Reason::Unknown))
    }
}
