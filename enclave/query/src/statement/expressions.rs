//! What stands in expressions anywhere in a statement, subqueries included.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::{
    ast::{Expr as SqlExpr, Ident, Query, Spanned as _, Value, Values, visit_expressions},
    tokenizer::Span,
};

use super::Judge;
use crate::{Place, Refusal, Rule, rewrite};

/// The most literals of an IN or of VALUES.
const MAX_LITERALS: usize = 200;

impl Judge<'_> {
    /// Judges every expression. The nesting is bounded by the parser.
    pub(super) fn expressions(&self, query: &Query) -> Result<(), Refusal> {
        let visited = visit_expressions(query, |expr| match self.expression(expr) {
            Ok(()) => ControlFlow::Continue(()),
            Err(refusal) => ControlFlow::Break(refusal),
        });
        match visited {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(refusal) => Err(refusal),
        }
    }

    fn expression(&self, expr: &SqlExpr) -> Result<(), Refusal> {
        match expr {
            SqlExpr::InList { expr, list, .. } if list.len() > MAX_LITERALS => {
                Err(self.too_many("IN", expr.span()))
            }
            // Planning alone would multiply the query by their combinations.
            SqlExpr::Cube(_) => Err(self.grouping_sets("CUBE")),
            SqlExpr::Rollup(_) => Err(self.grouping_sets("ROLLUP")),
            SqlExpr::GroupingSets(_) => Err(self.grouping_sets("GROUPING SETS")),
            SqlExpr::Value(value) if matches!(value.value, Value::Placeholder(_)) => Err(self
                .clause_at(
                    Place::of_span(value.span),
                    "a placeholder",
                    "write the value itself",
                )),
            SqlExpr::Identifier(name) => self.variable(name),
            SqlExpr::CompoundIdentifier(names) => {
                names.first().map_or(Ok(()), |n| self.variable(n))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn values(&self, values: &Values) -> Result<(), Refusal> {
        let literals: usize = values.rows.iter().map(|row| row.content.len()).sum();
        if literals > MAX_LITERALS {
            return Err(self.too_many("VALUES", values.span()));
        }
        Ok(())
    }

    fn too_many(&self, name: &str, span: Span) -> Refusal {
        Refusal::new(
            Rule::PredicateLength,
            format!("{name} has more than {MAX_LITERALS} literals"),
            "describe the set by fewer values, or by a range",
        )
        .at_place(Place::of_span(span))
        .at(self.sql, name)
        .with_rewrite(rewrite::individuals(self.catalogue, None))
    }

    pub(super) fn grouping_sets(&self, name: &str) -> Refusal {
        self.clause(
            name,
            "group by one set of keys; further ones are queries of their own, joined by UNION ALL",
        )
    }

    /// `@x` and `@@x` are settings of a server.
    fn variable(&self, name: &Ident) -> Result<(), Refusal> {
        if name.quote_style.is_none() && name.value.starts_with('@') {
            return Err(self.clause_at(
                Place::of_span(name.span),
                "a variable",
                "leave it out: a query has no settings",
            ));
        }
        Ok(())
    }
}
