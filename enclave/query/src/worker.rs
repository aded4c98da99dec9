//! Workers: child processes that plan and run a visitor's SQL.
//!
//! The engine is no security boundary: a short query can exhaust its memory or
//! abort its process. So it runs in a process of its own that serves one visit,
//! is given nothing but pipes, and is killed when it overruns. What a worker
//! says on failing is one word; the engine's text never leaves it.

mod confine;
mod message;
mod pipes;
mod pool;
mod rehearsal;
mod released;
mod serve;

use std::{path::Path, process::Stdio};

use arrow::record_batch::RecordBatch;
use roaring::RoaringBitmap;
use sekisho_tables::{Catalogue, Label, Snapshot, Table};
use thiserror::Error;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::{
    Planned, Refusal,
    cells::{self, Finished},
};
pub use confine::{Confinement, confine, narrow, report};
use message::{Phase, Reply, Request};
pub use pool::{Leaving, Pool};
pub use released::Released;
pub use serve::serve;

/// A worker died, overran its time, or said something that it may not say.
#[derive(Debug, Error)]
#[error("a worker was lost")]
pub struct Lost;

/// A worker, from the enclave's side. Dropping it kills the process.
#[derive(Debug)]
pub struct Worker {
    process: Child,
    input: ChildStdin,
    output: ChildStdout,
}

impl Worker {
    /// Starts a worker: `program` with the arguments that make it call [`serve`].
    ///
    /// # Errors
    ///
    /// When the process cannot be started.
    pub fn start(program: &Path, arguments: &[String]) -> std::io::Result<Self> {
        let mut process = Command::new(program)
            .args(arguments)
            .env_clear()
            // Of the addresses that a worker may have, its allocator would reserve a
            // quarter at once.
            .env("MIMALLOC_ARENA_RESERVE", "64MiB")
            // It lives for one visit: what it gives back it would soon fault in again.
            .env("MIMALLOC_PURGE_DELAY", "-1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // A panic's message may hold a value.
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let pipes = (process.stdin.take(), process.stdout.take());
        let (Some(input), Some(output)) = pipes else {
            return Err(std::io::Error::other("a worker has no pipes"));
        };
        Ok(Self {
            process,
            input,
            output,
        })
    }

    /// Judges and plans a query over a catalogue. Reads no data.
    ///
    /// # Errors
    ///
    /// [`Lost`] when the worker fails; a refusal is an answer.
    pub async fn plan(
        &mut self,
        sql: &str,
        catalogue: &Catalogue,
    ) -> Result<Result<Planned, Refusal>, Lost> {
        let request = Request::Plan {
            sql: sql.to_owned(),
            catalogue: catalogue.clone(),
            phase: Phase::Private,
        };
        match self.ask(request, vec![]).await? {
            (Reply::Planned(planned), _) => Ok(Ok(planned)),
            (Reply::Refused(refusal), _) => Ok(Err(refusal)),
            _ => Err(Lost),
        }
    }

    /// Asks of everybody in the permitted cohort what the query planned before
    /// wants to know of individuals: one batch of rows per cut.
    ///
    /// # Errors
    ///
    /// [`Lost`] on any failure.
    pub async fn units(
        &mut self,
        snapshot: &Path,
        cohort: &RoaringBitmap,
    ) -> Result<Vec<Vec<RecordBatch>>, Lost> {
        let request = Request::Units {
            snapshot: snapshot.to_owned(),
        };
        match self.ask(request, vec![message::set(cohort)?]).await? {
            (Reply::Units, cuts) => cuts.iter().map(|stream| message::batches(stream)).collect(),
            _ => Err(Lost),
        }
    }

    /// Reads the rows of some individuals, for each cut that reads rows.
    ///
    /// # Errors
    ///
    /// [`Lost`] on any failure.
    pub async fn rows(&mut self, of: &[&RoaringBitmap]) -> Result<Vec<Vec<RecordBatch>>, Lost> {
        let sets = of
            .iter()
            .map(|set| message::set(set))
            .collect::<Result<_, _>>()?;
        match self.ask(Request::Rows, sets).await? {
            (Reply::Rows, cuts) if cuts.len() == of.len() => {
                cuts.iter().map(|stream| message::batches(stream)).collect()
            }
            _ => Err(Lost),
        }
    }

    /// Plans a query for its released phase: from now on the worker may read the public
    /// tables of a snapshot and nothing else.
    ///
    /// # Errors
    ///
    /// [`Lost`] on any failure, and if the query is refused.
    pub async fn clean(
        mut self,
        sql: &str,
        catalogue: &Catalogue,
        snapshot: &Snapshot,
    ) -> Result<Clean, Lost> {
        let is_public = |table: &Table| table.label == Label::Public;
        let public = catalogue.tables.iter().any(is_public);
        let request = Request::Plan {
            sql: sql.to_owned(),
            catalogue: catalogue.clone(),
            phase: Phase::Released {
                public: public.then(|| snapshot.public()),
            },
        };
        match self.ask(request, vec![]).await? {
            (Reply::Planned(_), _) => Ok(Clean(self)),
            _ => Err(Lost),
        }
    }

    async fn ask(
        &mut self,
        request: Request,
        blobs: Vec<Vec<u8>>,
    ) -> Result<(Reply, Vec<Vec<u8>>), Lost> {
        message::write(&mut self.input, &request, &blobs)
            .await
            .map_err(|_| Lost)?;
        message::read(&mut self.output)
            .await
            .map_err(|_| Lost)?
            .ok_or(Lost)
    }
}

/// A worker where no private row ever was, and that cannot read any.
#[derive(Debug)]
pub struct Clean(Worker);

impl Clean {
    /// Runs the rest of the query over its protected cells, one per shape.
    ///
    /// # Errors
    ///
    /// [`Lost`] on any failure.
    pub async fn released(mut self, cells: &[Finished]) -> Result<Released, Lost> {
        let tables = cells
            .iter()
            .map(
                |Finished {
                     shape,
                     keys,
                     protected,
                 }| {
                    let table = cells::table(shape, keys, protected).map_err(|_| Lost)?;
                    message::stream(&table.schema(), &[table])
                },
            )
            .collect::<Result<_, _>>()?;
        match self.0.ask(Request::Released, tables).await? {
            (Reply::Result, blobs) => {
                let [stream] = blobs.as_slice() else {
                    return Err(Lost);
                };
                if stream.len() > message::MAX_RESULT {
                    return Err(Lost);
                }
                Released::new(
                    message::batches(stream)?,
                    cells.iter().map(|finished| &finished.protected),
                )
            }
            _ => Err(Lost),
        }
    }
}
