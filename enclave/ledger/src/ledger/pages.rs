//! What a ledger's records have made so far, in memory and on disk.

use sekisho_receipt::{Charge, Receipt};

use crate::book::{Book, Change};
use crate::entry::Entry;
use crate::error::LedgerError;
use crate::journal::{Batch, Journal};
use crate::store::{Head, Store};

/// What changes with every record, behind one lock.
pub(super) struct Pages {
    pub(super) journal: Journal,
    pub(super) book: Book,
    pub(super) store: Store,
    /// After a failed write: memory may say more than the disk.
    pub(super) halted: bool,
}

/// Records that are staged and what they change in the index.
pub(super) struct Staged {
    pub(super) batch: Batch,
    pub(super) changes: Vec<Change>,
}

impl Pages {
    pub(super) fn begin(&mut self) -> Result<Staged, LedgerError> {
        Ok(Staged {
            batch: self.journal.begin()?,
            changes: Vec::new(),
        })
    }

    /// Holds a record against the ledger's rules and adds it to the batch.
    pub(super) fn stage(
        &mut self,
        staged: &mut Staged,
        entry: &Entry<'_>,
    ) -> Result<(), LedgerError> {
        let position = self.journal.position(&staged.batch);
        let changes = self
            .book
            .take(entry, position)
            .map_err(LedgerError::Index)?;
        staged.changes.extend(changes);
        staged.batch.push(&entry.encode())
    }

    pub(super) fn write(&mut self, staged: Staged) -> Result<(), LedgerError> {
        self.journal.write(staged.batch)?;
        let head = Head {
            records: self.journal.records(),
            hash: self.journal.head(),
        };
        self.store.apply(&staged.changes, head)
    }

    pub(super) fn expect_open(&self, charge: &Charge) -> Result<(), LedgerError> {
        if self.book.open.get(&charge.sequence) == Some(charge) {
            Ok(())
        } else {
            Err(LedgerError::NotReserved(charge.sequence))
        }
    }

    /// The leaves that the newest checkpoint covers.
    pub(super) fn covered(&self) -> u64 {
        self.book.checkpoint.as_ref().map_or(0, |(size, _)| *size)
    }

    /// A leaf's bytes.
    pub(super) fn leaf(&self, sequence: u64) -> Result<Option<Vec<u8>>, LedgerError> {
        let Some(position) = self.store.leaf(sequence)? else {
            return Ok(None);
        };
        let body = self.journal.read(position)?;
        match Entry::decode(&body) {
            Ok(Entry::Charge { leaf, .. } | Entry::Leaf(leaf)) => Ok(Some(leaf.to_vec())),
            _ => Err(misplaced()),
        }
    }

    /// A receipt against the newest checkpoint, which covers the leaf.
    pub(super) fn receipt(&self, leaf: Vec<u8>, leaf_index: u64) -> Result<Receipt, LedgerError> {
        let (tree_size, checkpoint) = self.book.checkpoint.clone().ok_or_else(misplaced)?;
        let proof = self.book.tree.prove(leaf_index, tree_size);
        Ok(Receipt {
            leaf,
            leaf_index,
            tree_size,
            inclusion_proof: proof.ok_or_else(misplaced)?,
            checkpoint,
        })
    }
}

/// The index was wrong about a record.
pub(super) fn misplaced() -> LedgerError {
    LedgerError::Index("it points to another record".to_owned())
}
