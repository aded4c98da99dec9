//! The permitted cohort: who is in a snapshot, consented to the use, is under no
//! embargo and has not withdrawn.

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::Date;
use roaring::{MultiOps as _, RoaringBitmap};
use sekisho_policies::{Codes, ConsentTerms, DataUse, embargo_ends};

use crate::state::State;

/// A use, under the terms of both doors.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Use {
    /// Who visits from where, and what for.
    pub data_use: DataUse,
    /// Months: the longer of both doors'.
    pub embargo_months: u16,
    /// The dataset's codes, which people judged.
    pub codes: Codes,
    /// What somebody consented to of whom nothing is on record. `None`: such
    /// individuals are not counted.
    pub without_record: Option<ConsentTerms>,
    /// The holder's name.
    pub holder: String,
}

/// A use of a snapshot's individuals.
#[derive(Debug)]
pub struct Cohort {
    of: Use,
    individuals: Arc<RoaringBitmap>,
    /// When individuals were registered, as the snapshot says, for those of whom
    /// the ledger does not.
    registered_on: Arc<BTreeMap<Date, RoaringBitmap>>,
}

impl Cohort {
    /// A use of these individuals.
    pub fn new(
        of: Use,
        individuals: Arc<RoaringBitmap>,
        registered_on: Arc<BTreeMap<Date, RoaringBitmap>>,
    ) -> Self {
        Self {
            of,
            individuals,
            registered_on,
        }
    }

    /// Whose data may be used in a state.
    ///
    /// Cost: a union for each set of terms and each day of registration that are
    /// known, whatever the number of individuals.
    pub fn permitted(&self, state: &State) -> RoaringBitmap {
        let of = &self.of;
        let admitted = state.terms.iter();
        let admitted = admitted.filter(|(terms, _)| terms.admit(&of.data_use, &of.codes).is_ok());
        let mut permitted = admitted.map(|(_, who)| who).union();
        let default = of.without_record.as_ref();
        if default.is_some_and(|terms| terms.admit(&of.data_use, &of.codes).is_ok()) {
            permitted |= &*self.individuals - &state.on_record;
        }
        permitted &= &*self.individuals;
        permitted -= &state.withdrawn;
        if of.embargo_months > 0 {
            permitted &= self.free(state);
        }
        permitted
    }

    /// Whom no embargo keeps back: those whose has ended, and those whose data the
    /// visitor's own organisation collected.
    fn free(&self, state: &State) -> RoaringBitmap {
        let of = &self.of;
        let ended = |day: &Date| {
            let ends = embargo_ends(Some(*day), of.embargo_months);
            ends.is_some_and(|ends| ends <= of.data_use.day)
        };
        let recorded = state.registered_on.iter().filter(|(day, _)| ended(day));
        let mut free = recorded.map(|(_, who)| who).union();
        let dated = state.registered_on.values().union();
        let of_snapshot = self.registered_on.iter().filter(|(day, _)| ended(day));
        free |= of_snapshot.map(|(_, who)| who).union() - dated;
        let own = &of.data_use.organisation;
        if let Some(collected) = state.collected_by.get(own) {
            free |= collected;
        }
        if *own == of.holder {
            free |= &*self.individuals - state.collected_by.values().union();
        }
        free
    }
}
