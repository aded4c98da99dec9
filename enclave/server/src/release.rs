//! A release: the only thing about data that leaves an enclave.

mod sheets;

use std::{
    collections::{BTreeMap, HashMap},
    pin::Pin,
};

use arrow::ipc::writer::StreamWriter;
use futures::{Stream, StreamExt as _, stream};
use sekisho_disclosure::{Mechanism, Profile, Sheet};
use sekisho_ledger::{AnswerKey, Committed, Ledger, LedgerError, Outcome, Reserved};
use sekisho_proto::v1::{self, query_response::Part};
use sekisho_query::worker::{Leaving, Lost, Released};
use sekisho_receipt::ROWS_SHA256;
use tonic::Status;

use crate::{
    failure,
    frequencies::{Table, WriteError},
    tick,
};

/// The size of a chunk of Arrow IPC on the wire, in bytes.
pub(crate) const CHUNK_BYTES: usize = 256 * 1024;

/// Chunks that wait for a visitor who reads slowly.
const WAITING: usize = 4;

/// A protected result whose charge is durable. It can be made only from what a
/// worker computed from protected cells, or from a table of protected frequencies or
/// sheets, together with the ledger's word that it was charged ([`Release::commit`],
/// [`Release::commit_table`], [`Release::commit_sheets`]), or from such a release by the ledger
/// ([`Release::again`], [`Release::table_again`]).
pub(crate) struct Release {
    answer: Answer,
    committed: Committed,
    repeated: bool,
    leaving: Option<Leaving>,
}

/// Arrow IPC.
enum Answer {
    Kept(Vec<u8>),
    /// Made while it is sent.
    Table(Box<Table>),
}

/// The messages of an answer.
pub(crate) type Messages = Pin<Box<dyn Stream<Item = Result<v1::QueryResponse, Status>> + Send>>;

/// What a release says of itself beside its figures.
pub(crate) struct Description<'a> {
    pub(crate) dataset: &'a str,
    pub(crate) snapshot: &'a str,
    pub(crate) policy_digest: [u8; 32],
    pub(crate) profile: &'a Profile,
    /// How far the kernel confines workers, in words.
    pub(crate) confinement: &'a str,
    pub(crate) cohort: u64,
    pub(crate) at_ms: i64,
}

impl Release {
    /// Commits a result to the ledger and makes it a release. Blocks until it
    /// is durable.
    pub(crate) fn commit(
        ledger: &Ledger,
        reserved: Reserved,
        released: Released,
        description: &Description<'_>,
    ) -> Result<Self, CommitError> {
        let outcome = Outcome {
            at_ms: description.at_ms,
            cells_released: released.figures_released(),
            cells_suppressed: released.figures_suppressed(),
            cohort_size_class: size_class(description.cohort),
            parameters: description.parameters(),
        };
        let released = released.described(description.said(&outcome).metadata())?;
        let answer = encode(&released)?;
        let committed = ledger.commit(reserved, outcome, &answer)?;
        Ok(Self {
            answer: Answer::Kept(answer),
            committed,
            repeated: false,
            leaving: None,
        })
    }

    /// As [`Release::commit`], of the sheets of an analysis.
    pub(crate) fn commit_sheets(
        ledger: &Ledger,
        reserved: Reserved,
        sheets: Vec<Sheet>,
        description: &Description<'_>,
    ) -> Result<Self, CommitError> {
        let outcome = Outcome {
            at_ms: description.at_ms,
            cells_released: sheets.iter().map(Sheet::released).sum(),
            cells_suppressed: sheets.iter().map(Sheet::suppressed).sum(),
            cohort_size_class: size_class(description.cohort),
            parameters: description.parameters(),
        };
        let answer = sheets::encode(&sheets, &description.said(&outcome).metadata())?;
        let committed = ledger.commit(reserved, outcome, &answer)?;
        Ok(Self {
            answer: Answer::Kept(answer),
            committed,
            repeated: false,
            leaving: None,
        })
    }

    /// As [`Release::commit`], of a table of frequencies: the ledger keeps what it
    /// comes to.
    pub(crate) fn commit_table(
        ledger: &Ledger,
        reserved: Reserved,
        table: Box<Table>,
        description: &Description<'_>,
    ) -> Result<Self, CommitError> {
        let mut parameters = description.parameters();
        parameters.insert(ROWS_SHA256.to_owned(), table.rows_digest());
        let outcome = Outcome {
            at_ms: description.at_ms,
            cells_released: table.figures_released(),
            cells_suppressed: table.figures_suppressed(),
            cohort_size_class: size_class(description.cohort),
            parameters,
        };
        let committed = ledger.commit(reserved, outcome, &table.statement()?)?;
        Ok(Self {
            answer: Answer::Table(table),
            committed,
            repeated: false,
            leaving: None,
        })
    }

    /// The release of the same table before, free of charge; the table, if the ledger
    /// has no such release.
    pub(crate) fn table_again(
        ledger: &Ledger,
        key: &AnswerKey,
        table: Box<Table>,
    ) -> Result<Result<Self, Box<Table>>, LedgerError> {
        let earlier = ledger.answer(key)?;
        let same = earlier.filter(|(_, statement)| table.is_of(statement));
        Ok(match same {
            Some((committed, _)) => Ok(Self {
                answer: Answer::Table(table),
                committed,
                repeated: true,
                leaving: None,
            }),
            None => Err(table),
        })
    }

    /// The release that answered the same question before, free of charge.
    pub(crate) fn again(ledger: &Ledger, key: &AnswerKey) -> Result<Option<Self>, LedgerError> {
        let earlier = ledger.answer(key)?;
        Ok(earlier.map(|(committed, answer)| Self {
            answer: Answer::Kept(answer),
            committed,
            repeated: true,
            leaving: None,
        }))
    }

    /// The same release, with what is dropped when it has left.
    pub(crate) fn leaving(self, leaving: Leaving) -> Self {
        Self {
            leaving: Some(leaving),
            ..self
        }
    }

    /// The messages that carry it: Arrow IPC in chunks, then what is said of it. They
    /// are filled up so that their length tells little.
    pub(crate) fn into_messages(self) -> Messages {
        let trailer = self.trailer();
        let part = |part| Ok(v1::QueryResponse { part: Some(part) });
        let leaving = self.leaving;
        let messages: Messages = match self.answer {
            Answer::Kept(answer) => {
                let chunks = answer.chunks(CHUNK_BYTES);
                let chunks = chunks.map(|chunk| part(Part::ArrowIpc(chunk.to_vec())));
                let mut messages: Vec<_> = chunks.collect();
                messages.push(part(Part::Release(tick::padded(trailer, answer.len()))));
                stream::iter(messages).boxed()
            }
            Answer::Table(table) => {
                let said = Said::of(self.committed.release());
                let (sender, receiver) = tokio::sync::mpsc::channel(WAITING);
                tokio::task::spawn_blocking(move || {
                    let mut sent = 0;
                    let send = |message| {
                        let sent = sender.blocking_send(message);
                        sent.map_err(|_| WriteError::Gone)
                    };
                    let written = table.write(&said, |bytes| {
                        sent += bytes.len();
                        for chunk in bytes.chunks(CHUNK_BYTES) {
                            send(part(Part::ArrowIpc(chunk.to_vec())))?;
                        }
                        Ok(())
                    });
                    // Whoever has gone is told nothing more.
                    let _ = match written {
                        Ok(()) => send(part(Part::Release(tick::padded(trailer, sent)))),
                        Err(WriteError::Gone) => Ok(()),
                        Err(error) => {
                            tracing::error!("a table was released and not sent: {error}");
                            send(Err(failure::execution().into()))
                        }
                    };
                });
                let receive = async |mut receiver: tokio::sync::mpsc::Receiver<_>| {
                    let message = receiver.recv().await?;
                    Some((message, receiver))
                };
                stream::unfold(receiver, receive).boxed()
            }
        };
        let until_left = move |message| {
            let _ = &leaving;
            message
        };
        messages.map(until_left).boxed()
    }

    fn trailer(&self) -> v1::Release {
        let leaf = self.committed.release();
        let number = |name: &str| leaf.parameters.get(name).and_then(|text| text.parse().ok());
        let text = |name: &str| leaf.parameters.get(name).cloned().unwrap_or_default();
        v1::Release {
            dataset: leaf.dataset.clone(),
            snapshot: leaf.snapshot.clone(),
            policy_digest: leaf.policy_digest.to_string(),
            profile: leaf.profile.clone(),
            threshold: number("threshold").unwrap_or_default(),
            rounding_base: number("rounding_base").unwrap_or_default(),
            figures_released: leaf.cells_released,
            figures_suppressed: leaf.cells_suppressed,
            budget: Some(v1::Budget {
                dataset: leaf.dataset.clone(),
                project: leaf.project.clone(),
                limit: self.committed.limit(),
                spent: self.committed.spent(),
            }),
            receipt: Some(receipt(self.committed.receipt())),
            repeated: self.repeated,
            mechanism: text("mechanism"),
            caveat: text("caveat"),
            parameters: (leaf.parameters.iter())
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            padding: Vec::new(),
        }
    }
}

/// Why a result did not become a release.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommitError {
    #[error("the result cannot be encoded")]
    Encoding(#[from] arrow::error::ArrowError),
    #[error("what a table comes to cannot be written")]
    Statement(#[from] serde_json::Error),
    #[error(transparent)]
    Result(#[from] Lost),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// A receipt on the wire.
pub(crate) fn receipt(receipt: &sekisho_receipt::Receipt) -> v1::Receipt {
    v1::Receipt {
        leaf: receipt.leaf.clone(),
        leaf_index: receipt.leaf_index,
        tree_size: receipt.tree_size,
        inclusion_proof: receipt
            .inclusion_proof
            .iter()
            .map(|hash| hash.to_vec())
            .collect(),
        checkpoint: receipt.checkpoint.clone(),
    }
}

impl Description<'_> {
    fn parameters(&self) -> BTreeMap<String, String> {
        let mut parameters = self.profile.parameters();
        parameters.insert("caveat".to_owned(), caveat(self.profile));
        parameters.insert("confinement".to_owned(), self.confinement.to_owned());
        parameters
    }

    fn said(&self, outcome: &Outcome) -> Said {
        Said {
            dataset: self.dataset.to_owned(),
            snapshot: self.snapshot.to_owned(),
            policy_digest: hex::encode(self.policy_digest),
            profile: self.profile.name.clone(),
            released: outcome.cells_released,
            suppressed: outcome.cells_suppressed,
            parameters: outcome.parameters.clone(),
        }
    }
}

/// What stands in a table's own metadata.
pub(crate) struct Said {
    dataset: String,
    snapshot: String,
    policy_digest: String,
    profile: String,
    released: u64,
    suppressed: u64,
    parameters: BTreeMap<String, String>,
}

impl Said {
    fn of(leaf: &sekisho_receipt::Release) -> Self {
        Self {
            dataset: leaf.dataset.clone(),
            snapshot: leaf.snapshot.clone(),
            policy_digest: leaf.policy_digest.to_string(),
            profile: leaf.profile.clone(),
            released: leaf.cells_released,
            suppressed: leaf.cells_suppressed,
            parameters: leaf.parameters.clone(),
        }
    }

    /// As a schema's metadata.
    pub(crate) fn metadata(&self) -> HashMap<String, String> {
        let said = [
            ("dataset", self.dataset.clone()),
            ("snapshot", self.snapshot.clone()),
            ("policy_digest", self.policy_digest.clone()),
            ("profile", self.profile.clone()),
            ("figures_released", self.released.to_string()),
            ("figures_suppressed", self.suppressed.to_string()),
        ];
        let said = said
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        said.chain(self.parameters.clone())
            .map(|(key, value)| (format!("sekisho.{key}"), value))
            .collect()
    }
}

/// What is true of every release under a profile, whatever the data.
fn caveat(profile: &Profile) -> String {
    match profile.mechanism {
        Mechanism::Suppress | Mechanism::CellKey => format!(
            "figures may describe a group that differs by around {} individuals, or fewer, from the one asked for",
            profile.threshold
        ),
        Mechanism::Dp => {
            "figures carry random noise; a group that is not shown may exist".to_owned()
        }
    }
}

fn encode(released: &Released) -> Result<Vec<u8>, arrow::error::ArrowError> {
    let mut bytes = Vec::new();
    let mut writer = StreamWriter::try_new(&mut bytes, released.schema())?;
    for batch in released.batches() {
        writer.write(batch)?;
    }
    writer.finish()?;
    drop(writer);
    Ok(bytes)
}

/// The order of magnitude of a cohort: who reads the ledger learns no more.
fn size_class(individuals: u64) -> String {
    match individuals {
        0..100 => "under 100".to_owned(),
        n => format!("{} or more", 10_u64.saturating_pow(n.ilog10())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_class_tells_the_order_of_magnitude_only() {
        assert_eq!(size_class(0), size_class(99));
        assert_eq!(size_class(2_504), "1000 or more");
        assert_eq!(size_class(2_504), size_class(9_999));
    }
}
