//! The order of a visit, on one page.
//!
//! What leaves is a [`Release`]: a result computed from protected cells whose
//! charge is durable. Everything up to the charge reads no data, but where a table of
//! frequencies was released before: then it is counted, to see that it is the same.

mod charge;
mod commit;
mod sheets;
mod table;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sekisho_disclosure::{Channel, Profile};
use sekisho_ledger::{Ledger, Reserved, Visit};
use sekisho_query::{
    Planned, Shape,
    worker::{Lost, Released, Worker},
};
use sekisho_runtime::status::Failure;
use sekisho_tables::Catalogue;
use tracing::Instrument as _;

use crate::{
    admission::Admission,
    analyses::Analysis,
    enclave::Enclave,
    exposure, failure, frequencies, meters,
    patience::Patience,
    permit::Verified,
    private::{self, Private},
    release::{CommitError, Description, Release},
    tick,
};

use charge::{account, alone, charge_of, payer};

/// What a query takes from a project's budget.
pub(crate) const CHARGE: u64 = 1;

/// The longest that planning may take: it is not charged.
const PLANNING: Duration = Duration::from_secs(10);

/// What is asked, and the permit for it.
pub(crate) struct Question {
    pub(crate) verified: Arc<Verified>,
    pub(crate) asked: Asked,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) trace_id: String,
    pub(crate) patience: Patience,
    /// Whether only what is in the ledger is wanted.
    pub(crate) fetches: bool,
}

/// What is asked.
pub(crate) enum Asked {
    Sql(String),
    Frequencies(frequencies::Asked),
    Analysis(Arc<Analysis>),
}

/// Answers a question. It runs in a task of its own: a visitor who hangs up
/// leaves nothing half done. Whatever the answer is, it leaves at a tick.
pub(crate) async fn answer(enclave: Arc<Enclave>, question: Question) -> Result<Release, Failure> {
    let begun = Instant::now();
    let span = tracing::Span::current();
    let consents = Arc::clone(&enclave.consents);
    let visit = async move {
        let turn = question.patience.turn().await;
        let _turn = turn.ok_or_else(failure::busy)?;
        let mut channel = Channel::default();
        let answer = run(&enclave, question, &mut channel).await;
        // A failure waits as an answer does: it may come of the data, too.
        Ok((answer, tick::after(begun.elapsed(), &channel)))
    };
    let answer = tokio::spawn(visit.instrument(span)).await;
    let (answer, leaves) = match answer.map_err(|_| failure::ended()).flatten() {
        Ok(done) => done,
        Err(failure) => (
            Err(failure),
            tick::after(begun.elapsed(), &Channel::default()),
        ),
    };
    // A timer would wait for the next millisecond.
    if begun.elapsed() < leaves {
        tokio::time::sleep_until((begun + leaves).into()).await;
    }
    let (release, admission) = answer?;
    // Somebody may have withdrawn while the answer waited.
    let holds = tokio::task::spawn_blocking(move || consents.hold(&admission.permitted).is_some());
    match holds.await {
        Ok(true) => Ok(release),
        Ok(false) | Err(_) => Err(failure::execution()),
    }
}

async fn run(
    enclave: &Arc<Enclave>,
    question: Question,
    channel: &mut Channel,
) -> Result<(Release, Arc<Admission>), Failure> {
    let verified = &question.verified;
    let judged = match &question.asked {
        Asked::Sql(sql) => match judge(enclave, verified, |_| Ok(sql.clone()), |_, _| Ok(())).await
        {
            Ok(judged) => judged.map_err(|refusal| failure::refused(&refusal)),
            Err(failure) => Err(failure),
        },
        Asked::Frequencies(asked) => table::judge(enclave, verified, asked).await,
        Asked::Analysis(asked) => sheets::judge(enclave, verified, asked).await,
    };
    let (judged, mut worker) = match judged {
        Ok(judged) => judged,
        Err(failure) => {
            enclave.spend(verified)?;
            return Err(failure);
        }
    };
    *channel = judged.profile.channel.clone();
    let admission = Arc::clone(&judged.admission);
    let visit = charge_of(enclave, &question, &judged)?;
    let release = match &question.asked {
        Asked::Sql(sql) => answer_query(enclave, &question, sql, judged, visit, &mut worker).await,
        Asked::Frequencies(asked) => {
            table::answer(enclave, &question, asked, judged, visit, &mut worker).await
        }
        Asked::Analysis(asked) => {
            sheets::answer(enclave, &question, asked, judged, visit, &mut worker).await
        }
    };
    // The worker of a visit that failed, perhaps since it overran its time, ends at once.
    let release = release?.leaving(enclave.workers.end(worker));
    Ok((release, admission))
}

async fn answer_query(
    enclave: &Arc<Enclave>,
    question: &Question,
    sql: &str,
    judged: Judged,
    visit: Visit,
    worker: &mut Worker,
) -> Result<Release, Failure> {
    let admission = Arc::clone(&judged.admission);
    let profile = judged.profile.clone();
    // The same question to the same data gets the same answer, free.
    if let Some(earlier) = commit::again(enclave, question, &admission, &visit).await? {
        return Ok(earlier);
    }
    let charge = Charge {
        question,
        admission,
        profile,
        visit,
    };
    let work = |reserved: Arc<Reserved>| async move {
        release(enclave, question, sql, judged, worker, &reserved).await
    };
    charged(enclave, charge, work, Release::commit).await
}

/// What a charge is for.
struct Charge<'a> {
    question: &'a Question,
    admission: Arc<Admission>,
    profile: Profile,
    visit: Visit,
}

/// Charges, works no longer than a visit may, and commits what comes of it, or abandons
/// the charge.
async fn charged<T: Send + 'static, W: Future<Output = Result<T, Failure>>>(
    enclave: &Arc<Enclave>,
    charge: Charge<'_>,
    work: impl FnOnce(Arc<Reserved>) -> W,
    make: impl FnOnce(&Ledger, Reserved, T, &Description<'_>) -> Result<Release, CommitError>
    + Send
    + 'static,
) -> Result<Release, Failure> {
    let Charge {
        question,
        admission,
        profile,
        visit,
    } = charge;
    if question.fetches {
        enclave.spend(&question.verified)?;
        return Err(failure::not_kept());
    }
    let reserved = reserve(enclave, question, visit).await?;
    let work = question.patience.within(work(Arc::clone(&reserved)));
    let done = work.await.unwrap_or_else(|| Err(failure::execution()));
    let reserved = alone(reserved).await;
    match done {
        Ok(done) => {
            let make = |ledger: &Ledger, reserved, described: &Description<'_>| {
                make(ledger, reserved, done, described)
            };
            commit::commit(enclave, &admission, profile, reserved, make).await
        }
        Err(failure) => {
            commit::abandon(enclave, reserved).await;
            Err(failure)
        }
    }
}

/// Charges a visit. From here on it is charged, whatever happens.
async fn reserve(
    enclave: &Enclave,
    question: &Question,
    visit: Visit,
) -> Result<Arc<Reserved>, Failure> {
    let verified = &question.verified;
    enclave.note_policy(verified.policy_digest).await?;
    let limit = verified.permit.budget_limit;
    enclave.reserve(visit, CHARGE, limit).await.map(Arc::new)
}

/// A query that both doors and the guard let pass.
struct Judged {
    admission: Arc<Admission>,
    planned: Planned,
    /// Of each cut.
    profiles: Vec<Profile>,
    /// The strictest of them.
    profile: Profile,
}

/// Both doors, and the guard's judgement: by the permit, the holder's files, the
/// query's text and the catalogue; with them the worker that planned. `sql` may say what
/// is asked by what the catalogue offers, `fits` ask more of what was planned, and add to
/// it what an analysis reads beside. No data are read.
async fn judge(
    enclave: &Arc<Enclave>,
    verified: &Arc<Verified>,
    sql: impl FnOnce(&Catalogue) -> Result<String, Failure>,
    fits: impl FnOnce(&Admission, &mut Planned) -> Result<(), Failure>,
) -> Result<Result<(Judged, Worker), sekisho_query::Refusal>, Failure> {
    let admission = admitted(enclave, verified).await?;
    let sql = sql(&admission.catalogue)?;
    let mut worker = enclave.workers.take().await;
    let mut planned = match plan(&mut worker, &sql, &admission).await? {
        Ok(planned) => planned,
        Err(refusal) => return Ok(Err(refusal)),
    };
    admission.covers(&planned)?;
    fits(&admission, &mut planned)?;
    let profiles = profiles(enclave, &admission, &planned, &verified.permit.profile)?;
    let catalogue = &admission.catalogue;
    let asked = || {
        enclave
            .profiles
            .of(catalogue, &[], &verified.permit.profile)
    };
    // What reads public tables alone has no cuts, and still a charge and a channel.
    let profile = strictest(&profiles).or_else(asked);
    let profile = profile.ok_or_else(|| failure::internal("no profile"))?;
    let judged = Judged {
        admission,
        planned,
        profiles,
        profile,
    };
    Ok(Ok((judged, worker)))
}

/// What would be released, under what, and for how much privacy.
pub(crate) struct Checked {
    pub(crate) planned: Planned,
    pub(crate) profile: Profile,
    /// ρ in units of 10⁻⁹; 0 where no noise pays for it.
    pub(crate) rho_nano: u64,
    /// Whether exposure is metered.
    pub(crate) exposes_genomes: bool,
}

/// Judges a query and says what it would release.
pub(crate) async fn check(
    enclave: &Arc<Enclave>,
    verified: &Arc<Verified>,
    sql: &str,
) -> Result<Result<Checked, sekisho_query::Refusal>, Failure> {
    enclave.spend(verified)?;
    let _turn = enclave
        .checking
        .acquire()
        .await
        .map_err(failure::internal)?;
    let (judged, _worker) =
        match judge(enclave, verified, |_| Ok(sql.to_owned()), |_, _| Ok(())).await? {
            Ok(judged) => judged,
            Err(refusal) => return Ok(Err(refusal)),
        };
    let Judged {
        planned,
        profiles,
        profile,
        ..
    } = judged;
    let rho_nano = meters::rho(&planned, &profiles)?;
    let mut cuts = planned.shapes.iter().zip(&profiles);
    Ok(Ok(Checked {
        exposes_genomes: cuts.any(|(shape, profile)| exposure::is_metered(shape, profile)),
        planned,
        profile,
        rho_nano,
    }))
}

/// The holder's door, beside the threads that serve.
pub(crate) async fn admitted(
    enclave: &Arc<Enclave>,
    verified: &Arc<Verified>,
) -> Result<Arc<Admission>, Failure> {
    let (enclave, verified) = (Arc::clone(enclave), Arc::clone(verified));
    let admitted = tokio::task::spawn_blocking(move || enclave.admit(&verified));
    admitted.await.map_err(|_| failure::ended())?.map(Arc::new)
}

async fn plan(
    worker: &mut Worker,
    sql: &str,
    admission: &Admission,
) -> Result<Result<Planned, sekisho_query::Refusal>, Failure> {
    let planning = worker.plan(sql, &admission.catalogue);
    match tokio::time::timeout(PLANNING, planning).await {
        Ok(Ok(planned)) => Ok(planned),
        Ok(Err(Lost)) | Err(_) => Err(failure::planning()),
    }
}

/// The profile of each cut.
fn profiles(
    enclave: &Enclave,
    admission: &Admission,
    planned: &Planned,
    permit: &str,
) -> Result<Vec<Profile>, Failure> {
    let catalogue = &admission.catalogue;
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
    sql: &str,
    judged: Judged,
    worker: &mut Worker,
    reserved: &Arc<Reserved>,
) -> Result<Released, Failure> {
    let lost = |_: Lost| failure::execution();
    let Judged {
        admission,
        planned,
        profiles,
        ..
    } = judged;
    // The rest of the visitor's plan runs where no private row ever was; that worker
    // plans meanwhile.
    let snapshot = &admission.pinned.snapshot;
    let clean = async {
        if planned.as_is.is_some() {
            return Ok(None);
        }
        let worker = enclave.workers.take().await;
        let clean = worker.clean(sql, &admission.catalogue, snapshot);
        clean.await.map(Some)
    };
    let private = private::run(&admission, &planned, &profiles, worker, false);
    let (private, clean) = tokio::try_join!(private, clean).map_err(lost)?;
    let Private { finished, told, .. } = private;
    let payer = payer(&question.verified, enclave.clock.now_ms());
    let meters = meters::of_figures(&payer, snapshot.id(), &finished, &profiles);
    account(enclave, question, &admission, reserved, told, meters).await?;
    let released = match clean {
        Some(clean) => clean.released(&finished).await,
        None => Released::as_is(&planned, &finished).and_then(|released| released.ok_or(Lost)),
    };
    released.map_err(lost)
}
