//! What an enclave holds while it runs.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{ToSpan as _, civil::Date};
use roaring::RoaringBitmap;
use sekisho_consent::{Cohort, Use};
use sekisho_disclosure::Noise;
use sekisho_ledger::{Door, Ledger, LedgerError, ReserveError};
use sekisho_query::worker::Pool;
use sekisho_runtime::{clock::SharedClock, status::Failure};
use sekisho_tables::{Catalogue, Snapshot, Spans, Store, Table};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::{
    admission::HolderPolicies,
    anchors::{Anchors, Family},
    consent::{Cohorts, Consents, Permitted},
    exposure::Exposures,
    failure, keys,
    patience::Turns,
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
    /// The holder's own files.
    pub(crate) policies: HolderPolicies,
    pub(crate) consents: Arc<Consents>,
    pub(crate) cohorts: Cohorts,
    pub(crate) ledger: Arc<Ledger>,
    /// What the noise of each dataset is drawn from.
    pub(crate) noise_key: Zeroizing<[u8; 32]>,
    pub(crate) workers: Arc<Pool>,
    /// How far the kernel confines them, in words.
    pub(crate) confinement: String,
    pub(crate) visits: Turns,
    pub(crate) operations: Turns,
    /// Turns of those who only check, so that they hold up no visit.
    pub(crate) checking: Semaphore,
    pub(crate) clock: SharedClock,
    pub(crate) pinned: Mutex<HashMap<String, Arc<Pinned>>>,
    /// Genotypes that are kept in memory.
    pub(crate) spans: Arc<Spans>,
    /// The policy files behind the latest charge.
    pub(crate) policy: Mutex<Option<[u8; 32]>>,
}

/// A snapshot with the individuals who have a row in it, and what was released
/// of its dataset before.
pub(crate) struct Pinned {
    pub(crate) snapshot: Snapshot,
    /// The snapshot's, without public tables that this enclave's ledger has not vouched for.
    pub(crate) catalogue: Catalogue,
    individuals: Arc<RoaringBitmap>,
    /// When they were registered, if the snapshot says so.
    registered_on: Arc<BTreeMap<Date, RoaringBitmap>>,
    pub(crate) noise: Noise,
    /// Of the dataset, whichever the snapshot.
    pub(crate) anchors: Arc<Anchors>,
    /// Likewise, of those alone whose genotypes were counted.
    pub(crate) genotyped: Arc<Anchors>,
    /// Likewise, of those who have what an analysis needs.
    pub(crate) family: Arc<Family>,
    /// Of the dataset, too.
    pub(crate) exposures: Arc<Exposures>,
}

impl Enclave {
    /// The dataset's current snapshot. What is not held here and what does not
    /// exist are the same.
    pub(crate) fn pin(&self, dataset: &str) -> Result<Arc<Pinned>, Failure> {
        let held = self.store.datasets().map_err(failure::internal)?;
        if !held.iter().any(|held| held == dataset) {
            return Err(failure::not_available());
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
        let (anchors, genotyped, family, exposures) = match pinned.get(dataset) {
            Some(earlier) => {
                self.spans.forget(earlier.snapshot.id());
                let Pinned {
                    anchors,
                    genotyped,
                    family,
                    exposures,
                    ..
                } = &**earlier;
                (
                    Arc::clone(anchors),
                    Arc::clone(genotyped),
                    Arc::clone(family),
                    Arc::clone(exposures),
                )
            }
            None => {
                let open = |name: &str| {
                    let anchors = Anchors::open(Arc::clone(&self.ledger), name);
                    anchors.map(Arc::new).map_err(failure::internal)
                };
                // No dataset has such a name.
                let genotyped = open(&format!("{dataset}#genotyped"))?;
                let family = Family::new(Arc::clone(&self.ledger), dataset);
                (open(dataset)?, genotyped, Arc::new(family), Arc::default())
            }
        };
        let registered_on = registered_on(&snapshot).map_err(failure::internal)?;
        let fresh = Arc::new(Pinned {
            catalogue: vouched(snapshot.catalogue(), &self.ledger.vkey().to_string()),
            snapshot,
            individuals: Arc::new(individuals),
            registered_on: Arc::new(registered_on),
            noise,
            anchors,
            genotyped,
            family,
            exposures,
        });
        pinned.insert(dataset.to_owned(), Arc::clone(&fresh));
        Ok(fresh)
    }

    /// Whose data a use of a snapshot may see.
    pub(crate) fn permitted(&self, pinned: &Pinned, of: Use) -> Result<Permitted, Failure> {
        let catalogue = pinned.snapshot.catalogue();
        let state = self.consents.of(&catalogue.dataset);
        let state = state.map_err(failure::internal)?;
        let cohort = |of| {
            let (individuals, days) = (&pinned.individuals, &pinned.registered_on);
            Cohort::new(of, Arc::clone(individuals), Arc::clone(days))
        };
        let of_snapshot = (catalogue.dataset.as_str(), pinned.snapshot.id());
        Ok(self.cohorts.of(of_snapshot, of, &state, cohort))
    }

    /// Writes into the ledger that other policy files of the consortium decide from
    /// now on.
    pub(crate) async fn note_policy(&self, digest: [u8; 32]) -> Result<(), Failure> {
        let known = *self.policy.lock().unwrap_or_else(PoisonError::into_inner);
        if known == Some(digest) {
            return Ok(());
        }
        let at_ms = self.clock.now_ms();
        self.with_ledger(move |ledger| ledger.record_policy(Door::Consortium, digest, at_ms))
            .await?;
        // Known once it stands there: two visits at once write it twice at most.
        *self.policy.lock().unwrap_or_else(PoisonError::into_inner) = Some(digest);
        Ok(())
    }

    /// Writes into the ledger which policy files of the holder decide from now on.
    pub(crate) async fn note_holder_policy(&self) -> Result<(), Failure> {
        let (digest, at_ms) = (self.policies.current().digest(), self.clock.now_ms());
        self.with_ledger(move |ledger| ledger.record_policy(Door::Holder, digest, at_ms))
            .await
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

/// The column of `individuals` that an embargo counts from, where consent does not
/// say when somebody was registered.
const REGISTERED_ON: &str = "registered_on";

/// A catalogue without the public tables that another ledger vouches for.
fn vouched(catalogue: &Catalogue, ledger: &str) -> Catalogue {
    let is_ours = |table: &&Table| {
        let ours = |published: &sekisho_tables::Published| published.ledger == ledger;
        let offered = table.published.as_ref().is_none_or(ours);
        if !offered {
            tracing::warn!(
                "table `{}` of `{}` was published by another ledger, and is not offered",
                table.name,
                catalogue.dataset
            );
        }
        offered
    };
    Catalogue {
        tables: catalogue.tables.iter().filter(is_ours).cloned().collect(),
        ..catalogue.clone()
    }
}

fn registered_on(
    snapshot: &Snapshot,
) -> Result<BTreeMap<Date, RoaringBitmap>, sekisho_tables::SnapshotError> {
    let mut days: BTreeMap<Date, RoaringBitmap> = BTreeMap::new();
    for (individual, day) in snapshot.dates(REGISTERED_ON)?.into_iter().flatten() {
        let day = Date::constant(1970, 1, 1).checked_add(i64::from(day).days());
        // Beyond what a calendar holds nothing ends an embargo.
        if let Ok(day) = day {
            days.entry(day).or_default().insert(individual);
        }
    }
    Ok(days)
}
