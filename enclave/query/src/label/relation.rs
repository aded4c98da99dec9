//! Relations over private or annotation rows, with the hidden columns they carry.

use std::{collections::BTreeSet, sync::Arc};

use datafusion::{
    common::{Column, DFSchema, Result, TableReference},
    logical_expr::{Expr, LogicalPlan, Projection, SubqueryAlias, TableScanBuilder},
};
use sekisho_tables::{self as tables, Label, Rows, Table, UNIT, VARIANT};

use crate::{Level, admits, session};

/// A plan over rows that must not leave, with what is known of its columns.
#[derive(Clone)]
pub(crate) struct Relation {
    pub(crate) plan: LogicalPlan,
    /// The individual's dense index; none in an annotation.
    pub(crate) unit: Option<Column>,
    /// The variant's row, if genotypes or variants take part.
    pub(crate) variant: Option<Column>,
    /// One per field of the plan's schema.
    origins: Vec<Origin>,
    /// The tables that take part.
    pub(crate) tables: Vec<String>,
    /// Scans of genotypes that still hold rows of non-carriers. Such a row
    /// exists because somebody else carries the variant.
    open: BTreeSet<usize>,
    /// Whether an individual may have several rows.
    pub(crate) many: bool,
    /// Joins so far that pair every row of an individual with every other.
    pub(crate) fans: usize,
}

/// Where a column comes from.
#[derive(Clone)]
pub(crate) struct Origin {
    pub(crate) table: Arc<Table>,
    /// None for a hidden column.
    pub(crate) column: Option<tables::Column>,
    /// Which of the plan's scans.
    pub(crate) scan: usize,
    /// The declared values that the filters so far leave.
    pub(crate) admitted: Option<Vec<String>>,
    /// Whether it has one value per individual.
    pub(crate) level: Level,
}

impl Origin {
    /// Whether the column describes an individual as a whole.
    pub(crate) fn is_of_individuals(&self) -> bool {
        self.level == Level::Unit
    }

    /// Whether the column names the sample.
    pub(crate) fn is_sample(&self) -> bool {
        self.column
            .as_ref()
            .is_some_and(|column| column.name == "sample_id")
    }

    /// Whether the column says how many copies a sample carries.
    pub(crate) fn is_dosage(&self) -> bool {
        self.table.rows == Rows::OnePerAlleleAndSample
            && self
                .column
                .as_ref()
                .is_some_and(|column| column.name == "dosage")
    }

    pub(crate) fn is_annotation(&self) -> bool {
        self.table.label == Label::Annotation
    }
}

impl Relation {
    /// A scan of a table, the `scan`th of the plan, hidden columns and all.
    pub(crate) fn scan(name: TableReference, table: &Table, scan: usize) -> Result<Self> {
        let source = session::hidden_source(table);
        let plan = LogicalPlan::TableScan(TableScanBuilder::new(name, source).build()?);
        let table = Arc::new(table.clone());
        let origins = plan
            .schema()
            .fields()
            .iter()
            .map(|field| Origin {
                table: Arc::clone(&table),
                column: table.column(field.name()).cloned(),
                scan,
                level: match table.rows {
                    Rows::OnePerIndividual => Level::Unit,
                    _ => Level::Row,
                },
                admitted: table
                    .column(field.name())
                    .and_then(|column| column.domain.clone()),
            })
            .collect();
        let tables = vec![table.name.clone()];
        let many = table.rows != Rows::OnePerIndividual;
        let open = (table.rows == Rows::OnePerAlleleAndSample)
            .then_some(scan)
            .into_iter()
            .collect();
        let mut relation = Self {
            plan,
            unit: None,
            variant: None,
            origins,
            tables,
            open,
            many,
            fans: 0,
        };
        relation.unit = relation.hidden(UNIT);
        relation.variant = relation.hidden(VARIANT);
        Ok(relation)
    }

    /// The same rows under another name.
    pub(crate) fn aliased(self, alias: &SubqueryAlias) -> Result<Self> {
        let plan = SubqueryAlias::try_new(Arc::new(self.plan), alias.alias.clone())?;
        let mut relation = Self {
            plan: LogicalPlan::SubqueryAlias(plan),
            ..self
        };
        relation.unit = relation.hidden(UNIT);
        relation.variant = relation.hidden(VARIANT);
        Ok(relation)
    }

    /// Some columns of the rows; the hidden ones stay.
    pub(crate) fn projected(self, mut exprs: Vec<Expr>) -> Result<Self> {
        for hidden in [&self.unit, &self.variant].into_iter().flatten() {
            let hidden = Expr::Column(hidden.clone());
            if !exprs.contains(&hidden) {
                exprs.push(hidden);
            }
        }
        let origins = exprs
            .iter()
            .map(|expr| match bare(expr) {
                Some(column) => self
                    .origin(column)
                    .cloned()
                    .ok_or_else(|| not_found(column)),
                None => datafusion::common::plan_err!("not a bare column"),
            })
            .collect::<Result<_>>()?;
        let plan = LogicalPlan::Projection(Projection::try_new(exprs, Arc::new(self.plan))?);
        Ok(Self {
            plan,
            origins,
            ..self
        })
    }

    /// The rows of a plan over this relation that keeps its columns.
    pub(crate) fn with_plan(self, plan: LogicalPlan) -> Self {
        Self { plan, ..self }
    }

    /// The rows of a filter: declared values that its text excludes are no groups.
    pub(crate) fn narrowed(mut self, predicate: &Expr) -> Self {
        let columns = self.schema().columns();
        for (origin, column) in self.origins.iter_mut().zip(&columns) {
            if let Some(values) = &mut origin.admitted {
                values.retain(|value| admits::admits(predicate, column, value));
            }
        }
        self
    }

    /// The rows of a filter that leaves carriers only in some scans of genotypes.
    pub(crate) fn of_carriers(mut self, scans: &BTreeSet<usize>) -> Self {
        self.open.retain(|scan| !scans.contains(scan));
        self
    }

    /// Whether a row is a sample, with or without what is known of its individual.
    pub(crate) fn is_of_samples(&self) -> bool {
        self.tables
            .iter()
            .all(|table| table == "samples" || table == "individuals")
    }

    /// Whether every row of genotypes is a carrier's.
    pub(crate) fn is_of_carriers(&self) -> bool {
        self.open.is_empty()
    }

    /// Two relations side by side; of the hidden columns one unit and one variant stay.
    pub(crate) fn joined(
        plan: LogicalPlan,
        left: Self,
        right: Self,
        unit: Option<Column>,
    ) -> Result<Self> {
        let variant = left.variant.clone().or_else(|| right.variant.clone());
        let mut tables = left.tables;
        tables.extend(right.tables);
        tables.sort_unstable();
        tables.dedup();
        let open = left.open.union(&right.open).copied().collect();
        let (many, fans) = (left.many || right.many, left.fans + right.fans);
        let origins: Vec<Origin> = left.origins.into_iter().chain(right.origins).collect();
        let visible: Vec<Expr> = plan
            .schema()
            .columns()
            .into_iter()
            .filter(|column| column.name != UNIT && column.name != VARIANT)
            .map(Expr::Column)
            .collect();
        Self {
            plan,
            unit,
            variant,
            origins,
            tables,
            open,
            many,
            fans,
        }
        .projected(visible)
    }

    pub(crate) fn schema(&self) -> &DFSchema {
        self.plan.schema()
    }

    /// Where a column comes from; none if the relation has no such column.
    pub(crate) fn origin(&self, column: &Column) -> Option<&Origin> {
        let index = self.schema().maybe_index_of_column(column)?;
        self.origins.get(index)
    }

    /// The first table that takes part, to speak of in a refusal.
    pub(crate) fn table(&self) -> Option<&str> {
        self.tables.first().map(String::as_str)
    }

    fn hidden(&self, name: &str) -> Option<Column> {
        self.schema()
            .columns()
            .into_iter()
            .find(|column| column.name == name)
    }
}

/// The column of an expression that is nothing else, but for its name.
pub(crate) fn bare(expr: &Expr) -> Option<&Column> {
    match expr {
        Expr::Column(column) => Some(column),
        Expr::Alias(alias) => match alias.expr.as_ref() {
            Expr::Column(column) => Some(column),
            _ => None,
        },
        _ => None,
    }
}

fn not_found(column: &Column) -> datafusion::error::DataFusionError {
    datafusion::error::DataFusionError::Plan(format!("no column {}", column.name))
}
