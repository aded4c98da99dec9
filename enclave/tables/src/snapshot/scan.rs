//! Rows of a snapshot's Parquet files.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{AsArray, BooleanArray, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{SchemaRef, UInt32Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicateFn, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowFilter,
};
use roaring::RoaringBitmap;

use crate::UNIT;

use super::file::TableFile;
use super::{Near, SnapshotError};

const BATCH_ROWS: usize = 8192;

/// Rows of a table.
pub(super) struct Scan {
    path: PathBuf,
    schema: SchemaRef,
    reader: ParquetRecordBatchReader,
}

impl Scan {
    /// Reads columns of a file whose columns must be `full`; with a cohort, only
    /// its individuals' rows are decoded.
    pub(super) fn open(
        path: &Path,
        full: &SchemaRef,
        schema: SchemaRef,
        cohort: Option<&RoaringBitmap>,
        near: &Near,
    ) -> Result<Self, SnapshotError> {
        let mut file = TableFile::open(path)?.of_groups(|group, _| near.may_be_in(group));
        if cohort.is_some() {
            file = file.with_pages()?;
        }
        let mut builder = file.reader()?;
        if builder.schema().fields() != full.fields() {
            return Err(SnapshotError::damaged(path)(
                "its columns are not the catalogue's",
            ));
        }
        if let Some(cohort) = cohort {
            let cohort = cohort.clone();
            let unit = ProjectionMask::columns(builder.parquet_schema(), [UNIT]);
            let in_cohort = ArrowPredicateFn::new(unit, move |batch: RecordBatch| {
                let units = batch.column(0).as_primitive::<UInt32Type>().values();
                Ok(BooleanArray::from_iter(
                    units.iter().map(|unit| Some(cohort.contains(*unit))),
                ))
            });
            builder = builder.with_row_filter(RowFilter::new(vec![Box::new(in_cohort)]));
        }
        let names = schema.fields().iter().map(|field| field.name().as_str());
        let mask = ProjectionMask::columns(builder.parquet_schema(), names);
        let reader = builder
            .with_projection(mask)
            .with_batch_size(BATCH_ROWS)
            .build()
            .map_err(SnapshotError::damaged(path))?;
        Ok(Self {
            path: path.to_path_buf(),
            schema,
            reader,
        })
    }
}

impl Iterator for Scan {
    type Item = Result<RecordBatch, SnapshotError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.reader.next()?;
        let in_order = batch.and_then(|batch| {
            let columns = self
                .schema
                .fields()
                .iter()
                .map(|field| batch.schema().index_of(field.name()))
                .map(|index| index.map(|index| batch.column(index).clone()))
                .collect::<Result<Vec<_>, _>>()?;
            let rows = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
            RecordBatch::try_new_with_options(self.schema.clone(), columns, &rows)
        });
        Some(in_order.map_err(SnapshotError::damaged(&self.path)))
    }
}

/// All rows of a file, with these columns in the file's order.
pub(super) fn all_rows(
    path: &Path,
    columns: &[&str],
) -> Result<impl Iterator<Item = Result<RecordBatch, SnapshotError>> + use<>, SnapshotError> {
    let path = path.to_path_buf();
    let reader = reader(&path, columns, None, BATCH_ROWS)?;
    Ok(reader.map(move |batch| batch.map_err(SnapshotError::damaged(&path))))
}

/// A reader of these columns, in the file's order, and of these rows.
pub(super) fn reader(
    path: &Path,
    columns: &[&str],
    rows: Option<&RoaringBitmap>,
    batch_rows: usize,
) -> Result<ParquetRecordBatchReader, SnapshotError> {
    let file = TableFile::open(path)?;
    let Some(rows) = rows else {
        return columns_of(file.reader()?, path, columns, batch_rows);
    };
    let (file, selection) = file.of_rows(rows);
    let builder = file.with_pages()?.reader()?.with_row_selection(selection);
    columns_of(builder, path, columns, batch_rows)
}

/// Reads these columns, which the file must have, in its order.
pub(super) fn columns_of(
    builder: ParquetRecordBatchReaderBuilder<File>,
    path: &Path,
    columns: &[&str],
    batch_rows: usize,
) -> Result<ParquetRecordBatchReader, SnapshotError> {
    for column in columns {
        if builder.schema().index_of(column).is_err() {
            let message = format!("it has no column `{column}`");
            return Err(SnapshotError::damaged(path)(message));
        }
    }
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
    builder
        .with_projection(mask)
        .with_batch_size(batch_rows)
        .build()
        .map_err(SnapshotError::damaged(path))
}
