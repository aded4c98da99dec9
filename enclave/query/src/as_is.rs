//! Results that are protected cells as they are.
//!
//! Most queries ask for groups and figures and compute nothing with them. What is left
//! of such a query above its cells is which columns are shown under which names: that
//! needs no engine, and no process for one.

use std::sync::Arc;

use arrow::{
    datatypes::{Field, Schema},
    record_batch::{RecordBatch, RecordBatchOptions},
};
use datafusion::logical_expr::{Expr, LogicalPlan};

use crate::{
    Planned,
    cells::{self, Finished, Mismatch},
    cut::cells_table,
};

/// Which columns of the cells of the only cut a plan shows, in its order; none if it
/// does anything else.
pub(crate) fn columns(plan: &LogicalPlan) -> Option<Vec<usize>> {
    match plan {
        LogicalPlan::Projection(projection) => {
            let below = columns(&projection.input)?;
            let place = |expr: &Expr| {
                let column = match expr {
                    Expr::Column(column) => column,
                    Expr::Alias(alias) if alias.metadata.is_none() => match alias.expr.as_ref() {
                        Expr::Column(column) => column,
                        _ => return None,
                    },
                    _ => return None,
                };
                let place = projection.input.schema().maybe_index_of_column(column)?;
                below.get(place).copied()
            };
            projection.expr.iter().map(place).collect()
        }
        LogicalPlan::SubqueryAlias(alias) => columns(&alias.input),
        LogicalPlan::TableScan(scan) => {
            let whole = scan.table_name.table() == cells_table(0)
                && scan.projection.is_none()
                && scan.filters.is_empty()
                && scan.fetch.is_none();
            whole.then(|| (0..scan.source.schema().fields().len()).collect())
        }
        _ => None,
    }
}

/// The result of a query that shows its cells as they are; none if it does not.
///
/// # Errors
///
/// When the cells are not what was planned.
pub(crate) fn result(
    planned: &Planned,
    finished: &[Finished],
) -> Result<Option<RecordBatch>, Mismatch> {
    let (Some(places), [only]) = (&planned.as_is, finished) else {
        return Ok(None);
    };
    let cells = cells::table(&only.shape, &only.keys, &only.protected)?;
    let schema = cells.schema();
    if places.len() != planned.columns.len() {
        return Err(Mismatch);
    }
    let mut fields = Vec::new();
    let mut columns = Vec::new();
    for (place, column) in places.iter().zip(&planned.columns) {
        let values = cells.columns().get(*place).ok_or(Mismatch)?;
        let field: &Field = schema.fields().get(*place).ok_or(Mismatch)?;
        fields.push(field.clone().with_name(&column.name));
        columns.push(Arc::clone(values));
    }
    let rows = RecordBatchOptions::new().with_row_count(Some(cells.num_rows()));
    let schema = Arc::new(Schema::new(fields));
    let result = RecordBatch::try_new_with_options(schema, columns, &rows);
    result.map(Some).map_err(|_| Mismatch)
}
