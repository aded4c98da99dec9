//! Running the two phases.

mod counts;
mod operator;
mod variants;

use std::{path::Path, sync::Arc};

use datafusion::{
    arrow::record_batch::RecordBatch,
    common::{DataFusionError, Result, tree_node::Transformed},
    datasource::{MemTable, TableProvider, provider_as_source},
    execution::SessionState,
    logical_expr::{LogicalPlan, TableScan},
    physical_plan::{ExecutionPlan, execute_stream},
};
use futures::TryStreamExt;
use roaring::RoaringBitmap;
use sekisho_tables::{Catalogue, Snapshot};

use crate::{
    OutputColumn, Planned, Refusal, as_is,
    cut::{Cut, KIND, cells_table},
    label::{self, Labels, plans},
    rewrite,
    scan::{self, PublicTable, SnapshotTable},
    session,
    statement::Statement,
};

/// A query that passed, in its two phases.
pub(crate) struct Prepared {
    pub(crate) planned: Planned,
    labels: Labels,
    /// What it was planned over: perhaps less than the snapshot has.
    catalogue: Catalogue,
    state: SessionState,
    ahead: Ahead,
}

/// Which of the private plans are optimised already.
#[derive(Default)]
struct Ahead {
    units: bool,
    rows: bool,
}

/// The widest result.
const MAX_COLUMNS: usize = 50;

/// Judges, plans, labels and cuts a query. What a refusal proposes is accepted.
pub(crate) async fn prepare(sql: &str, catalogue: &Catalogue) -> Result<Prepared, Refusal> {
    let refusal = match judge(sql, catalogue).await {
        Ok(prepared) => return Ok(prepared),
        Err(refusal) => refusal,
    };
    match &refusal.rewrite {
        Some(rewrite) if judge(rewrite, catalogue).await.is_err() => {
            let general = rewrite::individuals(catalogue, None);
            Err(refusal.with_rewrite(general))
        }
        _ => Err(refusal),
    }
}

async fn judge(sql: &str, catalogue: &Catalogue) -> Result<Prepared, Refusal> {
    let statement = Statement::read(sql, catalogue)?;
    let (plan, state) = session::plan(&statement, catalogue).await?;
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
    let shapes: Vec<_> = labels.cuts.iter().map(|cut| cut.shape.clone()).collect();
    let as_is = match shapes.as_slice() {
        [_] => as_is::columns(&labels.released),
        _ => None,
    };
    let planned = Planned {
        canonical: statement.canonical,
        shapes,
        columns,
        as_is,
    };
    Ok(Prepared {
        planned,
        labels,
        catalogue: catalogue.clone(),
        state,
        ahead: Ahead::default(),
    })
}

impl Prepared {
    pub(crate) fn cuts(&self) -> &[Cut] {
        &self.labels.cuts
    }

    /// The rest of the visitor's plan, over protected cells and the public tables of
    /// a folder.
    pub(crate) async fn released(
        self,
        cells: Vec<RecordBatch>,
        public: Option<&Path>,
    ) -> Result<Vec<RecordBatch>> {
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
            let name = scan.table_name.table();
            match (0..cells.len()).find(|&index| cells_table(index) == name) {
                Some(index) => cells.get(index).cloned(),
                None => {
                    let table = self.catalogue.table(name)?;
                    let table = PublicTable::new(public?, table)?;
                    Some(Arc::new(table) as Arc<dyn TableProvider>)
                }
            }
        })?;
        let plan = self.state.optimize(&plan)?;
        let physical = physical(&plan, &self.state).await?;
        let schema = physical.schema();
        let mut batches = collect(physical, &self.state).await?;
        if batches.is_empty() {
            batches.push(RecordBatch::new_empty(schema));
        }
        Ok(batches)
    }

    /// Optimises what says who takes part, before it is asked.
    pub(crate) fn expect_units(&mut self) -> Result<()> {
        for cut in &mut self.labels.cuts {
            cut.units = self.state.optimize(&cut.units)?;
        }
        self.ahead.units = true;
        Ok(())
    }

    /// Optimises what reads rows, before it is asked.
    pub(crate) fn expect_rows(&mut self) -> Result<()> {
        let cuts = self.labels.cuts.iter_mut();
        for rows in cuts.filter_map(|cut| cut.rows.as_mut()) {
            *rows = self.state.optimize(rows)?;
        }
        self.ahead.rows = true;
        Ok(())
    }

    /// Who takes part in a cut: one row per individual of the permitted cohort.
    pub(crate) async fn units(
        &self,
        cut: &Cut,
        snapshot: &Snapshot,
        cohort: &Arc<RoaringBitmap>,
    ) -> Result<Vec<RecordBatch>> {
        let plan = self.optimized(&cut.units, self.ahead.units)?;
        self.private(plan, snapshot, cohort).await
    }

    /// What a cohort contributes to a cut: one row per individual and group of
    /// rows; nothing if the cut reads no rows.
    pub(crate) async fn rows(
        &self,
        cut: &Cut,
        snapshot: &Snapshot,
        cohort: &Arc<RoaringBitmap>,
    ) -> Result<Vec<RecordBatch>> {
        match &cut.rows {
            Some(rows) => {
                let plan = self.optimized(rows, self.ahead.rows)?;
                self.private(plan, snapshot, cohort).await
            }
            None => Ok(vec![]),
        }
    }

    /// Goes through the private phase over tables without rows: whatever it uses of the
    /// program is in memory then, and whatever is built once is built.
    pub(crate) async fn rehearse(&mut self) -> Result<()> {
        self.expect_units()?;
        self.expect_rows()?;
        for cut in self.cuts() {
            for plan in [Some(&cut.units), cut.rows.as_ref()].into_iter().flatten() {
                let plan = with_sources(plan.clone(), |scan| {
                    let empty = MemTable::try_new(scan.source.schema(), vec![vec![]]).ok()?;
                    Some(Arc::new(empty) as Arc<dyn TableProvider>)
                })?;
                let plan = counts::counted(plan, &self.state).await?;
                let plan = variants::narrowed(plan, &self.state, variants::MOST_KEPT).await?;
                collect(physical(&plan, &self.state).await?, &self.state).await?;
            }
        }
        Ok(())
    }

    fn optimized(&self, plan: &LogicalPlan, already: bool) -> Result<LogicalPlan> {
        match already {
            true => Ok(plan.clone()),
            false => self.state.optimize(plan),
        }
    }

    /// An optimised plan of the private phase over a snapshot and a cohort.
    async fn private(
        &self,
        plan: LogicalPlan,
        snapshot: &Snapshot,
        cohort: &Arc<RoaringBitmap>,
    ) -> Result<Vec<RecordBatch>> {
        let state = &self.state;
        let plan = over(plan, &self.catalogue, snapshot, cohort)?;
        let plan = counts::counted(plan, state).await?;
        let plan = variants::narrowed(plan, state, variants::MOST_KEPT).await?;
        collect(physical(&plan, state).await?, state).await
    }
}

/// A plan over tables that can be read, with the hints that scans get.
#[cfg(feature = "bare")]
pub(crate) async fn executed(plan: &LogicalPlan, state: &SessionState) -> Result<Vec<RecordBatch>> {
    let plan = variants::narrowed(state.optimize(plan)?, state, variants::MOST_KEPT).await?;
    collect(physical(&plan, state).await?, state).await
}

/// A plan over the rows of a cohort in a snapshot.
fn over(
    plan: LogicalPlan,
    catalogue: &Catalogue,
    snapshot: &Snapshot,
    cohort: &Arc<RoaringBitmap>,
) -> Result<LogicalPlan> {
    with_sources(plan, |scan| {
        let name = scan.table_name.table();
        if name == plans::EVERYBODY {
            return scan::everybody(cohort).ok();
        }
        let table = catalogue.table(name)?;
        let table = SnapshotTable::new(snapshot.clone(), table.clone(), Arc::clone(cohort));
        Some(Arc::new(table) as Arc<dyn TableProvider>)
    })
}

/// Of the readings of genotypes in a plan: those narrowed to variants, and all.
#[cfg(test)]
pub(crate) async fn narrowings(
    plan: &LogicalPlan,
    snapshot: &Snapshot,
    cohort: &Arc<RoaringBitmap>,
) -> Result<(usize, usize)> {
    let catalogue = snapshot.catalogue();
    let state = session::state()?;
    let plan = over(state.optimize(plan)?, catalogue, snapshot, cohort)?;
    let plan = variants::narrowed(plan, &state, 0).await?;
    let tables = variants::tables(&plan);
    let genotypes = tables.iter().flatten().filter(|t| t.is_of_genotypes());
    let narrowed = genotypes.clone().filter(|table| table.is_narrowed());
    Ok((narrowed.count(), genotypes.count()))
}

/// What a cut's rows are without the genotype operator, and with variants that are read
/// twice; and how often the operator would have been used.
#[cfg(test)]
pub(crate) async fn expanded_rows(
    cut: &Cut,
    snapshot: &Snapshot,
    cohort: &Arc<RoaringBitmap>,
) -> Result<(Vec<RecordBatch>, usize)> {
    let Some(rows) = &cut.rows else {
        return Ok((vec![], 0));
    };
    let state = session::state()?;
    let plan = over(
        state.optimize(rows)?,
        snapshot.catalogue(),
        snapshot,
        cohort,
    )?;
    let counted = counts::operators(&counts::counted(plan.clone(), &state).await?);
    let plan = variants::narrowed(plan, &state, 0).await?;
    let rows = collect(physical(&plan, &state).await?, &state).await?;
    Ok((rows, counted))
}

/// How a plan that is optimised is executed; the session itself would optimise it again.
async fn physical(plan: &LogicalPlan, state: &SessionState) -> Result<Arc<dyn ExecutionPlan>> {
    let planner = state.query_planner();
    planner.create_physical_plan(plan, state).await
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
