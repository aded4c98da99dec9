//! A visit whose answer is sheets of a typed analysis.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use sekisho_disclosure::Sheet;
use sekisho_ledger::{Meter, Reserved, Visit};
use sekisho_query::worker::{Lost, Worker};
use sekisho_runtime::status::Failure;

use super::{
    Charge, Judged, Question,
    charge::{account, payer},
    charged, commit,
};
use crate::{
    admission::Admission,
    analyses::{Analysis, Ground},
    enclave::Enclave,
    exposure::{self, Told},
    failure, meters,
    permit::Verified,
    private::{self, Private, beside},
    release::Release,
    words,
};

/// Both doors and the guard, over the query of individuals that is meant.
pub(super) async fn judge(
    enclave: &Arc<Enclave>,
    verified: &Arc<Verified>,
    asked: &Analysis,
) -> Result<(Judged, Worker), Failure> {
    let sql = |catalogue: &_| asked.sql(catalogue);
    let fits = |admission: &Admission, planned: &mut _| {
        asked.is_within(admission)?;
        asked.fits(&admission.catalogue, planned)
    };
    let judged = super::judge(enclave, verified, sql, fits).await?;
    let (judged, worker) = judged.map_err(words::refused)?;
    asked.is_protected_by(&judged.profile)?;
    Ok((judged, worker))
}

/// As a query is answered, but that nothing runs over the cells.
pub(super) async fn answer(
    enclave: &Arc<Enclave>,
    question: &Question,
    asked: &Arc<Analysis>,
    judged: Judged,
    visit: Visit,
    worker: &mut Worker,
) -> Result<Release, Failure> {
    let admission = Arc::clone(&judged.admission);
    let profile = judged.profile.clone();
    if let Some(earlier) = commit::again(enclave, question, &admission, &visit).await? {
        return Ok(earlier);
    }
    let charge = Charge {
        question,
        admission,
        profile,
        visit,
    };
    let of = Arc::clone(&charge.admission);
    let work = |reserved: Arc<Reserved>| async move {
        let made = sheets(enclave, question, asked, judged, worker).await;
        let Made {
            sheets,
            told,
            meters,
        } = made.map_err(|Lost| failure::execution())?;
        account(enclave, question, &of, &reserved, told, meters).await?;
        Ok(sheets)
    };
    charged(enclave, charge, work, Release::commit_sheets).await
}

/// Sheets, and what they take.
struct Made {
    sheets: Vec<Sheet>,
    told: Option<Told>,
    meters: Vec<Meter>,
}

async fn sheets(
    enclave: &Enclave,
    question: &Question,
    asked: &Arc<Analysis>,
    judged: Judged,
    worker: &mut Worker,
) -> Result<Made, Lost> {
    let Judged {
        admission,
        planned,
        profiles,
        profile,
    } = judged;
    let private = private::run(
        &admission,
        &planned,
        &profiles,
        worker,
        asked.needs_frames(),
    )
    .await?;
    let payer = payer(&question.verified, enclave.clock.now_ms());
    let snapshot = admission.pinned.snapshot.id();
    let meters = meters::of_figures(&payer, snapshot, &private.finished, &profiles);
    let (asked, spans) = (Arc::clone(asked), Arc::clone(&enclave.spans));
    let (ledger, permit) = (Arc::clone(&enclave.ledger), &question.verified.permit);
    let exposed = exposure::account(&permit.project, &permit.dataset);
    let watch = Watch::default();
    let ended = Arc::clone(&watch.0);
    beside(move || {
        let Private {
            finished,
            frames,
            told,
        } = private;
        let exposed = ledger.metered(&exposed).map_err(|error| {
            tracing::error!("what a project was told cannot be read: {error}");
            Lost
        })?;
        let found = asked.found(&Ground {
            admission: &admission,
            profile: &profile,
            finished: &finished,
            frames: &frames,
            spans: &spans,
            exposed,
            ended: &ended,
        })?;
        Ok(Made {
            sheets: found.sheets,
            told: found.told.or(told),
            meters,
        })
    })
    .await
}

/// Says that nobody waits any more, when it is dropped.
#[derive(Default)]
struct Watch(Arc<AtomicBool>);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
