//! The shape of a cut's cells, which the enclave needs to protect them.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use sekisho_tables::ColumnType;
use serde::{Deserialize, Serialize};

use super::KIND;
use crate::session;

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
    /// Which of the cut's FILTERs it is under: measures of one tell of the same
    /// rows, measures of another of others.
    pub filter: u32,
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
    /// How many figures of declared groups there are; none if they overflow.
    pub(crate) fn figures(&self) -> Option<usize> {
        self.dimensions
            .iter()
            .filter_map(|dimension| dimension.values.as_ref())
            .try_fold(self.measures.len() + 1, |figures, values| {
                figures.checked_mul(values.len())
            })
    }

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
