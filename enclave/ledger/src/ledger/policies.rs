//! Which policy files are in force, as far as the ledger was told.

use sekisho_receipt::merkle::Hash;
use sekisho_receipt::{Hex, Leaf, Policy};

use super::Ledger;
use crate::entry::Entry;
use crate::error::LedgerError;

/// Whose policy files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// The consortium's, which its gateway applies.
    Consortium,
    /// The data holder's own.
    Holder,
}

impl Ledger {
    /// Remembers which policy files are in force from now on, under a new
    /// checkpoint. Recording those in force already writes nothing.
    pub fn record_policy(&self, door: Door, digest: Hash, at_ms: i64) -> Result<(), LedgerError> {
        let mut pages = self.pages()?;
        let known = match door {
            Door::Consortium => pages.book.policy,
            Door::Holder => pages.book.holder_policy,
        };
        if known == Some(Hex(digest)) {
            return self.durable(pages);
        }
        let policy = Policy {
            sequence: pages.book.leaves(),
            at_ms,
            policy_digest: Hex(digest),
        };
        let leaf = match door {
            Door::Consortium => Leaf::Policy(policy),
            Door::Holder => Leaf::HolderPolicy(policy),
        };
        let leaf = leaf.to_bytes()?;
        self.append(&mut pages, |pages, staged| {
            pages.stage(staged, &Entry::Leaf(&leaf))?;
            self.stage_checkpoint(pages, staged)
        })?;
        drop(pages);
        self.checkpoint().map(drop)
    }
}
