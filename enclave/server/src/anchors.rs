//! The anchors of a dataset, over all of its snapshots and visitors: which sets
//! of individuals were described before, and by which figures.
//!
//! What is remembered is durable with the commit of the release that it is of: the
//! journal is in order, so a commit that is on disk has all that was written before.

mod family;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use roaring::RoaringBitmap;
use sekisho_disclosure::{
    CellTable, Figure, Measure, Noise, Protected, SetKey,
    anchors::{Class, Cohort, Index, SetSketch, Snap, Statistic, settle, snap, tolerance},
};
use sekisho_ledger::{AnchorRecord, Ledger, LedgerError};

pub(crate) use family::Family;

/// The anchors of one dataset.
pub(crate) struct Anchors {
    dataset: String,
    ledger: Arc<Ledger>,
    held: Mutex<Held>,
}

/// What stands in memory. An anchor's number is its place in `sets`.
#[derive(Default)]
struct Held {
    index: Index,
    sets: Vec<Place>,
    statistics: HashMap<u64, Vec<Statistic>>,
    /// Figures that the ledger does not have yet, by the anchors' numbers. Others may
    /// settle to them already, so whoever writes next writes them all.
    fresh: Vec<(u64, Vec<u8>)>,
    /// Sets that were read from the ledger to be compared with others.
    read: HashMap<u64, Arc<RoaringBitmap>>,
}

/// Where an anchor's set is.
enum Place {
    /// In the ledger, under this name.
    Ledger(u64),
    /// Here, until the ledger has it.
    Memory(Box<Cohort>),
}

/// Whose figures are compared with earlier ones.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) noise: &'a Noise,
    /// k of the strictest profile that applies.
    pub(crate) threshold: u32,
    /// Everybody who may be used now.
    pub(crate) permitted: &'a RoaringBitmap,
}

/// Why anchors are not to be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AnchorError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("the ledger's anchors cannot be read: {0}")]
    Foreign(&'static str),
}

impl Anchors {
    /// The anchors that the ledger has.
    pub(crate) fn open(ledger: Arc<Ledger>, dataset: &str) -> Result<Self, AnchorError> {
        let mut held = Held::default();
        for head in ledger.anchors(dataset)? {
            let sketch = SetSketch::from_bytes(&head.sketch);
            let sketch = sketch.ok_or(AnchorError::Foreign("a sketch is of another format"))?;
            let number = held.sets.len() as u64;
            held.index
                .insert(number, head.size, SetKey(head.key), &sketch);
            held.sets.push(Place::Ledger(head.id));
        }
        Ok(Self {
            dataset: dataset.to_owned(),
            ledger,
            held: Mutex::new(held),
        })
    }

    /// Exchanges each set for an earlier one that it hardly differs from, or
    /// remembers it.
    pub(crate) fn snap<'s>(
        &self,
        asked: Asked<'_>,
        sets: impl Iterator<Item = &'s mut RoaringBitmap>,
    ) -> Result<(), AnchorError> {
        let mut held = self.held();
        for set in sets {
            let (cohort, _) = held.snapped(self, asked, set)?;
            *set = cohort.map_or_else(RoaringBitmap::new, |cohort| cohort.set);
        }
        self.keep(&mut held)
    }

    /// Exchanges the figures of a table for earlier ones over sets that hardly
    /// differ, or remembers them.
    pub(crate) fn settle(
        &self,
        asked: Asked<'_>,
        table: &mut CellTable,
    ) -> Result<(), AnchorError> {
        let measures: Vec<Measure> = (table.statistics().iter())
            .map(|statistic| statistic.measure)
            .collect();
        for (_, cell) in table.cells_mut() {
            // Of a group that is withheld nothing is shown.
            if cell.group.set().is_empty() {
                continue;
            }
            // Anew for each group: others wait for one, not for all.
            let mut held = self.held();
            held.settle(self, asked, Measure::Individuals, &mut cell.group)?;
            for (figure, measure) in cell.figures.iter_mut().zip(&measures) {
                held.settle(self, asked, *measure, figure)?;
            }
        }
        self.keep(&mut self.held())
    }

    /// Remembers who is in the figures that are shown, and who is in the others:
    /// their totals may be asked for later.
    pub(crate) fn remember(
        &self,
        asked: Asked<'_>,
        table: &CellTable,
        protected: &Protected,
    ) -> Result<(), AnchorError> {
        let shown: std::collections::BTreeSet<_> = (protected.rows().iter())
            .filter(|row| row.values.iter().any(Option::is_some))
            .map(|row| &row.key)
            .collect();
        let (mut visible, mut suppressed) = (RoaringBitmap::new(), RoaringBitmap::new());
        for (key, cell) in table.cells() {
            *(if shown.contains(key) {
                &mut visible
            } else {
                &mut suppressed
            }) |= cell.group.set();
        }
        self.snap(asked, [&mut visible, &mut suppressed].into_iter())
    }

    /// The name of a set's anchor in the ledger, if it is one.
    pub(crate) fn name(&self, noise: &Noise, set: &RoaringBitmap) -> Option<u64> {
        let held = self.held();
        let number = held.index.exact(noise.set(set))?;
        held.name(number).ok()
    }

    /// The sets that were anchors before this one was; all, if it is none.
    pub(crate) fn before(
        &self,
        noise: &Noise,
        set: &RoaringBitmap,
    ) -> Result<Vec<Arc<RoaringBitmap>>, AnchorError> {
        let mut held = self.held();
        let all = held.sets.len() as u64;
        let end = held.index.exact(noise.set(set)).unwrap_or(all);
        (0..end).map(|number| held.read(self, number)).collect()
    }

    /// The set of an anchor, by its name in the ledger.
    pub(crate) fn set(&self, name: u64) -> Result<RoaringBitmap, AnchorError> {
        Ok(self.ledger.anchor_set(name)?)
    }

    /// A thread that died while it held the lock may have left a set that the
    /// ledger does not have: it is compared with all the same.
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what is new to the ledger, whoever made it. What could not be written
    /// stays in memory and is written the next time.
    fn keep(&self, held: &mut Held) -> Result<(), AnchorError> {
        let mut numbers = Vec::new();
        let mut records = Vec::new();
        for (number, place) in held.sets.iter().enumerate() {
            if let Place::Memory(cohort) = place {
                numbers.push(number);
                records.push(AnchorRecord {
                    set: cohort.set.clone(),
                    key: cohort.key.0,
                    sketch: cohort.sketch.to_bytes(),
                });
            }
        }
        if !records.is_empty() {
            let names = self.ledger.add_anchors(&self.dataset, &records)?;
            for (number, name) in numbers.into_iter().zip(names) {
                if let Some(place) = held.sets.get_mut(number) {
                    *place = Place::Ledger(name);
                }
            }
        }
        if !held.fresh.is_empty() {
            let named = held.fresh.iter();
            let named = named.map(|(number, bytes)| Ok((held.name(*number)?, bytes.clone())));
            let named = named.collect::<Result<Vec<_>, AnchorError>>()?;
            self.ledger.add_statistics(&self.dataset, &named)?;
            held.fresh.clear();
        }
        Ok(())
    }
}

impl Held {
    /// The set that stands in for another, and its anchor's number; no set if it
    /// must not be released at all, no number if it is too small to be.
    fn snapped(
        &mut self,
        anchors: &Anchors,
        asked: Asked<'_>,
        set: &RoaringBitmap,
    ) -> Result<(Option<Cohort>, Option<u64>), AnchorError> {
        let Asked {
            noise,
            threshold,
            permitted,
        } = asked;
        let load = |number: u64| match self.place(number)? {
            Place::Ledger(name) => Ok::<_, AnchorError>(anchors.ledger.anchor_set(*name)?),
            Place::Memory(cohort) => Ok(cohort.set.clone()),
        };
        match snap(&self.index, noise, threshold, permitted, set, load)? {
            Snap::Anchor { id, cohort } => Ok((Some(cohort), Some(id))),
            Snap::Small(cohort) => Ok((Some(cohort), None)),
            Snap::Withheld => Ok((None, None)),
            Snap::New(cohort) => {
                let number = self.sets.len() as u64;
                let size = cohort.set.len();
                self.index.insert(number, size, cohort.key, &cohort.sketch);
                self.sets.push(Place::Memory(Box::new(cohort.clone())));
                Ok((Some(cohort), Some(number)))
            }
        }
    }

    fn settle(
        &mut self,
        anchors: &Anchors,
        asked: Asked<'_>,
        measure: Measure,
        figure: &mut Figure,
    ) -> Result<(), AnchorError> {
        let (cohort, number) = self.snapped(anchors, asked, figure.set())?;
        let Some(cohort) = cohort else {
            figure.withhold();
            return Ok(());
        };
        let key = cohort.key;
        figure.snap(cohort.set);
        let (Some(number), Some(class)) = (number, Class::of(measure)) else {
            return Ok(());
        };
        let statistic = Statistic {
            class,
            sketch: figure.sketch().clone(),
            totals: figure.totals(),
        };
        let tolerance = tolerance(asked.noise, asked.threshold, key, key);
        let earlier = self.statistics(anchors, number)?;
        if let Some(same) = settle(earlier.iter(), &statistic, tolerance) {
            figure.settle(same.totals);
        } else {
            let bytes = statistic.to_bytes();
            earlier.push(statistic);
            self.fresh.push((number, bytes));
        }
        // Later, so that a mean over all of them is not taken for one over those who add.
        self.settle_adding(anchors, asked, measure, figure)
    }

    /// What a sum tells, it tells of those who add to it: their set is compared
    /// by itself, since zeros of others make of it any other set.
    fn settle_adding(
        &mut self,
        anchors: &Anchors,
        asked: Asked<'_>,
        measure: Measure,
        figure: &mut Figure,
    ) -> Result<(), AnchorError> {
        let class = match Class::of(measure) {
            Some(Class::Spread) => Class::PaddedSpread,
            Some(class) if measure.is_of_amounts() => class,
            _ => return Ok(()),
        };
        if figure.adding() == figure.set() {
            return Ok(());
        }
        let (cohort, number) = self.snapped(anchors, asked, figure.adding())?;
        let key = cohort.as_ref().map(|cohort| cohort.key);
        figure.snap_adding(cohort.map_or_else(RoaringBitmap::new, |cohort| cohort.set));
        let (Some(number), Some(key)) = (number, key) else {
            return Ok(());
        };
        let padded = class == Class::PaddedSpread;
        let statistic = Statistic {
            class,
            sketch: figure.adding_sketch().clone(),
            totals: match padded {
                true => figure.totals(),
                false => figure.adding_totals(),
            },
        };
        let tolerance = tolerance(asked.noise, asked.threshold, key, key);
        let earlier = self.statistics(anchors, number)?;
        match settle(earlier.iter(), &statistic, tolerance) {
            Some(same) if !padded => figure.settle_sum(&same.totals),
            Some(same) if same.totals.count == statistic.totals.count => figure.settle(same.totals),
            // With other zeros it would tell of those who add once more.
            Some(_) => figure.snap_adding(RoaringBitmap::new()),
            None => {
                let bytes = statistic.to_bytes();
                earlier.push(statistic);
                self.fresh.push((number, bytes));
            }
        }
        Ok(())
    }

    /// The figures that were released over an anchor.
    fn statistics(
        &mut self,
        anchors: &Anchors,
        number: u64,
    ) -> Result<&mut Vec<Statistic>, AnchorError> {
        if !self.statistics.contains_key(&number) {
            let written = match self.place(number)? {
                Place::Ledger(name) => anchors.ledger.statistics(*name)?,
                Place::Memory(_) => Vec::new(),
            };
            let read = written
                .iter()
                .map(|bytes| Statistic::from_bytes(bytes))
                .collect::<Result<_, _>>()
                .map_err(|_| AnchorError::Foreign("a statistic is of another format"))?;
            self.statistics.insert(number, read);
        }
        Ok(self.statistics.entry(number).or_default())
    }

    fn read(&mut self, anchors: &Anchors, number: u64) -> Result<Arc<RoaringBitmap>, AnchorError> {
        if let Some(known) = self.read.get(&number) {
            return Ok(Arc::clone(known));
        }
        let set = Arc::new(match self.place(number)? {
            Place::Ledger(name) => anchors.set(*name)?,
            Place::Memory(cohort) => cohort.set.clone(),
        });
        self.read.insert(number, Arc::clone(&set));
        Ok(set)
    }

    fn place(&self, number: u64) -> Result<&Place, AnchorError> {
        let place = usize::try_from(number)
            .ok()
            .and_then(|number| self.sets.get(number));
        place.ok_or(AnchorError::Foreign("an anchor is missing"))
    }

    fn name(&self, number: u64) -> Result<u64, AnchorError> {
        match self.place(number)? {
            Place::Ledger(name) => Ok(*name),
            Place::Memory(_) => Err(AnchorError::Foreign("an anchor is not yet written")),
        }
    }
}

#[cfg(test)]
mod tests;
