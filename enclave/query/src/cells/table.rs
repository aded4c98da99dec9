//! Protected cells as a table.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, Float64Array, Int64Array},
    datatypes::DataType,
    record_batch::{RecordBatch, RecordBatchOptions},
};
use sekisho_disclosure::{Protected, Value};

use super::{Keys, Mismatch};
use crate::Shape;

/// Protected cells as a table: keys, then figures; suppressed ones are NULL.
///
/// # Errors
///
/// When the cells are not of this shape.
pub fn table(shape: &Shape, keys: &Keys, protected: &Protected) -> Result<RecordBatch, Mismatch> {
    let schema = shape.cells_schema();
    let keys = (0..shape.dimensions.len()).map(|index| {
        let positions = protected
            .rows()
            .iter()
            .map(|row| row.key.get(index).copied().flatten());
        keys.array(shape, index, positions)
    });
    let figures = shape.measures.iter().enumerate().map(|(index, measure)| {
        let values = protected
            .rows()
            .iter()
            .map(|row| row.values.get(index).copied().flatten());
        let figures: ArrayRef = if measure.kind.data_type() == DataType::Int64 {
            let whole = values.map(|value| match value {
                Some(Value::Integer(value)) => Some(value),
                _ => None,
            });
            Arc::new(whole.collect::<Int64Array>())
        } else {
            let fractions = values.map(|value| match value {
                Some(Value::Fraction(value)) => Some(value),
                _ => None,
            });
            Arc::new(fractions.collect::<Float64Array>())
        };
        Ok(figures)
    });
    let columns = keys.chain(figures).collect::<Result<_, Mismatch>>()?;
    // With neither key nor figure a table still has its rows.
    let options = RecordBatchOptions::new().with_row_count(Some(protected.rows().len()));
    RecordBatch::try_new_with_options(schema, columns, &options).map_err(|_| Mismatch)
}
