//! Rows of a snapshot's Parquet files.

use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};

use arrow::array::{AsArray, BooleanArray, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{SchemaRef, UInt32Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicateFn, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowFilter, RowSelection,
};
use parquet::file::metadata::PageIndexPolicy;
use roaring::RoaringBitmap;

use crate::UNIT;

use super::{Near, SnapshotError};

const BATCH_ROWS: usize = 8192;

/// Rows of a table.
pub(super) struct Scan {
    path: PathBuf,
    schema: SchemaRef,
    reader: ParquetRecordBatchReader,
}

/// The names of a file's columns.
pub(super) fn columns(path: &Path) -> Result<Vec<String>, SnapshotError> {
    let builder = builder(path)?;
    let fields = builder.schema().fields().iter();
    Ok(fields.map(|field| field.name().clone()).collect())
}

/// How many rows a file has.
pub(super) fn rows(path: &Path) -> Result<u32, SnapshotError> {
    let rows = builder(path)?.metadata().file_metadata().num_rows();
    u32::try_from(rows).map_err(SnapshotError::damaged(path))
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
        let mut builder = builder(path)?;
        if *near != Near::default() {
            let groups = builder.metadata().row_groups().iter().enumerate();
            let may = groups.filter(|(_, group)| near.may_be_in(group));
            let may = may.map(|(number, _)| number).collect();
            builder = builder.with_row_groups(may);
        }
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
    let mut builder = builder_of(path, columns)?;
    if let Some(rows) = rows {
        let total = builder.metadata().file_metadata().num_rows();
        let total = usize::try_from(total).map_err(SnapshotError::damaged(path))?;
        let ranges = ranges(rows, total);
        let selection = RowSelection::from_consecutive_ranges(ranges.into_iter(), total);
        builder = builder.with_row_selection(selection);
    }
    build(builder, path, columns, batch_rows)
}

/// A file that must have these columns.
pub(super) fn builder_of(
    path: &Path,
    columns: &[&str],
) -> Result<ParquetRecordBatchReaderBuilder<File>, SnapshotError> {
    let builder = builder(path)?;
    for column in columns {
        if builder.schema().index_of(column).is_err() {
            let message = format!("it has no column `{column}`");
            return Err(SnapshotError::damaged(path)(message));
        }
    }
    Ok(builder)
}

/// Reads these columns, in the file's order.
pub(super) fn build(
    builder: ParquetRecordBatchReaderBuilder<File>,
    path: &Path,
    columns: &[&str],
    batch_rows: usize,
) -> Result<ParquetRecordBatchReader, SnapshotError> {
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
    builder
        .with_projection(mask)
        .with_batch_size(batch_rows)
        .build()
        .map_err(SnapshotError::damaged(path))
}

fn builder(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, SnapshotError> {
    let file = File::open(path).map_err(SnapshotError::io(path))?;
    // With the offsets of pages, rows that are skipped are not even read.
    let options = ArrowReaderOptions::new().with_offset_index_policy(PageIndexPolicy::Optional);
    ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)
        .map_err(SnapshotError::damaged(path))
}

/// The runs of a set below a limit.
fn ranges(rows: &RoaringBitmap, total: usize) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut rest = rows.iter();
    while let Some(run) = rest.next_range() {
        let start = *run.start() as usize;
        let end = (*run.end() as usize + 1).min(total);
        if start < end {
            ranges.push(start..end);
        }
    }
    ranges
}
