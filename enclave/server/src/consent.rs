//! What individuals consented to, as the ledger remembers it, and whose data a
//! visit may use.

mod cohorts;
pub(crate) mod command;
mod control;

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
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
    states: RwLock<States>,
}

type States = HashMap<String, Arc<State>>;

/// Why consents cannot be read, or a change was not acknowledged.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConsentError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Without the parser's words, which may repeat what it read.
    #[error("a change of consent is of another format; run the version that wrote it")]
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
        self.known(&mut self.write(), dataset)
    }

    /// Brings a change into force. It is durable, and every visit that commits
    /// later keeps it, when this returns. Of how many the withdrawal changed.
    pub(crate) fn change(
        &self,
        dataset: &str,
        record: &Record,
        at_ms: i64,
    ) -> Result<u64, ConsentError> {
        let contents = record.to_bytes().map_err(|_| ConsentError::Foreign)?;
        let mut states = self.write();
        let before = self.known(&mut states, dataset)?;
        let after = before.with(record);
        let ((_, before), (_, now)) = (before.counts(), after.counts());
        let recorded = (self.ledger).record_consent(dataset, event(record), &contents, at_ms);
        match recorded {
            Ok(()) => {
                states.insert(dataset.to_owned(), Arc::new(after));
                tracing::info!(
                    "a change of consent is in force: {}",
                    event(record).as_str()
                );
                Ok(now.abs_diff(before))
            }
            Err(error) => {
                // It may be in the ledger, and only its checkpoint not: who is asked
                // next reads what is there.
                states.remove(dataset);
                Err(error.into())
            }
        }
    }

    /// Keeps consent from changing while it is held, if everybody of a cohort may
    /// still be used.
    pub(crate) fn hold(&self, permitted: &Permitted) -> Option<Held<'_>> {
        let states = self.read();
        let now = states.get(&permitted.dataset)?;
        let holds = now.revision() == permitted.revision
            || (permitted.individuals).is_subset(&permitted.cohort.permitted(now));
        holds.then_some(Held(states))
    }

    fn known(&self, states: &mut States, dataset: &str) -> Result<Arc<State>, ConsentError> {
        if let Some(state) = states.get(dataset) {
            return Ok(Arc::clone(state));
        }
        let mut state = State::default();
        for contents in self.ledger.consents(dataset)? {
            let record = Record::from_bytes(&contents);
            state.apply(&record.map_err(|_| ConsentError::Foreign)?);
        }
        let state = Arc::new(state);
        states.insert(dataset.to_owned(), Arc::clone(&state));
        Ok(state)
    }

    fn read(&self) -> RwLockReadGuard<'_, States> {
        self.states.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, States> {
        self.states.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// While it lives nobody's consent changes.
pub(crate) struct Held<'a>(#[expect(dead_code, reason = "it is held")] RwLockReadGuard<'a, States>);

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
