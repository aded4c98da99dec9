//! Anchors of a dataset among those alone who have something: a value of a column, say.
//!
//! A set of whom only some have it may differ much from an earlier one, and those who
//! have it by one person. So they are settled among themselves, too.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use sekisho_ledger::Ledger;

use super::{AnchorError, Anchors};

/// So many anchors are held beyond those in use: there are as many as what people have differs,
/// and each can be read again.
const MOST_HELD: usize = 1024;

/// The anchors of a dataset by what people have.
pub(crate) struct Family {
    dataset: String,
    ledger: Arc<Ledger>,
    held: Mutex<HashMap<String, Arc<Anchors>>>,
}

impl Family {
    pub(crate) fn new(ledger: Arc<Ledger>, dataset: &str) -> Self {
        Self {
            dataset: dataset.to_owned(),
            ledger,
            held: Mutex::default(),
        }
    }

    /// The anchors among those who have this.
    pub(crate) fn among(&self, having: &str) -> Result<Arc<Anchors>, AnchorError> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(anchors) = held.get(having) {
            return Ok(Arc::clone(anchors));
        }
        if held.len() >= MOST_HELD {
            // Whatever is in use stays: of two that are held apart one would not know the other's.
            held.retain(|_, anchors| Arc::strong_count(anchors) > 1);
        }
        // No dataset has such a name.
        let name = format!("{}#{having}", self.dataset);
        let anchors = Arc::new(Anchors::open(Arc::clone(&self.ledger), &name)?);
        held.insert(having.to_owned(), Arc::clone(&anchors));
        Ok(anchors)
    }
}
