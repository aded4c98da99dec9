//! How much one person may have open at once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use sekisho_runtime::status::{Failure, Reason};

use crate::identity::Principal;

/// The calls that are open, by person.
#[derive(Clone, Debug)]
pub(crate) struct OpenCalls {
    limit: usize,
    open: Arc<Mutex<HashMap<String, usize>>>,
}

/// One open call. It is closed when this is dropped.
#[derive(Debug)]
pub(crate) struct OpenCall {
    person: String,
    open: Arc<Mutex<HashMap<String, usize>>>,
}

impl OpenCalls {
    /// At most `limit` for each person.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            open: Arc::default(),
        }
    }

    /// Opens a call, or says that there are too many.
    pub(crate) fn open(&self, person: &Principal) -> Result<OpenCall, Failure> {
        let person = person.as_str().to_owned();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(person.clone()).or_default();
        if *count >= self.limit {
            return Err(Failure::new(
                Reason::LimitExceeded,
                format!("{count} calls of this person are open already"),
            )
            .help("wait for one of them to end")
            .with("limit", "concurrent_visits_per_person"));
        }
        *count += 1;
        Ok(OpenCall {
            person,
            open: Arc::clone(&self.open),
        })
    }
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.person) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.person);
            }
        }
    }
}
