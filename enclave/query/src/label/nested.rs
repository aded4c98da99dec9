//! Aggregates inside: of each individual's own rows. Their result is private
//! still; grouped by the individual alone it describes individuals.

use std::sync::Arc;

use datafusion::{
    common::{DFSchemaRef, Result as PlanResult},
    functions_aggregate::expr_fn,
    logical_expr::{
        Aggregate, Expr, ExprFunctionExt, LogicalPlan, expr::AggregateFunction, lit, when,
    },
};
use sekisho_tables::{ColumnType, Label, Role, Rows, Table, UNIT, VARIANT};

use super::{Origin, Relation, Walk, plans};
use crate::{Level, Refusal, Rule, expression, rewrite};

/// An aggregate over an individual's rows.
struct Inner {
    expr: Expr,
    /// Whether it is one or nothing, whatever was counted.
    once: bool,
    r#type: ColumnType,
    bounds: Option<[f64; 2]>,
    domain: Option<Vec<String>>,
    computed: bool,
}

impl Relation {
    /// Whether a column names the individual of every row.
    pub(super) fn names_units(&self) -> bool {
        self.origins.iter().any(Origin::is_unit)
    }
}

impl Walk<'_> {
    /// Groups rows by the individual, and perhaps more.
    pub(super) fn nested(
        &self,
        keys: &[Expr],
        aggregates: &[Expr],
        schema: &DFSchemaRef,
        mut relation: Relation,
    ) -> Result<Relation, Refusal> {
        if !relation.is_of_carriers() {
            return Err(self.non_carriers());
        }
        let mut columns = Vec::new();
        for (expr, field) in keys.iter().zip(schema.fields()) {
            let (clear, origin) = self.clear(expr, &relation)?;
            let origin = match super::bare(expr) {
                Some(_) => origin.clone(),
                None => origin.computed(field.name(), &clear),
            };
            columns.push((clear.expr, origin));
        }
        let aggregates = aggregates
            .iter()
            .map(|expr| self.inner(expr, &relation))
            .collect::<Result<Vec<_>, _>>()?;
        let mut exprs = aggregates.iter().map(|inner| &inner.expr);
        relation.sites |= exprs.any(|expr| relation.names_sites(expr));
        grouped(columns, aggregates, schema, relation).map_err(|_| self.invalid())
    }

    fn inner(&self, expr: &Expr, relation: &Relation) -> Result<Inner, Refusal> {
        let function = match expr {
            Expr::AggregateFunction(function) => function,
            Expr::Alias(alias) => return self.inner(&alias.expr, relation),
            _ => return Err(self.not_inner("group", relation)),
        };
        let name = function.func.name();
        let params = &function.params;
        if !params.order_by.is_empty() || params.null_treatment.is_some() {
            return Err(self.inner_clause(name, relation));
        }
        let [argument] = params.args.as_slice() else {
            return Err(self.not_inner(name, relation));
        };
        let inner = match (name, argument) {
            ("count", Expr::Literal(value, _)) if !value.is_null() && !params.distinct => Inner {
                expr: expr_fn::count(lit(1_i64)),
                once: false,
                r#type: ColumnType::Int,
                bounds: None,
                domain: None,
                computed: false,
            },
            _ => self.inner_of(function, argument, relation)?,
        };
        let Some(filter) = &params.filter else {
            return Ok(inner);
        };
        let filter = expression::predicate(filter, relation, self.sql, self.catalogue)?
            .into_iter()
            .map(|conjunct| conjunct.expr)
            .reduce(Expr::and)
            .ok_or_else(|| self.invalid())?;
        let expr = inner.expr.filter(filter).build();
        Ok(Inner {
            expr: expr.map_err(|_| self.invalid())?,
            ..inner
        })
    }

    fn inner_of(
        &self,
        function: &AggregateFunction,
        argument: &Expr,
        relation: &Relation,
    ) -> Result<Inner, Refusal> {
        let name = function.func.name();
        let (clear, origin) = self.clear(argument, relation)?;
        let unit = origin.has_role(Role::Unit);
        let distinct = function.params.distinct;
        if distinct && !(name == "count" && unit) {
            return Err(self.inner_clause(name, relation));
        }
        let named = unit || origin.has_role(Role::Identifier) || origin.is_annotation();
        let number = matches!(clear.r#type, ColumnType::Int | ColumnType::Float);
        let ordered = number || clear.r#type == ColumnType::Date || clear.domain.is_some();
        let expr = match name {
            "count" if !origin.is_annotation() => expr_fn::count(clear.expr),
            "sum" if number && !named => expr_fn::sum(clear.expr),
            "avg" if number && !named => expr_fn::avg(clear.expr),
            "min" if ordered && !named => expr_fn::min(clear.expr),
            "max" if ordered && !named => expr_fn::max(clear.expr),
            _ => return Err(self.not_inner(name, relation)),
        };
        // The sum of ones and zeros is how many there are.
        let counts = |domain: &Vec<String>| domain.iter().all(|v| v == "0" || v == "1");
        let computed = match name {
            "count" => false,
            "sum" => clear.computed && !clear.domain.as_ref().is_some_and(counts),
            // The mean of one whole number is that number as a fraction, which is
            // rounded otherwise.
            "avg" => clear.computed || clear.r#type == ColumnType::Int,
            _ => clear.computed,
        };
        let (r#type, bounds, domain) = match name {
            "count" => (ColumnType::Int, distinct.then_some([0.0, 1.0]), None),
            "sum" => (clear.r#type, None, None),
            "avg" => (ColumnType::Float, clear.bounds, None),
            _ => (clear.r#type, clear.bounds, clear.domain),
        };
        Ok(Inner {
            expr,
            once: distinct,
            r#type,
            bounds,
            domain,
            computed,
        })
    }

    fn not_inner(&self, name: &str, relation: &Relation) -> Refusal {
        Refusal::new(
            Rule::AggregateFunction,
            format!("`{name}` is not offered of an individual's own rows, or not of this column"),
            "use count, sum, avg, min or max of a number, a day or a column with a declared domain",
        )
        .at(self.sql, name)
        .with_rewrite(rewrite::individuals(self.catalogue, relation.table()))
    }

    fn inner_clause(&self, name: &str, relation: &Relation) -> Refusal {
        Refusal::new(
            Rule::AggregateClause,
            "DISTINCT, ORDER BY and NULL treatment are not offered inside an aggregate of an individual's own rows",
            "leave them out, or group by one more column",
        )
        .at(self.sql, name)
        .with_rewrite(rewrite::individuals(self.catalogue, relation.table()))
    }
}

/// The grouped rows. If every key describes individuals there is one per
/// individual, and what was conditions on individuals stays a mark on them.
fn grouped(
    keys: Vec<(Expr, Origin)>,
    aggregates: Vec<Inner>,
    schema: &DFSchemaRef,
    relation: Relation,
) -> PlanResult<Relation> {
    let of_rows = |origin: &Origin| origin.level == Level::Row && !origin.has_role(Role::Unit);
    let level = match keys.iter().any(|(_, origin)| of_rows(origin)) {
        true => Level::Row,
        false => Level::Unit,
    };
    let table = summary(&relation, level);
    let variant = relation.variant && keys.iter().any(|(_, origin)| origin.is_variant());
    let mut group = vec![plans::hidden(UNIT)];
    group.extend(variant.then(|| plans::hidden(VARIANT)));
    let mut columns = Vec::new();
    for (index, (expr, origin)) in keys.into_iter().enumerate() {
        if origin.has_role(Role::Unit) {
            columns.push((plans::hidden(UNIT), Origin { level, ..origin }));
        } else if origin.level == level {
            let name = format!("__k{index}");
            group.push(expr.alias(&name));
            columns.push((plans::hidden(&name), origin));
        } else {
            // It describes the individual, and stays where it is.
            columns.push((expr, origin));
        }
    }
    let mut exprs = Vec::new();
    let names = schema.fields().iter().skip(columns.len());
    for (index, (inner, field)) in aggregates.into_iter().zip(names).enumerate() {
        let name = format!("__a{index}");
        let value = match inner.once {
            true => when(plans::hidden(&name).gt(lit(0_i64)), lit(1_i64)).otherwise(lit(0_i64))?,
            false => plans::hidden(&name),
        };
        let origin = Origin {
            level,
            computed: inner.computed,
            ..Origin::counted(
                &table,
                field.name(),
                inner.r#type,
                inner.bounds,
                inner.domain,
            )
        };
        exprs.push(inner.expr.alias(name));
        columns.push((value, origin));
    }
    let (units, rows) = match level {
        Level::Unit => {
            // Those outside are marked, so their rows are grouped, too.
            group.push(plans::hidden(plans::INSIDE));
            (Some(aggregate(relation.whole()?, group, exprs)?), None)
        }
        Level::Row => {
            let of_units = |expr: &Expr| {
                let mut origins = expr.column_refs().into_iter().map(|c| relation.origin(c));
                origins.any(|origin| origin.is_some_and(Origin::is_of_individuals))
            };
            let rows = match (&relation.rows, exprs.iter().any(of_units)) {
                (Some(rows), false) => rows.clone(),
                _ => relation.whole()?,
            };
            (relation.units.clone(), Some(aggregate(rows, group, exprs)?))
        }
    };
    let relation = Relation {
        units,
        rows,
        variant: variant && level == Level::Row,
        ..relation
    };
    relation.projected(schema, columns)
}

fn aggregate(plan: LogicalPlan, group: Vec<Expr>, exprs: Vec<Expr>) -> PlanResult<LogicalPlan> {
    Aggregate::try_new(Arc::new(plan), group, exprs).map(LogicalPlan::Aggregate)
}

/// The table that the grouped rows would make.
fn summary(relation: &Relation, level: Level) -> Arc<Table> {
    Arc::new(Table {
        name: relation.table().unwrap_or_default().to_owned(),
        label: Label::Private,
        rows: match level {
            Level::Unit => Rows::OnePerIndividual,
            Level::Row => Rows::ManyPerIndividual,
        },
        profile: None,
        columns: vec![],
        published: None,
    })
}
