//! Relations over private or annotation rows, in two plans.
//!
//! What describes individuals and what describes their rows are kept apart, so
//! that the sets of individuals can be settled between the two: a condition on
//! individuals marks who is inside and leaves nobody out; a condition on rows
//! leaves rows out and knows nothing of individuals.

use std::{collections::BTreeSet, sync::Arc};

use datafusion::{
    common::{Column, DFSchema, DFSchemaRef, JoinType, Result},
    logical_expr::{Expr, Filter, LogicalPlan, TableScan, TableScanBuilder, lit},
};
use sekisho_tables::{Label, Role, Rows, Table, UNIT, VARIANT};

use super::{Origin, plans};
use crate::{
    Level, admits,
    expression::{self, Conjunct},
    session,
};

/// Rows that must not leave, with what is known of their columns.
#[derive(Clone)]
pub(crate) struct Relation {
    /// One row per individual: the individual, whether it is inside, and the
    /// columns that describe it. None: everybody is inside.
    pub(crate) units: Option<LogicalPlan>,
    /// The rows of those inside, and of others: the individual, the variant if
    /// there is one, and the columns that describe rows. None: one row each.
    pub(crate) rows: Option<LogicalPlan>,
    /// The visible columns of both plans, as the query orders them.
    pub(super) schema: DFSchemaRef,
    /// One per visible column.
    pub(super) origins: Vec<Origin>,
    /// Whether its rows are of individuals, not of sites.
    pub(crate) unit: bool,
    /// Whether rows know their variant.
    pub(crate) variant: bool,
    /// The tables that take part.
    pub(crate) tables: Vec<String>,
    /// Scans of genotypes that still hold rows of non-carriers. Such a row
    /// exists because somebody else carries the variant.
    pub(super) open: BTreeSet<usize>,
    /// Joins so far that pair every row of an individual with every other.
    pub(super) fans: usize,
    /// Whether genotypes take part, or what tells as much of somebody.
    pub(crate) genomic: bool,
    /// Whether a filter so far names single sites.
    pub(crate) sites: bool,
}

impl Relation {
    /// A scan of a table, the `scan`th of the plan.
    pub(crate) fn scan(scan: &TableScan, table: &Table, number: usize) -> Result<Self> {
        let name = &scan.table_name;
        let source = session::hidden_source(table);
        let plan = LogicalPlan::TableScan(TableScanBuilder::new(name.clone(), source).build()?);
        let table = Arc::new(table.clone());
        let schema = Arc::clone(&scan.projected_schema);
        let unit = table.label == Label::Private;
        let variant = matches!(table.rows, Rows::OnePerAllele | Rows::OnePerAlleleAndSample);
        let individuals = table.rows == Rows::OnePerIndividual;
        let read = |column: &str| Expr::Column(Column::new(Some(name.clone()), column));
        let mut origins = Vec::new();
        let mut exprs = Vec::new();
        for hidden in [unit.then_some(UNIT), variant.then_some(VARIANT)] {
            exprs.extend(hidden.map(|hidden| read(hidden).alias(hidden)));
        }
        if individuals {
            exprs.push(lit(true).alias(plans::INSIDE));
        }
        for (qualifier, field) in schema.iter() {
            let Some(column) = table.column(field.name()) else {
                return datafusion::common::plan_err!("a table without one of its columns");
            };
            // Nothing reads the name of an individual, but whether there is one.
            let read = read(match column.role {
                Role::Unit => UNIT,
                _ => field.name(),
            });
            exprs.push(read.alias_qualified(qualifier.cloned(), field.name()));
            origins.push(Origin::of(&table, column, number));
        }
        let plan = plans::select(plan, exprs)?;
        let (units, rows) = if individuals {
            (Some(plan), None)
        } else {
            (None, Some(plan))
        };
        let genotypes = table.rows == Rows::OnePerAlleleAndSample;
        let genomic = table.label == Label::Private && table.is_genomic();
        Ok(Self {
            units,
            rows,
            schema,
            origins,
            unit,
            variant,
            tables: vec![table.name.clone()],
            open: genotypes.then_some(number).into_iter().collect(),
            fans: 0,
            genomic,
            sites: false,
        })
    }

    /// Whether an individual may have several rows.
    pub(crate) fn many(&self) -> bool {
        self.rows.is_some()
    }

    /// The same columns under the names of another schema.
    pub(super) fn renamed(self, schema: &DFSchemaRef) -> Result<Self> {
        let columns = self.columns();
        self.projected(schema, columns)
    }

    /// Its visible columns.
    pub(super) fn columns(&self) -> Vec<(Expr, Origin)> {
        let columns = self.schema.columns().into_iter().map(Expr::Column);
        columns.zip(self.origins.iter().cloned()).collect()
    }

    /// Other visible columns in place of the present ones; the hidden ones stay.
    pub(super) fn projected(
        self,
        schema: &DFSchemaRef,
        columns: Vec<(Expr, Origin)>,
    ) -> Result<Self> {
        if schema.fields().len() != columns.len() {
            return datafusion::common::plan_err!("a projection of other columns");
        }
        let of = |level: Level| {
            schema
                .iter()
                .zip(&columns)
                .filter(move |(_, (_, origin))| origin.level == level)
                .map(|((qualifier, field), (expr, _))| {
                    expr.clone()
                        .alias_qualified(qualifier.cloned(), field.name())
                })
        };
        let hidden = self.hidden();
        let units = self.units.map(|plan| {
            let hidden = [UNIT, plans::INSIDE].map(plans::hidden);
            plans::select(plan, hidden.into_iter().chain(of(Level::Unit)))
        });
        let rows = self
            .rows
            .map(|plan| plans::select(plan, hidden.into_iter().chain(of(Level::Row))));
        Ok(Self {
            units: units.transpose()?,
            rows: rows.transpose()?,
            schema: Arc::clone(schema),
            origins: columns.into_iter().map(|(_, origin)| origin).collect(),
            ..self
        })
    }

    /// The hidden columns of its rows.
    pub(super) fn hidden(&self) -> Vec<Expr> {
        [self.unit.then_some(UNIT), self.variant.then_some(VARIANT)]
            .into_iter()
            .flatten()
            .map(plans::hidden)
            .collect()
    }

    /// The rows of a filter. Declared values that its text excludes are no groups.
    pub(super) fn filtered(mut self, conjuncts: Vec<Conjunct>) -> Result<Self> {
        for Conjunct { expr, level } in conjuncts {
            let carriers = expression::carriers_only(&expr, &self);
            self.open.retain(|scan| !carriers.contains(scan));
            self.sites |= self.names_sites(&expr);
            self = self.narrowed(&expr);
            match (level, self.rows.take()) {
                (Level::Unit, rows) => {
                    self.units = Some(plans::marked(self.units.take(), expr)?);
                    self.rows = rows;
                }
                (Level::Row, Some(rows)) => {
                    let filter = Filter::try_new(expr, Arc::new(rows))?;
                    self.rows = Some(LogicalPlan::Filter(filter));
                }
                (Level::Row, None) => return datafusion::common::plan_err!("no rows"),
            }
        }
        Ok(self)
    }

    /// Whether an expression reads a column that names single sites.
    pub(crate) fn names_sites(&self, expr: &Expr) -> bool {
        expr.column_refs()
            .into_iter()
            .any(|column| self.origin(column).is_none_or(|origin| origin.site))
    }

    fn narrowed(mut self, predicate: &Expr) -> Self {
        let columns = self.schema.columns();
        for (origin, column) in self.origins.iter_mut().zip(&columns) {
            if let Some(values) = &mut origin.admitted {
                values.retain(|value| admits::admits(predicate, column, value));
            } else if origin.has_role(Role::Feature) && !origin.derived {
                // Who asks for features by name knows which rows there are to be.
                origin.admitted = admits::listed(predicate, column);
            }
        }
        self
    }

    /// All its columns in one plan, whether the individual is inside as well.
    pub(super) fn whole(&self) -> Result<LogicalPlan> {
        match (&self.units, &self.rows) {
            (Some(units), None) => Ok(units.clone()),
            (None, Some(rows)) => {
                let columns = rows.schema().columns().into_iter().map(Expr::Column);
                plans::select(
                    rows.clone(),
                    columns.chain([lit(true).alias(plans::INSIDE)]),
                )
            }
            (Some(units), Some(rows)) => {
                let columns: Vec<Expr> = rows
                    .schema()
                    .columns()
                    .into_iter()
                    .map(Expr::Column)
                    .collect();
                let (units, shown) = plans::set_aside(units.clone())?;
                let on = vec![(plans::hidden(UNIT), plans::hidden(plans::OTHER_UNIT))];
                let joined = plans::join(rows.clone(), units, on, JoinType::Left)?;
                let inside = plans::hidden(plans::OTHER_INSIDE).alias(plans::INSIDE);
                plans::select(joined, columns.into_iter().chain(shown).chain([inside]))
            }
            (None, None) => datafusion::common::plan_err!("a relation without a plan"),
        }
    }

    /// Whether a row is a sample, with or without what is known of its individual.
    pub(super) fn is_of_samples(&self) -> bool {
        self.tables
            .iter()
            .all(|table| table == "samples" || table == "individuals")
    }

    /// Whether every row of genotypes is a carrier's.
    pub(super) fn is_of_carriers(&self) -> bool {
        self.open.is_empty()
    }

    /// The visible columns.
    pub(crate) fn schema(&self) -> &DFSchema {
        &self.schema
    }

    /// Where a column comes from; none if the relation has no such column.
    pub(crate) fn origin(&self, column: &Column) -> Option<&Origin> {
        let index = self.schema.maybe_index_of_column(column)?;
        self.origins.get(index)
    }

    /// The first table that takes part, to speak of in a refusal.
    pub(crate) fn table(&self) -> Option<&str> {
        self.tables.first().map(String::as_str)
    }
}

/// The column of an expression that is nothing else, but for its name.
pub(crate) fn bare(expr: &Expr) -> Option<&Column> {
    match expr {
        Expr::Column(column) => Some(column),
        Expr::Alias(alias) => bare(&alias.expr),
        _ => None,
    }
}
