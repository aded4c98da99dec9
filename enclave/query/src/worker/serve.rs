//! The worker's side.

use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use rlimit::Resource;
use roaring::RoaringBitmap;
use sekisho_tables::Snapshot;

use super::{
    Lost,
    message::{self, Reply, Request},
};
use crate::run::{self, Prepared};

/// Deep queries need a deep stack; running out of it ends this process only.
const STACK_BYTES: usize = 256 << 20;

/// The most memory that a worker may map. The engine's own account, which is
/// half of it, leaves out what functions and literals take.
const ADDRESS_BYTES: u64 = 4 << 30;

/// The most time that a worker may compute, in seconds, whoever waits for it:
/// one whose enclave was killed must not go on for ever.
const PROCESSOR_SECONDS: u64 = 900;

/// Serves one visit over standard input and output, until the input ends.
///
/// # Errors
///
/// When a pipe breaks, the limits cannot be set, or the thread that works cannot
/// be started.
pub fn serve() -> std::io::Result<()> {
    confine()?;
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

/// Gives up what a visit does not need. A core dump would hold rows.
fn confine() -> std::io::Result<()> {
    for (resource, most) in [
        (Resource::CORE, 0),
        (Resource::AS, ADDRESS_BYTES),
        (Resource::CPU, PROCESSOR_SECONDS),
    ] {
        let most = most.min(resource.get_hard()?);
        resource.set(most, most)?;
    }
    Ok(())
}

async fn converse() -> std::io::Result<()> {
    warm_up().await;
    let mut input = tokio::io::stdin();
    let mut output = tokio::io::stdout();
    let mut prepared = None;
    while let Some((request, blobs)) = message::read(&mut input).await? {
        let (reply, blobs) = answer(request, blobs, &mut prepared)
            .await
            .unwrap_or((Reply::Failed, vec![]));
        message::write(&mut output, &reply, &blobs).await?;
    }
    Ok(())
}

/// Builds what the first query would otherwise wait for.
async fn warm_up() {
    let empty = sekisho_tables::Catalogue {
        dataset: String::new(),
        title: String::new(),
        holder: String::new(),
        assembly: String::new(),
        profile: String::new(),
        tables: vec![],
    };
    // Refused, since it asks nothing of a table; what counts is that it was planned.
    let _refusal = run::prepare("SELECT 1", &empty).await;
}

async fn answer(
    request: Request,
    blobs: Vec<Vec<u8>>,
    prepared: &mut Option<Prepared>,
) -> Result<(Reply, Vec<Vec<u8>>), Lost> {
    match request {
        Request::Plan { sql, catalogue } => match run::prepare(&sql, &catalogue).await {
            Ok(query) => {
                let planned = query.planned.clone();
                *prepared = Some(query);
                Ok((Reply::Planned(planned), vec![]))
            }
            Err(refusal) => Ok((Reply::Refused(refusal), vec![])),
        },
        Request::Private { snapshot } => {
            let [cohort] = blobs.as_slice() else {
                return Err(Lost);
            };
            let cohort =
                Arc::new(RoaringBitmap::deserialize_from(cohort.as_slice()).map_err(|_| Lost)?);
            let snapshot = Snapshot::open(&snapshot).map_err(|_| Lost)?;
            let query = prepared.as_ref().ok_or(Lost)?;
            let mut cuts = Vec::new();
            for cut in query.cuts() {
                let merged = cut.merged().map_err(|_| Lost)?;
                let rows = run::private(&merged, &snapshot, &cohort)
                    .await
                    .map_err(|_| Lost)?;
                cuts.push(stream(merged.schema().as_arrow(), &rows)?);
            }
            Ok((Reply::Rows, cuts))
        }
        Request::Released { sql, catalogue } => {
            let query = run::prepare(&sql, &catalogue).await.map_err(|_| Lost)?;
            let mut cells = Vec::new();
            for blob in &blobs {
                let batches = message::batches(blob)?;
                let schema = batches.first().ok_or(Lost)?.schema();
                cells.push(arrow::compute::concat_batches(&schema, &batches).map_err(|_| Lost)?);
            }
            let result = query.released(cells).await.map_err(|_| Lost)?;
            let schema = result.first().ok_or(Lost)?.schema();
            let result = stream(&schema, &result)?;
            if result.len() > message::MAX_RESULT {
                return Err(Lost);
            }
            Ok((Reply::Result, vec![result]))
        }
    }
}

/// The rows under the schema that the batches really have; the planned one if there are none.
fn stream(planned: &arrow::datatypes::Schema, batches: &[RecordBatch]) -> Result<Vec<u8>, Lost> {
    match batches.first() {
        Some(first) => message::stream(&first.schema(), batches),
        None => message::stream(planned, batches),
    }
}
