//! What the worker says of individuals: who is in the cohort, and the keys,
//! conditions and values that each of them has once.

use std::collections::{BTreeMap, HashMap};

use arrow::record_batch::RecordBatch;
use roaring::RoaringBitmap;
use sekisho_disclosure::Key;

use super::{
    Mismatch,
    columns::{self, Number},
    keys::{self, KeyValue, Keys, Positions},
};
use crate::{Level, Shape};

/// A cut's individuals. People outside the cohort are among them, since an
/// earlier cohort may have them.
#[derive(Debug)]
pub struct Units {
    rows: HashMap<u32, usize>,
    within: RoaringBitmap,
    /// Per dimension: the values, if it is of individuals.
    pub(super) keys: Vec<Option<Vec<Option<KeyValue>>>>,
    /// Per measure: who meets its condition, if it has one.
    conditions: Vec<Option<RoaringBitmap>>,
    /// Per measure: the values, if they are of individuals.
    values: Vec<Option<Vec<Option<Number>>>>,
}

/// The sets of individuals that figures are of: per combination of keys that
/// describe individuals.
#[derive(Clone, Debug)]
pub struct Strata(Vec<Stratum>);

/// The individuals with one combination of keys.
#[derive(Clone, Debug)]
pub struct Stratum {
    /// Per dimension: the value, if the dimension is of individuals.
    pub(super) key: Vec<Option<Option<KeyValue>>>,
    /// Everybody with these keys.
    pub everybody: RoaringBitmap,
    /// Per measure: those who meet its condition, if it has one.
    pub conditions: Vec<Option<RoaringBitmap>>,
}

impl Units {
    /// Reads what the worker said.
    ///
    /// # Errors
    ///
    /// When it is not of this shape, or an individual comes twice.
    pub fn read(shape: &Shape, batches: &[RecordBatch]) -> Result<Self, Mismatch> {
        let mut read = Self {
            rows: HashMap::new(),
            within: RoaringBitmap::new(),
            keys: (shape.dimensions.iter())
                .map(|dimension| (dimension.level == Level::Unit).then(Vec::new))
                .collect(),
            conditions: (shape.measures.iter())
                .map(|measure| measure.condition.then(RoaringBitmap::new))
                .collect(),
            values: (shape.measures.iter())
                .map(|measure| measure.value.then(Vec::new))
                .collect(),
        };
        for batch in batches {
            read.add(batch)?;
        }
        Ok(read)
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<(), Mismatch> {
        let units = columns::units(batch)?;
        let within = columns::flags(batch, "b")?;
        for (unit, within) in units.values().iter().zip(within.iter()) {
            let row = self.rows.len();
            if self.rows.insert(*unit, row).is_some() {
                return Err(Mismatch);
            }
            if within == Some(true) {
                self.within.insert(*unit);
            }
        }
        for (index, of) in self.keys.iter_mut().enumerate() {
            if let Some(of) = of {
                of.extend(keys::values(&columns::column(
                    batch,
                    &format!("k{index}"),
                )?)?);
            }
        }
        for (index, of) in self.conditions.iter_mut().enumerate() {
            if let Some(of) = of {
                let flags = columns::flags(batch, &format!("f{index}"))?;
                let met = units.values().iter().zip(flags.iter());
                of.extend(
                    met.filter(|(_, met)| *met == Some(true))
                        .map(|(unit, _)| *unit),
                );
            }
        }
        for (index, of) in self.values.iter_mut().enumerate() {
            if let Some(of) = of {
                of.extend(columns::numbers(batch, &format!("v{index}"))?);
            }
        }
        Ok(())
    }

    /// The cohort as the query describes it.
    pub fn cohort(&self) -> &RoaringBitmap {
        &self.within
    }

    /// The sets of a cohort's figures. The cohort may be another than the query
    /// describes: who is not known here has no keys and meets no condition.
    pub fn strata(&self, cohort: &RoaringBitmap) -> Strata {
        let mut strata: BTreeMap<Vec<Option<Option<KeyValue>>>, RoaringBitmap> = BTreeMap::new();
        let by_key = self.keys.iter().any(Option::is_some);
        if by_key {
            for unit in cohort {
                strata.entry(self.key(unit)).or_default().insert(unit);
            }
        } else {
            strata.insert(vec![None; self.keys.len()], cohort.clone());
        }
        let stratum = |(key, everybody): (_, RoaringBitmap)| Stratum {
            key,
            conditions: (self.conditions.iter())
                .map(|condition| condition.as_ref().map(|met| met & &everybody))
                .collect(),
            everybody,
        };
        Strata(strata.into_iter().map(stratum).collect())
    }

    fn key(&self, unit: u32) -> Vec<Option<Option<KeyValue>>> {
        let row = self.rows.get(&unit);
        let value =
            |of: &Vec<Option<KeyValue>>| row.and_then(|row| of.get(*row).cloned().flatten());
        self.keys.iter().map(|of| of.as_ref().map(value)).collect()
    }

    /// What an individual has once of what a measure sums.
    pub(super) fn value(&self, measure: usize, unit: u32) -> Option<Number> {
        let values = self.values.get(measure)?.as_ref()?;
        values.get(*self.rows.get(&unit)?).copied().flatten()
    }
}

impl Strata {
    /// Every set, to be exchanged for an earlier one.
    pub fn sets_mut(&mut self) -> impl Iterator<Item = &mut RoaringBitmap> {
        self.0.iter_mut().flat_map(|stratum| {
            let conditions = stratum.conditions.iter_mut().flatten();
            [&mut stratum.everybody].into_iter().chain(conditions)
        })
    }

    /// Everybody in any of them.
    pub fn everybody(&self) -> RoaringBitmap {
        let sets = self.0.iter().flat_map(|stratum| {
            [&stratum.everybody]
                .into_iter()
                .chain(stratum.conditions.iter().flatten())
        });
        sets.fold(RoaringBitmap::new(), |all, set| all | set)
    }

    /// The sets by the positions of their keys, to be found by the part of a
    /// cell's key that describes individuals (see [`Shape::of_individuals`]).
    pub fn by_position(&self, keys: &Keys) -> BTreeMap<Key, &Stratum> {
        let positions = |stratum: &Stratum| {
            let of = stratum.key.iter().enumerate();
            of.filter_map(|(index, value)| {
                let value = value.as_ref()?;
                Some(value.as_ref().and_then(|value| keys.position(index, value)))
            })
            .collect()
        };
        let mut strata: BTreeMap<Key, &Stratum> = BTreeMap::new();
        for stratum in &self.0 {
            // Values that are no groups share a place; the fewer count for all.
            let place = strata.entry(positions(stratum)).or_insert(stratum);
            if stratum.everybody.len() < place.everybody.len() {
                *place = stratum;
            }
        }
        strata
    }

    /// The sets by their keys as text, none for NULL; where keys are declared words,
    /// or true and false.
    pub fn by_words(&self) -> BTreeMap<Vec<Option<String>>, &Stratum> {
        let words = |stratum: &Stratum| -> Vec<Option<String>> {
            let values = stratum.key.iter().flatten();
            values.map(|value| value.as_ref()?.word()).collect()
        };
        let sets = self.0.iter();
        sets.map(|stratum| (words(stratum), stratum)).collect()
    }

    /// The sets, by keys.
    pub fn iter(&self) -> impl Iterator<Item = &Stratum> {
        self.0.iter()
    }
}

impl Stratum {
    /// Those whom a measure is of.
    pub fn of(&self, measure: usize) -> &RoaringBitmap {
        let condition = self.conditions.get(measure).and_then(Option::as_ref);
        condition.unwrap_or(&self.everybody)
    }

    /// The positions of its keys; none where a dimension is of rows.
    pub(super) fn positions(&self, positions: &[Positions]) -> Vec<Option<Option<u32>>> {
        let keys = self.key.iter().zip(positions);
        keys.map(|(value, positions)| {
            let value = value.as_ref()?;
            Some(positions.of_anybody(value.as_ref()))
        })
        .collect()
    }
}
