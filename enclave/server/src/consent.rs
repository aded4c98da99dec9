//! What individuals consented to, as the ledger remembers it, and whose data a
//! visit may use.

mod cohorts;
pub(crate) mod command;
mod control;

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
};

use roaring::RoaringBitmap;
use sekisho_consent::{Cohort, Record, State};
use sekisho_ledger::{ConsentEvent, Ledger, LedgerError};

pub(crate) use cohorts::Cohorts;
pub(crate) use control::listen;

/// The consents of every dataset that was asked about.
pub(crate) struct Consents {
    ledger: Arc<Ledger>,
    /// Held for reading while a release is committed, for writing while consent
    /// changes: whoever withdrew before a commit is not in it.
    states: RwLock<HashMap<String, Arc<State>>>,
}

/// Why a change of consent did not come into force. Nothing changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConsentError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("the ledger's consents are of another format")]
    Foreign,
}

impl Consents {
    pub(crate) fn new(ledger: Arc<Ledger>) -> Self {
        Self {
            ledger,
            states: RwLock::default(),
        }
    }

    /// What is in force at a dataset now. Blocks on the ledger when it is asked
    /// about for the first time.
    pub(crate) fn of(&self, dataset: &str) -> Result<Arc<State>, ConsentError> {
        if let Some(state) = self.read().get(dataset) {
            return Ok(Arc::clone(state));
        }
        let mut states = self.states.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(state) = states.get(dataset) {
            return Ok(Arc::clone(state));
        }
        let state = Arc::new(read(&self.ledger, dataset)?);
        states.insert(dataset.to_owned(), Arc::clone(&state));
        Ok(state)
    }

    /// Brings a change into force. It is durable, and every visit that commits
    /// later keeps it, when this returns.
    pub(crate) fn change(
        &self,
        dataset: &str,
        record: &Record,
        at_ms: i64,
    ) -> Result<(), ConsentError> {
        let before = self.of(dataset)?;
        let mut states = self.states.write().unwrap_or_else(PoisonError::into_inner);
        let before = states.get(dataset).cloned().unwrap_or(before);
        let after = Arc::new(before.with(record));
        let contents = record.to_bytes();
        self.ledger
            .record_consent(dataset, event(record), &contents, at_ms)?;
        states.insert(dataset.to_owned(), after);
        Ok(())
    }

    /// Does something with `what` while no consent changes, if everybody of a
    /// cohort may still be used.
    ///
    /// # Errors
    ///
    /// Gives `what` back if somebody may not.
    pub(crate) fn unless_changed<W, T>(
        &self,
        permitted: &Permitted,
        what: W,
        work: impl FnOnce(W) -> T,
    ) -> Result<T, W> {
        let states = self.read();
        let now = states.get(&permitted.dataset);
        let holds = now.is_some_and(|now| {
            now.revision() == permitted.revision
                || (permitted.individuals).is_subset(&permitted.cohort.permitted(now))
        });
        if holds { Ok(work(what)) } else { Err(what) }
    }

    fn read(&self) -> RwLockReadGuard<'_, HashMap<String, Arc<State>>> {
        self.states.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whose data a visit may use: the permitted cohort, and what it was made from.
#[derive(Clone, Debug)]
pub(crate) struct Permitted {
    pub(crate) individuals: Arc<RoaringBitmap>,
    dataset: String,
    revision: u64,
    cohort: Arc<Cohort>,
}

/// What a leaf calls a change.
fn event(record: &Record) -> ConsentEvent {
    match record {
        Record::Import(_) => ConsentEvent::Import,
        Record::Withdraw(_) => ConsentEvent::Withdraw,
        Record::Reinstate(_) => ConsentEvent::Reinstate,
    }
}

/// Everything that the ledger remembers of a dataset.
fn read(ledger: &Ledger, dataset: &str) -> Result<State, ConsentError> {
    let mut state = State::default();
    for contents in ledger.consents(dataset)? {
        let record = Record::from_bytes(&contents).ok_or(ConsentError::Foreign)?;
        state = state.with(&record);
    }
    Ok(state)
}
