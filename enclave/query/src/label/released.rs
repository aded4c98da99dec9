//! Over protected cells the visitor's plan goes on as it was written, as long
//! as it cannot exhaust the worker: functions that are offered, and joins whose
//! rows are bounded.

mod functions;
mod rows;

use datafusion::{
    common::tree_node::{Transformed, TreeNode},
    error::DataFusionError,
    logical_expr::{Expr, Join, LogicalPlan, Subquery},
};

use super::{Labelled, Walk};
use crate::{Refusal, Rule, expression, rewrite};
pub(crate) use functions::{AGGREGATES, SCALARS, WINDOWS};
use functions::{Offer, offer};
use rows::{Cells, MAX_PAIRS};

/// The most texts that a query joins: each may double the length of one.
const MAX_JOINED_TEXTS: usize = 12;

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

    /// A join of what is released with what is released or public.
    pub(super) fn released_join(
        &mut self,
        plan: &LogicalPlan,
        join: &Join,
        left: LogicalPlan,
        right: LogicalPlan,
    ) -> Result<LogicalPlan, Refusal> {
        if self.cells().pairs(join, &left, &right) > MAX_PAIRS {
            return Err(Refusal::new(
                Rule::JoinProduct,
                format!("a join would pair more than {MAX_PAIRS} rows of results"),
                "join each result on all of its group keys with ON or USING, or group by fewer keys",
            )
            .at(self.sql, "join")
            .at(self.sql, "from")
            .with_rewrite(rewrite::individuals(self.catalogue, None)));
        }
        self.rebuild(plan, vec![left, right])
    }

    fn cells(&self) -> Cells<'_> {
        Cells {
            cuts: &self.cuts,
            catalogue: self.catalogue,
        }
    }

    /// An expression over released figures: of offered functions, and its
    /// subqueries must be released as well and stand alone.
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
        match offer(&expr) {
            Offer::Offered => Ok(Transformed::no(expr)),
            Offer::JoinsTexts(texts) => {
                self.joined_texts = self.joined_texts.saturating_add(texts);
                if self.joined_texts > MAX_JOINED_TEXTS {
                    return Err(self.joins_texts());
                }
                Ok(Transformed::no(expr))
            }
            Offer::Subquery => self.released_subquery(expr),
            Offer::Refused(name) => Err(self.function_not_offered(&name)),
        }
    }

    fn released_subquery(&mut self, expr: Expr) -> Result<Transformed<Expr>, Refusal> {
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
            _ => Err(self.invalid()),
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

    fn function_not_offered(&self, name: &str) -> Refusal {
        Refusal::new(
            Rule::Function,
            format!("`{name}` is not offered over results"),
            "compute with what gives one value of bounded size, the same at all times: arithmetic, comparisons, CASE, round, coalesce, rank",
        )
        .at(self.sql, name)
        .with_rewrite(rewrite::individuals(self.catalogue, None))
    }

    fn joins_texts(&self) -> Refusal {
        Refusal::new(
            Rule::Function,
            format!("the query joins more than {MAX_JOINED_TEXTS} texts"),
            "return the columns as they are, and join their texts in your own program",
        )
        .at(self.sql, "||")
        .at(self.sql, "concat")
        .at(self.sql, "concat_ws")
        .with_rewrite(rewrite::individuals(self.catalogue, None))
    }
}
