//! What a visit is charged.

use std::{sync::Arc, time::Duration};

use sekisho_ledger::{Meter, Reserved, Visit};
use sekisho_runtime::status::Failure;
use sha2::{Digest as _, Sha256};

use super::{Judged, Question};
use crate::{
    admission::Admission,
    enclave::Enclave,
    exposure::{Account, Told},
    failure,
    meters::{self, Payer},
    permit::Verified,
};

/// How often it is looked whether accounting has ended.
const ACCOUNTING: Duration = Duration::from_millis(2);

/// What the ledger is told of the visit.
pub(super) fn charge_of(
    enclave: &Enclave,
    question: &Question,
    judged: &Judged,
) -> Result<Visit, Failure> {
    let Judged {
        admission,
        planned,
        profiles,
        profile,
        ..
    } = judged;
    let permit = &question.verified.permit;
    let permitted = &admission.permitted.individuals;
    let mut cohort = Vec::with_capacity(permitted.serialized_size());
    permitted
        .serialize_into(&mut cohort)
        .map_err(failure::internal)?;
    let mut digest = Sha256::new();
    for profile in profiles {
        digest.update(profile.digest());
    }
    let at_ms = enclave.clock.now_ms();
    Ok(Visit {
        at_ms,
        nonce: question.verified.nonce,
        nonce_expires_at_ms: permit.expires_at_ms,
        principal: permit.principal.clone(),
        project: permit.project.clone(),
        purpose: permit.purpose.clone(),
        operation: permit.operation.clone(),
        question_digest: question.verified.question_digest,
        canonical_digest: Sha256::digest(planned.canonical.as_bytes()).into(),
        cohort_digest: Sha256::digest(&cohort).into(),
        profile_digest: digest.finalize().into(),
        dataset: permit.dataset.clone(),
        snapshot: admission.pinned.snapshot.id().to_owned(),
        policy_digest: question.verified.policy_digest,
        holder_policy_digest: Some(admission.holder_digest),
        rules: admission.rules.clone(),
        profile: profile.name.clone(),
        trace_id: question.trace_id.clone(),
        idempotency_key: question.idempotency_key.clone(),
        meters: meters::of_query(&payer(&question.verified, at_ms), planned, profiles)?,
    })
}

/// Whose accounts a visit is charged to.
pub(super) fn payer(verified: &Verified, at_ms: i64) -> Payer<'_> {
    Payer {
        project: &verified.permit.project,
        dataset: &verified.permit.dataset,
        at_ms,
    }
}

/// Charges what the figures take and what they tell of genomes, before anybody
/// sees them.
pub(super) async fn account(
    enclave: &Enclave,
    question: &Question,
    admission: &Arc<Admission>,
    reserved: &Arc<Reserved>,
    told: Option<Told>,
    meters: Vec<Meter>,
) -> Result<(), Failure> {
    let (ledger, admission) = (Arc::clone(&enclave.ledger), Arc::clone(admission));
    let reserved = Arc::clone(reserved);
    let permit = &question.verified.permit;
    let (dataset, project) = (permit.dataset.clone(), permit.project.clone());
    let accounted = tokio::task::spawn_blocking(move || {
        ledger.meter(&reserved, meters).map_err(failure::reserve)?;
        let Some(told) = told else {
            return Ok(());
        };
        let pinned = &admission.pinned;
        let account = Account {
            ledger: &ledger,
            anchors: &pinned.anchors,
            noise: &pinned.noise,
            dataset: &dataset,
            project: &project,
            reserved: &reserved,
        };
        let added = pinned.exposures.add(&account, &told);
        added.map_err(|error| failure::exposure(&error))
    });
    accounted.await.map_err(|_| failure::execution())?
}

/// What was reserved, when nobody else holds it: work that was given up may be accounting.
pub(super) async fn alone(mut reserved: Arc<Reserved>) -> Reserved {
    loop {
        match Arc::try_unwrap(reserved) {
            Ok(reserved) => return reserved,
            Err(shared) => reserved = shared,
        }
        tokio::time::sleep(ACCOUNTING).await;
    }
}
