//! The order of a visit, on one page.
//!
//! What leaves is a [`Release`]: a result computed from protected cells whose
//! charge is durable. Everything up to the charge reads no data.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sekisho_disclosure::{Channel, Mechanism, Profile, dp};
use sekisho_ledger::{Meter, Reserved, Visit};
use sekisho_query::{
    Planned, Shape, cells,
    worker::{Lost, Worker},
};
use sekisho_runtime::status::Failure;
use sha2::{Digest as _, Sha256};
use tracing::Instrument as _;

use crate::{
    enclave::{Enclave, Pinned},
    exposure::{self, Account, Told},
    failure,
    permit::Verified,
    private::{self, Private},
    release::{Description, Release},
    tick,
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
/// leaves nothing half done. Whatever the answer is, it leaves at a tick.
pub(crate) async fn answer(enclave: Arc<Enclave>, question: Question) -> Result<Release, Failure> {
    let begun = Instant::now();
    let span = tracing::Span::current();
    let visit = async move {
        let turn = Arc::clone(&enclave.running).acquire_owned();
        let turn = tokio::time::timeout(enclave.visit_limit, turn).await;
        let _turn = turn
            .map_err(|_| failure::busy())?
            .map_err(failure::internal)?;
        let mut channel = Channel::default();
        let answer = run(&enclave, question, &mut channel).await;
        let leaves = tick::after(begun.elapsed(), &channel);
        Ok::<_, Failure>((answer, leaves))
    };
    let answer = tokio::spawn(visit.instrument(span)).await;
    let (answer, leaves) = match answer.map_err(|_| failure::ended()).flatten() {
        // A failure, too, leaves at the ticks of the profile that it came under.
        Ok(answered) => answered,
        Err(failure) => (
            Err(failure),
            tick::after(begun.elapsed(), &Channel::default()),
        ),
    };
    tokio::time::sleep_until((begun + leaves).into()).await;
    answer
}

async fn run(
    enclave: &Enclave,
    question: Question,
    channel: &mut Channel,
) -> Result<Release, Failure> {
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
    let profile = strictest(&profiles).ok_or_else(|| failure::internal("no profile"))?;
    *channel = profile.channel.clone();
    let visit = charge_of(enclave, &question, &pinned, &planned, &profiles, &profile)?;
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
    let reserved = Arc::new(enclave.reserve(visit, CHARGE, permit.budget_limit).await?);
    let work = release(
        enclave, &question, &pinned, &planned, &profiles, &reserved, worker,
    );
    let released = match tokio::time::timeout(enclave.visit_limit, work).await {
        Ok(Ok(released)) => Ok(released),
        Ok(Err(failure)) => Err(failure),
        Err(_) => Err(failure::execution()),
    };
    match released {
        Ok(released) => commit(enclave, &question, &pinned, profile, reserved, released).await,
        Err(failure) => {
            let reserved = Arc::into_inner(reserved);
            let abandoned = enclave
                .with_ledger(move |ledger| reserved.map_or(Ok(()), |it| ledger.abandon(it)))
                .await;
            if abandoned.is_err() {
                tracing::error!("a charge stays open in the ledger");
            }
            Err(failure)
        }
    }
}

/// What would be released, under what, and for how much privacy.
pub(crate) struct Checked {
    pub(crate) planned: Planned,
    pub(crate) profile: Profile,
    /// ρ in units of 10⁻⁹; 0 where no noise pays for it.
    pub(crate) rho_nano: u64,
}

/// Judges a query and says what it would release.
pub(crate) async fn check(
    enclave: &Enclave,
    verified: &Verified,
    sql: &str,
) -> Result<Result<Checked, sekisho_query::Refusal>, Failure> {
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
            let profile = strictest(&profiles).ok_or_else(|| failure::internal("no profile"))?;
            let permit = &verified.permit;
            let meters = meters(&permit.project, &permit.dataset, &planned, &profiles)?;
            Ok(Ok(Checked {
                planned,
                profile,
                rho_nano: meters.first().map_or(0, |meter| meter.amount),
            }))
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
    pinned: &Arc<Pinned>,
    planned: &Planned,
    profiles: &[Profile],
    reserved: &Arc<Reserved>,
    worker: Worker,
) -> Result<sekisho_query::worker::Released, Failure> {
    let lost = |_: Lost| failure::execution();
    let private = private::run(pinned, planned, profiles, worker);
    let Private { finished, told } = private.await.map_err(lost)?;
    account(enclave, question, pinned, reserved, told).await?;
    // The rest of the visitor's plan runs where no private row ever was.
    let mut clean = enclave.workers.take().await.map_err(lost)?;
    clean
        .released(&question.sql, pinned.snapshot.catalogue(), &finished)
        .await
        .map_err(lost)
}

/// Charges what the figures tell of genomes, before anybody sees them.
async fn account(
    enclave: &Enclave,
    question: &Question,
    pinned: &Arc<Pinned>,
    reserved: &Arc<Reserved>,
    told: Vec<Told>,
) -> Result<(), Failure> {
    let (ledger, pinned) = (Arc::clone(&enclave.ledger), Arc::clone(pinned));
    let reserved = Arc::clone(reserved);
    let permit = &question.verified.permit;
    let (dataset, project) = (permit.dataset.clone(), permit.project.clone());
    let added = tokio::task::spawn_blocking(move || {
        let account = Account {
            ledger: &ledger,
            anchors: &pinned.anchors,
            noise: &pinned.noise,
            dataset: &dataset,
            project: &project,
            reserved: &reserved,
        };
        pinned.exposures.add(&account, &told)
    });
    let added = added.await.map_err(|_| failure::execution())?;
    added.map_err(|error| failure::exposure(&error))
}

async fn commit(
    enclave: &Enclave,
    question: &Question,
    pinned: &Pinned,
    profile: Profile,
    reserved: Arc<Reserved>,
    released: sekisho_query::worker::Released,
) -> Result<Release, Failure> {
    let ledger = Arc::clone(&enclave.ledger);
    let reserved = Arc::into_inner(reserved).ok_or_else(failure::ended)?;
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

/// What a query spends beside itself: privacy, where noise pays for it. A query
/// that noise cannot protect is refused; that hangs on its text alone.
fn meters(
    project: &str,
    dataset: &str,
    planned: &Planned,
    profiles: &[Profile],
) -> Result<Vec<Meter>, Failure> {
    let under = planned.shapes.iter().zip(profiles);
    let noisy: Vec<_> = under
        .filter(|(_, profile)| profile.mechanism == Mechanism::Dp)
        .collect();
    let mut amount = 0_u64;
    let (mut of_project, mut of_dataset) = (f64::INFINITY, f64::INFINITY);
    for (shape, profile) in noisy {
        let cost = dp::charge(
            &cells::dimensions(shape),
            &cells::statistics(shape),
            profile,
        );
        amount = amount.saturating_add(cost.map_err(|error| failure::unprotectable(&error))?);
        of_project = of_project.min(profile.dp.rho_project);
        of_dataset = of_dataset.min(profile.dp.rho_dataset);
    }
    let meter = |account: String, limit: f64| Meter {
        account,
        amount,
        limit: exposure::nano(limit),
    };
    match amount {
        0 => Ok(Vec::new()),
        _ => Ok(vec![
            meter(format!("rho/{project}/{dataset}"), of_project),
            meter(format!("rho//{dataset}"), of_dataset),
        ]),
    }
}

/// What the ledger is told of the visit.
fn charge_of(
    enclave: &Enclave,
    question: &Question,
    pinned: &Pinned,
    planned: &Planned,
    profiles: &[Profile],
    profile: &Profile,
) -> Result<Visit, Failure> {
    let permit = &question.verified.permit;
    let mut cohort = Vec::with_capacity(pinned.individuals.serialized_size());
    pinned
        .individuals
        .serialize_into(&mut cohort)
        .map_err(failure::internal)?;
    let mut digest = Sha256::new();
    for profile in profiles {
        digest.update(profile.digest());
    }
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
        profile_digest: digest.finalize().into(),
        dataset: permit.dataset.clone(),
        snapshot: pinned.snapshot.id().to_owned(),
        policy_digest: question.verified.policy_digest,
        rules: permit.rules.clone(),
        profile: profile.name.clone(),
        trace_id: question.trace_id.clone(),
        idempotency_key: question.idempotency_key.clone(),
        meters: meters(&permit.project, &permit.dataset, planned, profiles)?,
    })
}
