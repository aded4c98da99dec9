//! Both plans of a cut as one.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::DataType,
    common::{JoinType, Result},
    logical_expr::{Expr, Filter, LogicalPlan, cast, lit, when},
};

use super::{Cut, MeasureKind, cell};
use crate::label::plans;

impl Cut {
    /// One row per individual of the cohort and group: `unit`, `k0`…, then per
    /// measure `c0` (what it counts), `s0` (its sum) and `q0` (of squares).
    pub(crate) fn merged(&self) -> Result<LogicalPlan> {
        let column = |name: &str| plans::hidden(name);
        let inside = Filter::try_new(column("b"), Arc::new(self.units.clone()))?;
        let mut plan = LogicalPlan::Filter(inside);
        if let Some(rows) = &self.rows {
            let names = rows.schema().columns().into_iter();
            let rows = plans::select(
                rows.clone(),
                names.map(|name| match name.name.as_str() {
                    "unit" => Expr::Column(name).alias("row_unit"),
                    _ => Expr::Column(name),
                }),
            )?;
            let on = vec![(column("unit"), column("row_unit"))];
            plan = plans::join(plan, rows, on, JoinType::Inner)?;
        }
        let mut exprs = vec![column("unit")];
        exprs.extend((0..self.shape.dimensions.len()).map(|index| cell("k", index)));
        for (index, measure) in self.shape.measures.iter().enumerate() {
            let counted = match self.rows {
                Some(_) => cell("c", index),
                None => lit(1_i64),
            };
            let met = |value: Expr| match measure.condition {
                true => when(cell("f", index), value).otherwise(lit(0_i64)),
                false => Ok(value),
            };
            exprs.push(met(counted.clone())?.alias(format!("c{index}")));
            if !measure.kind.sums() {
                continue;
            }
            let data_type = match measure.kind {
                MeasureKind::IntegerSum | MeasureKind::IntegerMean => DataType::Int64,
                _ => DataType::Float64,
            };
            let counted = cast(counted, data_type.clone());
            let (sum, square) = match measure.value {
                true => (
                    cell("v", index) * counted.clone(),
                    cell("v", index) * cell("v", index) * counted,
                ),
                false => (cell("s", index), cell("q", index)),
            };
            exprs.push(cast(met(sum)?, data_type).alias(format!("s{index}")));
            if measure.kind.squares() {
                exprs.push(met(square)?.alias(format!("q{index}")));
            }
        }
        plans::select(plan, exprs)
    }
}
