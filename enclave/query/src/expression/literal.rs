//! Literals in the type of the column that they are compared with.

use datafusion::{
    arrow::{compute::kernels::cast_utils::Parser, datatypes::Date32Type},
    common::ScalarValue,
    logical_expr::Expr,
};
use sekisho_tables::{Column, ColumnType};

/// A literal that a column can be compared with.
pub(super) enum Literal {
    /// In the column's type.
    OfColumn(ScalarValue),
    /// A fraction, with which an integer column is compared after widening.
    Wider(ScalarValue),
}

/// Reads a literal for a column; none if it is no literal, or of another type.
pub(super) fn read(expr: &Expr, column: &Column) -> Option<Literal> {
    use Literal::{OfColumn, Wider};
    let value = constant(expr)?;
    match column.r#type {
        ColumnType::Text => match value {
            ScalarValue::Utf8(Some(text)) => Some(OfColumn(ScalarValue::Utf8(Some(text)))),
            _ => None,
        },
        ColumnType::Int => match number(&value)? {
            Number::Integer(value) => Some(OfColumn(ScalarValue::Int64(Some(value)))),
            Number::Fraction(value) => Some(Wider(ScalarValue::Float64(Some(value)))),
        },
        ColumnType::Float => match number(&value)? {
            #[expect(
                clippy::cast_precision_loss,
                reason = "as SQL compares an integer with a fraction"
            )]
            Number::Integer(value) => Some(OfColumn(ScalarValue::Float64(Some(value as f64)))),
            Number::Fraction(value) => Some(OfColumn(ScalarValue::Float64(Some(value)))),
        },
        ColumnType::Bool => match value {
            ScalarValue::Boolean(Some(value)) => Some(OfColumn(ScalarValue::Boolean(Some(value)))),
            _ => None,
        },
        ColumnType::Date => match value {
            ScalarValue::Utf8(Some(text)) => {
                Date32Type::parse(&text).map(|day| OfColumn(ScalarValue::Date32(Some(day))))
            }
            _ => None,
        },
    }
}

enum Number {
    Integer(i64),
    Fraction(f64),
}

fn number(value: &ScalarValue) -> Option<Number> {
    match value {
        ScalarValue::Int64(Some(value)) => Some(Number::Integer(*value)),
        ScalarValue::UInt64(Some(value)) => i64::try_from(*value).ok().map(Number::Integer),
        ScalarValue::Float64(Some(value)) if value.is_finite() => Some(Number::Fraction(*value)),
        _ => None,
    }
}

/// A literal, a negative number, or `DATE '…'`.
fn constant(expr: &Expr) -> Option<ScalarValue> {
    match expr {
        Expr::Literal(value, _) => match value {
            ScalarValue::Utf8View(text) | ScalarValue::LargeUtf8(text) => {
                Some(ScalarValue::Utf8(text.clone()))
            }
            value => Some(value.clone()),
        },
        Expr::Negative(inner) => match constant(inner)? {
            ScalarValue::Int64(Some(value)) => {
                value.checked_neg().map(|v| ScalarValue::Int64(Some(v)))
            }
            ScalarValue::Float64(Some(value)) => Some(ScalarValue::Float64(Some(-value))),
            _ => None,
        },
        Expr::Cast(inner) if is_date(inner.field.data_type()) => match constant(&inner.expr)? {
            text @ ScalarValue::Utf8(_) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

fn is_date(data_type: &datafusion::arrow::datatypes::DataType) -> bool {
    matches!(data_type, datafusion::arrow::datatypes::DataType::Date32)
}
