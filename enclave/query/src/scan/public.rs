//! Public tables as the engine reads them: files that hold nothing else.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::SchemaRef,
    catalog::Session,
    common::Result,
    datasource::{TableProvider, TableType},
    execution::{SendableRecordBatchStream, TaskContext},
    logical_expr::Expr,
    physical_plan::{
        ExecutionPlan,
        streaming::{PartitionStream, StreamingTableExec},
    },
};
use sekisho_tables::{Label, Table, public_rows};

use super::{names, streamed};
use crate::session;

/// A public table of a folder.
pub(crate) struct PublicTable {
    folder: PathBuf,
    table: Table,
}

impl PublicTable {
    /// None if the table is not public.
    pub(crate) fn new(folder: &Path, table: &Table) -> Option<Self> {
        (table.label == Label::Public).then(|| Self {
            folder: folder.to_owned(),
            table: table.clone(),
        })
    }
}

impl fmt::Debug for PublicTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicTable")
            .field("table", &self.table.name)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl TableProvider for PublicTable {
    fn schema(&self) -> SchemaRef {
        session::hidden_schema(&self.table)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = match projection {
            Some(projection) => Arc::new(self.schema().project(projection)?),
            None => self.schema(),
        };
        let partition = Arc::new(Scan {
            folder: self.folder.clone(),
            table: self.table.clone(),
            schema: Arc::clone(&schema),
        });
        let exec = StreamingTableExec::try_new(schema, vec![partition], None, None, false, None)?;
        Ok(Arc::new(exec))
    }
}

/// One reading of a table.
struct Scan {
    folder: PathBuf,
    table: Table,
    schema: SchemaRef,
}

impl fmt::Debug for Scan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scan")
    }
}

impl PartitionStream for Scan {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let opened = public_rows(&self.folder, &self.table, &names(&self.schema));
        streamed(Arc::clone(&self.schema), opened)
    }
}
