//! Cells before protection: figures with the individuals behind them.

mod figure;
mod spread;

use std::collections::BTreeMap;

use roaring::RoaringBitmap;
use thiserror::Error;

use crate::Noise;
pub use figure::{Figure, Totals};

/// What a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// How many individuals contribute.
    Individuals,
    /// How many rows or values they contribute.
    Count,
    /// The sum of an integer column.
    IntegerSum,
    /// The sum of a fractional column.
    Sum,
    /// The mean of an integer column.
    IntegerMean,
    /// The mean of a fractional column.
    Mean,
    /// The variance of a sample (divided by n − 1).
    Variance,
    /// The variance of a population (divided by n).
    VariancePopulation,
    /// The standard deviation of a sample.
    Deviation,
    /// The standard deviation of a population.
    DeviationPopulation,
}

impl Measure {
    /// Whether it counts individuals, or their rows or values.
    pub(crate) fn is_count(self) -> bool {
        matches!(self, Self::Individuals | Self::Count)
    }

    /// Whether it is made of a sum of amounts, so that who has none is not in it.
    pub fn is_of_amounts(self) -> bool {
        !self.is_count()
    }

    /// Whether it tells how far values lie from their mean.
    pub fn is_spread(self) -> bool {
        matches!(
            self,
            Self::Variance | Self::VariancePopulation | Self::Deviation | Self::DeviationPopulation
        )
    }
}

/// A measure of a table, and what is declared of its column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistic {
    /// What it is.
    pub measure: Measure,
    /// The declared bounds of what it sums.
    pub bounds: Option<[f64; 2]>,
}

/// A dimension of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// A declared domain of so many values: every value has a group from the start.
    Declared(u32),
    /// Values that only the data know: a group shows itself when it may be shown.
    Data,
}

/// A total of what an individual contributes to a figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// Of an integer column.
    Integer(i128),
    /// Of a fractional column.
    Fraction(f64),
}

/// What one individual contributes to one figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contribution {
    /// Rows, or values that are not NULL. An individual with none contributes nothing.
    pub count: u64,
    /// The sum of the values; of a count, the count itself.
    pub amount: Amount,
    /// The sum of their squares, where the figure is a variance or deviation; else 0.
    pub square: f64,
}

impl Contribution {
    /// Nothing at all.
    pub const NONE: Self = Self {
        count: 0,
        amount: Amount::Integer(0),
        square: 0.0,
    };

    /// Whether its amount is zero.
    pub(crate) fn is_of_nothing(&self) -> bool {
        match self.amount {
            Amount::Integer(value) => value == 0,
            Amount::Fraction(value) => value == 0.0,
        }
    }

    /// A single row.
    pub const ROW: Self = Self {
        count: 1,
        amount: Amount::Integer(1),
        square: 0.0,
    };
}

/// A group: per dimension the position of its value in the declared domain or
/// in the list of values found, or `None` for rows without a value.
pub type Key = Vec<Option<u32>>;

/// A group's figures.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Everybody who has a row in the group.
    pub group: Figure,
    /// The figures asked for, in the order of the table's statistics.
    pub figures: Vec<Figure>,
}

/// A table of cells.
#[derive(Clone, Debug)]
pub struct CellTable {
    dimensions: Vec<Dimension>,
    statistics: Vec<Statistic>,
    cells: BTreeMap<Key, Cell>,
}

/// A contribution does not fit the table.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("a contribution does not fit the shape of its table")]
pub struct ShapeError;

impl CellTable {
    /// An empty table. Every combination of declared values has a cell from the
    /// start, so that which cells exist tells nothing; over a data dimension
    /// cells come with their rows.
    pub fn new(dimensions: Vec<Dimension>, statistics: Vec<Statistic>) -> Self {
        let mut table = Self {
            dimensions,
            statistics,
            cells: BTreeMap::new(),
        };
        for key in table.declared_keys() {
            let cell = empty_cell(&table.statistics);
            table.cells.insert(key, cell);
        }
        table
    }

    /// None as soon as one dimension is of the data.
    fn declared_keys(&self) -> Vec<Key> {
        let sizes = self.dimensions.iter().map(|dimension| match dimension {
            Dimension::Declared(size) => *size,
            Dimension::Data => 0,
        });
        sizes.fold(vec![Vec::new()], |keys, size| {
            keys.iter()
                .flat_map(|key| {
                    (0..size).map(move |value| {
                        let mut longer = key.clone();
                        longer.push(Some(value));
                        longer
                    })
                })
                .collect()
        })
    }

    /// Adds what an individual contributes to a group: one contribution per
    /// statistic. Call it once per individual and group.
    ///
    /// # Errors
    ///
    /// When key or contributions do not have the table's shape.
    pub fn add(
        &mut self,
        noise: &Noise,
        unit: u32,
        key: Key,
        contributions: &[Contribution],
    ) -> Result<(), ShapeError> {
        let in_domain = |(value, dimension): (&Option<u32>, &Dimension)| match dimension {
            Dimension::Declared(size) => value.is_none_or(|value| value < *size),
            Dimension::Data => true,
        };
        let fits = key.len() == self.dimensions.len()
            && contributions.len() == self.statistics.len()
            && key.iter().zip(&self.dimensions).all(in_domain);
        if !fits {
            return Err(ShapeError);
        }
        let cell = self.cells.entry(key);
        let cell = cell.or_insert_with(|| empty_cell(&self.statistics));
        cell.group.add(noise, unit, Contribution::ROW);
        for (figure, contribution) in cell.figures.iter_mut().zip(contributions) {
            figure.add(noise, unit, *contribution);
        }
        Ok(())
    }

    /// What the figures are.
    pub fn statistics(&self) -> &[Statistic] {
        &self.statistics
    }

    /// The dimensions.
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// The cells, by key.
    pub fn cells(&self) -> &BTreeMap<Key, Cell> {
        &self.cells
    }

    /// The cells, to settle their figures with what was released before.
    pub fn cells_mut(&mut self) -> impl Iterator<Item = (&Key, &mut Cell)> {
        self.cells.iter_mut()
    }

    /// Leaves some groups of data dimensions out, as if nobody were in them.
    pub fn retain(&mut self, mut keep: impl FnMut(&Key) -> bool) {
        self.cells.retain(|key, _| keep(key));
    }

    /// Everybody behind any cell.
    pub fn everybody(&self) -> RoaringBitmap {
        let groups = self.cells.values().map(|cell| cell.group.set());
        groups.fold(RoaringBitmap::new(), |all, group| all | group)
    }
}

fn empty_cell(statistics: &[Statistic]) -> Cell {
    let figures = statistics.iter();
    Cell {
        group: Figure::default(),
        figures: figures
            .map(|statistic| Figure::of(statistic.measure))
            .collect(),
    }
}

#[cfg(test)]
#[path = "cell/tests.rs"]
mod tests;
