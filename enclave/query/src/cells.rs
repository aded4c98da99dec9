//! The worker's rows as cells, and protected cells as a table.
//!
//! This is the only part of the crate that the enclave's own process runs.
//! First the worker says of every individual whether the cohort has him and
//! what his keys are ([`Units`]); the enclave settles the sets ([`Strata`]);
//! then it reads the rows of those sets and adds them up ([`collect`]).

mod columns;
mod keys;
mod rows;
mod table;
mod units;

pub use keys::Keys;
pub use rows::{collect, frame};
pub use table::table;
use thiserror::Error;
pub use units::{Strata, Stratum, Units};

use sekisho_disclosure::{CellTable, Dimension, Key, Measure, Protected, Statistic};

use crate::{Level, MeasureKind, Shape};

/// The worker's rows do not have the shape that it announced.
#[derive(Debug, Error)]
#[error("the worker's rows do not have the shape that was planned")]
pub struct Mismatch;

/// The cells of a cut, with what the values of its keys are.
#[derive(Debug)]
pub struct Cells {
    /// The cells.
    pub table: CellTable,
    /// The values behind the positions in their keys.
    pub keys: Keys,
}

/// A cut whose cells are protected.
#[derive(Debug)]
pub struct Finished {
    /// What was planned.
    pub shape: Shape,
    /// The values of its keys.
    pub keys: Keys,
    /// Its cells.
    pub protected: Protected,
}

/// What a cut's figures are.
pub fn statistics(shape: &Shape) -> Vec<Statistic> {
    let statistic = |measure: &crate::MeasureShape| Statistic {
        measure: self::measure(measure.kind),
        bounds: measure.bounds,
    };
    shape.measures.iter().map(statistic).collect()
}

/// What a cut's dimensions are.
pub fn dimensions(shape: &Shape) -> Vec<Dimension> {
    let dimension = |dimension: &crate::Dimension| match &dimension.values {
        Some(values) => Dimension::Declared(u32::try_from(values.len()).unwrap_or(u32::MAX)),
        None => Dimension::Data,
    };
    shape.dimensions.iter().map(dimension).collect()
}

impl Shape {
    /// The part of a cell's key that describes individuals, not their rows.
    pub fn of_individuals(&self, key: &Key) -> Key {
        let parts = self.dimensions.iter().zip(key);
        parts
            .filter(|(dimension, _)| dimension.level == Level::Unit)
            .map(|(_, position)| *position)
            .collect()
    }
}

fn measure(kind: MeasureKind) -> Measure {
    match kind {
        MeasureKind::Individuals => Measure::Individuals,
        MeasureKind::Count => Measure::Count,
        MeasureKind::IntegerSum => Measure::IntegerSum,
        MeasureKind::Sum => Measure::Sum,
        MeasureKind::IntegerMean => Measure::IntegerMean,
        MeasureKind::Mean => Measure::Mean,
        MeasureKind::Variance => Measure::Variance,
        MeasureKind::VariancePopulation => Measure::VariancePopulation,
        MeasureKind::Deviation => Measure::Deviation,
        MeasureKind::DeviationPopulation => Measure::DeviationPopulation,
    }
}
