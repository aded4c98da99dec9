//! Predicates that leave carriers only.

use datafusion::{
    common::{Column, ScalarValue},
    logical_expr::{BinaryExpr, Expr, Operator},
};

/// The column that a comparison restricts to one or more, if it does.
pub(crate) fn one_or_more(comparison: &Expr) -> Option<&Column> {
    let Expr::BinaryExpr(BinaryExpr { left, op, right }) = comparison else {
        return None;
    };
    let (Expr::Column(column), Expr::Literal(ScalarValue::Int64(Some(value)), _)) =
        (left.as_ref(), right.as_ref())
    else {
        return None;
    };
    let holds = match op {
        Operator::Eq | Operator::GtEq => *value >= 1,
        Operator::Gt => *value >= 0,
        _ => false,
    };
    holds.then_some(column)
}
