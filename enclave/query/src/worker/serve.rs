//! The worker's side.

use std::{path::Path, sync::Arc};

use arrow::record_batch::RecordBatch;
use roaring::RoaringBitmap;
use sekisho_tables::Snapshot;

use super::{
    Lost,
    confine::{self, confine},
    message::{self, Phase, Reply, Request},
    pipes, rehearsal,
};
use crate::{
    run::{self, Prepared},
    session,
};

/// Deep queries need a deep stack; running out of it ends this process only.
const STACK_BYTES: usize = 256 << 20;

/// Serves one visit over standard input and output, until the input ends.
/// Confines itself first; with `required`, nothing is served where the kernel
/// does not enforce all of it.
///
/// # Errors
///
/// When a pipe breaks, the limits cannot be set, or the thread that works cannot
/// be started.
pub fn serve(store: &Path, required: bool) -> std::io::Result<()> {
    let reached = confine(store)?;
    if required && !reached.is_whole() {
        return Err(std::io::Error::other(format!("confined by {reached}")));
    }
    let worker = std::thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(converse())
        })?;
    worker
        .join()
        .unwrap_or_else(|_| Err(std::io::Error::other("the worker's thread ended")))
}

/// The one visit that a worker serves.
#[derive(Default)]
struct Visit {
    phase: Option<Phase>,
    prepared: Option<Prepared>,
    snapshot: Option<Snapshot>,
}

async fn converse() -> std::io::Result<()> {
    warm_up().await;
    let mut input = pipes::input()?;
    let mut output = pipes::output()?;
    let mut visit = Visit::default();
    while let Some((request, blobs)) = message::read(&mut input).await? {
        let (reply, blobs) = answer(request, blobs, &mut visit)
            .await
            .unwrap_or((Reply::Failed, vec![]));
        message::write(&mut output, &reply, &blobs).await?;
        // The kernel wakes whoever reads a pipe where its writer runs: he goes first.
        std::thread::yield_now();
        // While the enclave does its part.
        let ahead = visit.look_ahead(&reply);
        if ahead.is_err() {
            visit.prepared = None;
        }
    }
    Ok(())
}

impl Visit {
    /// Does what the next question will want, as far as it hangs on the query alone.
    fn look_ahead(&mut self, answered: &Reply) -> Result<(), Lost> {
        let (Some(Phase::Private), Some(query)) = (&self.phase, &mut self.prepared) else {
            return Ok(());
        };
        let done = match answered {
            Reply::Planned(_) => query.expect_units(),
            Reply::Units => query.expect_rows(),
            _ => Ok(()),
        };
        done.map_err(|_| Lost)
    }
}

/// Builds what the first query would otherwise wait for.
async fn warm_up() {
    // If it cannot be done now, the query says so.
    let _ = rehearsal::rehearse().await;
    let _ = session::make_ready();
}

async fn answer(
    request: Request,
    blobs: Vec<Vec<u8>>,
    visit: &mut Visit,
) -> Result<(Reply, Vec<Vec<u8>>), Lost> {
    match request {
        Request::Plan {
            sql,
            catalogue,
            phase,
        } => {
            if visit.phase.is_some() {
                return Err(Lost);
            }
            if let Phase::Released { public } = &phase {
                confine::narrow(public.as_deref()).map_err(|_| Lost)?;
            }
            visit.phase = Some(phase);
            match run::prepare(&sql, &catalogue).await {
                Ok(query) => {
                    let planned = query.planned.clone();
                    visit.prepared = Some(query);
                    Ok((Reply::Planned(planned), vec![]))
                }
                Err(refusal) => Ok((Reply::Refused(refusal), vec![])),
            }
        }
        Request::Units { snapshot } => {
            if visit.phase != Some(Phase::Private) {
                return Err(Lost);
            }
            confine::narrow(Some(&snapshot)).map_err(|_| Lost)?;
            let [cohort] = blobs.as_slice() else {
                return Err(Lost);
            };
            let snapshot = Snapshot::open(&snapshot).map_err(|_| Lost)?;
            let cohort = set(cohort)?;
            let query = visit.prepared.as_ref().ok_or(Lost)?;
            let mut cuts = Vec::new();
            for cut in query.cuts() {
                let units = query.units(cut, &snapshot, &cohort).await;
                let schema = cut.units.schema();
                cuts.push(stream(schema.as_arrow(), &units.map_err(|_| Lost)?)?);
            }
            visit.snapshot = Some(snapshot);
            Ok((Reply::Units, cuts))
        }
        Request::Rows => {
            let snapshot = visit.snapshot.as_ref().ok_or(Lost)?;
            let query = visit.prepared.as_ref().ok_or(Lost)?;
            let many = query.cuts().iter().filter(|cut| cut.shape.many);
            let mut cuts = Vec::new();
            for (cut, of) in many.zip(&blobs) {
                let rows = query.rows(cut, snapshot, &set(of)?).await;
                let schema = cut.rows.as_ref().ok_or(Lost)?.schema();
                cuts.push(stream(schema.as_arrow(), &rows.map_err(|_| Lost)?)?);
            }
            Ok((Reply::Rows, cuts))
        }
        Request::Released => {
            let Some(Phase::Released { public }) = &visit.phase else {
                return Err(Lost);
            };
            let query = visit.prepared.take().ok_or(Lost)?;
            let mut cells = Vec::new();
            for blob in &blobs {
                let batches = message::batches(blob)?;
                let schema = batches.first().ok_or(Lost)?.schema();
                cells.push(arrow::compute::concat_batches(&schema, &batches).map_err(|_| Lost)?);
            }
            let result = query
                .released(cells, public.as_deref())
                .await
                .map_err(|_| Lost)?;
            let schema = result.first().ok_or(Lost)?.schema();
            let result = stream(&schema, &result)?;
            if result.len() > message::MAX_RESULT {
                return Err(Lost);
            }
            Ok((Reply::Result, vec![result]))
        }
    }
}

fn set(bytes: &[u8]) -> Result<Arc<RoaringBitmap>, Lost> {
    let set = RoaringBitmap::deserialize_from(bytes);
    set.map(Arc::new).map_err(|_| Lost)
}

/// The rows under the schema that the batches really have; the planned one if there are none.
fn stream(planned: &arrow::datatypes::Schema, batches: &[RecordBatch]) -> Result<Vec<u8>, Lost> {
    match batches.first() {
        Some(first) => message::stream(&first.schema(), batches),
        None => message::stream(planned, batches),
    }
}
