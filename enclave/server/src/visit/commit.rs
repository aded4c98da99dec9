//! The end of a visit: an answer that may still leave, or none.

use std::sync::Arc;

use sekisho_disclosure::Profile;
use sekisho_ledger::{AnswerKey, Ledger, Reserved, Visit};
use sekisho_runtime::status::Failure;

use super::Question;
use crate::{
    admission::Admission,
    enclave::Enclave,
    failure,
    frequencies::Table,
    release::{CommitError, Description, Release},
};

/// The release that answered the same question of the same people before, for which the permit is spent
/// and nothing else.
pub(super) async fn again(
    enclave: &Arc<Enclave>,
    question: &Question,
    admission: &Arc<Admission>,
    visit: &Visit,
) -> Result<Option<Release>, Failure> {
    let key = visit.answer_key();
    let (of, admission) = (Arc::clone(enclave), Arc::clone(admission));
    let found = tokio::task::spawn_blocking(move || {
        // If somebody withdrew a moment ago the answer is computed anew, and refused
        // where it would be committed.
        let held = of.consents.hold(&admission.permitted);
        let Some(_held) = held else { return Ok(None) };
        Release::again(&of.ledger, &key)
    });
    let found = found.await.map_err(|_| failure::ended())?;
    let found = found.map_err(failure::internal)?;
    if found.is_some() {
        enclave.spend(&question.verified)?;
    }
    Ok(found)
}

/// The release of the same table before; else the table.
pub(super) async fn table_again(
    enclave: &Arc<Enclave>,
    key: AnswerKey,
    table: Box<Table>,
) -> Result<Result<Release, Box<Table>>, Failure> {
    let enclave = Arc::clone(enclave);
    let found = tokio::task::spawn_blocking(move || {
        let held = enclave.consents.hold(&table.admission().permitted);
        let Some(_held) = held else {
            return Ok(Err(table));
        };
        Release::table_again(&enclave.ledger, &key, table)
    });
    let found = found.await.map_err(|_| failure::ended())?;
    found.map_err(failure::internal)
}

/// Commits an answer, which `make` makes, unless somebody whose data it was made from withdrew while
/// it was.
pub(super) async fn commit(
    enclave: &Arc<Enclave>,
    admission: &Arc<Admission>,
    profile: Profile,
    reserved: Reserved,
    make: impl FnOnce(&Ledger, Reserved, &Description<'_>) -> Result<Release, CommitError>
    + Send
    + 'static,
) -> Result<Release, Failure> {
    let at_ms = enclave.clock.now_ms();
    let (of, admission) = (Arc::clone(enclave), Arc::clone(admission));
    let committed = tokio::task::spawn_blocking(move || {
        let pinned = &admission.pinned;
        let description = Description {
            dataset: &pinned.snapshot.catalogue().dataset,
            snapshot: pinned.snapshot.id(),
            policy_digest: admission.policy_digest,
            profile: &profile,
            confinement: &of.confinement,
            cohort: admission.permitted.individuals.len(),
            at_ms,
        };
        let Some(_held) = of.consents.hold(&admission.permitted) else {
            return Err(Box::new(reserved));
        };
        Ok(make(&of.ledger, reserved, &description))
    });
    match committed.await {
        Ok(Ok(Ok(release))) => Ok(release),
        Ok(Ok(Err(error))) => {
            tracing::error!("a release was charged and not committed: {error}");
            Err(failure::execution())
        }
        Ok(Err(reserved)) => {
            tracing::info!("a visit ends: somebody's consent ended while it ran");
            abandon(enclave, *reserved).await;
            Err(failure::execution())
        }
        Err(_) => Err(failure::execution()),
    }
}

/// Ends a charged visit that releases nothing.
pub(super) async fn abandon(enclave: &Enclave, reserved: Reserved) {
    let abandoned = enclave.with_ledger(move |ledger| ledger.abandon(reserved));
    if abandoned.await.is_err() {
        tracing::error!("a charge stays open in the ledger");
    }
}
