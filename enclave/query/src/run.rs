//! Running the two phases.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, UInt32Array},
        record_batch::RecordBatch,
    },
    common::{
        DataFusionError, Result,
        tree_node::{Transformed, TreeNode, TreeNodeRecursion},
    },
    datasource::{MemTable, TableProvider, provider_as_source, source_as_provider},
    execution::SessionState,
    logical_expr::{Expr, Join, LogicalPlan, LogicalPlanBuilder, TableScan},
    physical_plan::{ExecutionPlan, execute_stream},
};
use futures::TryStreamExt;
use roaring::RoaringBitmap;
use sekisho_tables::{Catalogue, Snapshot, VARIANT};

use crate::{
    OutputColumn, Planned, Refusal,
    cut::{Cut, KIND, cells_table},
    label::{self, Labels},
    scan::SnapshotTable,
    session,
    statement::Statement,
};

/// A query that passed, in its two phases.
pub(crate) struct Prepared {
    pub(crate) planned: Planned,
    labels: Labels,
}

/// The widest result.
const MAX_COLUMNS: usize = 50;

/// Judges, plans, labels and cuts a query.
pub(crate) async fn prepare(sql: &str, catalogue: &Catalogue) -> Result<Prepared, Refusal> {
    let statement = Statement::read(sql, catalogue)?;
    let plan = session::plan(&statement, catalogue).await?;
    let labels = label::label(&plan, sql, catalogue)?;
    let fields = labels.released.schema().fields();
    if fields.len() > MAX_COLUMNS {
        return Err(Refusal::new(
            crate::Rule::TooWide,
            format!("the result has more than {MAX_COLUMNS} columns"),
            "ask in several queries",
        ));
    }
    let columns = fields
        .iter()
        .map(|field| OutputColumn {
            name: field.name().clone(),
            kind: field
                .metadata()
                .get(KIND)
                .cloned()
                .unwrap_or_else(|| "derived".to_owned()),
        })
        .collect();
    let shapes = labels.cuts.iter().map(|cut| cut.shape.clone()).collect();
    let planned = Planned {
        canonical: statement.canonical,
        shapes,
        columns,
    };
    Ok(Prepared { planned, labels })
}

impl Prepared {
    pub(crate) fn cuts(&self) -> &[Cut] {
        &self.labels.cuts
    }

    /// The rest of the visitor's plan, over protected cells.
    pub(crate) async fn released(self, cells: Vec<RecordBatch>) -> Result<Vec<RecordBatch>> {
        let state = session::state()?;
        let cells: Vec<Arc<dyn TableProvider>> = cells
            .into_iter()
            .map(|batch| -> Result<Arc<dyn TableProvider>> {
                Ok(Arc::new(MemTable::try_new(
                    batch.schema(),
                    vec![vec![batch]],
                )?))
            })
            .collect::<Result<_>>()?;
        let plan = with_sources(self.labels.released, |scan| {
            let index =
                (0..cells.len()).find(|&index| cells_table(index) == scan.table_name.table())?;
            cells.get(index).cloned()
        })?;
        let physical = state.create_physical_plan(&plan).await?;
        let schema = physical.schema();
        let mut batches = collect(physical, &state).await?;
        if batches.is_empty() {
            batches.push(RecordBatch::new_empty(schema));
        }
        Ok(batches)
    }
}

/// The private phase of one cut over a snapshot and the permitted cohort: one
/// row per individual and group.
pub(crate) async fn private(
    cut: &Cut,
    snapshot: &Snapshot,
    cohort: &Arc<RoaringBitmap>,
) -> Result<Vec<RecordBatch>> {
    let state = session::state()?;
    let plan = with_sources(cut.private.clone(), |scan| {
        let table = snapshot.catalogue().table(scan.table_name.table())?;
        let table = SnapshotTable::new(snapshot.clone(), table.clone(), Arc::clone(cohort));
        Some(Arc::new(table) as Arc<dyn TableProvider>)
    })?;
    let plan = narrowed_to_variants(state.optimize(&plan)?, &state).await?;
    let physical = state.create_physical_plan(&plan).await?;
    collect(physical, &state).await
}

async fn collect(plan: Arc<dyn ExecutionPlan>, state: &SessionState) -> Result<Vec<RecordBatch>> {
    execute_stream(plan, state.task_ctx())?.try_collect().await
}

/// The plan with tables that can be read in place of those that cannot; subqueries too.
fn with_sources(
    plan: LogicalPlan,
    provider: impl Fn(&TableScan) -> Option<Arc<dyn TableProvider>>,
) -> Result<LogicalPlan> {
    let replaced = plan.transform_down_with_subqueries(|node| match node {
        LogicalPlan::TableScan(scan) => {
            let provider = provider(&scan).ok_or_else(|| {
                DataFusionError::Plan("a table that this phase may not read".to_owned())
            })?;
            let source = provider_as_source(provider);
            Ok(Transformed::yes(LogicalPlan::TableScan(TableScan {
                source,
                ..scan
            })))
        }
        other => Ok(Transformed::no(other)),
    })?;
    Ok(replaced.data)
}

/// Reads the variants that a join with genotypes leaves first, so that only
/// their genotypes are expanded. What is read depends on the annotation and the
/// query's literals, not on who carries what.
async fn narrowed_to_variants(plan: LogicalPlan, state: &SessionState) -> Result<LogicalPlan> {
    let mut joins = Vec::new();
    plan.apply(|node| {
        if let LogicalPlan::Join(join) = node
            && let Some(side) = variants_side(join)
        {
            joins.push(side);
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    // With one such join and one scan it is clear whose genotypes it narrows.
    let scans = tables(&plan)
        .iter()
        .flatten()
        .filter(|table| table.is_of_genotypes())
        .count();
    let ([variants], 1) = (joins.as_slice(), scans) else {
        return Ok(plan);
    };
    let column = variants
        .schema()
        .columns()
        .into_iter()
        .find(|column| column.name == VARIANT);
    let Some(column) = column else {
        return Ok(plan);
    };
    let rows = LogicalPlanBuilder::from(variants.clone())
        .project([Expr::Column(column)])?
        .build()?;
    let physical = state.create_physical_plan(&rows).await?;
    let mut wanted = RoaringBitmap::new();
    for batch in collect(physical, state).await? {
        let rows = batch.column(0).as_any().downcast_ref::<UInt32Array>();
        wanted.extend(rows.into_iter().flat_map(|rows| rows.iter().flatten()));
    }
    let narrowed = plan.transform_down(|node| match node {
        LogicalPlan::TableScan(scan) => match snapshot_table(&scan) {
            Some(table) if table.is_of_genotypes() => {
                let source = provider_as_source(Arc::new(table.of_variants(wanted.clone())));
                Ok(Transformed::yes(LogicalPlan::TableScan(TableScan {
                    source,
                    ..scan
                })))
            }
            _ => Ok(Transformed::no(LogicalPlan::TableScan(scan))),
        },
        other => Ok(Transformed::no(other)),
    })?;
    Ok(narrowed.data)
}

/// Of an inner join on the variant: the side that reads `variants` and no
/// individual's rows, if the other reads genotypes once.
fn variants_side(join: &Join) -> Option<LogicalPlan> {
    if join.join_type != datafusion::common::JoinType::Inner {
        return None;
    }
    let sides = [(&join.left, &join.right), (&join.right, &join.left)];
    sides.into_iter().find_map(|(variants, genotypes)| {
        let only_variants =
            matches!(tables(variants).as_slice(), [Some(table)] if table.is_of_variants());
        let reads_genotypes = tables(genotypes)
            .iter()
            .flatten()
            .any(SnapshotTable::is_of_genotypes);
        (only_variants && reads_genotypes).then(|| variants.as_ref().clone())
    })
}

/// The tables that a plan scans; none for a scan of something else.
fn tables(plan: &LogicalPlan) -> Vec<Option<SnapshotTable>> {
    let mut tables = Vec::new();
    let visited = plan.apply(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            tables.push(snapshot_table(scan));
        }
        Ok(TreeNodeRecursion::Continue)
    });
    if visited.is_err() {
        tables.push(None);
    }
    tables
}

fn snapshot_table(scan: &TableScan) -> Option<SnapshotTable> {
    let provider = source_as_provider(&scan.source).ok()?;
    let any: &dyn std::any::Any = provider.as_ref();
    any.downcast_ref::<SnapshotTable>().cloned()
}
