//! The rows of a cut, added up into cells.

use std::collections::{BTreeMap, BTreeSet, HashMap};

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
    if shape.many != batches.is_some() {
        return Err(Mismatch);
    }
    let rows = batches
        .map(|batches| Rows::read(shape, batches))
        .transpose()?;
    let (positions, values) = positions(shape, units, rows.as_ref())?;
    let statistics = statistics(shape);
    let mut found = Vec::new();
    for stratum in strata.iter() {
        let of_units = stratum.positions(&positions);
        let mut members = stratum.everybody.clone();
        for condition in stratum.conditions.iter().flatten() {
            members |= condition;
        }
        for unit in members {
            let of = |measure: usize| stratum.of(measure).contains(unit);
            match &rows {
                None => {
                    let key = of_units.iter().copied().map(Option::flatten).collect();
                    let contributions = (shape.measures.iter().enumerate())
                        .map(|(index, measure)| match of(index) {
                            true => once(measure, units.value(index, unit)),
                            false => Contribution::NONE,
                        })
                        .collect();
                    found.push(UnitRow {
                        unit,
                        key,
                        contributions,
                    });
                }
                Some(rows) => {
                    for &row in rows.of.get(&unit).into_iter().flatten() {
                        found.push(UnitRow {
                            unit,
                            key: rows.key(row, &of_units, &positions)?,
                            contributions: (shape.measures.iter().enumerate())
                                .map(|(index, measure)| match of(index) {
                                    true => rows.contribution(row, index, measure, || {
                                        units.value(index, unit)
                                    }),
                                    false => Contribution::NONE,
                                })
                                .collect(),
                        });
                    }
                }
            }
        }
    }
    if profile.mechanism == Mechanism::Dp {
        found = bounded(found, &statistics, profile, noise);
    } else {
        leave_out_rare(&mut found, profile.threshold, MAX_CELLS);
    }
    let mut table = CellTable::new(dimensions(shape), statistics);
    for row in found {
        let added = table.add(noise, row.unit, row.key, &row.contributions);
        added.map_err(|_| Mismatch)?;
        if table.cells().len() > MAX_CELLS {
            return Err(Mismatch);
        }
    }
    Ok(Cells {
        table,
        keys: Keys::new(values),
    })
}

/// Leaves so many groups: those of few individuals go, the last ones first.
fn leave_out_rare(found: &mut Vec<UnitRow>, threshold: u32, most: usize) {
    let mut sizes: BTreeMap<&[Option<u32>], u32> = BTreeMap::new();
    for row in found.iter() {
        *sizes.entry(&row.key).or_default() += 1;
    }
    let excess = sizes.len().saturating_sub(most);
    if excess == 0 {
        return;
    }
    let rare = sizes.iter().rev().filter(|(_, size)| **size < threshold);
    let left_out: BTreeSet<Key> = (rare.take(excess)).map(|(key, _)| key.to_vec()).collect();
    found.retain(|row| !left_out.contains(&row.key));
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
    /// Which rows are whose.
    of: HashMap<u32, Vec<usize>>,
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
            of: HashMap::new(),
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
            for unit in columns::units(batch)?.values() {
                rows.of.entry(*unit).or_default().push(read);
                read += 1;
            }
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
        Ok(rows)
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
    use super::*;

    fn row(unit: u32, key: u32) -> UnitRow {
        UnitRow {
            unit,
            key: vec![Some(key)],
            contributions: vec![],
        }
    }

    #[test]
    fn groups_beyond_the_most_are_left_out_where_few_are_in_them() {
        let crowd = (0..10).map(|unit| row(unit, 9));
        let found: Vec<_> = (0..9).map(|key| row(key, key)).chain(crowd).collect();
        let keys = |most| {
            let mut found = found.clone();
            leave_out_rare(&mut found, 10, most);
            let keys: BTreeSet<_> = found.iter().flat_map(|row| row.key.clone()).collect();
            keys.into_iter().flatten().collect::<Vec<_>>()
        };
        assert_eq!(keys(10), (0..10).collect::<Vec<_>>());
        assert_eq!(keys(8), [0, 1, 2, 3, 4, 5, 6, 9]);
        assert_eq!(keys(0), [9]);
    }
}
