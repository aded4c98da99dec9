//! What may stand over private rows: projections of bare columns, predicates
//! on them, a name, and the aggregate at which the plan is cut.

use std::sync::Arc;

use datafusion::logical_expr::{Aggregate, Expr, Filter, LogicalPlan};
use sekisho_tables::ColumnType;

use super::{
    Labelled, Walk,
    relation::{Relation, bare},
};
use crate::{
    Dimension, Refusal, Rule,
    cut::{Cut, Key},
    expression, measure, rewrite,
};

/// Aggregates over private rows in one query.
const MAX_CUTS: usize = 16;
/// Figures of one query before protection.
const MAX_FIGURES: usize = 20_000;

impl Walk<'_> {
    pub(super) fn private(
        &mut self,
        plan: &LogicalPlan,
        relation: Relation,
    ) -> Result<Labelled, Refusal> {
        match plan {
            LogicalPlan::Projection(projection) => {
                for expr in &projection.expr {
                    self.bare_column(expr, &relation)?;
                }
                let projected = relation.projected(projection.expr.clone());
                projected.map(Labelled::Private).map_err(|_| self.invalid())
            }
            LogicalPlan::Filter(filter) => self
                .filter(&filter.predicate, relation)
                .map(Labelled::Private),
            LogicalPlan::SubqueryAlias(alias) => relation
                .aliased(alias)
                .map(Labelled::Private)
                .map_err(|_| self.invalid()),
            LogicalPlan::Aggregate(aggregate) => self.cut(aggregate, relation),
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
        let predicate = expression::predicate(predicate, &relation, self.sql, self.catalogue)?
            .into_iter()
            .map(|conjunct| conjunct.expr)
            .reduce(Expr::and)
            .ok_or_else(|| self.invalid())?;
        let filter = Filter::try_new(predicate, Arc::new(relation.plan.clone()))
            .map_err(|_| self.invalid())?;
        let carriers = expression::carriers_only(&filter.predicate, &relation);
        let relation = relation.narrowed(&filter.predicate);
        Ok(relation
            .with_plan(LogicalPlan::Filter(filter))
            .of_carriers(&carriers))
    }

    fn bare_column(&self, expr: &Expr, relation: &Relation) -> Result<(), Refusal> {
        if bare(expr).is_some() {
            return Ok(());
        }
        if expression::has_subquery(expr) {
            return Err(expression::subquery(self.sql, self.catalogue));
        }
        let word = expression::first_word(expr);
        Err(Refusal::new(
            Rule::Unclear,
            "an expression over private columns is more than a bare column",
            "aggregate bare columns, and compute with the released figures, for example sum(a) / sum(b)",
        )
        .at(self.sql, &word)
        .with_rewrite(rewrite::individuals(self.catalogue, relation.table())))
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

    /// Cuts the plan: the aggregate becomes a private plan of our own shape,
    /// and in its place stands a scan of its cells under the same names.
    fn cut(&mut self, aggregate: &Aggregate, relation: Relation) -> Result<Labelled, Refusal> {
        let Some(unit) = relation.unit.clone() else {
            return Err(self.invalid());
        };
        if !relation.is_of_carriers() {
            return Err(self.non_carriers());
        }
        // The engine, too, takes a key that is written twice for one.
        let mut written: Vec<&Expr> = Vec::new();
        for expr in &aggregate.group_expr {
            if !written.contains(&expr) {
                written.push(expr);
            }
        }
        let keys = written
            .into_iter()
            .map(|expr| self.key(expr, &relation))
            .collect::<Result<Vec<_>, _>>()?;
        let asked = aggregate
            .aggr_expr
            .iter()
            .map(|expr| measure::measure(expr, &relation, self.sql, self.catalogue))
            .collect::<Result<Vec<_>, _>>()?;
        let measures: Vec<_> = asked.into_iter().flat_map(|asked| asked.measures).collect();
        self.figures = keys
            .iter()
            .try_fold(measures.len() + 1, |figures, key| {
                figures.checked_mul(key.dimension.values.as_ref().map_or(1, Vec::len))
            })
            .and_then(|figures| figures.checked_add(self.figures))
            .unwrap_or(usize::MAX);
        if self.figures > MAX_FIGURES || self.cuts.len() >= MAX_CUTS {
            return Err(self.too_wide());
        }
        let cut = Cut::new(self.cuts.len(), relation, &unit, keys, measures)
            .map_err(|_| self.invalid())?;
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

    fn non_carriers(&self) -> Refusal {
        Refusal::new(
            Rule::NonCarriers,
            "rows of non-carriers would tell which variants occur here, and so what a single carrier carries",
            "add `dosage >= 1` to WHERE; non-carriers are the individuals less the carriers",
        )
        .at(self.sql, "genotypes")
        .with_rewrite(rewrite::carriers(self.catalogue))
    }

    fn key(&self, expr: &Expr, relation: &Relation) -> Result<Key, Refusal> {
        let Some((column, origin)) =
            bare(expr).and_then(|column| Some((column, relation.origin(column)?)))
        else {
            return Err(Refusal::new(
                Rule::KeyExpression,
                "a group key is more than a bare column",
                "group by a column that has a declared domain",
            )
            .at(self.sql, &expression::first_word(expr))
            .with_rewrite(rewrite::individuals(self.catalogue, relation.table())));
        };
        let declared = origin.column.as_ref().filter(|_| !origin.is_annotation());
        let values = declared.and_then(|column| match (column.r#type, &origin.admitted) {
            (ColumnType::Text, Some(admitted)) => Some(admitted.clone()),
            (ColumnType::Bool, _) => Some(vec!["false".to_owned(), "true".to_owned()]),
            _ => None,
        });
        match (declared, values) {
            (Some(declared), Some(values)) => Ok(Key {
                column: column.clone(),
                dimension: Dimension {
                    name: column.name.clone(),
                    r#type: declared.r#type,
                    level: origin.level,
                    values: Some(values),
                },
            }),
            _ => Err(Refusal::new(
                Rule::KeyUndeclared,
                format!(
                    "`{}` has no declared domain, so its values are not shown",
                    column.name
                ),
                self.grouping_help(),
            )
            .at(self.sql, &column.name)
            .with_rewrite(self.grouping(relation))),
        }
    }

    fn grouping_help(&self) -> String {
        let columns: Vec<&str> = self.declared().map(|(_, column)| column).collect();
        match columns.is_empty() {
            true => "this dataset declares no domain to group by; ask for the total".to_owned(),
            false => format!("group by one of: {}", columns.join(", ")),
        }
    }

    fn grouping(&self, relation: &Relation) -> Option<String> {
        self.declared()
            .find_map(|(table, column)| rewrite::by(self.catalogue, table, column))
            .or_else(|| rewrite::individuals(self.catalogue, relation.table()))
    }

    fn declared(&self) -> impl Iterator<Item = (&str, &str)> {
        self.catalogue.tables.iter().flat_map(|table| {
            let private = table.label == sekisho_tables::Label::Private;
            table
                .columns
                .iter()
                .filter(move |column| private && column.domain.is_some())
                .map(|column| (table.name.as_str(), column.name.as_str()))
        })
    }
}
