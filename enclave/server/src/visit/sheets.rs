//! A visit whose answer is sheets of a typed analysis.

use std::sync::Arc;

use sekisho_disclosure::Sheet;
use sekisho_ledger::Visit;
use sekisho_query::worker::{Lost, Worker};
use sekisho_runtime::status::Failure;

use super::{Charge, Judged, Question, charged, commit};
use crate::{
    analyses::{self, Analysis, Ground},
    enclave::Enclave,
    failure,
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
    let fits = |_: &_, planned: &mut _| asked.fits(planned);
    let judged = super::judge(enclave, verified, sql, fits).await?;
    let (judged, worker) = judged.map_err(words::refused)?;
    analyses::is_protected_by(&judged.profile)?;
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
    let key = visit.answer_key();
    if let Some(earlier) = commit::again(enclave, &admission, key).await? {
        enclave.spend(&question.verified)?;
        return Ok(earlier);
    }
    let charge = Charge {
        question,
        admission,
        profile,
        visit,
    };
    let work = |_| async move {
        let sheets = sheets(asked, judged, worker).await;
        sheets.map_err(|Lost| failure::execution())
    };
    charged(enclave, charge, work, Release::commit_sheets).await
}

async fn sheets(
    asked: &Arc<Analysis>,
    judged: Judged,
    worker: &mut Worker,
) -> Result<Vec<Sheet>, Lost> {
    let Judged {
        admission,
        planned,
        profiles,
        profile,
    } = judged;
    let private = private::run(&admission, &planned, &profiles, worker, true).await?;
    let asked = Arc::clone(asked);
    beside(move || {
        let Private {
            finished, frames, ..
        } = &private;
        let ([finished], [frame]) = (finished.as_slice(), frames.as_slice()) else {
            return Err(Lost);
        };
        asked.sheets(&Ground {
            admission: &admission,
            profile: &profile,
            finished,
            frame,
        })
    })
    .await
}
