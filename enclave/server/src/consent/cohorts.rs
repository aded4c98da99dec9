//! Permitted cohorts that were made before.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use sekisho_consent::{Cohort, State, Use};

use super::Permitted;

/// How many cohorts are kept, so that the visits of one permit's kind make theirs
/// once.
const KEPT: usize = 64;

/// Cohorts that were made before.
#[derive(Default)]
pub(crate) struct Cohorts(Mutex<HashMap<(String, Use), Permitted>>);

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
