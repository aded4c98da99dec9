//! Which declared values of a column a predicate's text leaves.

use datafusion::{
    common::{Column, ScalarValue},
    logical_expr::{BinaryExpr, Expr, Operator},
};

/// Whether rows with this value can satisfy a predicate, as far as its text
/// tells; what it does not tell counts as yes.
pub(crate) fn admits(predicate: &Expr, column: &Column, value: &str) -> bool {
    holds(predicate, column, value) != Some(false)
}

/// What a predicate says of rows with this value; none if that hangs on others.
fn holds(predicate: &Expr, column: &Column, value: &str) -> Option<bool> {
    match predicate {
        Expr::Not(inner) => holds(inner, column, value).map(|holds| !holds),
        Expr::IsNull(inner) => is(inner, column).then_some(false),
        Expr::IsNotNull(inner) => is(inner, column).then_some(true),
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::And,
            right,
        }) => match (holds(left, column, value), holds(right, column, value)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::Or,
            right,
        }) => match (holds(left, column, value), holds(right, column, value)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        Expr::BinaryExpr(BinaryExpr { left, op, right }) if is(left, column) => {
            match right.as_ref() {
                Expr::Literal(ScalarValue::Utf8(Some(literal)), _) => compare(value, *op, literal),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The values of a column that a predicate lists, if it is a list of them and nothing else.
pub(crate) fn listed(predicate: &Expr, column: &Column) -> Option<Vec<String>> {
    let Expr::BinaryExpr(BinaryExpr { left, op, right }) = predicate else {
        return None;
    };
    match (op, right.as_ref()) {
        (Operator::Eq, Expr::Literal(ScalarValue::Utf8(Some(value)), _)) => {
            is(left, column).then(|| vec![value.clone()])
        }
        (Operator::Or, _) => {
            let mut values = listed(left, column)?;
            for value in listed(right, column)? {
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            Some(values)
        }
        _ => None,
    }
}

fn is(expr: &Expr, column: &Column) -> bool {
    matches!(expr, Expr::Column(of) if of == column)
}

/// As the engine compares text: byte by byte.
fn compare(value: &str, op: Operator, literal: &str) -> Option<bool> {
    match op {
        Operator::Eq => Some(value == literal),
        Operator::NotEq => Some(value != literal),
        Operator::Lt => Some(value < literal),
        Operator::LtEq => Some(value <= literal),
        Operator::Gt => Some(value > literal),
        Operator::GtEq => Some(value >= literal),
        _ => None,
    }
}
