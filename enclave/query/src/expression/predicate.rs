//! Predicates: comparisons of a clear scalar with literals, joined by AND, OR
//! and NOT.

use datafusion::{
    common::ScalarValue,
    logical_expr::{BinaryExpr, Expr, Operator, lit},
};
use sekisho_tables::ColumnType;

use super::{Conjunct, Judge, Reason, comparison::negated, has_subquery, literal, subquery};
use crate::{Level, Refusal, Rule, rewrite};

/// A predicate of one level; none if it reads nothing.
pub(super) struct Judged {
    pub(super) expr: Expr,
    pub(super) level: Option<Level>,
}

impl Judge<'_> {
    /// The conjuncts of a condition that rows meet or do not: what is not true
    /// does not count, so `true` is left out.
    pub(super) fn conjuncts(&self, expr: &Expr) -> Result<Vec<Conjunct>, Refusal> {
        match expr {
            Expr::Alias(alias) => self.conjuncts(&alias.expr),
            Expr::BinaryExpr(BinaryExpr {
                left,
                op: Operator::And,
                right,
            }) => Ok([self.conjuncts(left)?, self.conjuncts(right)?].concat()),
            Expr::IsTrue(inner) => self.conjuncts(inner),
            Expr::Not(inner) => match inner.as_ref() {
                Expr::Not(inner) => self.conjuncts(inner),
                // De Morgan: neither of the two.
                Expr::BinaryExpr(BinaryExpr {
                    left,
                    op: Operator::Or,
                    right,
                }) => Ok([
                    self.conjuncts(&Expr::Not(left.clone()))?,
                    self.conjuncts(&Expr::Not(right.clone()))?,
                ]
                .concat()),
                _ => self.conjunct(expr),
            },
            _ => self.conjunct(expr),
        }
    }

    fn conjunct(&self, expr: &Expr) -> Result<Vec<Conjunct>, Refusal> {
        let Judged { expr, level } = self.single(expr)?;
        Ok(match (level, &expr) {
            (None, Expr::Literal(ScalarValue::Boolean(Some(true)), _)) => vec![],
            (level, _) => vec![Conjunct {
                expr,
                level: level.unwrap_or(Level::Unit),
            }],
        })
    }

    /// A predicate all of whose columns are of one level.
    pub(super) fn single(&self, expr: &Expr) -> Result<Judged, Refusal> {
        if let Some(ScalarValue::Boolean(Some(value))) = literal::constant(expr) {
            return Ok(Judged {
                expr: lit(value),
                level: None,
            });
        }
        match expr {
            Expr::Alias(alias) => self.single(&alias.expr),
            Expr::BinaryExpr(BinaryExpr {
                left,
                op: op @ (Operator::And | Operator::Or),
                right,
            }) => {
                let (left, right) = (self.single(left)?, self.single(right)?);
                Ok(Judged {
                    level: self.together(left.level, right.level, *op)?,
                    expr: Expr::BinaryExpr(BinaryExpr::new(
                        Box::new(left.expr),
                        *op,
                        Box::new(right.expr),
                    )),
                })
            }
            Expr::BinaryExpr(BinaryExpr { left, op, right }) if is_comparison(*op) => {
                match (literal::constant(left), literal::constant(right)) {
                    (Some(_), None) => match op.swap() {
                        Some(op) => self.compared(right, op, left),
                        None => Err(self.refused(expr, Reason::Unknown)),
                    },
                    _ => self.compared(left, *op, right),
                }
            }
            Expr::Not(inner) => self.around(inner, Expr::Not),
            Expr::IsTrue(inner) => self.around(inner, Expr::IsTrue),
            Expr::IsFalse(inner) => self.around(inner, Expr::IsFalse),
            Expr::IsUnknown(inner) => self.around(inner, Expr::IsUnknown),
            Expr::IsNotTrue(inner) => self.around(inner, Expr::IsNotTrue),
            Expr::IsNotFalse(inner) => self.around(inner, Expr::IsNotFalse),
            Expr::IsNotUnknown(inner) => self.around(inner, Expr::IsNotUnknown),
            Expr::IsNull(inner) => self.known(inner, Expr::IsNull),
            Expr::IsNotNull(inner) => self.known(inner, Expr::IsNotNull),
            Expr::Between(between) => {
                let low = self.compared(&between.expr, Operator::GtEq, &between.low)?;
                let high = self.compared(&between.expr, Operator::LtEq, &between.high)?;
                Ok(Judged {
                    expr: negated(low.expr.and(high.expr), between.negated),
                    level: low.level,
                })
            }
            Expr::InList(list) => self.listed(list),
            Expr::Like(like) => self.like(expr, like),
            Expr::ScalarFunction(function) if function.name() == "starts_with" => {
                self.starts_with(expr, function)
            }
            other if has_subquery(other) => Err(subquery(self.sql, self.catalogue)),
            other => self.flag(other),
        }
    }

    fn around(&self, inner: &Expr, wrap: fn(Box<Expr>) -> Expr) -> Result<Judged, Refusal> {
        let Judged { expr, level } = self.single(inner)?;
        Ok(Judged {
            expr: wrap(Box::new(expr)),
            level,
        })
    }

    fn together(
        &self,
        left: Option<Level>,
        right: Option<Level>,
        op: Operator,
    ) -> Result<Option<Level>, Refusal> {
        match (left, right) {
            (Some(left), Some(right)) if left != right => Err(self.levels(op)),
            (left, right) => Ok(left.or(right)),
        }
    }

    /// Whether a scalar has a value.
    fn known(&self, expr: &Expr, wrap: fn(Box<Expr>) -> Expr) -> Result<Judged, Refusal> {
        let operand = self.operand(expr)?;
        Ok(Judged {
            expr: wrap(Box::new(operand.clear.expr)),
            level: Some(operand.clear.level),
        })
    }

    /// A scalar of type bool, as a predicate of its own.
    fn flag(&self, expr: &Expr) -> Result<Judged, Refusal> {
        let operand = self.operand(expr)?;
        if operand.clear.r#type == ColumnType::Bool {
            Ok(Judged {
                expr: operand.clear.expr,
                level: Some(operand.clear.level),
            })
        } else {
            Err(self.refused(expr, Reason::Unknown))
        }
    }

    pub(super) fn levels(&self, op: Operator) -> Refusal {
        let word = if op == Operator::And { "not" } else { "or" };
        Refusal::new(
            Rule::PredicateLevels,
            "OR, or NOT of an AND, mixes columns that describe individuals with columns that describe their rows",
            "ask two queries, or combine the conditions with AND",
        )
        .at(self.sql, word)
        .with_rewrite(rewrite::individuals(self.catalogue, None))
    }
}

fn is_comparison(op: Operator) -> bool {
    matches!(
        op,
        Operator::Eq
            | Operator::NotEq
            | Operator::Lt
            | Operator::LtEq
            | Operator::Gt
            | Operator::GtEq
    )
}
