//! The way around the guard, to measure what the guard costs. It is built for
//! benchmarks only, with the feature `bare`; no part of the product has it.

use std::sync::Arc;

use datafusion::{
    arrow::record_batch::RecordBatch,
    common::{DataFusionError, Result},
    prelude::SessionContext,
};
use roaring::RoaringBitmap;
use sekisho_disclosure::{Noise, Profile, protect};
use sekisho_tables::Snapshot;

use crate::{
    cells::{self, Cells, Units},
    run,
    scan::SnapshotTable,
    session,
};

/// The result of a query as the engine gives it, over the tables that the guard
/// reads, with the hints that it gives to their scans. The hidden columns may be
/// named.
///
/// # Errors
///
/// The engine's own.
pub async fn bare(
    sql: &str,
    snapshot: &Snapshot,
    cohort: &Arc<RoaringBitmap>,
) -> Result<Vec<RecordBatch>> {
    let context = SessionContext::new_with_state(session::state()?);
    for table in &snapshot.catalogue().tables {
        let provider = SnapshotTable::new(snapshot.clone(), table.clone(), Arc::clone(cohort));
        context.register_table(table.name.as_str(), Arc::new(provider))?;
    }
    let state = context.state();
    let plan = state.create_logical_plan(sql).await?;
    run::executed(&plan, &state).await
}

/// The result of a query through all that the guard does with it: judged,
/// planned, both phases, protected; in this process, and on a ledger that
/// remembers nothing.
///
/// # Errors
///
/// A refusal's message, or the engine's own.
pub async fn guarded(
    sql: &str,
    snapshot: &Snapshot,
    cohort: &Arc<RoaringBitmap>,
    noise: &Noise,
    profile: &Profile,
) -> Result<Vec<RecordBatch>> {
    let refused = |refusal: crate::Refusal| DataFusionError::Plan(refusal.message);
    let prepared = run::prepare(sql, snapshot.catalogue()).await;
    let prepared = prepared.map_err(refused)?;
    let (mut tables, mut kept) = (Vec::new(), Vec::new());
    for cut in prepared.cuts() {
        let units = prepared.units(cut, snapshot, cohort).await?;
        let units = Units::read(&cut.shape, &units).map_err(external)?;
        let strata = units.strata(units.cohort());
        let rows = match cut.shape.many {
            true => {
                let of = Arc::new(strata.everybody());
                Some(prepared.rows(cut, snapshot, &of).await?)
            }
            false => None,
        };
        let cells = cells::collect(&cut.shape, &units, &strata, rows.as_deref(), noise, profile);
        let Cells { table, keys } = cells.map_err(external)?;
        tables.push((table, profile.clone()));
        kept.push((cut.shape.clone(), keys));
    }
    let protected = protect(&tables, noise).map_err(external)?;
    // As a clean worker does: it plans anew.
    let prepared = run::prepare(sql, snapshot.catalogue()).await;
    let tables = (kept.iter().zip(&protected))
        .map(|((shape, keys), protected)| cells::table(shape, keys, protected))
        .collect::<Result<_, _>>()
        .map_err(external)?;
    prepared.map_err(refused)?.released(tables, None).await
}

fn external(error: impl std::error::Error + Send + Sync + 'static) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
