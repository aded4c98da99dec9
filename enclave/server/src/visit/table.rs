//! A visit whose answer is a table of frequencies.

use std::sync::Arc;

use sekisho_ledger::{Ledger, Visit};
use sekisho_query::worker::Lost;
use sekisho_runtime::status::Failure;

use super::{Judged, Question, charge::account, commit, reserve};
use crate::{
    enclave::Enclave,
    failure,
    frequencies::{self, Asked, Table},
    permit::Verified,
    release::{Description, Release},
};

/// Both doors and the guard, over the query of individuals whose groups are meant.
pub(super) async fn judge(
    enclave: &Arc<Enclave>,
    verified: &Arc<Verified>,
    asked: &Asked,
) -> Result<Judged, Failure> {
    let fits = |admission: &crate::admission::Admission, planned: &mut _| {
        asked.fits(&admission.catalogue, planned)
    };
    let judged = super::judge(enclave, verified, &asked.sql(), fits).await?;
    let judged = judged.map_err(frequencies::refused)?;
    frequencies::is_protected_by(&judged.profile)?;
    Ok(judged)
}

/// As a query is answered, but that a table is settled as a whole, and that it is made
/// again where it was released before.
pub(super) async fn answer(
    enclave: &Arc<Enclave>,
    question: &Question,
    asked: &Asked,
    judged: Judged,
    visit: Visit,
) -> Result<Release, Failure> {
    let admission = Arc::clone(&judged.admission);
    let profile = judged.profile.clone();
    let key = visit.answer_key();
    let looked_up = key.clone();
    let known = enclave.with_ledger(move |ledger| ledger.answer(&looked_up));
    let mut waits = Some(judged);
    let mut settled = None;
    if known.await?.is_some() {
        // It is free only if it is the same: nothing else leaves before it is charged.
        let table = match settle(enclave, asked, &mut waits).await {
            Ok(table) => table,
            Err(Lost) => {
                enclave.spend(&question.verified)?;
                return Err(failure::execution());
            }
        };
        match commit::table_again(enclave, key, table).await? {
            Ok(earlier) => {
                enclave.spend(&question.verified)?;
                return Ok(earlier);
            }
            Err(table) => settled = Some(table),
        }
    }
    let reserved = reserve(enclave, question, visit).await?;
    let work = async {
        let table = match settled {
            Some(table) => table,
            None => settle(enclave, asked, &mut waits)
                .await
                .map_err(|Lost| failure::execution())?,
        };
        let told = Some(table.told());
        account(enclave, question, &admission, &reserved, told, Vec::new()).await?;
        Ok(table)
    };
    let table = match tokio::time::timeout(enclave.visit_limit, work).await {
        Ok(table) => table,
        Err(_) => Err(failure::execution()),
    };
    let reserved = Arc::into_inner(reserved).ok_or_else(failure::ended)?;
    match table {
        Ok(table) => {
            let make = |ledger: &Ledger, reserved, described: &Description<'_>| {
                Release::commit_table(ledger, reserved, table, described)
            };
            commit::commit(enclave, &admission, profile, reserved, make).await
        }
        Err(failure) => {
            commit::abandon(enclave, reserved).await;
            Err(failure)
        }
    }
}

/// Settles the table, in no more time than a visit has.
async fn settle(
    enclave: &Enclave,
    asked: &Asked,
    judged: &mut Option<Judged>,
) -> Result<Box<Table>, Lost> {
    let Judged {
        admission,
        worker,
        planned,
        profile,
        ..
    } = judged.take().ok_or(Lost)?;
    let table = frequencies::settle(enclave, &admission, asked, &planned, &profile, worker);
    let table = tokio::time::timeout(enclave.visit_limit, table).await;
    table.map_err(|_| Lost)?.map(Box::new)
}
