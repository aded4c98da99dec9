//! The permitted cohort: who is in a snapshot, consented to the use, is under no
//! embargo and has not withdrawn.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use jiff::civil::Date;
use roaring::{MultiOps as _, RoaringBitmap};
use sekisho_policies::{ConsentTerms, DataUse, embargo_ends};

use super::{Permitted, state::State};

/// How many cohorts are kept, so that the visits of one permit's kind make theirs
/// once.
const KEPT: usize = 64;

/// A use, under the terms of both doors.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Use {
    pub(crate) data_use: DataUse,
    /// Months: the longer of both doors'.
    pub(crate) embargo_months: u16,
    /// What somebody consented to of whom nothing is on record; such individuals
    /// are not counted if it is none.
    pub(crate) without_record: Option<ConsentTerms>,
    /// The holder's name.
    pub(crate) holder: String,
}

/// A use of a snapshot's individuals.
#[derive(Debug)]
pub(crate) struct Cohort {
    of: Use,
    individuals: Arc<RoaringBitmap>,
    /// When individuals were registered, as the snapshot says, for those of whom
    /// the ledger does not.
    registered_on: Arc<BTreeMap<Date, RoaringBitmap>>,
}

/// Cohorts that were made before.
#[derive(Default)]
pub(crate) struct Cohorts(Mutex<HashMap<(String, Use), Permitted>>);

impl Cohort {
    pub(crate) fn new(
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
    pub(crate) fn permitted(&self, state: &State) -> RoaringBitmap {
        let of = &self.of;
        let admitted = state.terms.iter();
        let admitted = admitted.filter(|(terms, _)| terms.admit(&of.data_use).is_ok());
        let mut permitted = admitted.map(|(_, who)| who).union();
        let default = of.without_record.as_ref();
        if default.is_some_and(|terms| terms.admit(&of.data_use).is_ok()) {
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

impl Cohorts {
    /// The permitted cohort of a use at a dataset's snapshot, made once for each
    /// state of consent.
    pub(crate) fn of(
        &self,
        (dataset, snapshot): (&str, &str),
        of: Use,
        state: &State,
        cohort: impl FnOnce(Use) -> Cohort,
    ) -> Permitted {
        let key = (snapshot.to_owned(), of);
        {
            let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let same = kept.get(&key);
            if let Some(same) = same.filter(|same| same.revision == state.revision()) {
                return same.clone();
            }
        }
        let cohort = Arc::new(cohort(key.1.clone()));
        let permitted = Permitted {
            individuals: Arc::new(cohort.permitted(state)),
            dataset: dataset.to_owned(),
            revision: state.revision(),
            cohort,
        };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(key, permitted.clone());
        permitted
    }
}
