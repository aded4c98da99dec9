//! The worker's rows as cells, and protected cells as a table.
//!
//! This is the only part of the crate that the enclave's own process runs.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, StringArray},
    datatypes::{DataType, Float64Type, Int64Type, UInt32Type},
    record_batch::RecordBatch,
};
use sekisho_disclosure::{Amount, CellTable, Contribution, Measure, Protected, Value};
use sekisho_tables::ColumnType;
use thiserror::Error;

use crate::{MeasureKind, Shape};

/// The worker's rows do not have the shape that it announced.
#[derive(Debug, Error)]
#[error("the worker's rows do not have the shape that was planned")]
pub struct Mismatch;

/// Collects the rows of a cut, one per individual and group, into cells.
///
/// # Errors
///
/// When a row does not fit the shape, or holds a value outside the declared domain.
pub fn collect(shape: &Shape, batches: &[RecordBatch]) -> Result<CellTable, Mismatch> {
    let sizes = shape
        .dimensions
        .iter()
        .map(|dimension| {
            let values = dimension.values.as_ref().ok_or(Mismatch)?;
            u32::try_from(values.len()).map_err(|_| Mismatch)
        })
        .collect::<Result<_, _>>()?;
    let mut table = CellTable::new(
        sizes,
        shape
            .measures
            .iter()
            .map(|shape| measure(shape.kind))
            .collect::<Result<_, _>>()?,
    );
    for batch in batches {
        Rows::of(shape, batch)?.add_to(&mut table)?;
    }
    Ok(table)
}

/// A batch's columns, taken apart once.
struct Rows<'a> {
    units: &'a arrow::array::UInt32Array,
    keys: Vec<Vec<Option<u32>>>,
    measures: Vec<(&'a Int64Array, Option<&'a ArrayRef>)>,
}

impl<'a> Rows<'a> {
    fn of(shape: &Shape, batch: &'a RecordBatch) -> Result<Self, Mismatch> {
        let column = |name: String| batch.column_by_name(&name).ok_or(Mismatch);
        let units = column("unit".to_owned())?
            .as_primitive_opt::<UInt32Type>()
            .ok_or(Mismatch)?;
        if units.null_count() > 0 {
            return Err(Mismatch);
        }
        let keys = shape
            .dimensions
            .iter()
            .enumerate()
            .map(|(index, dimension)| {
                let values = dimension.values.as_ref().ok_or(Mismatch)?;
                positions(column(format!("k{index}"))?, values)
            })
            .collect::<Result<_, _>>()?;
        let measures = shape
            .measures
            .iter()
            .enumerate()
            .map(|(index, measure)| {
                let counts = column(format!("c{index}"))?
                    .as_primitive_opt::<Int64Type>()
                    .ok_or(Mismatch)?;
                let sums = measure
                    .kind
                    .sums()
                    .then(|| column(format!("s{index}")))
                    .transpose()?;
                Ok((counts, sums))
            })
            .collect::<Result<_, Mismatch>>()?;
        Ok(Self {
            units,
            keys,
            measures,
        })
    }

    fn add_to(&self, table: &mut CellTable) -> Result<(), Mismatch> {
        for (row, unit) in self.units.values().iter().enumerate() {
            let key = self
                .keys
                .iter()
                .map(|positions| positions.get(row).copied().ok_or(Mismatch))
                .collect::<Result<_, _>>()?;
            let contributions = self
                .measures
                .iter()
                .zip(table.measures())
                .map(|((counts, sums), measure)| contribution(row, *measure, counts, *sums))
                .collect::<Result<Vec<_>, _>>()?;
            table
                .add(*unit, key, &contributions)
                .map_err(|_| Mismatch)?;
        }
        Ok(())
    }
}

fn contribution(
    row: usize,
    measure: Measure,
    counts: &Int64Array,
    sums: Option<&ArrayRef>,
) -> Result<Contribution, Mismatch> {
    let counted = if counts.is_valid(row) {
        counts.value(row)
    } else {
        0
    };
    let count = u64::try_from(counted).map_err(|_| Mismatch)?;
    let amount = match sums {
        // An individual counts once, however many rows it has.
        None if measure == Measure::Individuals => Amount::Integer(1),
        None => Amount::Integer(i128::from(count)),
        Some(sums) if sums.is_null(row) => Amount::Integer(0),
        Some(sums) => match sums.data_type() {
            DataType::Int64 => {
                Amount::Integer(i128::from(sums.as_primitive::<Int64Type>().value(row)))
            }
            DataType::Float64 => Amount::Fraction(sums.as_primitive::<Float64Type>().value(row)),
            _ => return Err(Mismatch),
        },
    };
    Ok(Contribution { count, amount })
}

/// The positions of a column's values in the declared domain.
fn positions(column: &ArrayRef, domain: &[String]) -> Result<Vec<Option<u32>>, Mismatch> {
    let position = |value: &str| {
        let found = domain
            .iter()
            .position(|declared| declared == value)
            .ok_or(Mismatch)?;
        u32::try_from(found).map(Some).map_err(|_| Mismatch)
    };
    match column.data_type() {
        DataType::Utf8 => column
            .as_string::<i32>()
            .iter()
            .map(|value| value.map_or(Ok(None), position))
            .collect(),
        DataType::Boolean => column
            .as_boolean()
            .iter()
            .map(|value| {
                value.map_or(Ok(None), |value| {
                    position(if value { "true" } else { "false" })
                })
            })
            .collect(),
        _ => Err(Mismatch),
    }
}

fn measure(kind: MeasureKind) -> Result<Measure, Mismatch> {
    Ok(match kind {
        MeasureKind::Individuals => Measure::Individuals,
        MeasureKind::Count => Measure::Count,
        MeasureKind::IntegerSum => Measure::IntegerSum,
        MeasureKind::Sum => Measure::Sum,
        MeasureKind::IntegerMean => Measure::IntegerMean,
        MeasureKind::Mean => Measure::Mean,
        MeasureKind::Variance
        | MeasureKind::VariancePopulation
        | MeasureKind::Deviation
        | MeasureKind::DeviationPopulation => return Err(Mismatch),
    })
}

/// Protected cells as a table: keys, then figures; suppressed ones are NULL.
///
/// # Errors
///
/// When the cells are not of this shape.
pub fn table(shape: &Shape, protected: &Protected) -> Result<RecordBatch, Mismatch> {
    let schema = shape.cells_schema();
    let keys = shape
        .dimensions
        .iter()
        .enumerate()
        .map(|(index, dimension)| {
            let values = protected.rows().iter().map(|row| {
                let position = row.key.get(index).copied().flatten()?;
                let values = dimension.values.as_ref()?;
                values.get(position as usize).map(String::as_str)
            });
            match dimension.r#type {
                ColumnType::Bool => {
                    let flags: BooleanArray = values
                        .map(|value| value.map(|value| value == "true"))
                        .collect();
                    Arc::new(flags) as ArrayRef
                }
                _ => Arc::new(values.collect::<StringArray>()) as ArrayRef,
            }
        });
    let figures = shape.measures.iter().enumerate().map(|(index, measure)| {
        let values = protected
            .rows()
            .iter()
            .map(|row| row.values.get(index).copied().flatten());
        if measure.kind.data_type() == DataType::Int64 {
            let figures: Int64Array = values
                .map(|value| match value {
                    Some(Value::Integer(value)) => Some(value),
                    _ => None,
                })
                .collect();
            Arc::new(figures) as ArrayRef
        } else {
            let figures: Float64Array = values
                .map(|value| match value {
                    Some(Value::Fraction(value)) => Some(value),
                    _ => None,
                })
                .collect();
            Arc::new(figures) as ArrayRef
        }
    });
    let columns = keys.chain(figures).collect();
    // With neither key nor figure a table still has its rows.
    let options =
        arrow::record_batch::RecordBatchOptions::new().with_row_count(Some(protected.rows().len()));
    RecordBatch::try_new_with_options(schema, columns, &options).map_err(|_| Mismatch)
}
