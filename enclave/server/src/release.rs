//! A release: the only thing about data that leaves an enclave.

use std::collections::{BTreeMap, HashMap};

use arrow::ipc::writer::StreamWriter;
use sekisho_disclosure::{Mechanism, Profile};
use sekisho_ledger::{AnswerKey, Committed, Ledger, LedgerError, Outcome, Reserved};
use sekisho_proto::v1;
use sekisho_query::worker::{Lost, Released};

/// The size of a chunk of Arrow IPC on the wire, in bytes.
const CHUNK_BYTES: usize = 256 * 1024;

/// A protected result whose charge is durable. It can be made only from what a
/// worker computed from protected cells together with the ledger's word that it
/// was charged ([`Release::commit`]), or by the ledger from such a release
/// ([`Release::again`]).
#[derive(Debug)]
pub(crate) struct Release {
    answer: Vec<u8>,
    committed: Committed,
    repeated: bool,
}

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
        let released = released.described(description.metadata(&outcome))?;
        let answer = encode(&released)?;
        let committed = ledger.commit(reserved, outcome, &answer)?;
        Ok(Self {
            answer,
            committed,
            repeated: false,
        })
    }

    /// The release that answered the same question before, free of charge.
    pub(crate) fn again(ledger: &Ledger, key: &AnswerKey) -> Result<Option<Self>, LedgerError> {
        let earlier = ledger.answer(key)?;
        Ok(earlier.map(|(committed, answer)| Self {
            answer,
            committed,
            repeated: true,
        }))
    }

    /// The messages that carry it: Arrow IPC in chunks, then what is said of it.
    pub(crate) fn into_messages(self) -> Vec<v1::QueryResponse> {
        use v1::query_response::Part;
        let leaf = self.committed.release();
        let number = |name: &str| leaf.parameters.get(name).and_then(|text| text.parse().ok());
        let text = |name: &str| leaf.parameters.get(name).cloned().unwrap_or_default();
        let trailer = v1::Release {
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
        };
        let chunks = self
            .answer
            .chunks(CHUNK_BYTES)
            .map(|chunk| Part::ArrowIpc(chunk.to_vec()));
        chunks
            .chain([Part::Release(trailer)])
            .map(|part| v1::QueryResponse { part: Some(part) })
            .collect()
    }
}

/// Why a result did not become a release.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommitError {
    #[error("the result cannot be encoded")]
    Encoding(#[from] arrow::error::ArrowError),
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

    fn metadata(&self, outcome: &Outcome) -> HashMap<String, String> {
        let said = [
            ("dataset", self.dataset.to_owned()),
            ("snapshot", self.snapshot.to_owned()),
            ("policy_digest", hex::encode(self.policy_digest)),
            ("profile", self.profile.name.clone()),
            ("figures_released", outcome.cells_released.to_string()),
            ("figures_suppressed", outcome.cells_suppressed.to_string()),
        ];
        let said = said
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        said.chain(outcome.parameters.clone())
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
