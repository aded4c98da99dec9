//! A snapshot's tables as the engine reads them: the permitted cohort only.
//!
//! The cohort is applied inside the scan, so that no row of anybody else ever
//! reaches the engine.

mod near;
mod public;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use datafusion::{
    arrow::{array::UInt32Array, datatypes::SchemaRef, record_batch::RecordBatch},
    catalog::Session,
    common::{DataFusionError, Result},
    datasource::{MemTable, TableProvider, TableType},
    execution::{SendableRecordBatchStream, TaskContext},
    logical_expr::{Expr, TableProviderFilterPushDown},
    physical_plan::{
        ExecutionPlan,
        stream::RecordBatchStreamAdapter,
        streaming::{PartitionStream, StreamingTableExec},
    },
};
use futures::{future::Either, stream};
use roaring::RoaringBitmap;
use sekisho_tables::{Batches, Near, Rows, Snapshot, SnapshotError, Table};

use crate::{dosage, label::plans, session};

pub(crate) use public::PublicTable;

/// A table of a snapshot, for one visit.
#[derive(Clone)]
pub(crate) struct SnapshotTable {
    snapshot: Snapshot,
    table: Table,
    cohort: Arc<RoaringBitmap>,
    /// Of genotypes: the variants that a join leaves, if that is known.
    variants: Option<Arc<RoaringBitmap>>,
}

impl SnapshotTable {
    pub(crate) fn new(snapshot: Snapshot, table: Table, cohort: Arc<RoaringBitmap>) -> Self {
        Self {
            snapshot,
            table,
            cohort,
            variants: None,
        }
    }

    /// The same table, of some variants only.
    pub(crate) fn of_variants(&self, variants: RoaringBitmap) -> Self {
        Self {
            variants: Some(Arc::new(variants)),
            ..self.clone()
        }
    }

    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    pub(crate) fn cohort(&self) -> &RoaringBitmap {
        &self.cohort
    }

    #[cfg(test)]
    pub(crate) fn is_narrowed(&self) -> bool {
        self.variants.is_some()
    }

    pub(crate) fn is_of_genotypes(&self) -> bool {
        self.table.rows == Rows::OnePerAlleleAndSample
    }

    pub(crate) fn is_of_variants(&self) -> bool {
        self.table.rows == Rows::OnePerAllele
    }
}

/// Everybody in a cohort.
pub(crate) fn everybody(cohort: &RoaringBitmap) -> Result<Arc<dyn TableProvider>> {
    let schema = Arc::new(plans::everybody_schema());
    let units = Arc::new(UInt32Array::from_iter_values(cohort));
    let batch = RecordBatch::try_new(Arc::clone(&schema), vec![units])?;
    Ok(Arc::new(MemTable::try_new(schema, vec![vec![batch]])?))
}

impl fmt::Debug for SnapshotTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SnapshotTable")
            .field("table", &self.table.name)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl TableProvider for SnapshotTable {
    fn schema(&self) -> SchemaRef {
        session::hidden_schema(&self.table)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(takes(&self.table, filters))
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = match projection {
            Some(projection) => Arc::new(self.schema().project(projection)?),
            None => self.schema(),
        };
        let partition = Scan {
            table: self.clone(),
            schema: Arc::clone(&schema),
            carriers_only: self.is_of_genotypes() && filters.iter().any(wants_carriers),
            near: filters
                .iter()
                .filter_map(near::near)
                .fold(Near::default(), Near::and),
        };
        let exec = StreamingTableExec::try_new(
            schema,
            vec![Arc::new(partition)],
            None,
            None,
            false,
            None,
        )?;
        Ok(Arc::new(exec))
    }
}

/// Which predicates a table takes as hints: genotypes that non-carriers are not wanted,
/// variants where they lie. Every predicate is applied by the engine again.
pub(crate) fn takes(table: &Table, filters: &[&Expr]) -> Vec<TableProviderFilterPushDown> {
    let answer = |filter: &&Expr| {
        let helps = match table.rows {
            Rows::OnePerAlleleAndSample => wants_carriers(filter),
            Rows::OnePerAllele => near::near(filter).is_some(),
            _ => false,
        };
        match helps {
            true => TableProviderFilterPushDown::Inexact,
            false => TableProviderFilterPushDown::Unsupported,
        }
    };
    filters.iter().map(answer).collect()
}

/// Whether only rows with a dosage of one or more can satisfy the predicate.
fn wants_carriers(filter: &Expr) -> bool {
    dosage::one_or_more(filter).is_some_and(|column| column.name == "dosage")
}

/// One reading of a table.
struct Scan {
    table: SnapshotTable,
    schema: SchemaRef,
    carriers_only: bool,
    /// Of variants: where they lie.
    near: Near,
}

impl fmt::Debug for Scan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.table.fmt(f)
    }
}

impl PartitionStream for Scan {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let columns = names(&self.schema);
        let SnapshotTable {
            snapshot,
            table,
            cohort,
            variants,
        } = &self.table;
        let opened = match table.rows {
            Rows::OnePerAlleleAndSample => {
                snapshot.genotypes(&columns, cohort, variants.as_deref(), self.carriers_only)
            }
            Rows::OnePerAllele => snapshot.variants(&columns, &self.near),
            _ => snapshot.scan(&table.name, &columns, cohort),
        };
        streamed(Arc::clone(&self.schema), opened)
    }
}

fn names(schema: &SchemaRef) -> Vec<String> {
    let fields = schema.fields().iter();
    fields.map(|field| field.name().clone()).collect()
}

/// Rows as the engine takes them.
fn streamed(
    schema: SchemaRef,
    opened: Result<Batches, SnapshotError>,
) -> SendableRecordBatchStream {
    let failed = |error| DataFusionError::External(Box::new(error));
    let batches = match opened {
        // A worker serves one visit, so its thread may wait for the disk.
        Ok(batches) => Either::Left(stream::iter(
            batches.map(move |batch| batch.map_err(failed)),
        )),
        Err(error) => Either::Right(stream::iter([Err(failed(error))])),
    };
    Box::pin(RecordBatchStreamAdapter::new(schema, batches))
}
