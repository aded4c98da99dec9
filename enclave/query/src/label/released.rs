//! Over protected cells the visitor's plan goes on as it was written.

use datafusion::{
    common::tree_node::{Transformed, TreeNode},
    error::DataFusionError,
    logical_expr::{Expr, LogicalPlan, Subquery},
};

use super::{Labelled, Walk};
use crate::{Refusal, expression};

impl Walk<'_> {
    /// The same node over other inputs; its subqueries are labelled too.
    pub(super) fn rebuild(
        &mut self,
        plan: &LogicalPlan,
        inputs: Vec<LogicalPlan>,
    ) -> Result<LogicalPlan, Refusal> {
        let exprs = plan
            .expressions()
            .into_iter()
            .map(|expr| self.released_expression(expr))
            .collect::<Result<Vec<_>, _>>()?;
        plan.with_new_exprs(exprs, inputs)
            .and_then(LogicalPlan::recompute_schema)
            .map_err(|_| self.invalid())
    }

    /// An expression over released figures: anything, but its subqueries must
    /// be released as well and stand alone.
    fn released_expression(&mut self, expr: Expr) -> Result<Expr, Refusal> {
        let mut refusal = None;
        let rewritten = expr.transform_down(|expr| match self.released_node(expr) {
            Ok(expr) => Ok(expr),
            Err(refused) => {
                refusal = Some(refused);
                Err(DataFusionError::Plan(String::new()))
            }
        });
        match (rewritten, refusal) {
            (Ok(rewritten), _) => Ok(rewritten.data),
            (Err(_), Some(refusal)) => Err(refusal),
            (Err(_), None) => Err(self.invalid()),
        }
    }

    fn released_node(&mut self, expr: Expr) -> Result<Transformed<Expr>, Refusal> {
        match expr {
            Expr::ScalarSubquery(subquery) => Ok(Transformed::yes(Expr::ScalarSubquery(
                self.subquery(subquery)?,
            ))),
            Expr::InSubquery(mut inner) => {
                inner.subquery = self.subquery(inner.subquery)?;
                Ok(Transformed::yes(Expr::InSubquery(inner)))
            }
            Expr::Exists(mut inner) => {
                inner.subquery = self.subquery(inner.subquery)?;
                Ok(Transformed::yes(Expr::Exists(inner)))
            }
            Expr::SetComparison(_)
            | Expr::OuterReferenceColumn(..)
            | Expr::Placeholder(_)
            | Expr::ScalarVariable(..)
            | Expr::Unnest(_)
            | Expr::HigherOrderFunction(_)
            | Expr::Lambda(_)
            | Expr::LambdaVariable(_) => Err(self.invalid()),
            other => Ok(Transformed::no(other)),
        }
    }

    fn subquery(&mut self, subquery: Subquery) -> Result<Subquery, Refusal> {
        if !subquery.outer_ref_columns.is_empty() {
            return Err(expression::subquery(self.sql, self.catalogue));
        }
        match self.label(&subquery.subquery)? {
            Labelled::Public(plan) | Labelled::Released(plan) => Ok(Subquery {
                subquery: plan.into(),
                ..subquery
            }),
            Labelled::Private(_) | Labelled::Annotation(_) => {
                Err(expression::subquery(self.sql, self.catalogue))
            }
        }
    }
}
