//! Operations: questions that go on while nobody listens.
//!
//! What is kept of one is its question and how it stands, as long as the gateway runs and an
//! hour beyond its end. What it came to is in the enclaves' ledgers and nowhere else: the
//! question is put again, with the same key, when the result is fetched.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sekisho_proto::v1::{Operation, OperationState};
use sekisho_runtime::{
    clock::SharedClock,
    status::{Failure, Reason},
};
use tokio::{sync::watch, time::Instant};

use crate::services::message;

/// How long one is kept beyond its end.
const KEPT: Duration = Duration::from_secs(3600);

/// Whose an operation is, in which project, and its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    pub(crate) principal: String,
    pub(crate) project: String,
    pub(crate) name: String,
}

/// All operations; of each the question `Q`, so that no other takes its name.
pub(crate) struct Operations<Q> {
    limits: Limits,
    clock: SharedClock,
    held: Mutex<HashMap<Name, Arc<Held<Q>>>>,
    closing: watch::Sender<bool>,
}

/// What operations may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// How long one may go on.
    pub(crate) time: Duration,
    /// How many of one person are kept, and how many of them may go on at once.
    pub(crate) per_person: usize,
    pub(crate) running_per_person: usize,
}

/// One operation.
pub(crate) struct Held<Q> {
    question: Q,
    state: watch::Sender<Operation>,
    failure: Mutex<Option<Failure>>,
    cancelled: watch::Sender<bool>,
    ended: Mutex<Option<Instant>>,
}

/// An operation that begins.
pub(crate) struct Begun<Q>(pub(crate) Arc<Held<Q>>);

/// How an operation ended.
pub(crate) enum Outcome {
    Succeeded,
    Failed(Failure),
    Cancelled,
}

impl<Q: PartialEq> Operations<Q> {
    pub(crate) fn new(limits: Limits, clock: SharedClock) -> Self {
        Self {
            limits,
            clock,
            held: Mutex::default(),
            closing: watch::Sender::new(false),
        }
    }

    /// Says that the gateway stops: nobody is to wait any more.
    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Waits until the gateway stops.
    pub(crate) async fn closed(&self) {
        let mut closing = self.closing.subscribe();
        // The sender lives as long as this does.
        let _ = closing.wait_for(|closing| *closing).await;
    }

    /// How long one may go on.
    pub(crate) fn time(&self) -> Duration {
        self.limits.time
    }

    /// The operation of this name, if it goes on or has succeeded; else one that begins.
    pub(crate) fn submit(
        &self,
        name: &Name,
        datasets: Vec<String>,
        question: Q,
    ) -> Result<Result<Arc<Held<Q>>, Begun<Q>>, Failure> {
        let mut held = self.held();
        if let Some(same) = held.get(name) {
            if same.question != question {
                return Err(Failure::invalid(
                    "idempotency_key",
                    "an operation with this key has another question",
                )
                .help("use a new key for a new question"));
            }
            let state = same.now().state();
            if matches!(state, OperationState::Running | OperationState::Succeeded) {
                return Ok(Ok(Arc::clone(same)));
            }
        }
        let own = held.iter().filter(|(of, _)| of.principal == name.principal);
        let running = own
            .filter(|(_, of)| of.now().state() == OperationState::Running)
            .count();
        if running >= self.limits.running_per_person {
            return Err(Failure::new(
                Reason::LimitExceeded,
                format!("{running} operations of this person go on already"),
            )
            .help("wait for one of them to end, or cancel it")
            .with("limit", "operations_per_person"));
        }
        let operation = Operation {
            project: name.project.clone(),
            name: name.name.clone(),
            datasets,
            state: OperationState::Running.into(),
            submitted_at_ms: self.clock.now_ms(),
            ..Operation::default()
        };
        let begun = Arc::new(Held {
            question,
            state: watch::Sender::new(operation),
            failure: Mutex::default(),
            cancelled: watch::Sender::new(false),
            ended: Mutex::default(),
        });
        held.insert(name.clone(), Arc::clone(&begun));
        Self::forget_oldest(&mut held, &name.principal, self.limits.per_person);
        Ok(Err(Begun(begun)))
    }

    /// An operation; what is another's is not there.
    pub(crate) fn get(&self, name: &Name) -> Result<Arc<Held<Q>>, Failure> {
        self.held().get(name).map(Arc::clone).ok_or_else(|| {
            Failure::new(Reason::NotAvailable, "there is no such operation")
                .help("submit the question again with the same key; an answer that is in the ledger is free")
        })
    }

    /// A visitor's operations of a project, the newest first.
    pub(crate) fn list(&self, principal: &str, project: &str) -> Vec<Operation> {
        let held = self.held();
        let own = held
            .iter()
            .filter(|(of, _)| of.principal == principal && of.project == project);
        let mut own: Vec<Operation> = own.map(|(_, of)| of.now()).collect();
        own.sort_by(|a, b| {
            let newest = b.submitted_at_ms.cmp(&a.submitted_at_ms);
            newest.then_with(|| a.name.cmp(&b.name))
        });
        own
    }

    /// Ends an operation.
    pub(crate) fn end(&self, of: &Held<Q>, outcome: Outcome) {
        let at_ms = self.clock.now_ms();
        let (state, failure) = match outcome {
            Outcome::Succeeded => (OperationState::Succeeded, None),
            Outcome::Failed(failure) => (OperationState::Failed, Some(failure)),
            Outcome::Cancelled => (OperationState::Cancelled, None),
        };
        lock(&of.failure).clone_from(&failure);
        *lock(&of.ended) = Some(Instant::now());
        of.state.send_modify(|operation| {
            operation.set_state(state);
            operation.ended_at_ms = at_ms;
            operation.failure = failure.map(message);
        });
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Name, Arc<Held<Q>>>> {
        let mut held = lock(&self.held);
        held.retain(|_, of| lock(&of.ended).is_none_or(|ended| ended.elapsed() < KEPT));
        held
    }

    /// Keeps so many of one person: those that ended first are forgotten.
    fn forget_oldest(held: &mut HashMap<Name, Arc<Held<Q>>>, principal: &str, most: usize) {
        loop {
            let own = held.iter().filter(|(of, _)| of.principal == principal);
            if own.clone().count() <= most {
                return;
            }
            let ended = own.filter_map(|(name, of)| Some(((*lock(&of.ended))?, name.clone())));
            match ended.min_by_key(|(ended, _)| *ended) {
                Some((_, oldest)) => held.remove(&oldest),
                None => return,
            };
        }
    }
}

impl<Q> Held<Q> {
    /// How it stands.
    pub(crate) fn now(&self) -> Operation {
        self.state.borrow().clone()
    }

    /// How it stands, now and from now on.
    pub(crate) fn watch(&self) -> watch::Receiver<Operation> {
        self.state.subscribe()
    }

    /// The question, if it has a result; else why it has none.
    pub(crate) fn answered(&self) -> Result<&Q, Failure> {
        let without =
            |message: &str, help: &str| Err(Failure::new(Reason::NotAvailable, message).help(help));
        if let Some(failure) = lock(&self.failure).clone() {
            return Err(failure);
        }
        match self.now().state() {
            OperationState::Succeeded => Ok(&self.question),
            OperationState::Cancelled => without(
                "the operation was cancelled",
                "submit the question again with the same key",
            ),
            _ => without(
                "the operation goes on",
                "watch it, and fetch its result when it has ended",
            ),
        }
    }

    /// Says that it is to end.
    pub(crate) fn cancel(&self) {
        self.cancelled.send_replace(true);
    }

    /// Waits until it is to end.
    pub(crate) async fn cancelled(&self) {
        let mut cancelled = self.cancelled.subscribe();
        // The sender lives as long as this does.
        let _ = cancelled.wait_for(|cancelled| *cancelled).await;
    }
}

/// Whether a state lasts.
pub(crate) fn lasts(state: OperationState) -> bool {
    !matches!(state, OperationState::Running | OperationState::Unspecified)
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "operations/tests.rs"]
mod tests;
