//! A visit whose answer is a table of frequencies.

use std::sync::Arc;

use sekisho_ledger::{Reserved, Visit};
use sekisho_query::worker::{Lost, Worker};
use sekisho_runtime::status::Failure;

use super::{Charge, Judged, Question, charge::account, charged, commit};
use crate::{
    enclave::Enclave,
    failure,
    frequencies::{self, Asked, Table},
    permit::Verified,
    release::Release,
    words,
};

/// Both doors and the guard, over the query of individuals whose groups are meant.
pub(super) async fn judge(
    enclave: &Arc<Enclave>,
    verified: &Arc<Verified>,
    asked: &Asked,
) -> Result<(Judged, Worker), Failure> {
    let fits = |admission: &crate::admission::Admission, planned: &mut _| {
        asked.fits(&admission.catalogue, planned)
    };
    let judged = super::judge(enclave, verified, |_| Ok(asked.sql()), fits).await?;
    let (judged, worker) = judged.map_err(words::refused)?;
    frequencies::is_protected_by(&judged.profile)?;
    Ok((judged, worker))
}

/// As a query is answered, but that a table is settled as a whole, and that it is made
/// again where it was released before.
pub(super) async fn answer(
    enclave: &Arc<Enclave>,
    question: &Question,
    asked: &Asked,
    judged: Judged,
    visit: Visit,
    worker: &mut Worker,
) -> Result<Release, Failure> {
    let admission = Arc::clone(&judged.admission);
    let profile = judged.profile.clone();
    let key = visit.answer_key();
    let looked_up = key.clone();
    let known = enclave.with_ledger(move |ledger| ledger.answer(&looked_up));
    let stage = if known.await?.is_none() {
        Stage::Judged(Box::new(judged))
    } else {
        // It is free only if it is the same: nothing else leaves before it is charged.
        // Counting may take longer than a permit holds, and what is fetched is never charged.
        let spend = || enclave.spend(&question.verified);
        if question.fetches {
            spend()?;
        }
        let spend = || if question.fetches { Ok(()) } else { spend() };
        let again = match settle(enclave, question, asked, judged, worker).await {
            Ok(table) => commit::table_again(enclave, key, table).await,
            Err(Lost) => Err(failure::execution()),
        };
        match again {
            Ok(Err(_)) if question.fetches => return Err(failure::not_kept()),
            Ok(Err(table)) => Stage::Settled(table),
            Ok(Ok(earlier)) => {
                spend()?;
                return Ok(earlier);
            }
            Err(failure) => {
                spend()?;
                return Err(failure);
            }
        }
    };
    let charge = Charge {
        question,
        admission: Arc::clone(&admission),
        profile,
        visit,
    };
    let work = |reserved: Arc<Reserved>| async move {
        let table = match stage {
            Stage::Settled(table) => table,
            Stage::Judged(judged) => {
                let table = settle(enclave, question, asked, *judged, worker).await;
                table.map_err(|Lost| failure::execution())?
            }
        };
        let told = Some(table.told());
        account(enclave, question, &admission, &reserved, told, Vec::new()).await?;
        Ok(table)
    };
    charged(enclave, charge, work, Release::commit_table).await
}

/// How far a table is.
enum Stage {
    Judged(Box<Judged>),
    Settled(Box<Table>),
}

/// Settles the table, in no more time than a visit has.
async fn settle(
    enclave: &Enclave,
    question: &Question,
    asked: &Asked,
    judged: Judged,
    worker: &mut Worker,
) -> Result<Box<Table>, Lost> {
    let Judged {
        admission,
        planned,
        profile,
        ..
    } = judged;
    let table = frequencies::settle(enclave, &admission, asked, &planned, &profile, worker);
    let table = question.patience.within(table).await;
    table.ok_or(Lost)?.map(Box::new)
}
