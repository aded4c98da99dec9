//! The columns of a batch, by the names that the private phase gives them.

use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, UInt32Array},
    datatypes::{DataType, Float64Type, Int64Type, UInt32Type},
    record_batch::RecordBatch,
};

use super::Mismatch;

/// The column of this name.
pub(super) fn column(batch: &RecordBatch, name: &str) -> Result<ArrayRef, Mismatch> {
    batch.column_by_name(name).cloned().ok_or(Mismatch)
}

/// Whose the rows are; never NULL.
pub(super) fn units(batch: &RecordBatch) -> Result<UInt32Array, Mismatch> {
    let units = column(batch, "unit")?;
    let units = units.as_primitive_opt::<UInt32Type>().ok_or(Mismatch)?;
    if units.null_count() > 0 {
        return Err(Mismatch);
    }
    Ok(units.clone())
}

/// Yes or no; never NULL.
pub(super) fn flags(batch: &RecordBatch, name: &str) -> Result<BooleanArray, Mismatch> {
    let flags = column(batch, name)?;
    let flags = flags.as_boolean_opt().ok_or(Mismatch)?;
    if flags.null_count() > 0 {
        return Err(Mismatch);
    }
    Ok(flags.clone())
}

/// How many rows or values, per row.
pub(super) fn counts(batch: &RecordBatch, name: &str) -> Result<Vec<u64>, Mismatch> {
    let counts = column(batch, name)?;
    let counts = counts.as_primitive_opt::<Int64Type>().ok_or(Mismatch)?;
    counts
        .iter()
        .map(|count| u64::try_from(count.unwrap_or(0)).map_err(|_| Mismatch))
        .collect()
}

/// A number that is missing or there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Integer(i64),
    Fraction(f64),
}

impl Number {
    /// The number as a fraction.
    pub(super) fn as_f64(self) -> f64 {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "squares are of fractions")]
            Self::Integer(value) => value as f64,
            Self::Fraction(value) => value,
        }
    }
}

/// Numbers, per row.
pub(super) fn numbers(batch: &RecordBatch, name: &str) -> Result<Vec<Option<Number>>, Mismatch> {
    let numbers = column(batch, name)?;
    match numbers.data_type() {
        DataType::Int64 => {
            let values = numbers.as_primitive::<Int64Type>().iter();
            Ok(values.map(|value| value.map(Number::Integer)).collect())
        }
        DataType::Float64 => {
            let values = numbers.as_primitive::<Float64Type>().iter();
            Ok(values.map(|value| value.map(Number::Fraction)).collect())
        }
        _ => Err(Mismatch),
    }
}
