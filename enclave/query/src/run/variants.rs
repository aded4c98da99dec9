//! Reading the variants of a join before the genotypes.

use std::sync::Arc;

use datafusion::{
    arrow::array::UInt32Array,
    common::{
        Column, JoinType, Result,
        tree_node::{Transformed, TreeNode, TreeNodeRecursion},
    },
    datasource::{MemTable, provider_as_source, source_as_provider},
    execution::SessionState,
    logical_expr::{Expr, Join, LogicalPlan, TableScan, TableScanBuilder},
    physical_plan::execute_stream,
};
use futures::TryStreamExt;
use roaring::RoaringBitmap;

use super::physical;
use crate::scan::SnapshotTable;

/// The most variants that are kept when they were read, in rows.
pub(super) const MOST_KEPT: usize = 1 << 16;

/// How the names begin under which they are scanned then. Each scan has its own: those of
/// the same name and columns are the same to the engine.
const KEPT: &str = "__variants";

/// A join of genotypes with variants.
struct Annotated {
    join: LogicalPlan,
    /// The side that reads `variants` and no individual's rows, and what it is
    /// joined on.
    variants: (LogicalPlan, Column),
}

/// Reads the variants that each join with genotypes leaves first, so that only
/// their genotypes are expanded; what was read, if it is at most `most` rows, is what is
/// joined. It depends on the annotation and the query's literals, not on who carries what.
pub(super) async fn narrowed(
    mut plan: LogicalPlan,
    state: &SessionState,
    most: usize,
) -> Result<LogicalPlan> {
    let mut joins = Vec::new();
    plan.apply(|node| {
        if let LogicalPlan::Join(join) = node
            && let Some(variants) = variants_side(join)
        {
            let join = node.clone();
            joins.push(Annotated { join, variants });
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    for (number, Annotated { join, variants }) in joins.into_iter().enumerate() {
        let (side, column) = variants;
        let Side { variants, kept } = read(&side, &column, state, most).await?;
        let kept = kept
            .map(|table| scan_of(number, table, &side))
            .transpose()?;
        let narrowed = join
            .clone()
            .transform_down(|node| match (node, &kept) {
                (node, Some(kept)) if node == side => Ok(Transformed::new(
                    kept.clone(),
                    true,
                    TreeNodeRecursion::Jump,
                )),
                (LogicalPlan::TableScan(scan), _) => Ok(of_variants(scan, &variants)),
                (other, _) => Ok(Transformed::no(other)),
            })?
            .data;
        plan = plan
            .transform_down(|node| match node == join {
                true => Ok(Transformed::new(
                    narrowed.clone(),
                    true,
                    TreeNodeRecursion::Jump,
                )),
                false => Ok(Transformed::no(node)),
            })?
            .data;
    }
    Ok(plan)
}

/// What a side of variants reads.
struct Side {
    /// The variants of its column that is joined on.
    variants: RoaringBitmap,
    /// Its rows; none if there are too many.
    kept: Option<MemTable>,
}

async fn read(
    side: &LogicalPlan,
    column: &Column,
    state: &SessionState,
    most: usize,
) -> Result<Side> {
    let place = side.schema().index_of_column(column)?;
    let physical = physical(side, state).await?;
    let fields = physical.schema();
    let mut batches = execute_stream(physical, state.task_ctx())?;
    let (mut variants, mut kept, mut rows) = (RoaringBitmap::new(), Vec::new(), 0_usize);
    while let Some(batch) = batches.try_next().await? {
        let of_batch = batch.column(place).as_any().downcast_ref::<UInt32Array>();
        variants.extend(of_batch.into_iter().flat_map(|rows| rows.iter().flatten()));
        rows = rows.saturating_add(batch.num_rows());
        match rows <= most {
            true => kept.push(batch),
            false => kept.clear(),
        }
    }
    let kept = match rows <= most {
        true => Some(MemTable::try_new(fields, vec![kept])?),
        false => None,
    };
    Ok(Side { variants, kept })
}

/// A scan of the rows of a side that were kept, under the names that they have there.
fn scan_of(number: usize, kept: MemTable, side: &LogicalPlan) -> Result<LogicalPlan> {
    let source = provider_as_source(Arc::new(kept));
    let scan = TableScanBuilder::new(format!("{KEPT}_{number}"), source).build()?;
    Ok(LogicalPlan::TableScan(TableScan {
        projected_schema: Arc::clone(side.schema()),
        ..scan
    }))
}

fn of_variants(scan: TableScan, wanted: &RoaringBitmap) -> Transformed<LogicalPlan> {
    match snapshot_table(&scan) {
        Some(table) if table.is_of_genotypes() => {
            let source = provider_as_source(Arc::new(table.of_variants(wanted.clone())));
            Transformed::yes(LogicalPlan::TableScan(TableScan { source, ..scan }))
        }
        _ => Transformed::no(LogicalPlan::TableScan(scan)),
    }
}

/// Of a join on the variant: the side that reads `variants` and nothing
/// else, if the other reads genotypes once. With one such scan it is clear
/// whose genotypes the join narrows.
fn variants_side(join: &Join) -> Option<(LogicalPlan, Column)> {
    // The engine turns a join into a semi-join when nothing of a side is read.
    let (left_may, right_may) = match join.join_type {
        JoinType::Inner => (true, true),
        JoinType::LeftSemi => (false, true),
        JoinType::RightSemi => (true, false),
        _ => return None,
    };
    let column = |expr: &Expr| match expr {
        Expr::Column(column) => Some(column.clone()),
        _ => None,
    };
    let on_left = || {
        join.on
            .iter()
            .filter_map(|(left, _)| column(left))
            .collect()
    };
    let on_right = || {
        join.on
            .iter()
            .filter_map(|(_, right)| column(right))
            .collect()
    };
    let sides: [(_, _, Vec<Column>, _); 2] = [
        (left_may, &join.left, on_left(), &join.right),
        (right_may, &join.right, on_right(), &join.left),
    ];
    sides
        .into_iter()
        .find_map(|(may, variants, on, genotypes)| {
            let only_variants =
                matches!(tables(variants).as_slice(), [Some(table)] if table.is_of_variants());
            let scans = tables(genotypes)
                .iter()
                .flatten()
                .filter(|table| table.is_of_genotypes())
                .count();
            // A side of variants is joined on the variant and nothing else.
            let [column] = on.as_slice() else {
                return None;
            };
            (may && only_variants && scans == 1)
                .then(|| (variants.as_ref().clone(), column.clone()))
        })
}

/// The tables that a plan scans; none for a scan of something else.
pub(super) fn tables(plan: &LogicalPlan) -> Vec<Option<SnapshotTable>> {
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

pub(super) fn snapshot_table(scan: &TableScan) -> Option<SnapshotTable> {
    let provider = source_as_provider(&scan.source).ok()?;
    let any: &dyn std::any::Any = provider.as_ref();
    any.downcast_ref::<SnapshotTable>().cloned()
}
