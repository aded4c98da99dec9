//! A sealed consent and the leaf that vouches for it, one after the other.

use std::sync::Arc;

use sekisho_receipt::Consent;
use sekisho_receipt::merkle::Hash;
use sha2::{Digest as _, Sha256};

/// The dataset and digest of the newest sealed consent, until its leaf has come.
#[derive(Debug, Default)]
pub(super) struct Sealing(Option<(Arc<str>, Hash)>);

impl Sealing {
    pub(super) fn comes(&mut self, dataset: &Arc<str>, sealed: &[u8]) {
        self.0 = Some((Arc::clone(dataset), Sha256::digest(sealed).into()));
    }

    /// A leaf vouches for the sealed consent before it, once.
    pub(super) fn vouched_by(&mut self, leaf: &Consent) -> Result<(), String> {
        let vouched = self.0.take().is_some_and(|(dataset, digest)| {
            *dataset == *leaf.dataset && digest == leaf.record_digest.0
        });
        if vouched {
            return Ok(());
        }
        Err(format!(
            "leaf {} is about another consent than the one before it",
            leaf.sequence
        ))
    }
}
