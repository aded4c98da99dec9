//! A checkpoint: what a log commits to at one size.
//! <https://c2sp.org/tlog-checkpoint>

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::key::{SigningKey, VerifierKey};
use crate::merkle::Hash;
use crate::note::{self, NoteError};

/// A log's size and root. Only [`Checkpoint::open`] says who signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name, the same as its key's.
    pub origin: String,
    /// The number of leaves.
    pub size: u64,
    /// The root of the tree over these leaves.
    pub root: Hash,
}

/// Why a checkpoint is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The signed note around it.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The signed text is not a checkpoint.
    #[error("the signed text is not a checkpoint: {0}")]
    Malformed(&'static str),
    /// Signed by a trusted key, but not by the key of the log it names.
    #[error("the checkpoint of `{0}` is not signed by that log's own key")]
    Origin(String),
}

impl Checkpoint {
    /// The signed note of this checkpoint. The origin must be the key's own,
    /// or [`Checkpoint::open`] will refuse it.
    pub fn sign(&self, key: &SigningKey) -> String {
        note::sign(&self.text(), key)
    }

    /// Checks the signatures of a note against trusted keys and reads it. The
    /// key of the log that it names must be among those that signed.
    /// Extension lines are refused: no ledger writes any.
    pub fn open(note: &str, trusted: &[VerifierKey]) -> Result<Self, CheckpointError> {
        let (text, signers) = note::open(note, trusted)?;
        let checkpoint = Self::parse(text)?;
        if signers.iter().all(|key| key.origin() != checkpoint.origin) {
            return Err(CheckpointError::Origin(checkpoint.origin));
        }
        Ok(checkpoint)
    }

    fn text(&self) -> String {
        let root = BASE64.encode(self.root);
        format!("{}\n{}\n{root}\n", self.origin, self.size)
    }

    fn parse(text: &str) -> Result<Self, CheckpointError> {
        let malformed = CheckpointError::Malformed;
        let lines: Vec<&str> = text.split('\n').collect();
        let [origin, size, root, ""] = lines.as_slice() else {
            return Err(malformed("expected three lines: origin, size, root"));
        };
        let size = size
            .parse()
            .map_err(|_| malformed("the second line is not a number of leaves"))?;
        let root = BASE64
            .decode(root)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(malformed("the third line is not 32 bytes in base64"))?;
        let checkpoint = Self {
            origin: (*origin).to_owned(),
            size,
            root,
        };
        // Leading zeros and the like: each checkpoint has one spelling.
        if checkpoint.text() == text {
            Ok(checkpoint)
        } else {
            Err(malformed("the text is not in its canonical form"))
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn key(origin: &str) -> SigningKey {
        SigningKey::from_seed(origin, &[7; 32]).unwrap()
    }

    #[test]
    fn a_checkpoint_opens_as_it_was_signed() {
        let (key, checkpoint) = (key("sekisho/ncc"), sample("sekisho/ncc"));
        let note = checkpoint.sign(&key);
        let trusted = [key.verifier().clone()];
        assert_eq!(Checkpoint::open(&note, &trusted), Ok(checkpoint));
    }

    #[test]
    fn a_checkpoint_of_another_log_is_refused() {
        let key = key("sekisho/ncc");
        let note = sample("sekisho/other").sign(&key);
        assert_eq!(
            Checkpoint::open(&note, &[key.verifier().clone()]),
            Err(CheckpointError::Origin("sekisho/other".to_owned()))
        );
    }

    #[test]
    fn a_second_spelling_of_a_checkpoint_is_refused() {
        let key = key("sekisho/ncc");
        let root = BASE64.encode([9; 32]);
        for text in [
            format!("sekisho/ncc\n05\n{root}\n"),
            format!("sekisho/ncc\n+5\n{root}\n"),
            format!("sekisho/ncc\n5\n{root}\nextension\n"),
            format!("sekisho/ncc\n5\n{}\n", root.trim_end_matches('=')),
            format!("sekisho/ncc\n5\n{}\n", BASE64.encode([9; 31])),
            "sekisho/ncc\n5\n".to_owned(),
        ] {
            let note = note::sign(&text, &key);
            let opened = Checkpoint::open(&note, &[key.verifier().clone()]);
            assert!(
                matches!(opened, Err(CheckpointError::Malformed(_))),
                "{text}"
            );
        }
    }

    fn sample(origin: &str) -> Checkpoint {
        Checkpoint {
            origin: origin.to_owned(),
            size: 5,
            root: [9; 32],
        }
    }
}
