//! What may stand over private rows: projections, predicates, a name, and the
//! aggregate at which the plan is cut.

use datafusion::{
    common::DFSchemaRef,
    logical_expr::{Aggregate, Distinct, Expr, LogicalPlan},
};

use super::{Labelled, Origin, Relation, Walk, bare};
use crate::{
    Refusal, Rule,
    cut::Cut,
    expression::{self, Clear},
    measure, rewrite,
};

/// Aggregates over private rows in one query.
const MAX_CUTS: usize = 16;
/// Figures of one query before protection.
pub(super) const MAX_FIGURES: usize = 20_000;

impl Walk<'_> {
    pub(super) fn private(
        &mut self,
        plan: &LogicalPlan,
        relation: Relation,
    ) -> Result<Labelled, Refusal> {
        match plan {
            LogicalPlan::Projection(projection) => self
                .projection(&projection.expr, &projection.schema, relation)
                .map(Labelled::Private),
            LogicalPlan::Filter(filter) => self
                .filter(&filter.predicate, relation)
                .map(Labelled::Private),
            LogicalPlan::SubqueryAlias(alias) => relation
                .renamed(&alias.schema)
                .map(Labelled::Private)
                .map_err(|_| self.invalid()),
            LogicalPlan::Aggregate(aggregate) => self.aggregate(aggregate, relation),
            LogicalPlan::Distinct(Distinct::All(_)) if relation.names_units() => {
                let keys: Vec<Expr> = relation.columns().into_iter().map(|(c, _)| c).collect();
                let schema = relation.schema.clone();
                self.nested(&keys, &[], &schema, relation)
                    .map(Labelled::Private)
            }
            _ => Err(self.over_rows(plan, &relation)),
        }
    }

    /// Over an annotation: names, projections and filters, then a join.
    pub(super) fn annotation(
        &mut self,
        plan: &LogicalPlan,
        relation: Relation,
    ) -> Result<Labelled, Refusal> {
        match plan {
            LogicalPlan::Projection(_) | LogicalPlan::Filter(_) | LogicalPlan::SubqueryAlias(_) => {
                match self.private(plan, relation)? {
                    Labelled::Private(relation) => Ok(Labelled::Annotation(relation)),
                    _ => Err(self.invalid()),
                }
            }
            _ => Err(self.annotation_alone()),
        }
    }

    pub(super) fn filter(&self, predicate: &Expr, relation: Relation) -> Result<Relation, Refusal> {
        let conjuncts = expression::predicate(predicate, &relation, self.sql, self.catalogue)?;
        relation.filtered(conjuncts).map_err(|_| self.invalid())
    }

    fn projection(
        &self,
        exprs: &[Expr],
        schema: &DFSchemaRef,
        relation: Relation,
    ) -> Result<Relation, Refusal> {
        let columns = exprs
            .iter()
            .zip(schema.fields())
            .map(|(expr, field)| {
                let (clear, origin) = self.clear(expr, &relation)?;
                let origin = match bare(expr) {
                    Some(_) => origin.clone(),
                    None => origin.computed(field.name(), &clear),
                };
                Ok((clear.expr, origin))
            })
            .collect::<Result<_, Refusal>>()?;
        relation
            .projected(schema, columns)
            .map_err(|_| self.invalid())
    }

    /// A clear expression and where its column comes from.
    pub(super) fn clear<'r>(
        &self,
        expr: &Expr,
        relation: &'r Relation,
    ) -> Result<(Clear, &'r Origin), Refusal> {
        let clear = expression::scalar(expr, relation, self.sql, self.catalogue)?;
        let origin = relation.origin(&clear.column);
        Ok((clear, origin.ok_or_else(|| self.invalid())?))
    }

    fn over_rows(&self, plan: &LogicalPlan, relation: &Relation) -> Refusal {
        let (name, word) = match plan {
            LogicalPlan::Sort(_) => ("ORDER BY", "order"),
            LogicalPlan::Limit(_) => ("LIMIT", "limit"),
            LogicalPlan::Window(_) => ("a window", "over"),
            LogicalPlan::Distinct(_) => ("DISTINCT", "distinct"),
            LogicalPlan::Union(_) => ("UNION", "union"),
            _ => ("an operator", "select"),
        };
        Refusal::new(
            Rule::Operator,
            format!(
                "{name} over private rows is refused: it would act before the figures are protected"
            ),
            "aggregate first, and apply it to the result",
        )
        .at(self.sql, word)
        .with_rewrite(rewrite::individuals(self.catalogue, relation.table()))
    }

    fn aggregate(
        &mut self,
        aggregate: &Aggregate,
        relation: Relation,
    ) -> Result<Labelled, Refusal> {
        // The engine, too, takes a key that is written twice for one.
        let mut keys: Vec<Expr> = Vec::new();
        for expr in &aggregate.group_expr {
            if !keys.contains(expr) {
                keys.push(expr.clone());
            }
        }
        let names_unit = |expr: &Expr| {
            let origin = bare(expr).and_then(|column| relation.origin(column));
            origin.is_some_and(Origin::is_unit)
        };
        if keys.iter().any(names_unit) {
            self.nested(&keys, &aggregate.aggr_expr, &aggregate.schema, relation)
                .map(Labelled::Private)
        } else {
            self.cut(&keys, aggregate, relation)
        }
    }

    /// Cuts the plan: the aggregate becomes private plans of our own shape,
    /// and in its place stands a scan of its cells under the same names.
    fn cut(
        &mut self,
        keys: &[Expr],
        aggregate: &Aggregate,
        relation: Relation,
    ) -> Result<Labelled, Refusal> {
        if !relation.is_of_carriers() {
            return Err(self.non_carriers());
        }
        let keys = keys
            .iter()
            .zip(aggregate.schema.fields())
            .map(|(expr, field)| self.key(expr, field.name(), &relation))
            .collect::<Result<Vec<_>, _>>()?;
        let asked = aggregate
            .aggr_expr
            .iter()
            .map(|expr| measure::measure(expr, &relation, self.sql, self.catalogue))
            .collect::<Result<Vec<_>, _>>()?;
        let cut = Cut::new(self.cuts.len(), relation, keys, asked).map_err(|_| self.invalid())?;
        self.figures = cut
            .shape
            .figures()
            .and_then(|figures| figures.checked_add(self.figures))
            .unwrap_or(usize::MAX);
        if self.figures > MAX_FIGURES || self.cuts.len() >= MAX_CUTS {
            return Err(self.too_wide());
        }
        let cells = cut
            .cells_named_as(&aggregate.schema)
            .map_err(|_| self.invalid())?;
        self.cuts.push(cut);
        Ok(Labelled::Released(cells))
    }

    fn too_wide(&self) -> Refusal {
        Refusal::new(
            Rule::TooWide,
            format!(
                "the query has more than {MAX_FIGURES} figures or {MAX_CUTS} aggregates over private rows"
            ),
            "group by fewer columns at once, and ask in several queries",
        )
        .at(self.sql, "group")
        .with_rewrite(rewrite::individuals(self.catalogue, None))
    }

    pub(super) fn non_carriers(&self) -> Refusal {
        Refusal::new(
            Rule::NonCarriers,
            "rows of non-carriers would tell which variants occur here, and so what a single carrier carries",
            "add `dosage >= 1` to WHERE; non-carriers are the individuals less the carriers",
        )
        .at(self.sql, "genotypes")
        .with_rewrite(rewrite::carriers(self.catalogue))
    }
}
