//! Rows of a snapshot's tables, as record batches.

use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use roaring::RoaringBitmap;

use super::{Near, SnapshotError, scan};
use crate::{Table, schema};

/// The rows of a public table with just these columns, from the folder that
/// [`Snapshot::public`] names: nothing else of the snapshot is read.
///
/// # Errors
///
/// If there is no such column, or a file cannot be read.
pub fn public_rows(
    folder: &Path,
    table: &Table,
    columns: &[String],
) -> Result<Batches, SnapshotError> {
    let path = folder.join(format!("{}.parquet", table.name));
    read(&path, table, columns, None, &Near::default())
}

/// The rows of a table in a file: of a cohort, if given, and in parts of the file that may
/// be near.
pub(super) fn read(
    path: &Path,
    table: &Table,
    columns: &[String],
    cohort: Option<&RoaringBitmap>,
    near: &Near,
) -> Result<Batches, SnapshotError> {
    let full = schema::logical(table);
    let schema = project(&full, &table.name, columns)?;
    let rows = scan::Scan::open(path, &full, Arc::clone(&schema), cohort, near)?;
    Ok(Batches::new(schema, rows))
}

/// Record batches, read when they are asked for.
pub struct Batches {
    schema: SchemaRef,
    batches: Box<dyn Iterator<Item = Result<RecordBatch, SnapshotError>> + Send>,
}

impl Batches {
    pub(super) fn new(
        schema: SchemaRef,
        batches: impl Iterator<Item = Result<RecordBatch, SnapshotError>> + Send + 'static,
    ) -> Self {
        Self {
            schema,
            batches: Box::new(batches),
        }
    }

    /// The schema of every batch.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, SnapshotError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batches.next()
    }
}

/// The schema of just these columns.
pub(super) fn project(
    schema: &SchemaRef,
    table: &str,
    columns: &[String],
) -> Result<SchemaRef, SnapshotError> {
    let fields = columns
        .iter()
        .map(|column| {
            let field = schema.field_with_name(column).cloned();
            field.map_err(|_| SnapshotError::NoColumn {
                table: table.to_owned(),
                column: column.clone(),
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Arc::new(Schema::new(fields)))
}
