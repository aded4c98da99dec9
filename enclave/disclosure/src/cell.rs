//! Cells before protection: figures with the individuals behind them.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;
use thiserror::Error;

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
}

/// A total of what an individual contributes to a figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// Of an integer column.
    Integer(i128),
    /// Of a fractional column.
    Fraction(f64),
}

impl Amount {
    fn magnitude(self) -> f64 {
        match self {
            #[expect(
                clippy::cast_precision_loss,
                reason = "a magnitude is compared, never released"
            )]
            Self::Integer(value) => value.unsigned_abs() as f64,
            Self::Fraction(value) => value.abs(),
        }
    }
}

/// What one individual contributes to one figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contribution {
    /// Rows, or values that are not NULL. An individual with none contributes nothing.
    pub count: u64,
    /// The sum of the values; of a count, the count itself.
    pub amount: Amount,
}

/// One figure of one group.
#[derive(Clone, Debug)]
pub struct Figure {
    contributors: RoaringBitmap,
    count: u64,
    integer: i128,
    fraction: f64,
    magnitude: f64,
    top: [f64; 2],
    sound: bool,
}

impl Default for Figure {
    fn default() -> Self {
        Self {
            contributors: RoaringBitmap::new(),
            count: 0,
            integer: 0,
            fraction: 0.0,
            magnitude: 0.0,
            top: [0.0; 2],
            sound: true,
        }
    }
}

impl Figure {
    /// Adds what one individual contributes. Call it once per individual and figure.
    pub fn add(&mut self, unit: u32, contribution: Contribution) {
        if contribution.count == 0 {
            return;
        }
        // An individual seen twice would be counted once and summed twice.
        self.sound &= self.contributors.insert(unit);
        self.count = self.count.saturating_add(contribution.count);
        match contribution.amount {
            Amount::Integer(value) => match self.integer.checked_add(value) {
                Some(sum) => self.integer = sum,
                None => self.sound = false,
            },
            Amount::Fraction(value) => self.fraction += value,
        }
        let magnitude = contribution.amount.magnitude();
        self.magnitude += magnitude;
        let [first, second] = self.top;
        if magnitude > first {
            self.top = [magnitude, first];
        } else if magnitude > second {
            self.top = [first, magnitude];
        }
    }

    /// The individuals behind the figure.
    pub fn contributors(&self) -> &RoaringBitmap {
        &self.contributors
    }

    /// n: how many individuals contribute.
    pub fn individuals(&self) -> u64 {
        self.contributors.len()
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn integer(&self) -> i128 {
        self.integer
    }

    pub(crate) fn fraction(&self) -> f64 {
        self.fraction
    }

    /// The sum of the absolute contributions and the two largest of them.
    pub(crate) fn magnitudes(&self) -> (f64, [f64; 2]) {
        (self.magnitude, self.top)
    }

    /// Whether the figure is a number at all.
    pub(crate) fn is_sound(&self) -> bool {
        self.sound && self.fraction.is_finite() && self.magnitude.is_finite()
    }
}

/// A group: per dimension the position of its value in the declared domain, or
/// `None` for rows without a value.
pub type Key = Vec<Option<u32>>;

/// A group's figures.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Everybody who has a row in the group.
    pub group: Figure,
    /// The figures asked for, in the order of the table's measures.
    pub figures: Vec<Figure>,
}

/// A table of cells over declared domains.
#[derive(Clone, Debug)]
pub struct CellTable {
    dimensions: Vec<u32>,
    measures: Vec<Measure>,
    cells: BTreeMap<Key, Cell>,
}

/// A contribution does not fit the table.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("a contribution does not fit the shape of its table")]
pub struct ShapeError;

impl CellTable {
    /// An empty table: `dimensions` are the sizes of the declared domains. Every
    /// combination of declared values has a cell from the start, so that which
    /// cells exist tells nothing.
    pub fn new(dimensions: Vec<u32>, measures: Vec<Measure>) -> Self {
        let mut table = Self {
            dimensions,
            measures,
            cells: BTreeMap::new(),
        };
        for key in table.declared_keys() {
            let cell = table.empty_cell();
            table.cells.insert(key, cell);
        }
        table
    }

    fn declared_keys(&self) -> Vec<Key> {
        self.dimensions
            .iter()
            .fold(vec![Vec::new()], |keys, &size| {
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

    fn empty_cell(&self) -> Cell {
        Cell {
            group: Figure::default(),
            figures: vec![Figure::default(); self.measures.len()],
        }
    }

    /// Adds what an individual contributes to a group: one contribution per measure.
    ///
    /// # Errors
    ///
    /// When key or contributions do not have the table's shape.
    pub fn add(
        &mut self,
        unit: u32,
        key: Key,
        contributions: &[Contribution],
    ) -> Result<(), ShapeError> {
        let fits = key.len() == self.dimensions.len()
            && contributions.len() == self.measures.len()
            && key
                .iter()
                .zip(&self.dimensions)
                .all(|(value, &size)| value.is_none_or(|v| v < size));
        if !fits {
            return Err(ShapeError);
        }
        let empty = self.empty_cell();
        let cell = self.cells.entry(key).or_insert(empty);
        cell.group.add(
            unit,
            Contribution {
                count: 1,
                amount: Amount::Integer(1),
            },
        );
        for (figure, contribution) in cell.figures.iter_mut().zip(contributions) {
            figure.add(unit, *contribution);
        }
        Ok(())
    }

    /// What the figures are.
    pub fn measures(&self) -> &[Measure] {
        &self.measures
    }

    /// The sizes of the declared domains.
    pub fn dimensions(&self) -> &[u32] {
        &self.dimensions
    }

    /// The cells, by key.
    pub fn cells(&self) -> &BTreeMap<Key, Cell> {
        &self.cells
    }
}
