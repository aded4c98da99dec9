//! Literals: what stands in a query as a constant, and as a value of a type.

use datafusion::{
    arrow::{
        compute::kernels::cast_utils::Parser,
        datatypes::{DataType, Date32Type},
    },
    common::ScalarValue,
    logical_expr::{BinaryExpr, Expr, Operator},
};
use sekisho_tables::ColumnType;

/// A literal that a value can be compared with.
pub(super) enum Literal {
    /// In the value's type.
    OfType(ScalarValue),
    /// A fraction, with which an integer is compared after widening.
    Wider(ScalarValue),
}

/// Reads a literal for a type; none if it is no literal, or of another type.
pub(super) fn read(expr: &Expr, r#type: ColumnType) -> Option<Literal> {
    use Literal::{OfType, Wider};
    let value = constant(expr)?;
    match (r#type, value) {
        (ColumnType::Text, value @ ScalarValue::Utf8(Some(_)))
        | (ColumnType::Int, value @ ScalarValue::Int64(Some(_)))
        | (ColumnType::Float, value @ ScalarValue::Float64(Some(_)))
        | (ColumnType::Bool, value @ ScalarValue::Boolean(Some(_)))
        | (ColumnType::Date, value @ ScalarValue::Date32(Some(_))) => Some(OfType(value)),
        (ColumnType::Int, value @ ScalarValue::Float64(Some(_))) => Some(Wider(value)),
        (ColumnType::Float, ScalarValue::Int64(Some(value))) => {
            Some(OfType(ScalarValue::Float64(Some(widened(value)))))
        }
        (ColumnType::Date, ScalarValue::Utf8(Some(text))) => {
            Date32Type::parse(&text).map(|day| OfType(ScalarValue::Date32(Some(day))))
        }
        _ => None,
    }
}

/// The value of an expression that reads nothing: `Int64`, `Float64`, `Utf8`,
/// `Boolean` or `Date32`, or a NULL of one of them or of no type.
pub(super) fn constant(expr: &Expr) -> Option<ScalarValue> {
    match expr {
        Expr::Alias(alias) => constant(&alias.expr),
        Expr::Literal(value, _) => plain(value),
        Expr::Negative(inner) => match constant(inner)? {
            ScalarValue::Int64(Some(value)) => {
                value.checked_neg().map(|v| ScalarValue::Int64(Some(v)))
            }
            ScalarValue::Float64(Some(value)) => Some(ScalarValue::Float64(Some(-value))),
            _ => None,
        },
        Expr::Cast(cast) => cast_to(&constant(&cast.expr)?, cast.field.data_type()),
        Expr::TryCast(cast) => cast_to(&constant(&cast.expr)?, cast.field.data_type()),
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
            calculated(constant(left)?, *op, constant(right)?)
        }
        _ => None,
    }
}

/// An integer as a fraction.
#[expect(
    clippy::cast_precision_loss,
    reason = "as SQL widens an integer to a fraction"
)]
pub(super) fn widened(value: i64) -> f64 {
    value as f64
}

fn plain(value: &ScalarValue) -> Option<ScalarValue> {
    let integer = |value: i64| Some(ScalarValue::Int64(Some(value)));
    match value {
        ScalarValue::Null
        | ScalarValue::Int64(_)
        | ScalarValue::Utf8(_)
        | ScalarValue::Boolean(_)
        | ScalarValue::Date32(_)
        | ScalarValue::Float64(None) => Some(value.clone()),
        ScalarValue::Utf8View(text) | ScalarValue::LargeUtf8(text) => {
            Some(ScalarValue::Utf8(text.clone()))
        }
        ScalarValue::Float64(Some(value)) if value.is_finite() => {
            Some(ScalarValue::Float64(Some(*value)))
        }
        ScalarValue::Int32(Some(value)) => integer(i64::from(*value)),
        ScalarValue::UInt64(Some(value)) => i64::try_from(*value).ok().and_then(integer),
        _ => None,
    }
}

/// A cast of a literal: `DATE '…'`, `1::double`, `NULL::int`.
fn cast_to(value: &ScalarValue, target: &DataType) -> Option<ScalarValue> {
    match (value, target) {
        (ScalarValue::Utf8(Some(text)), DataType::Date32) => {
            Date32Type::parse(text).map(|day| ScalarValue::Date32(Some(day)))
        }
        (ScalarValue::Utf8(Some(text)), DataType::Timestamp(_, None)) => {
            midnight(text).map(|day| ScalarValue::Date32(Some(day)))
        }
        (ScalarValue::Date32(_), DataType::Date32 | DataType::Timestamp(_, None))
        | (ScalarValue::Utf8(_), DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8)
        | (ScalarValue::Boolean(_), DataType::Boolean)
        | (ScalarValue::Int64(_), DataType::Int64)
        | (ScalarValue::Float64(_), DataType::Float64) => Some(value.clone()),
        (ScalarValue::Int64(Some(value)), DataType::Int32) => i32::try_from(*value)
            .ok()
            .map(|value| ScalarValue::Int64(Some(i64::from(value)))),
        (ScalarValue::Int64(value), DataType::Float64) => {
            Some(ScalarValue::Float64(value.map(widened)))
        }
        (ScalarValue::Null, DataType::Int64 | DataType::Int32) => Some(ScalarValue::Int64(None)),
        (ScalarValue::Null, DataType::Float64) => Some(ScalarValue::Float64(None)),
        (ScalarValue::Null, DataType::Date32) => Some(ScalarValue::Date32(None)),
        (ScalarValue::Null, DataType::Utf8 | DataType::Utf8View) => Some(ScalarValue::Utf8(None)),
        (ScalarValue::Null, DataType::Boolean) => Some(ScalarValue::Boolean(None)),
        _ => None,
    }
}

/// The day of a time that is its beginning.
fn midnight(text: &str) -> Option<i32> {
    let day = text
        .strip_suffix("00:00:00")
        .map_or(text, |day| day.trim_end_matches([' ', 'T']));
    // `2024-03-31`: what is longer has a time of the day.
    (day.len() == 10).then(|| Date32Type::parse(day)).flatten()
}

fn calculated(left: ScalarValue, op: Operator, right: ScalarValue) -> Option<ScalarValue> {
    use ScalarValue::{Boolean, Float64, Int64};
    if let (Int64(Some(left)), Int64(Some(right))) = (&left, &right) {
        let integer = match op {
            Operator::Plus => Some(left.checked_add(*right)),
            Operator::Minus => Some(left.checked_sub(*right)),
            Operator::Multiply => Some(left.checked_mul(*right)),
            Operator::Divide => Some(left.checked_div(*right)),
            _ => None,
        };
        if let Some(integer) = integer {
            return integer.map(|value| Int64(Some(value)));
        }
    }
    let (left, right) = match (left, right) {
        (Int64(Some(left)), Float64(Some(right))) => {
            (Float64(Some(widened(left))), Float64(Some(right)))
        }
        (Float64(Some(left)), Int64(Some(right))) => {
            (Float64(Some(left)), Float64(Some(widened(right))))
        }
        both => both,
    };
    if let (Float64(Some(left)), Float64(Some(right))) = (&left, &right) {
        let fraction = match op {
            Operator::Plus => Some(left + right),
            Operator::Minus => Some(left - right),
            Operator::Multiply => Some(left * right),
            Operator::Divide => Some(left / right),
            _ => None,
        };
        if let Some(fraction) = fraction {
            return fraction.is_finite().then_some(Float64(Some(fraction)));
        }
    }
    if left.is_null() || right.is_null() {
        return None;
    }
    let order = left.partial_cmp(&right)?;
    let holds = match op {
        Operator::Eq => order.is_eq(),
        Operator::NotEq => order.is_ne(),
        Operator::Lt => order.is_lt(),
        Operator::LtEq => order.is_le(),
        Operator::Gt => order.is_gt(),
        Operator::GtEq => order.is_ge(),
        _ => return None,
    };
    Some(Boolean(Some(holds)))
}
