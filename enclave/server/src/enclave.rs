//! What an enclave holds while it runs.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use roaring::RoaringBitmap;
use sekisho_disclosure::Noise;
use sekisho_ledger::{Ledger, LedgerError, ReserveError};
use sekisho_query::worker::Pool;
use sekisho_runtime::{
    clock::SharedClock,
    status::{Failure, Reason},
};
use sekisho_tables::{Snapshot, Store};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::{
    anchors::Anchors,
    exposure::Exposures,
    failure, keys,
    permit::{Verified, Verifier},
    profiles::Profiles,
};

/// An enclave: data, ledger, workers, and whose permits it takes.
pub(crate) struct Enclave {
    pub(crate) id: String,
    /// The URI SAN of the one gateway that is listened to.
    pub(crate) gateway: String,
    pub(crate) verifier: Verifier,
    pub(crate) store: Store,
    pub(crate) profiles: Profiles,
    pub(crate) ledger: Arc<Ledger>,
    /// What the noise of each dataset is drawn from.
    pub(crate) noise_key: Zeroizing<[u8; 32]>,
    pub(crate) workers: Arc<Pool>,
    /// How far the kernel confines them, in words.
    pub(crate) confinement: String,
    pub(crate) running: Arc<Semaphore>,
    /// Turns of those who only check, so that they hold up no visit.
    pub(crate) checking: Semaphore,
    pub(crate) visit_limit: Duration,
    pub(crate) clock: SharedClock,
    pub(crate) pinned: Mutex<HashMap<String, Arc<Pinned>>>,
    /// The policy files behind the latest charge.
    pub(crate) policy: Mutex<Option<[u8; 32]>>,
}

/// A snapshot with the individuals who have a row in it, and what was released
/// of its dataset before.
pub(crate) struct Pinned {
    pub(crate) snapshot: Snapshot,
    pub(crate) individuals: RoaringBitmap,
    pub(crate) noise: Noise,
    /// Of the dataset, whichever the snapshot.
    pub(crate) anchors: Arc<Anchors>,
    /// Of the dataset, too.
    pub(crate) exposures: Arc<Exposures>,
}

impl Enclave {
    /// The dataset's current snapshot. What is not held here and what does not
    /// exist are the same.
    pub(crate) fn pin(&self, dataset: &str) -> Result<Arc<Pinned>, Failure> {
        let held = self.store.datasets().map_err(failure::internal)?;
        if !held.iter().any(|held| held == dataset) {
            return Err(Failure::new(
                Reason::NotAvailable,
                "no such dataset, or none that may be visited",
            ));
        }
        let snapshot = self.store.current(dataset).map_err(failure::internal)?;
        let mut pinned = self.pinned.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = pinned
            .get(dataset)
            .filter(|same| same.snapshot.id() == snapshot.id())
        {
            return Ok(Arc::clone(same));
        }
        self.profiles
            .check(snapshot.catalogue())
            .map_err(failure::internal)?;
        let individuals = snapshot.individuals().map_err(failure::internal)?;
        let universe = individuals.max().map_or(0, |last| last.saturating_add(1));
        let noise = Noise::new(keys::of_dataset(&self.noise_key, dataset), universe);
        // What was released stays released when the snapshot changes.
        let (anchors, exposures) = match pinned.get(dataset) {
            Some(earlier) => (Arc::clone(&earlier.anchors), Arc::clone(&earlier.exposures)),
            None => (
                Arc::new(
                    Anchors::open(Arc::clone(&self.ledger), dataset).map_err(failure::internal)?,
                ),
                Arc::default(),
            ),
        };
        let fresh = Arc::new(Pinned {
            snapshot,
            individuals,
            noise,
            anchors,
            exposures,
        });
        pinned.insert(dataset.to_owned(), Arc::clone(&fresh));
        Ok(fresh)
    }

    /// Writes into the ledger that other policy files decide from now on.
    pub(crate) async fn note_policy(&self, digest: [u8; 32]) -> Result<(), Failure> {
        let known = *self.policy.lock().unwrap_or_else(PoisonError::into_inner);
        if known == Some(digest) {
            return Ok(());
        }
        let at_ms = self.clock.now_ms();
        self.with_ledger(move |ledger| ledger.record_policy(digest, at_ms))
            .await?;
        // Known once it stands there: two visits at once write it twice at most.
        *self.policy.lock().unwrap_or_else(PoisonError::into_inner) = Some(digest);
        Ok(())
    }

    /// Uses up the permit of a call that charges nothing.
    pub(crate) fn spend(&self, verified: &Verified) -> Result<(), Failure> {
        let expires = verified.permit.expires_at_ms;
        let spent = self
            .ledger
            .spend_nonce(verified.nonce, expires, self.clock.now_ms());
        spent.map_err(failure::reserve)
    }

    /// Runs what blocks on the ledger's disk beside the threads that serve.
    pub(crate) async fn with_ledger<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Ledger) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, Failure> {
        let ledger = Arc::clone(&self.ledger);
        let done = tokio::task::spawn_blocking(move || work(&ledger)).await;
        done.map_err(|_| failure::ended())?
            .map_err(failure::internal)
    }

    /// Charges a visit, durably.
    pub(crate) async fn reserve(
        &self,
        visit: sekisho_ledger::Visit,
        charge: u64,
        limit: u64,
    ) -> Result<sekisho_ledger::Reserved, Failure> {
        let ledger = Arc::clone(&self.ledger);
        let reserved: Result<_, ReserveError> =
            tokio::task::spawn_blocking(move || ledger.reserve(visit, charge, limit))
                .await
                .map_err(|_| failure::ended())?;
        reserved.map_err(failure::reserve)
    }
}
