//! What is known of everybody's consent at a dataset, after every change so far.

use std::collections::BTreeMap;

use jiff::civil::Date;
use roaring::RoaringBitmap;
use sekisho_policies::ConsentTerms;

use crate::record::{Import, Individuals, Record};

/// Sets of individuals by what is known of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Whose consent is on record.
    pub(crate) on_record: RoaringBitmap,
    /// What they consented to: few terms, each of many.
    pub(crate) terms: BTreeMap<ConsentTerms, RoaringBitmap>,
    pub(crate) registered_on: BTreeMap<Date, RoaringBitmap>,
    pub(crate) collected_by: BTreeMap<String, RoaringBitmap>,
    pub(crate) withdrawn: RoaringBitmap,
    revision: u64,
}

impl State {
    /// How many changes it has seen.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Whose consent is on record, and who withdrew.
    pub fn counts(&self) -> (u64, u64) {
        (self.on_record.len(), self.withdrawn.len())
    }

    /// The state after one more change.
    #[must_use]
    pub fn with(&self, record: &Record) -> Self {
        let mut after = self.clone();
        after.apply(record);
        after
    }

    /// Takes one more change in.
    pub fn apply(&mut self, record: &Record) {
        self.revision += 1;
        match record {
            Record::Import(import) => self.import(import),
            Record::Withdraw(Individuals(of)) => self.withdrawn |= of,
            Record::Reinstate(Individuals(of)) => self.withdrawn -= of,
        }
    }

    fn import(&mut self, import: &Import) {
        let mut of = RoaringBitmap::new();
        for group in &import.terms {
            of |= &group.individuals.0;
        }
        // What the file says of somebody takes the place of all that was known.
        let sets = (self.terms.values_mut())
            .chain(self.registered_on.values_mut())
            .chain(self.collected_by.values_mut());
        sets.for_each(|set| *set -= &of);
        for group in &import.terms {
            *self.terms.entry(group.terms()).or_default() |= &group.individuals.0;
        }
        add(&mut self.registered_on, &import.registered_on);
        add(&mut self.collected_by, &import.collected_by);
        self.terms.retain(|_, set| !set.is_empty());
        // A file that was written before somebody withdrew does not bring them back.
        self.withdrawn |= &import.withdrawn.0;
        self.on_record |= of;
    }
}

fn add<K: Ord + Clone>(sets: &mut BTreeMap<K, RoaringBitmap>, further: &BTreeMap<K, Individuals>) {
    for (key, Individuals(set)) in further {
        *sets.entry(key.clone()).or_default() |= set;
    }
    sets.retain(|_, set| !set.is_empty());
}
