//! The steps that a clear scalar is made of.
//!
//! The engine's own functions and arithmetic fail on some values, wrap around
//! or give NaN. These have a value or none: whatever does not fit is NULL.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, StringArray},
        compute,
        datatypes::{DataType, Date32Type, Float64Type, Int64Type},
    },
    common::{DataFusionError, Result, ScalarValue},
};
use sekisho_tables::ColumnType;

use super::calendar::{self, Part, Span};

/// A float that can be compared and hashed: its bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Bits(u64);

impl From<f64> for Bits {
    fn from(value: f64) -> Self {
        Self(value.to_bits())
    }
}

impl Bits {
    fn value(self) -> f64 {
        f64::from_bits(self.0)
    }
}

/// One step, from a value or none to a value or none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Step {
    /// An integer, or true and false, as an integer.
    Integer,
    /// A number as a fraction.
    Fraction,
    AddInteger(i64),
    MultiplyInteger(i64),
    /// Towards zero, as SQL divides integers; never by zero.
    DivideInteger(i64),
    Add(Bits),
    Multiply(Bits),
    /// Never by zero.
    Divide(Bits),
    Floor,
    Ceil,
    /// To that many digits after the point; before it, if negative.
    Round(i32),
    /// An integer to a power of ten.
    RoundInteger(i32),
    Lower,
    Upper,
    /// Without the spaces around it.
    Trim,
    /// So many characters.
    Left(usize),
    Truncate(Span),
    Part(Part),
    /// Seconds since 1970-01-01.
    Epoch,
    BinDays {
        stride: i32,
        origin: i32,
    },
    BinMonths {
        stride: i32,
        origin: i32,
    },
    /// A value in place of none.
    Or(ScalarValue),
}

impl Step {
    /// The type of what comes out.
    pub(super) fn output(&self, input: ColumnType) -> ColumnType {
        match self {
            Self::Integer
            | Self::AddInteger(_)
            | Self::MultiplyInteger(_)
            | Self::DivideInteger(_)
            | Self::RoundInteger(_)
            | Self::Part(_) => ColumnType::Int,
            Self::Fraction
            | Self::Add(_)
            | Self::Multiply(_)
            | Self::Divide(_)
            | Self::Floor
            | Self::Ceil
            | Self::Round(_)
            | Self::Epoch => ColumnType::Float,
            Self::Lower | Self::Upper | Self::Trim | Self::Left(_) => ColumnType::Text,
            Self::Truncate(_) | Self::BinDays { .. } | Self::BinMonths { .. } => ColumnType::Date,
            Self::Or(_) => input,
        }
    }

    /// Applies the step to every value of an array.
    ///
    /// # Errors
    ///
    /// When the array is not of the type that the step takes, whatever it holds.
    pub(super) fn apply(&self, array: &ArrayRef) -> Result<ArrayRef> {
        match self {
            Self::Integer => match array.data_type() {
                DataType::Boolean | DataType::Int64 => Ok(compute::cast(array, &DataType::Int64)?),
                _ => Err(unfit()),
            },
            #[expect(
                clippy::cast_precision_loss,
                reason = "as SQL widens an integer to a fraction"
            )]
            Self::Fraction => match array.data_type() {
                DataType::Float64 => Ok(Arc::clone(array)),
                DataType::Boolean => Ok(compute::cast(array, &DataType::Float64)?),
                _ => Ok(Arc::new(
                    integers(array)?.unary::<_, Float64Type>(|value| value as f64),
                )),
            },
            Self::AddInteger(literal) => integer(array, |value| value.checked_add(*literal)),
            Self::MultiplyInteger(literal) => integer(array, |value| value.checked_mul(*literal)),
            Self::DivideInteger(literal) => integer(array, |value| value.checked_div(*literal)),
            Self::Add(literal) => fraction(array, |value| value + literal.value()),
            Self::Multiply(literal) => fraction(array, |value| value * literal.value()),
            Self::Divide(literal) => fraction(array, |value| value / literal.value()),
            Self::Floor => fraction(array, f64::floor),
            Self::Ceil => fraction(array, f64::ceil),
            Self::Round(digits) => {
                let factor = 10_f64.powi(*digits);
                fraction(array, |value| (value * factor).round() / factor)
            }
            Self::RoundInteger(digits) => integer(array, |value| rounded(value, *digits)),
            Self::Lower => text(array, |value| value.to_lowercase()),
            Self::Upper => text(array, |value| value.to_uppercase()),
            Self::Trim => text(array, |value| value.trim_matches(' ').to_owned()),
            Self::Left(length) => text(array, |value| value.chars().take(*length).collect()),
            Self::Truncate(span) => day(array, |day| span.first(day)),
            Self::Part(part) => Ok(Arc::new(
                days(array)?.unary::<_, Int64Type>(|day| part.of(day)),
            )),
            Self::Epoch => Ok(Arc::new(
                days(array)?.unary::<_, Float64Type>(|day| f64::from(day) * 86_400.0),
            )),
            Self::BinDays { stride, origin } => {
                day(array, |day| calendar::bin_of_days(day, *stride, *origin))
            }
            Self::BinMonths { stride, origin } => {
                day(array, |day| calendar::bin_of_months(day, *stride, *origin))
            }
            Self::Or(literal) => {
                let known = compute::is_not_null(array)?;
                let literal = literal.to_scalar()?;
                Ok(compute::kernels::zip::zip(&known, array, &literal)?)
            }
        }
    }

    /// Whether a number that comes out is one of the data as much as what goes in:
    /// the visitor cannot choose whose it makes large. A whole number as a fraction
    /// is none: its sum would be rounded as fractions are, up to a thousand not at all.
    pub(super) fn is_natural(&self) -> bool {
        matches!(self, Self::Part(_) | Self::Epoch)
    }

    /// The bounds of what comes out, if the bounds of what goes in tell.
    pub(super) fn bounds(&self, [low, high]: [f64; 2]) -> Option<[f64; 2]> {
        let map = |f: &dyn Fn(f64) -> f64| [f(low), f(high)];
        #[expect(
            clippy::cast_precision_loss,
            reason = "bounds of integers are declared as fractions"
        )]
        let [a, b] = match self {
            Self::Integer | Self::Fraction => [low, high],
            Self::AddInteger(literal) => map(&|x| x + *literal as f64),
            Self::MultiplyInteger(literal) => map(&|x| x * *literal as f64),
            Self::DivideInteger(literal) => map(&|x| (x / *literal as f64).trunc()),
            Self::Add(literal) => map(&|x| x + literal.value()),
            Self::Multiply(literal) => map(&|x| x * literal.value()),
            Self::Divide(literal) => map(&|x| x / literal.value()),
            Self::Floor => map(&f64::floor),
            Self::Ceil => map(&f64::ceil),
            Self::Round(digits) | Self::RoundInteger(digits) => {
                let factor = 10_f64.powi(*digits);
                map(&|x| (x * factor).round() / factor)
            }
            Self::Or(ScalarValue::Int64(Some(literal))) => {
                [low.min(*literal as f64), high.max(*literal as f64)]
            }
            Self::Or(ScalarValue::Float64(Some(literal))) => {
                [low.min(*literal), high.max(*literal)]
            }
            _ => return None,
        };
        (a.is_finite() && b.is_finite()).then(|| [a.min(b), a.max(b)])
    }
}

/// Half away from zero, as the engine rounds.
fn rounded(value: i64, digits: i32) -> Option<i64> {
    if digits >= 0 {
        return Some(value);
    }
    let Some(power) = 10_i64.checked_pow(digits.unsigned_abs()) else {
        return Some(0);
    };
    let rest = value % power;
    let cut = value - rest;
    if rest.unsigned_abs() >= power.unsigned_abs() / 2 {
        cut.checked_add(power * rest.signum())
    } else {
        Some(cut)
    }
}

fn integer(array: &ArrayRef, step: impl Fn(i64) -> Option<i64>) -> Result<ArrayRef> {
    Ok(Arc::new(integers(array)?.unary_opt::<_, Int64Type>(step)))
}

fn fraction(array: &ArrayRef, step: impl Fn(f64) -> f64) -> Result<ArrayRef> {
    let fractions: &Float64Array = array.as_primitive_opt::<Float64Type>().ok_or_else(unfit)?;
    Ok(Arc::new(fractions.unary_opt::<_, Float64Type>(|value| {
        Some(step(value)).filter(|value| value.is_finite())
    })))
}

fn text(array: &ArrayRef, step: impl Fn(&str) -> String) -> Result<ArrayRef> {
    let texts = array.as_string_opt::<i32>().ok_or_else(unfit)?;
    Ok(Arc::new(
        texts
            .iter()
            .map(|value| value.map(&step))
            .collect::<StringArray>(),
    ))
}

fn day(array: &ArrayRef, step: impl Fn(i32) -> Option<i32>) -> Result<ArrayRef> {
    Ok(Arc::new(days(array)?.unary_opt::<_, Date32Type>(step)))
}

fn integers(array: &ArrayRef) -> Result<&Int64Array> {
    array.as_primitive_opt::<Int64Type>().ok_or_else(unfit)
}

fn days(array: &ArrayRef) -> Result<&datafusion::arrow::array::Date32Array> {
    array.as_primitive_opt::<Date32Type>().ok_or_else(unfit)
}

/// Depends on the plan alone.
fn unfit() -> DataFusionError {
    DataFusionError::Plan("a step over another type".to_owned())
}
