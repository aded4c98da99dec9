//! A result that was computed from protected cells, public tables and nothing else.

use std::{collections::HashMap, sync::Arc};

use arrow::{
    array::Array,
    datatypes::{Field, Schema, SchemaRef},
    record_batch::{RecordBatch, RecordBatchOptions},
};
use sekisho_disclosure::Protected;

use super::{Lost, message};
use crate::{Planned, as_is, cells::Finished, cut::KIND};

/// The rows that a visitor will see. Protected cells as they are, or made by a worker
/// that was handed them and could read public tables, and by nothing else.
#[derive(Clone, Debug)]
pub struct Released {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    released: u64,
    suppressed: u64,
}

impl Released {
    /// The protected cells of a query that shows them as they are; none if it computes
    /// something with them.
    ///
    /// # Errors
    ///
    /// [`Lost`] when the cells are not what was planned, or too many.
    pub fn as_is(planned: &Planned, finished: &[Finished]) -> Result<Option<Self>, Lost> {
        let result = as_is::result(planned, finished).map_err(|_| Lost)?;
        let Some(result) = result else {
            return Ok(None);
        };
        if result.get_array_memory_size() > message::MAX_RESULT {
            return Err(Lost);
        }
        let protected = finished.iter().map(|finished| &finished.protected);
        Self::new(vec![result], protected).map(Some)
    }

    pub(super) fn new<'p>(
        batches: Vec<RecordBatch>,
        protected: impl Iterator<Item = &'p Protected>,
    ) -> Result<Self, Lost> {
        let (released, suppressed) = protected.fold((0, 0), |(released, suppressed), cells| {
            (released + cells.released(), suppressed + cells.suppressed())
        });
        let schema = batches.first().ok_or(Lost)?.schema();
        let fields: Vec<Field> = schema
            .fields()
            .iter()
            .enumerate()
            .map(|(index, field)| with_suppressed(field, index, &batches))
            .collect();
        let schema = Arc::new(Schema::new(fields));
        Self {
            schema,
            batches,
            released,
            suppressed,
        }
        .relabelled()
    }

    /// The same rows under the schema that says which figures are suppressed.
    fn relabelled(mut self) -> Result<Self, Lost> {
        for batch in &mut self.batches {
            let columns = batch.columns().to_vec();
            let rows = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
            let schema = Arc::clone(&self.schema);
            let named = RecordBatch::try_new_with_options(schema, columns, &rows);
            *batch = named.map_err(|_| Lost)?;
        }
        Ok(self)
    }

    /// Sets the schema's metadata.
    ///
    /// # Errors
    ///
    /// [`Lost`] when the rows do not fit their schema.
    pub fn described(mut self, metadata: HashMap<String, String>) -> Result<Self, Lost> {
        self.schema = Arc::new(self.schema.as_ref().clone().with_metadata(metadata));
        self.relabelled()
    }

    /// The schema; each figure's field says in `sekisho.suppressed` how many of its rows are suppressed.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The rows.
    pub fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    /// How many figures the guard released.
    pub fn figures_released(&self) -> u64 {
        self.released
    }

    /// How many it suppressed.
    pub fn figures_suppressed(&self) -> u64 {
        self.suppressed
    }
}

fn with_suppressed(field: &Field, index: usize, batches: &[RecordBatch]) -> Field {
    let mut metadata = field.metadata().clone();
    let kind = metadata
        .entry(KIND.to_owned())
        .or_insert_with(|| "derived".to_owned());
    if kind == "figure" {
        let suppressed: usize = batches
            .iter()
            .filter_map(|batch| batch.columns().get(index))
            .map(|column| column.null_count())
            .sum();
        metadata.insert("sekisho.suppressed".to_owned(), suppressed.to_string());
    }
    field.clone().with_nullable(true).with_metadata(metadata)
}
