//! Aggregates over private rows: what the guard knows how to protect.

use datafusion::{
    common::Column,
    functions_aggregate::expr_fn,
    logical_expr::{Expr, expr::AggregateFunction, lit},
};
use sekisho_tables::{Catalogue, ColumnType, Role};

use crate::{
    MeasureKind, Refusal, Rule,
    expression::{self, Clear, Conjunct},
    label::{Relation, bare},
    rewrite,
};

/// An aggregate that the guard protects.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measure {
    pub(crate) kind: MeasureKind,
    /// What is aggregated; none for `count(*)`.
    pub(crate) argument: Option<Clear>,
    /// The conditions of its FILTER.
    pub(crate) filter: Vec<Conjunct>,
}

impl Measure {
    /// How many rows or values a group of rows contributes.
    pub(crate) fn count(&self) -> Expr {
        match &self.argument {
            Some(argument) => expr_fn::count(argument.expr.clone()),
            None => expr_fn::count(lit(1_i64)),
        }
    }

    /// What they sum to, where the figure is a sum or a mean.
    pub(crate) fn sum(&self) -> Option<Expr> {
        self.argument
            .as_ref()
            .filter(|_| self.kind.sums())
            .map(|argument| expr_fn::sum(argument.expr.clone()))
    }
}

/// What an aggregate expression asks: a figure made of protected measures.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asked {
    pub(crate) measures: Vec<Measure>,
    /// Over the columns `m0`… of the measures.
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
        Expr::AggregateFunction(function) => Ok(Asked {
            measures: vec![judge.function(function)?],
            figure: Expr::Column(Column::from_name("m0")),
            derived: false,
        }),
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
    fn function(&self, function: &AggregateFunction) -> Result<Measure, Refusal> {
        let name = function.func.name();
        let params = &function.params;
        if params.filter.is_some() || !params.order_by.is_empty() || params.null_treatment.is_some()
        {
            return Err(self.clause(
                name,
                "FILTER, ORDER BY and NULL treatment are not offered inside an aggregate",
            ));
        }
        let [argument] = params.args.as_slice() else {
            return Err(self.argument(name, "an aggregate takes one column"));
        };
        match name {
            "count"
                if matches!(argument, Expr::Literal(value, _) if !value.is_null())
                    && !params.distinct =>
            {
                Ok(Measure {
                    kind: MeasureKind::Count,
                    argument: None,
                    filter: vec![],
                })
            }
            "count" => self.count(argument, params.distinct),
            "sum" | "avg" if params.distinct => Err(self.clause(
                name,
                "DISTINCT is offered in count(DISTINCT …) of individuals only",
            )),
            "sum" => self.total(name, argument, MeasureKind::IntegerSum, MeasureKind::Sum),
            "avg" => self.total(name, argument, MeasureKind::IntegerMean, MeasureKind::Mean),
            _ => Err(self.unknown(name, argument)),
        }
    }

    fn count(&self, argument: &Expr, distinct: bool) -> Result<Measure, Refusal> {
        let (column, declared) = self.column("count", argument)?;
        let kind = match (distinct, declared.role) {
            (true, Role::Unit) => MeasureKind::Individuals,
            (true, _) => {
                return Err(self
                    .argument("count", "only individuals are counted distinct")
                    .with_rewrite(rewrite::individuals(self.catalogue, self.relation.table())));
            }
            (false, _) => MeasureKind::Count,
        };
        self.of(kind, &column)
    }

    fn of(&self, kind: MeasureKind, column: &Column) -> Result<Measure, Refusal> {
        let column = Expr::Column(column.clone());
        let argument = expression::scalar(&column, self.relation, self.sql, self.catalogue)?;
        Ok(Measure {
            kind,
            argument: Some(argument),
            filter: vec![],
        })
    }

    fn total(
        &self,
        name: &str,
        argument: &Expr,
        integer: MeasureKind,
        fraction: MeasureKind,
    ) -> Result<Measure, Refusal> {
        let (column, declared) = self.column(name, argument)?;
        let kind = match (declared.r#type, declared.role) {
            (_, Role::Unit | Role::Identifier) => None,
            (ColumnType::Int, _) => Some(integer),
            (ColumnType::Float, _) => Some(fraction),
            (ColumnType::Text | ColumnType::Bool | ColumnType::Date, _) => None,
        };
        match kind {
            Some(kind) => self.of(kind, &column),
            None => Err(self.argument(name, &format!("`{}` is not a number", column.name))),
        }
    }

    /// The bare column of private rows that an aggregate is of.
    fn column(
        &self,
        name: &str,
        argument: &Expr,
    ) -> Result<(Column, sekisho_tables::Column), Refusal> {
        if expression::has_subquery(argument) {
            return Err(expression::subquery(self.sql, self.catalogue));
        }
        let found = bare(argument).and_then(|column| {
            let origin = self.relation.origin(column)?;
            Some((
                column.clone(),
                origin.column.clone()?,
                origin.is_annotation(),
            ))
        });
        match found {
            Some((column, declared, false)) => Ok((column, declared)),
            Some((column, _, true)) => Err(self.argument(
                name,
                &format!("`{}` describes a variant, not an individual", column.name),
            )),
            None => Err(self
                .argument(name, "the argument is more than a bare column")
                .at(self.sql, &expression::first_word(argument))),
        }
    }

    fn unknown(&self, name: &str, argument: &Expr) -> Refusal {
        let of_number = bare(argument).and_then(|column| {
            let origin = self.relation.origin(column)?;
            let declared = origin.column.as_ref()?;
            let number = matches!(declared.r#type, ColumnType::Int | ColumnType::Float)
                && !origin.is_annotation()
                && !matches!(declared.role, Role::Unit | Role::Identifier);
            number.then(|| rewrite::mean(self.catalogue, &origin.table.name, &declared.name))?
        });
        Refusal::new(
            Rule::AggregateFunction,
            format!("`{name}` is not offered over private rows: it could show a single individual's value"),
            "use count(*), count(column), count(DISTINCT individual), sum or avg",
        )
        .at(self.sql, name)
        .with_rewrite(of_number.or_else(|| rewrite::individuals(self.catalogue, self.relation.table())))
    }

    fn argument(&self, name: &str, message: &str) -> Refusal {
        Refusal::new(
            Rule::AggregateArgument,
            message,
            "aggregate bare columns, and compute with the released figures, for example sum(a) / sum(b)",
        )
        .at(self.sql, name)
        .with_rewrite(rewrite::individuals(self.catalogue, self.relation.table()))
    }

    fn clause(&self, name: &str, message: &str) -> Refusal {
        Refusal::new(
            Rule::AggregateClause,
            message,
            "put the condition into WHERE, and ask in several queries",
        )
        .at(self.sql, name)
        .with_rewrite(rewrite::individuals(self.catalogue, self.relation.table()))
    }
}
