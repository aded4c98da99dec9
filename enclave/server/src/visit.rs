//! The order of a visit, on one page.
//!
//! What leaves is a [`Release`]: a result computed from protected cells whose
//! charge is durable. Everything up to the charge reads no data.

use std::{sync::Arc, time::Duration};

use sekisho_disclosure::{Profile, Protected, protect};
use sekisho_ledger::{Reserved, Visit};
use sekisho_query::{
    Planned, Shape, cells,
    worker::{Lost, Worker},
};
use sekisho_runtime::status::Failure;
use sha2::{Digest as _, Sha256};
use tracing::Instrument as _;

use crate::{
    enclave::{Enclave, Pinned},
    failure,
    permit::Verified,
    release::{Description, Release},
};

/// What a query takes from a project's budget.
pub(crate) const CHARGE: u64 = 1;

/// The longest that planning may take: it is not charged.
const PLANNING: Duration = Duration::from_secs(10);

/// A query and the permit for it.
pub(crate) struct Question {
    pub(crate) verified: Verified,
    pub(crate) sql: String,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) trace_id: String,
}

/// Answers a query. It runs in a task of its own: a visitor who hangs up
/// leaves nothing half done.
pub(crate) async fn answer(enclave: Arc<Enclave>, question: Question) -> Result<Release, Failure> {
    let span = tracing::Span::current();
    let visit = async move {
        let turn = Arc::clone(&enclave.running).acquire_owned();
        let turn = tokio::time::timeout(enclave.visit_limit, turn).await;
        let _turn = turn
            .map_err(|_| failure::busy())?
            .map_err(failure::internal)?;
        run(&enclave, question).await
    };
    tokio::spawn(visit.instrument(span))
        .await
        .map_err(|_| failure::ended())?
}

async fn run(enclave: &Enclave, question: Question) -> Result<Release, Failure> {
    let permit = &question.verified.permit;
    // The snapshot is pinned: the whole visit sees one state of the data.
    let pinned = enclave.pin(&permit.dataset)?;
    // The statement is judged, planned, labelled and cut. No data are read.
    let mut worker = enclave.workers.take().await.map_err(failure::internal)?;
    let planned = plan(enclave, &mut worker, &question.sql, &pinned).await;
    let planned = match planned.and_then(|planned| planned.map_err(|r| failure::refused(&r))) {
        Ok(planned) => planned,
        Err(failure) => {
            enclave.spend(&question.verified)?;
            return Err(failure);
        }
    };
    let profiles = profiles(enclave, &pinned, &planned, &permit.profile)?;
    let visit = charge_of(enclave, &question, &pinned, &planned, &profiles)?;
    // The same question to the same data gets the same answer, free.
    let key = visit.answer_key();
    if let Some(earlier) = enclave
        .with_ledger(move |ledger| Release::again(ledger, &key))
        .await?
    {
        enclave.spend(&question.verified)?;
        return Ok(earlier);
    }
    enclave.note_policy(question.verified.policy_digest).await?;
    // From here on the visit is charged, whatever happens.
    let reserved = enclave.reserve(visit, CHARGE, permit.budget_limit).await?;
    let work = release(enclave, &question, &pinned, &planned, &profiles, worker);
    let released = match tokio::time::timeout(enclave.visit_limit, work).await {
        Ok(Ok(released)) => released,
        Ok(Err(_)) | Err(_) => {
            let abandoned = enclave
                .with_ledger(move |ledger| ledger.abandon(reserved))
                .await;
            if abandoned.is_err() {
                tracing::error!("a charge stays open in the ledger");
            }
            return Err(failure::execution());
        }
    };
    commit(enclave, &question, &pinned, profiles, reserved, released).await
}

/// Judges a query and says what it would release.
pub(crate) async fn check(
    enclave: &Enclave,
    verified: &Verified,
    sql: &str,
) -> Result<Result<(Planned, Profile), sekisho_query::Refusal>, Failure> {
    enclave.spend(verified)?;
    let pinned = enclave.pin(&verified.permit.dataset)?;
    let _turn = enclave
        .checking
        .acquire()
        .await
        .map_err(failure::internal)?;
    let mut worker = enclave.workers.take().await.map_err(failure::internal)?;
    match plan(enclave, &mut worker, sql, &pinned).await? {
        Ok(planned) => {
            let profiles = profiles(enclave, &pinned, &planned, &verified.permit.profile)?;
            let strictest = strictest(&profiles).ok_or_else(|| failure::internal("no profile"))?;
            Ok(Ok((planned, strictest)))
        }
        Err(refusal) => Ok(Err(refusal)),
    }
}

async fn plan(
    enclave: &Enclave,
    worker: &mut Worker,
    sql: &str,
    pinned: &Pinned,
) -> Result<Result<Planned, sekisho_query::Refusal>, Failure> {
    let planning = worker.plan(sql, pinned.snapshot.catalogue());
    match tokio::time::timeout(enclave.visit_limit.min(PLANNING), planning).await {
        Ok(Ok(planned)) => Ok(planned),
        Ok(Err(Lost)) | Err(_) => Err(failure::planning()),
    }
}

/// The profile of each cut.
fn profiles(
    enclave: &Enclave,
    pinned: &Pinned,
    planned: &Planned,
    permit: &str,
) -> Result<Vec<Profile>, Failure> {
    let catalogue = pinned.snapshot.catalogue();
    let of = |shape: &Shape| enclave.profiles.of(catalogue, &shape.tables, permit);
    let profiles = planned.shapes.iter().map(of).collect::<Option<Vec<_>>>();
    profiles.ok_or_else(|| failure::internal("the permit names a release profile that is not here"))
}

fn strictest(profiles: &[Profile]) -> Option<Profile> {
    profiles.iter().cloned().reduce(|a, b| a.stricter(&b))
}

/// Runs both phases and protects what lies between them.
async fn release(
    enclave: &Enclave,
    question: &Question,
    pinned: &Pinned,
    planned: &Planned,
    profiles: &[Profile],
    worker: Worker,
) -> Result<sekisho_query::worker::Released, Lost> {
    // The permitted cohort goes to the scan itself.
    let cohort = &pinned.individuals;
    let rows = worker.private(pinned.snapshot.dir(), cohort).await?;
    if rows.len() != planned.shapes.len() {
        return Err(Lost);
    }
    let cuts: Vec<_> = planned
        .shapes
        .iter()
        .cloned()
        .zip(profiles.to_vec())
        .zip(rows)
        .collect();
    // Beside the threads that serve: a million rows take their time.
    let protecting = tokio::task::spawn_blocking(move || {
        let protect = |((shape, profile), rows): ((Shape, Profile), Vec<_>)| {
            let cells = cells::collect(&shape, &rows).map_err(|_| Lost)?;
            let protected = protect(&cells, &profile);
            Ok((shape, protected))
        };
        cuts.into_iter()
            .map(protect)
            .collect::<Result<Vec<(Shape, Protected)>, Lost>>()
    });
    let protected = protecting.await.map_err(|_| Lost)??;
    // The rest of the visitor's plan runs where no private row ever was.
    let mut clean = enclave.workers.take().await?;
    clean
        .released(&question.sql, pinned.snapshot.catalogue(), &protected)
        .await
}

async fn commit(
    enclave: &Enclave,
    question: &Question,
    pinned: &Pinned,
    profiles: Vec<Profile>,
    reserved: Reserved,
    released: sekisho_query::worker::Released,
) -> Result<Release, Failure> {
    let ledger = Arc::clone(&enclave.ledger);
    let profile = strictest(&profiles).ok_or_else(|| failure::internal("no profile"))?;
    let dataset = question.verified.permit.dataset.clone();
    let snapshot = pinned.snapshot.id().to_owned();
    let (policy_digest, cohort) = (question.verified.policy_digest, pinned.individuals.len());
    let at_ms = enclave.clock.now_ms();
    let committed = tokio::task::spawn_blocking(move || {
        let description = Description {
            dataset: &dataset,
            snapshot: &snapshot,
            policy_digest,
            profile: &profile,
            cohort,
            at_ms,
        };
        Release::commit(&ledger, reserved, released, &description)
    });
    match committed.await {
        Ok(Ok(release)) => Ok(release),
        Ok(Err(error)) => {
            tracing::error!("a release was charged and not committed: {error}");
            Err(failure::execution())
        }
        Err(_) => Err(failure::execution()),
    }
}

/// What the ledger is told of the visit.
fn charge_of(
    enclave: &Enclave,
    question: &Question,
    pinned: &Pinned,
    planned: &Planned,
    profiles: &[Profile],
) -> Result<Visit, Failure> {
    let permit = &question.verified.permit;
    let mut cohort = Vec::with_capacity(pinned.individuals.serialized_size());
    pinned
        .individuals
        .serialize_into(&mut cohort)
        .map_err(failure::internal)?;
    let profile = strictest(profiles).ok_or_else(|| failure::internal("no profile"))?;
    Ok(Visit {
        at_ms: enclave.clock.now_ms(),
        nonce: question.verified.nonce,
        nonce_expires_at_ms: permit.expires_at_ms,
        principal: permit.principal.clone(),
        project: permit.project.clone(),
        purpose: permit.purpose.clone(),
        operation: permit.operation.clone(),
        question_digest: question.verified.question_digest,
        canonical_digest: Sha256::digest(planned.canonical.as_bytes()).into(),
        cohort_digest: Sha256::digest(&cohort).into(),
        profile_digest: Sha256::digest(format!("{profiles:?}").as_bytes()).into(),
        dataset: permit.dataset.clone(),
        snapshot: pinned.snapshot.id().to_owned(),
        policy_digest: question.verified.policy_digest,
        rules: permit.rules.clone(),
        profile: profile.name,
        trace_id: question.trace_id.clone(),
        idempotency_key: question.idempotency_key.clone(),
        meters: Vec::new(),
    })
}
