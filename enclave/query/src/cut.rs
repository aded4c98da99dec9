//! A cut: the private plan below an aggregate, and the scan of its cells that
//! takes the aggregate's place.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::{DataType, Field, Schema, SchemaRef},
    common::{Column, DFSchema, Result, plan_err},
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, Projection, TableScanBuilder},
};
use sekisho_tables::ColumnType;
use serde::{Deserialize, Serialize};

use crate::{label::Relation, measure::Measure, session};

/// How the names of cells begin.
pub(crate) const CELLS_PREFIX: &str = "__cells_";

/// The metadata key that says what a column of a result is.
pub(crate) const KIND: &str = "sekisho.kind";

/// What would be released, and what it would take: the outcome of planning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Planned {
    /// The query as the parser writes it: the same for queries that differ in
    /// white space, comments and case of keywords only.
    pub canonical: String,
    /// One shape per cut.
    pub shapes: Vec<Shape>,
    /// The columns of the result.
    pub columns: Vec<OutputColumn>,
}

/// A column of the result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputColumn {
    /// Its name.
    pub name: String,
    /// `key`, `figure` or `derived`.
    pub kind: String,
}

/// The shape of a cut's cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    /// The tables that take part; the strictest of their profiles holds.
    pub tables: Vec<String>,
    /// The group keys.
    pub dimensions: Vec<Dimension>,
    /// The figures.
    pub measures: Vec<MeasureShape>,
    /// Whether rows of tables with many rows per individual are read.
    pub many: bool,
    /// What a release tells of genomes; none if no genotypes are read.
    pub sites: Option<Sites>,
}

/// A group key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dimension {
    /// The column's name.
    pub name: String,
    /// Its type.
    pub r#type: ColumnType,
    /// Whether it describes individuals or their rows.
    pub level: Level,
    /// The declared values; none for a data key, whose values come from the rows.
    pub values: Option<Vec<String>>,
}

/// Whether something speaks of individuals or of their rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Level {
    /// One value per individual.
    Unit,
    /// Any number of values per individual.
    Row,
}

/// A figure, and which columns of the private phase it is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasureShape {
    /// What it is.
    pub kind: MeasureKind,
    /// The bounds of what is summed, inclusive, if they are declared.
    pub bounds: Option<[f64; 2]>,
    /// Whether the individuals that it is of meet a condition (`f0`…).
    pub condition: bool,
    /// Whether what is summed has one value per individual (`v0`…).
    pub value: bool,
}

/// What a release tells of genomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sites {
    /// Figures about genes or wider.
    Gene,
    /// A key or a filter names single sites: a position, an identifier, alleles.
    Variant,
}

/// What a figure is; see [`sekisho_disclosure::Measure`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MeasureKind {
    /// Distinct individuals.
    Individuals,
    /// Rows, or values that are not NULL.
    Count,
    /// The sum of an integer column.
    IntegerSum,
    /// The sum of a fractional column.
    Sum,
    /// The mean of an integer column.
    IntegerMean,
    /// The mean of a fractional column.
    Mean,
    /// The sample variance.
    Variance,
    /// The population variance.
    VariancePopulation,
    /// The sample standard deviation.
    Deviation,
    /// The population standard deviation.
    DeviationPopulation,
}

impl MeasureKind {
    pub(crate) fn data_type(self) -> DataType {
        match self {
            Self::Individuals | Self::Count | Self::IntegerSum => DataType::Int64,
            Self::Sum
            | Self::IntegerMean
            | Self::Mean
            | Self::Variance
            | Self::VariancePopulation
            | Self::Deviation
            | Self::DeviationPopulation => DataType::Float64,
        }
    }

    /// Whether the private phase sums beside counting.
    pub(crate) fn sums(self) -> bool {
        !matches!(self, Self::Individuals | Self::Count)
    }

    /// Whether it sums squares, too.
    pub(crate) fn squares(self) -> bool {
        matches!(
            self,
            Self::Variance | Self::VariancePopulation | Self::Deviation | Self::DeviationPopulation
        )
    }
}

impl Shape {
    /// The schema of the protected cells.
    pub(crate) fn cells_schema(&self) -> SchemaRef {
        let field = |name: String, data_type: DataType, kind: &str| {
            Field::new(name, data_type, true)
                .with_metadata([(KIND.to_owned(), kind.to_owned())].into())
        };
        let keys = self
            .dimensions
            .iter()
            .enumerate()
            .map(|(index, dimension)| {
                field(
                    format!("k{index}"),
                    session::data_type(dimension.r#type),
                    "key",
                )
            });
        let figures =
            self.measures.iter().enumerate().map(|(index, measure)| {
                field(format!("m{index}"), measure.kind.data_type(), "figure")
            });
        Arc::new(Schema::new(keys.chain(figures).collect::<Vec<_>>()))
    }
}

/// A group key, with the column it is read from.
pub(crate) struct Key {
    pub(crate) column: Column,
    pub(crate) dimension: Dimension,
}

/// A private plan and the shape of its cells.
pub(crate) struct Cut {
    index: usize,
    /// One row per individual and group: `unit`, `k0…`, then per measure `c0`
    /// (what it counts) and, for sums and means, `s0` (what it sums to).
    pub(crate) private: LogicalPlan,
    pub(crate) shape: Shape,
}

impl Cut {
    pub(crate) fn new(
        index: usize,
        relation: Relation,
        unit: &Column,
        keys: Vec<Key>,
        measures: Vec<Measure>,
    ) -> Result<Self> {
        let mut group = vec![Expr::Column(unit.clone()).alias("unit")];
        for (index, key) in keys.iter().enumerate() {
            group.push(Expr::Column(key.column.clone()).alias(format!("k{index}")));
        }
        let mut aggregates = Vec::new();
        for (index, measure) in measures.iter().enumerate() {
            aggregates.push(measure.count().alias(format!("c{index}")));
            if let Some(sum) = measure.sum() {
                aggregates.push(sum.alias(format!("s{index}")));
            }
        }
        let shape = Shape {
            tables: relation.tables.clone(),
            dimensions: keys.into_iter().map(|key| key.dimension).collect(),
            measures: measures
                .iter()
                .map(|measure| MeasureShape {
                    kind: measure.kind,
                    bounds: measure.argument.as_ref().and_then(|clear| clear.bounds),
                    condition: false,
                    value: false,
                })
                .collect(),
            many: true,
            sites: None,
        };
        let private = LogicalPlanBuilder::from(relation.plan)
            .aggregate(group, aggregates)?
            .build()?;
        Ok(Self {
            index,
            private,
            shape,
        })
    }

    /// A scan of the protected cells whose columns are named as the aggregate's
    /// were, so that the plan above does not notice.
    pub(crate) fn cells_named_as(&self, schema: &DFSchema) -> Result<LogicalPlan> {
        let source = session::source(self.shape.cells_schema());
        let scan = TableScanBuilder::new(cells_table(self.index), source).build()?;
        if scan.projected_schema.fields().len() != schema.fields().len() {
            return plan_err!("the cells do not have the aggregate's columns");
        }
        let names = schema.iter();
        let exprs = scan
            .projected_schema
            .columns()
            .into_iter()
            .zip(names)
            .map(|(cell, (qualifier, field))| {
                Expr::Column(cell).alias_qualified(qualifier.cloned(), field.name().clone())
            })
            .collect();
        Ok(LogicalPlan::Projection(Projection::try_new(
            exprs,
            Arc::new(LogicalPlan::TableScan(scan)),
        )?))
    }
}

/// The name under which a cut's cells are scanned.
pub(crate) fn cells_table(index: usize) -> String {
    format!("{CELLS_PREFIX}{index}")
}
