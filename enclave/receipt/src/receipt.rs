//! A receipt: a leaf, its inclusion proof and a signed checkpoint.

#[cfg(test)]
mod tests;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::key::VerifierKey;
use crate::leaf::{Leaf, LeafError};
use crate::merkle::{self, Hash, ProofError};

/// The `format` of a receipt's file.
const FORMAT: &str = "sekisho-receipt/1";

/// Proof that a leaf stands in a ledger. It proves nothing until
/// [`Receipt::verify`] has held it against pinned keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The leaf's bytes, UTF-8 JSON.
    pub leaf: Vec<u8>,
    /// The leaf's index, from 0.
    pub leaf_index: u64,
    /// The number of leaves under the checkpoint.
    pub tree_size: u64,
    /// Sibling hashes from the leaf upwards.
    pub inclusion_proof: Vec<Hash>,
    /// The signed note.
    pub checkpoint: String,
}

/// Why a file is not a receipt.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// Not JSON, or not these fields.
    #[error("the file is not a receipt: {0}")]
    Json(#[from] serde_json::Error),
    /// Another format or version.
    #[error("the receipt's format is `{0}`; this version reads `{FORMAT}`")]
    Format(String),
    /// A hash of the proof.
    #[error("element {0} of `inclusion_proof` is not 32 bytes in base64")]
    Proof(usize),
}

/// Why a receipt is not believed.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The receipt and its checkpoint speak of different trees.
    #[error(
        "`tree_size` is {receipt}, but the checkpoint covers {checkpoint} leaves: the receipt was altered"
    )]
    Size {
        /// As the receipt says.
        receipt: u64,
        /// As the checkpoint says.
        checkpoint: u64,
    },
    /// The proof.
    #[error("the leaf is not proved to stand in the ledger: {0}")]
    Proof(#[from] ProofError),
    /// The leaf itself.
    #[error(transparent)]
    Leaf(#[from] LeafError),
    /// The leaf stands at another place than it says.
    #[error("`leaf_index` is {index}, but the leaf calls itself number {sequence}")]
    Sequence {
        /// As the receipt says.
        index: u64,
        /// As the leaf says.
        sequence: u64,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    leaf: String,
    leaf_index: u64,
    tree_size: u64,
    inclusion_proof: Vec<String>,
    checkpoint: String,
}

impl Receipt {
    /// Checks the checkpoint's signature against trusted keys, the leaf's
    /// inclusion under it, and reads the leaf.
    pub fn verify(&self, trust: &[VerifierKey]) -> Result<Leaf, VerifyError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, trust)?;
        if checkpoint.size != self.tree_size {
            return Err(VerifyError::Size {
                receipt: self.tree_size,
                checkpoint: checkpoint.size,
            });
        }
        merkle::verify_inclusion(
            &merkle::leaf_hash(&self.leaf),
            self.leaf_index,
            self.tree_size,
            &self.inclusion_proof,
            &checkpoint.root,
        )?;
        let leaf = Leaf::from_bytes(&self.leaf)?;
        if leaf.sequence() != self.leaf_index {
            return Err(VerifyError::Sequence {
                index: self.leaf_index,
                sequence: leaf.sequence(),
            });
        }
        Ok(leaf)
    }

    /// The receipt's file, as `FORMAT.md` describes it. A leaf that is not
    /// UTF-8 is no ledger's; its file will not verify.
    pub fn to_json(&self) -> String {
        let proof: Vec<String> = self
            .inclusion_proof
            .iter()
            .map(|hash| json_string(&BASE64.encode(hash)))
            .collect();
        format!(
            concat!(
                "{{\"format\":{},\"leaf\":{},\"leaf_index\":{},",
                "\"tree_size\":{},\"inclusion_proof\":[{}],\"checkpoint\":{}}}"
            ),
            json_string(FORMAT),
            json_string(&String::from_utf8_lossy(&self.leaf)),
            self.leaf_index,
            self.tree_size,
            proof.join(","),
            json_string(&self.checkpoint),
        )
    }

    /// Reads a receipt's file. Nothing is verified yet.
    pub fn from_json(json: &str) -> Result<Self, ReceiptError> {
        let file: File = serde_json::from_str(json)?;
        if file.format != FORMAT {
            return Err(ReceiptError::Format(file.format));
        }
        let hash = |(at, text): (usize, &String)| {
            let bytes = BASE64.decode(text).ok();
            bytes
                .and_then(|bytes| bytes.try_into().ok())
                .ok_or(ReceiptError::Proof(at))
        };
        Ok(Self {
            leaf: file.leaf.into_bytes(),
            leaf_index: file.leaf_index,
            tree_size: file.tree_size,
            inclusion_proof: file
                .inclusion_proof
                .iter()
                .enumerate()
                .map(hash)
                .collect::<Result<_, _>>()?,
            checkpoint: file.checkpoint,
        })
    }
}

fn json_string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
