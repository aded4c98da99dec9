//! Rows of Parquet files.

use std::fs::File;

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use crate::inputs::Input;
use crate::manifest::DeclaredTable;
use crate::{IngestError, InputError, Place};

use super::RowSource;

/// Rows of a Parquet file, as the text of their values: the declared columns'
/// types and checks are the same as for text files.
pub(super) struct ParquetRows<'a> {
    file: &'a Input,
    table: &'a DeclaredTable,
    reader: ParquetRecordBatchReader,
    /// For each declared column: what it is in all rows, where they do not have it.
    given: Vec<Option<String>>,
    columns: Vec<Option<StringArray>>,
    next: usize,
    rows: usize,
    row: u64,
}

impl<'a> ParquetRows<'a> {
    pub(super) fn open(
        file: &'a Input,
        table: &'a DeclaredTable,
        given: Vec<Option<String>>,
    ) -> Result<Self, IngestError> {
        let bytes = File::open(&file.path).map_err(IngestError::io(&file.path))?;
        let builder =
            ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(|_| unreadable(file))?;
        let schema = builder.schema();
        let mut roots = Vec::new();
        let all = table.columns.iter().zip(&given);
        for (column, _) in all.filter(|(_, given)| given.is_none()) {
            let root = schema.index_of(&column.from).map_err(|_| {
                InputError::new(
                    &file.name,
                    Place::File,
                    "there is no such column; correct `from`",
                )
                .in_field(&column.from)
            })?;
            roots.push(root);
        }
        let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
        let reader = builder
            .with_projection(mask)
            .build()
            .map_err(|_| unreadable(file))?;
        Ok(Self {
            file,
            table,
            reader,
            given,
            columns: Vec::new(),
            next: 0,
            rows: 0,
            row: 0,
        })
    }

    fn load(&mut self, batch: &RecordBatch) -> Result<(), InputError> {
        self.columns.clear();
        for (column, given) in self.table.columns.iter().zip(&self.given) {
            if given.is_some() {
                self.columns.push(None);
                continue;
            }
            let text = batch
                .column_by_name(&column.from)
                .and_then(|array| cast(array, &DataType::Utf8).ok())
                .ok_or_else(|| {
                    InputError::new(
                        &self.file.name,
                        Place::File,
                        "expected a column of single values",
                    )
                    .in_field(&column.from)
                })?;
            self.columns.push(Some(text.as_string().clone()));
        }
        self.next = 0;
        self.rows = batch.num_rows();
        Ok(())
    }
}

impl RowSource for ParquetRows<'_> {
    fn read(&mut self, cells: &mut Vec<String>) -> Result<Option<Place>, InputError> {
        while self.next == self.rows {
            match self.reader.next() {
                None => return Ok(None),
                Some(Ok(batch)) => self.load(&batch)?,
                Some(Err(_)) => return Err(unreadable(self.file)),
            }
        }
        cells.resize_with(self.columns.len(), String::new);
        let columns = self.columns.iter().zip(&self.given);
        for (cell, (column, given)) in cells.iter_mut().zip(columns) {
            let text = match (column, given) {
                (Some(column), _) => column.is_valid(self.next).then(|| column.value(self.next)),
                (None, given) => given.as_deref(),
            };
            text.unwrap_or_default().clone_into(cell);
        }
        self.next += 1;
        self.row += 1;
        Ok(Some(Place::Row(self.row)))
    }
}

fn unreadable(file: &Input) -> InputError {
    InputError::new(
        &file.name,
        Place::File,
        "the file cannot be read as Parquet; write it again",
    )
}
