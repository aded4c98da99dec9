//! The few shapes of plan that the private phase is made of.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::{DataType, Field, Schema},
    common::{Column, JoinConstraint, JoinType, NullEquality, Result},
    logical_expr::{Expr, Join, LogicalPlan, Projection, TableScanBuilder, lit, when},
};
use sekisho_tables::{UNIT, VARIANT};

use crate::session;

/// The hidden column that says whether an individual is inside; NULL is no. It
/// becomes false in the end only: of `IS TRUE` the engine's two kinds of plan do
/// not agree whether it can be NULL.
pub(crate) const INSIDE: &str = "__in";
/// The other side's hidden columns, within a join.
pub(super) const OTHER_UNIT: &str = "__other_unit";
pub(crate) const OTHER_VARIANT: &str = "__other_variant";
pub(super) const OTHER_INSIDE: &str = "__other_in";
/// The scan of everybody in the permitted cohort; it has no column but the unit.
pub(crate) const EVERYBODY: &str = "__everybody";

/// The names that nobody else may use.
pub(super) const RESERVED: [&str; 7] = [
    UNIT,
    VARIANT,
    INSIDE,
    OTHER_UNIT,
    OTHER_VARIANT,
    OTHER_INSIDE,
    EVERYBODY,
];

/// A hidden column.
pub(crate) fn hidden(name: &str) -> Expr {
    Expr::Column(Column::new_unqualified(name))
}

pub(crate) fn select(
    plan: LogicalPlan,
    exprs: impl IntoIterator<Item = Expr>,
) -> Result<LogicalPlan> {
    let exprs = exprs.into_iter().collect();
    Projection::try_new(exprs, Arc::new(plan)).map(LogicalPlan::Projection)
}

pub(crate) fn join(
    left: LogicalPlan,
    right: LogicalPlan,
    on: Vec<(Expr, Expr)>,
    kind: JoinType,
) -> Result<LogicalPlan> {
    Join::try_new(
        Arc::new(left),
        Arc::new(right),
        on,
        None,
        kind,
        JoinConstraint::On,
        NullEquality::NullEqualsNothing,
        false,
    )
    .map(LogicalPlan::Join)
}

/// Everybody in the permitted cohort, inside.
pub(crate) fn everybody() -> Result<LogicalPlan> {
    let schema = Arc::new(everybody_schema());
    let scan = TableScanBuilder::new(EVERYBODY, session::source(schema)).build()?;
    let unit = Expr::Column(Column::new(Some(EVERYBODY), UNIT)).alias(UNIT);
    select(
        LogicalPlan::TableScan(scan),
        [unit, lit(true).alias(INSIDE)],
    )
}

/// The schema of [`EVERYBODY`].
pub(crate) fn everybody_schema() -> Schema {
    Schema::new(vec![Field::new(UNIT, DataType::UInt32, false)])
}

/// Those who were inside and meet a condition, too; the others stay known.
pub(super) fn marked(units: Option<LogicalPlan>, condition: Expr) -> Result<LogicalPlan> {
    let units = units.map_or_else(everybody, Ok)?;
    let exprs: Vec<Expr> = units
        .schema()
        .columns()
        .into_iter()
        .map(|column| match is_hidden(&column, INSIDE) {
            true => Expr::Column(column).and(condition.clone()).alias(INSIDE),
            false => Expr::Column(column),
        })
        .collect();
    select(units, exprs)
}

/// Those inside both, if the conditions hold; who has no row on one side is not.
pub(super) fn both(
    left: LogicalPlan,
    right: LogicalPlan,
    conditions: Vec<Expr>,
) -> Result<LogicalPlan> {
    let of_left = visible(&left);
    let (right, of_right) = set_aside(right)?;
    let on = vec![(hidden(UNIT), hidden(OTHER_UNIT))];
    let joined = join(left, right, on, JoinType::Full)?;
    let unit = when(hidden(UNIT).is_not_null(), hidden(UNIT)).otherwise(hidden(OTHER_UNIT))?;
    let inside = [hidden(INSIDE), hidden(OTHER_INSIDE)]
        .into_iter()
        .chain(conditions)
        .reduce(Expr::and);
    let hidden = [
        Some(unit.alias(UNIT)),
        inside.map(|inside| inside.alias(INSIDE)),
    ];
    select(
        joined,
        hidden.into_iter().flatten().chain(of_left).chain(of_right),
    )
}

/// Those on the left, with what the right says of those who are inside there
/// and meet the conditions.
pub(super) fn beside(
    left: LogicalPlan,
    right: LogicalPlan,
    conditions: Vec<Expr>,
) -> Result<LogicalPlan> {
    let kept: Vec<Expr> = left
        .schema()
        .columns()
        .into_iter()
        .map(Expr::Column)
        .collect();
    let (right, of_right) = set_aside(right)?;
    let on = vec![(hidden(UNIT), hidden(OTHER_UNIT))];
    let joined = join(left, right, on, JoinType::Left)?;
    let matched = conditions.into_iter().fold(hidden(OTHER_INSIDE), Expr::and);
    let of_right = of_right
        .into_iter()
        .map(|expr| match expr {
            Expr::Column(column) => {
                let known = when(matched.clone(), Expr::Column(column.clone())).end()?;
                Ok(known.alias_qualified(column.relation, column.name))
            }
            other => Ok(other),
        })
        .collect::<Result<Vec<_>>>()?;
    select(joined, kept.into_iter().chain(of_right))
}

/// A plan whose hidden columns stand aside for a join, and its visible columns.
pub(super) fn set_aside(plan: LogicalPlan) -> Result<(LogicalPlan, Vec<Expr>)> {
    let shown = visible(&plan);
    let renamed = [
        (UNIT, OTHER_UNIT),
        (VARIANT, OTHER_VARIANT),
        (INSIDE, OTHER_INSIDE),
    ];
    let exprs: Vec<Expr> = plan
        .schema()
        .columns()
        .into_iter()
        .map(|column| {
            let aside = renamed.iter().find(|(name, _)| is_hidden(&column, name));
            match aside {
                Some((_, aside)) => Expr::Column(column).alias(*aside),
                None => Expr::Column(column),
            }
        })
        .collect();
    Ok((select(plan, exprs)?, shown))
}

/// The visible columns of a plan.
pub(super) fn visible(plan: &LogicalPlan) -> Vec<Expr> {
    plan.schema()
        .columns()
        .into_iter()
        .filter(|column| {
            ![UNIT, VARIANT, INSIDE]
                .iter()
                .any(|name| is_hidden(column, name))
        })
        .map(Expr::Column)
        .collect()
}

fn is_hidden(column: &Column, name: &str) -> bool {
    column.relation.is_none() && column.name == name
}
