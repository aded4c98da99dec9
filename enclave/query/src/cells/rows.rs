//! The rows of a cut, added up into cells.

use std::collections::BTreeSet;

use arrow::record_batch::RecordBatch;
use sekisho_disclosure::{
    Amount, CellTable, Contribution, Key, Mechanism, Noise, Profile,
    dp::{UnitRow, bounded},
};

use super::{
    Cells, Keys, Mismatch, Strata, Units,
    columns::{self, Number},
    dimensions,
    keys::{self, KeyValue, Positions},
    statistics,
};
use crate::{Level, MeasureShape, Shape};

/// The most groups of a cut: a data key may have more values than can be shown.
/// Of those beyond, the ones of few individuals are left out: if the query failed
/// for them, it would count the groups of a single individual.
const MAX_CELLS: usize = 50_000;

/// The most groups, rare ones too, that are added up at all.
const MOST_CELLS: usize = 1_000_000;

/// Adds up what the individuals of each set contribute.
///
/// # Errors
///
/// When the rows are not of this shape, or hold a value outside a declared domain.
pub fn collect(
    shape: &Shape,
    units: &Units,
    strata: &Strata,
    batches: Option<&[RecordBatch]>,
    noise: &Noise,
    profile: &Profile,
) -> Result<Cells, Mismatch> {
    let mut added = Added {
        table: CellTable::new(dimensions(shape), statistics(shape)),
        noise,
        unbounded: (profile.mechanism == Mechanism::Dp).then(Vec::new),
    };
    let keys = each(shape, units, strata, batches, |unit, key, contributions| {
        added.add(unit, key, contributions)
    })?;
    let table = added.finish(profile)?;
    Ok(Cells { table, keys })
}

/// What the individuals of each set contribute, as it is: the ground of typed analyses.
///
/// # Errors
///
/// As [`collect`].
pub fn frame(
    shape: &Shape,
    units: &Units,
    strata: &Strata,
    batches: Option<&[RecordBatch]>,
) -> Result<Vec<UnitRow>, Mismatch> {
    let mut rows = Vec::new();
    each(shape, units, strata, batches, |unit, key, contributions| {
        rows.push(UnitRow {
            unit,
            key,
            contributions: contributions.to_vec(),
        });
        Ok(())
    })?;
    Ok(rows)
}

/// Hands on what each individual contributes to each group.
fn each(
    shape: &Shape,
    units: &Units,
    strata: &Strata,
    batches: Option<&[RecordBatch]>,
    mut add: impl FnMut(u32, Key, &[Contribution]) -> Result<(), Mismatch>,
) -> Result<Keys, Mismatch> {
    if shape.many != batches.is_some() {
        return Err(Mismatch);
    }
    let rows = batches
        .map(|batches| Rows::read(shape, batches))
        .transpose()?;
    let (positions, values) = positions(shape, units, rows.as_ref())?;
    let mut contributions = Vec::with_capacity(shape.measures.len());
    for stratum in strata.iter() {
        let of_units = stratum.positions(&positions);
        let mut members = stratum.everybody.clone();
        for condition in stratum.conditions.iter().flatten() {
            members |= condition;
        }
        for unit in members {
            let of = |measure: usize| stratum.of(measure).contains(unit);
            let measures = shape.measures.iter().enumerate();
            let Some(rows) = &rows else {
                let key = of_units.iter().copied().map(Option::flatten).collect();
                contributions.clear();
                contributions.extend(measures.map(|(index, measure)| match of(index) {
                    true => once(measure, units.value(index, unit)),
                    false => Contribution::NONE,
                }));
                add(unit, key, &contributions)?;
                continue;
            };
            for row in rows.of(unit) {
                let key = rows.key(row, &of_units, &positions)?;
                contributions.clear();
                let measures = measures.clone();
                contributions.extend(measures.map(|(index, measure)| match of(index) {
                    true => rows.contribution(row, index, measure, || units.value(index, unit)),
                    false => Contribution::NONE,
                }));
                add(unit, key, &contributions)?;
            }
        }
    }
    Ok(Keys::new(values))
}

/// Where contributions are added up.
struct Added<'n> {
    table: CellTable,
    noise: &'n Noise,
    /// They are bounded together, where the mechanism asks for it.
    unbounded: Option<Vec<UnitRow>>,
}

impl Added<'_> {
    fn add(&mut self, unit: u32, key: Key, contributions: &[Contribution]) -> Result<(), Mismatch> {
        if let Some(unbounded) = &mut self.unbounded {
            unbounded.push(UnitRow {
                unit,
                key,
                contributions: contributions.to_vec(),
            });
            return Ok(());
        }
        let added = self.table.add(self.noise, unit, key, contributions);
        added.map_err(|_| Mismatch)?;
        match self.table.cells().len() > MOST_CELLS {
            true => Err(Mismatch),
            false => Ok(()),
        }
    }

    fn finish(mut self, profile: &Profile) -> Result<CellTable, Mismatch> {
        if let Some(unbounded) = self.unbounded.take() {
            let statistics = self.table.statistics();
            let bounded = bounded(unbounded, statistics, profile, self.noise);
            for row in bounded {
                self.add(row.unit, row.key, &row.contributions)?;
            }
        } else {
            leave_out_rare(&mut self.table, profile.threshold, MAX_CELLS);
        }
        match self.table.cells().len() > MAX_CELLS {
            true => Err(Mismatch),
            false => Ok(self.table),
        }
    }
}

/// Leaves so many groups: those of few individuals go, the last ones first. A
/// query that failed for their number would tell how many there are.
fn leave_out_rare(table: &mut CellTable, threshold: u32, most: usize) {
    let excess = table.cells().len().saturating_sub(most);
    let cells = table.cells().iter().rev();
    let rare = cells.filter(|(_, cell)| cell.group.individuals() < u64::from(threshold));
    let left_out: BTreeSet<Key> = rare.take(excess).map(|(key, _)| key.clone()).collect();
    table.retain(|key| !left_out.contains(key));
}

/// What somebody contributes who has one row.
fn once(measure: &MeasureShape, value: Option<Number>) -> Contribution {
    if !measure.kind.sums() {
        return Contribution::ROW;
    }
    multiplied(1, measure, value)
}

/// A value that an individual has once, on so many rows.
fn multiplied(count: u64, measure: &MeasureShape, value: Option<Number>) -> Contribution {
    let Some(value) = value else {
        return Contribution::NONE;
    };
    #[expect(clippy::cast_precision_loss, reason = "as a fraction times a count is")]
    let times = count as f64;
    let square = match measure.kind.squares() {
        true => value.as_f64() * value.as_f64() * times,
        false => 0.0,
    };
    let amount = match value {
        Number::Integer(value) => Amount::Integer(i128::from(value) * i128::from(count)),
        Number::Fraction(value) => Amount::Fraction(value * times),
    };
    Contribution {
        count,
        amount,
        square,
    }
}

/// Per dimension: positions, and the values in their order.
type Found = (Vec<Positions>, Vec<Vec<KeyValue>>);

fn positions(shape: &Shape, units: &Units, rows: Option<&Rows>) -> Result<Found, Mismatch> {
    let of_rows = |index: usize| rows.and_then(|rows| rows.keys.get(index)?.as_ref());
    let of_units = |index: usize| units.keys.get(index)?.as_ref();
    let found = shape
        .dimensions
        .iter()
        .enumerate()
        .map(|(index, dimension)| {
            let values = match dimension.level {
                Level::Unit => of_units(index),
                Level::Row => of_rows(index),
            };
            Positions::of(dimension, values.into_iter().flatten().flatten())
        });
    let found: Vec<_> = found.collect::<Result<_, Mismatch>>()?;
    Ok(found.into_iter().unzip())
}

/// The rows of all batches, in columns.
struct Rows {
    /// Which rows are whose: individuals and rows, in order.
    of: Vec<(u32, usize)>,
    /// Per dimension: the values, if it is of rows.
    keys: Vec<Option<Vec<Option<KeyValue>>>>,
    counts: Vec<Vec<u64>>,
    sums: Vec<Option<Vec<Option<Number>>>>,
    squares: Vec<Option<Vec<Option<Number>>>>,
}

impl Rows {
    fn read(shape: &Shape, batches: &[RecordBatch]) -> Result<Self, Mismatch> {
        let sums = |measure: &MeasureShape| measure.kind.sums() && !measure.value;
        let squares = |measure: &MeasureShape| measure.kind.squares() && !measure.value;
        let mut rows = Self {
            of: Vec::new(),
            keys: (shape.dimensions.iter())
                .map(|dimension| (dimension.level == Level::Row).then(Vec::new))
                .collect(),
            counts: vec![Vec::new(); shape.measures.len()],
            sums: (shape.measures.iter())
                .map(|measure| sums(measure).then(Vec::new))
                .collect(),
            squares: (shape.measures.iter())
                .map(|measure| squares(measure).then(Vec::new))
                .collect(),
        };
        let mut read = 0;
        for batch in batches {
            let units = columns::units(batch)?;
            rows.of.extend(units.values().iter().copied().zip(read..));
            read += units.len();
            for (index, of) in rows.keys.iter_mut().enumerate() {
                if let Some(of) = of {
                    of.extend(keys::values(&columns::column(
                        batch,
                        &format!("k{index}"),
                    )?)?);
                }
            }
            for (index, of) in rows.counts.iter_mut().enumerate() {
                of.extend(columns::counts(batch, &format!("c{index}"))?);
            }
            for (index, of) in rows.sums.iter_mut().enumerate() {
                if let Some(of) = of {
                    of.extend(columns::numbers(batch, &format!("s{index}"))?);
                }
            }
            for (index, of) in rows.squares.iter_mut().enumerate() {
                if let Some(of) = of {
                    of.extend(columns::numbers(batch, &format!("q{index}"))?);
                }
            }
        }
        rows.of.sort_unstable();
        Ok(rows)
    }

    /// The rows of an individual, as they came.
    fn of(&self, unit: u32) -> impl Iterator<Item = usize> {
        let from = self.of.partition_point(|(other, _)| *other < unit);
        let rest = self.of.get(from..).unwrap_or_default().iter();
        rest.take_while(move |(other, _)| *other == unit)
            .map(|(_, row)| *row)
    }

    fn key(
        &self,
        row: usize,
        of_units: &[Option<Option<u32>>],
        positions: &[Positions],
    ) -> Result<Vec<Option<u32>>, Mismatch> {
        let keys = of_units.iter().zip(&self.keys).zip(positions);
        keys.map(|((of_unit, of_rows), positions)| match (of_unit, of_rows) {
            (Some(position), _) => Ok(*position),
            (None, Some(values)) => positions.position(values.get(row).ok_or(Mismatch)?.as_ref()),
            (None, None) => Err(Mismatch),
        })
        .collect()
    }

    fn contribution(
        &self,
        row: usize,
        index: usize,
        measure: &MeasureShape,
        value: impl FnOnce() -> Option<Number>,
    ) -> Contribution {
        let of =
            |numbers: &[Option<Vec<Option<Number>>>]| *numbers.get(index)?.as_ref()?.get(row)?;
        let counted = self.counts.get(index).and_then(|counts| counts.get(row));
        let count = counted.copied().unwrap_or(0);
        if count == 0 {
            return Contribution::NONE;
        }
        if measure.value && measure.kind.sums() {
            return multiplied(count, measure, value());
        }
        let amount = match (measure.kind, of(&self.sums)) {
            // An individual counts once, however many rows he has.
            (crate::MeasureKind::Individuals, _) => Amount::Integer(1),
            (crate::MeasureKind::Count, _) => Amount::Integer(i128::from(count)),
            (_, Some(Number::Integer(sum))) => Amount::Integer(i128::from(sum)),
            (_, Some(Number::Fraction(sum))) => Amount::Fraction(sum),
            (_, None) => Amount::Integer(0),
        };
        Contribution {
            count,
            amount,
            square: of(&self.squares).map_or(0.0, Number::as_f64),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn groups_beyond_the_most_are_left_out_where_few_are_in_them() {
        let noise = Noise::new([1; 32], 10);
        let keys = |most| {
            let mut table = CellTable::new(vec![sekisho_disclosure::Dimension::Data], vec![]);
            let crowd = (0..10).map(|unit| (unit, 9));
            for (unit, key) in (0..9).map(|key| (key, key)).chain(crowd) {
                table.add(&noise, unit, vec![Some(key)], &[]).unwrap();
            }
            leave_out_rare(&mut table, 10, most);
            table
                .cells()
                .keys()
                .flatten()
                .flatten()
                .copied()
                .collect::<Vec<_>>()
        };
        assert_eq!(keys(10), (0..10).collect::<Vec<_>>());
        assert_eq!(keys(8), [0, 1, 2, 3, 4, 5, 6, 9]);
        assert_eq!(keys(0), [9]);
    }
}
