//! Aggregates over private rows: what the guard knows how to protect.
//!
//! An aggregate is read as measures, each protected as a figure of its own, and
//! an expression over their released values. Arithmetic inside an aggregate
//! becomes arithmetic over what is released: protecting `sum(2 * x)` anew would
//! draw fresh noise for the same sum.

mod branch;
mod figure;
mod linear;

use datafusion::logical_expr::{Expr, expr::AggregateFunction};
use sekisho_tables::{Catalogue, ColumnType, Role};

use crate::{
    MeasureKind, Refusal, Rule,
    expression::{self, Clear, Conjunct},
    label::{Origin, Relation, bare},
    rewrite,
};
use figure::Figures;

/// An aggregate that the guard protects.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measure {
    pub(crate) kind: MeasureKind,
    /// What is aggregated; none for `count(*)`.
    pub(crate) argument: Option<Clear>,
    /// The conditions of its FILTER.
    pub(crate) filter: Vec<Conjunct>,
}

/// What an aggregate expression asks: a figure made of protected measures.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asked {
    pub(crate) measures: Vec<Measure>,
    /// Over the columns `m0`… of the measures; of the aggregate's own type.
    pub(crate) figure: Expr,
    /// Whether the figure is computed from measures, rather than one of them.
    pub(crate) derived: bool,
}

/// Reads an aggregate expression.
pub(crate) fn measure(
    expr: &Expr,
    relation: &Relation,
    sql: &str,
    catalogue: &Catalogue,
) -> Result<Asked, Refusal> {
    let judge = Judge {
        relation,
        sql,
        catalogue,
    };
    match expr {
        Expr::AggregateFunction(function) => judge.function(function),
        Expr::Alias(alias) => measure(&alias.expr, relation, sql, catalogue),
        _ => Err(judge.argument(
            "aggregate",
            "an aggregate is more than a function of one column",
        )),
    }
}

struct Judge<'a> {
    relation: &'a Relation,
    sql: &'a str,
    catalogue: &'a Catalogue,
}

impl Judge<'_> {
    fn function(&self, function: &AggregateFunction) -> Result<Asked, Refusal> {
        let name = function.func.name();
        let params = &function.params;
        let argument = match params.args.as_slice() {
            [argument] => argument,
            [argument, ..] => return Err(self.unknown(name, argument)),
            [] => return Err(self.argument(name, "an aggregate takes one column")),
        };
        if !matches!(
            name,
            "count" | "sum" | "avg" | "var" | "var_pop" | "stddev" | "stddev_pop"
        ) {
            return Err(self.unknown(name, argument));
        }
        if !params.order_by.is_empty() || params.null_treatment.is_some() {
            return Err(self.clause(
                name,
                "ORDER BY and NULL treatment are not offered inside an aggregate",
            ));
        }
        if expression::has_subquery(argument) {
            return Err(expression::subquery(self.sql, self.catalogue));
        }
        let filter = match &params.filter {
            Some(filter) => self.condition(filter)?,
            None => vec![],
        };
        let figures = Figures::new(filter);
        match name {
            "count" if params.distinct => self.individuals(argument, figures),
            _ if params.distinct => Err(self.clause(
                name,
                "DISTINCT is offered in count(DISTINCT …) of individuals only",
            )),
            "count" => Ok(figures.count(self.counted(argument)?)),
            "sum" => Ok(figures.sum(self.summed(name, argument)?)),
            "avg" => Ok(figures.mean(self.summed(name, argument)?)),
            _ => {
                let kind = match name {
                    "var" => MeasureKind::Variance,
                    "var_pop" => MeasureKind::VariancePopulation,
                    "stddev" => MeasureKind::Deviation,
                    _ => MeasureKind::DeviationPopulation,
                };
                figures
                    .spread(kind, self.summed(name, argument)?)
                    .ok_or_else(|| {
                        self.argument(name, "the spread is offered of one column, or of a CASE with one branch and no ELSE")
                            .at(self.sql, &expression::first_word(argument))
                    })
            }
        }
    }

    /// `count(DISTINCT individual)`, or of a CASE that names some.
    fn individuals(&self, argument: &Expr, figures: Figures) -> Result<Asked, Refusal> {
        let only = || {
            self.argument("count", "only individuals are counted distinct")
                .with_rewrite(rewrite::individuals(self.catalogue, self.relation.table()))
        };
        match argument {
            Expr::Alias(alias) => self.individuals(&alias.expr, figures),
            Expr::Column(_) => {
                let unit = self.clear(argument)?;
                let (_, declared) = self.declared(&unit).ok_or_else(only)?;
                if declared.role == Role::Unit {
                    Ok(figures.individuals(unit))
                } else {
                    Err(only())
                }
            }
            Expr::Case(case) => {
                let nobody = case
                    .else_expr
                    .as_ref()
                    .is_none_or(|value| expression::constant(value).is_some_and(|v| v.is_null()));
                match expression::branches(case).as_slice() {
                    [(condition, unit)] if nobody => {
                        self.individuals(unit, figures.within(self.condition(condition)?))
                    }
                    _ => Err(only()),
                }
            }
            _ => Err(only()),
        }
    }

    fn condition(&self, expr: &Expr) -> Result<Vec<Conjunct>, Refusal> {
        expression::predicate(expr, self.relation, self.sql, self.catalogue)
    }

    /// A clear scalar of what individuals have.
    fn clear(&self, expr: &Expr) -> Result<Clear, Refusal> {
        let clear = expression::scalar(expr, self.relation, self.sql, self.catalogue).map_err(
            |refusal| match refusal.rule {
                Rule::Unclear => Refusal {
                    rule: Rule::AggregateArgument,
                    ..refusal
                },
                _ => refusal,
            },
        )?;
        match self.declared(&clear) {
            Some((origin, _)) if origin.is_annotation() => Err(self
                .argument(
                    "aggregate",
                    &format!(
                        "`{}` describes a variant, not an individual",
                        clear.column.name
                    ),
                )
                .at(self.sql, &clear.column.name)),
            Some(_) => Ok(clear),
            None => Err(self.argument("aggregate", "a column is not one of the catalogue's")),
        }
    }

    fn declared(&self, clear: &Clear) -> Option<(&Origin, &sekisho_tables::Column)> {
        let origin = self.relation.origin(&clear.column)?;
        Some((origin, origin.column.as_ref()?))
    }

    fn unknown(&self, name: &str, argument: &Expr) -> Refusal {
        let of_number = bare(argument).and_then(|column| {
            let origin = self.relation.origin(column)?;
            let declared = origin.column.as_ref()?;
            let number = matches!(declared.r#type, ColumnType::Int | ColumnType::Float)
                && !origin.is_annotation()
                && !matches!(declared.role, Role::Unit | Role::Identifier);
            number.then(|| {
                rewrite::mean_instead(self.sql, name)
                    .or_else(|| rewrite::mean(self.catalogue, &origin.table.name, &declared.name))
            })?
        });
        Refusal::new(
            Rule::AggregateFunction,
            format!("`{name}` is not offered over private rows: it could show a single individual's value"),
            "use count(*), count(column), count(DISTINCT individual), sum, avg, var or stddev",
        )
        .at(self.sql, name)
        .with_rewrite(of_number.or_else(|| rewrite::individuals(self.catalogue, self.relation.table())))
    }

    fn argument(&self, name: &str, message: &str) -> Refusal {
        Refusal::new(
            Rule::AggregateArgument,
            message,
            "aggregate one column, or CASE WHEN … THEN … END, and compute with the released figures, for example sum(a) / sum(b)",
        )
        .at(self.sql, name)
        .with_rewrite(rewrite::individuals(self.catalogue, self.relation.table()))
    }

    fn clause(&self, name: &str, message: &str) -> Refusal {
        Refusal::new(
            Rule::AggregateClause,
            message,
            "put the condition into WHERE or FILTER, and ask in several queries",
        )
        .at(self.sql, name)
        .with_rewrite(rewrite::individuals(self.catalogue, self.relation.table()))
    }
}
