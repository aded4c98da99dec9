//! How many rows a plan over released figures and public tables can have.

use std::collections::BTreeSet;

use datafusion::{
    common::{Column, JoinType},
    logical_expr::{
        BinaryExpr, Distinct, Expr, Join, LogicalPlan, Operator, utils::split_conjunction,
    },
};

use sekisho_tables::{Catalogue, Published};

use crate::{
    Shape,
    cut::{Cut, cells_table},
    label::{bare, private::MAX_FIGURES},
};

/// The most rows that a join over released figures may pair.
pub(super) const MAX_PAIRS: usize = 4_000_000;

/// The cells of a query, by the names under which they are scanned, and the public
/// tables.
pub(super) struct Cells<'a> {
    pub(super) cuts: &'a [Cut],
    pub(super) catalogue: &'a Catalogue,
}

impl Cells<'_> {
    /// The most rows of a plan.
    fn rows(&self, plan: &LogicalPlan) -> usize {
        match plan {
            LogicalPlan::EmptyRelation(_) => 1,
            LogicalPlan::Values(values) => values.values.len(),
            LogicalPlan::TableScan(scan) => {
                let name = scan.table_name.table();
                match (self.shape(name), self.published(name)) {
                    (Some(shape), _) => most(shape),
                    (None, Some(table)) => usize::try_from(table.rows).unwrap_or(usize::MAX),
                    (None, None) => usize::MAX,
                }
            }
            LogicalPlan::Join(join) => self.pairs(join, &join.left, &join.right),
            LogicalPlan::Aggregate(aggregate) if aggregate.group_expr.is_empty() => 1,
            LogicalPlan::Projection(_)
            | LogicalPlan::Filter(_)
            | LogicalPlan::SubqueryAlias(_)
            | LogicalPlan::Aggregate(_)
            | LogicalPlan::Sort(_)
            | LogicalPlan::Limit(_)
            | LogicalPlan::Window(_)
            | LogicalPlan::Distinct(_)
            | LogicalPlan::Union(_) => plan
                .inputs()
                .into_iter()
                .fold(0, |rows, input| rows.saturating_add(self.rows(input))),
            // The walk has let nothing else pass.
            _ => usize::MAX,
        }
    }

    /// The most rows that a join of two plans pairs or keeps.
    pub(super) fn pairs(&self, join: &Join, left: &LogicalPlan, right: &LogicalPlan) -> usize {
        let (rows_left, rows_right) = (self.rows(left), self.rows(right));
        let (on_left, on_right) = equal(join, left, right);
        let paired = if self.one_each(right, &on_right) {
            rows_left
        } else if self.one_each(left, &on_left) {
            rows_right
        } else {
            rows_left.saturating_mul(rows_right)
        };
        match join.join_type {
            JoinType::Inner => paired,
            _ => paired.saturating_add(rows_left).saturating_add(rows_right),
        }
    }

    /// Whether values of these columns, by position, name one row at most.
    fn one_each(&self, plan: &LogicalPlan, columns: &BTreeSet<usize>) -> bool {
        match plan {
            LogicalPlan::TableScan(scan) => {
                // Keys come first.
                let name = scan.table_name.table();
                let of_cells = self.shape(name).map(|shape| shape.dimensions.len());
                let keys = of_cells.or_else(|| Some(self.published(name)?.keys));
                keys.is_some_and(|keys| (0..keys).all(|key| columns.contains(&key)))
            }
            LogicalPlan::Projection(projection) => {
                let below = columns
                    .iter()
                    .filter_map(|&index| bare(projection.expr.get(index)?))
                    .filter_map(|column| position(&projection.input, column))
                    .collect();
                self.one_each(&projection.input, &below)
            }
            LogicalPlan::Aggregate(aggregate) => {
                (0..aggregate.group_expr.len()).all(|key| columns.contains(&key))
            }
            LogicalPlan::SubqueryAlias(alias) => self.one_each(&alias.input, columns),
            LogicalPlan::Filter(filter) => self.one_each(&filter.input, columns),
            LogicalPlan::Sort(sort) => self.one_each(&sort.input, columns),
            LogicalPlan::Limit(limit) => self.one_each(&limit.input, columns),
            LogicalPlan::Window(window) => self.one_each(&window.input, columns),
            LogicalPlan::Distinct(Distinct::All(input)) => self.one_each(input, columns),
            _ => self.rows(plan) <= 1,
        }
    }

    fn shape(&self, table: &str) -> Option<&Shape> {
        let cut = (0..self.cuts.len()).find(|&index| cells_table(index) == table)?;
        self.cuts.get(cut).map(|cut| &cut.shape)
    }

    fn published(&self, table: &str) -> Option<&Published> {
        self.catalogue.table(table)?.published.as_ref()
    }
}

/// The most cells of a shape: of each key its values, and none at all.
fn most(shape: &Shape) -> usize {
    shape.dimensions.iter().fold(1, |cells: usize, dimension| {
        cells.saturating_mul(
            dimension
                .values
                .as_ref()
                .map_or(MAX_FIGURES, Vec::len)
                .saturating_add(1),
        )
    })
}

/// The columns of either side that a join says are equal, by position.
fn equal(
    join: &Join,
    left: &LogicalPlan,
    right: &LogicalPlan,
) -> (BTreeSet<usize>, BTreeSet<usize>) {
    let filter = join.filter.iter().flat_map(split_conjunction);
    let said = filter.filter_map(|predicate| match predicate {
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::Eq,
            right,
        }) => Some((left.as_ref(), right.as_ref())),
        _ => None,
    });
    let (mut of_left, mut of_right) = (BTreeSet::new(), BTreeSet::new());
    for (one, other) in join.on.iter().map(|(one, other)| (one, other)).chain(said) {
        let (Expr::Column(one), Expr::Column(other)) = (one, other) else {
            continue;
        };
        let sides = [(one, other), (other, one)]
            .into_iter()
            .find_map(|(l, r)| Some((position(left, l)?, position(right, r)?)));
        if let Some((l, r)) = sides {
            of_left.insert(l);
            of_right.insert(r);
        }
    }
    (of_left, of_right)
}

fn position(plan: &LogicalPlan, column: &Column) -> Option<usize> {
    plan.schema().maybe_index_of_column(column)
}
