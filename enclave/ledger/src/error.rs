//! What can go wrong with a ledger.

use std::io;
use std::path::{Path, PathBuf};

use sekisho_receipt::{KeyError, LeafError};

/// A ledger that cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The file system.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process writes this ledger.
    #[error("`{}` is locked: another server uses this ledger; stop it first", .0.display())]
    Locked(PathBuf),
    /// A record that was altered, or that breaks the ledger's rules.
    #[error(
        "`{}`, offset {offset} (record {record}): {reason}; do not trust it or anything after it: keep a copy and restore the ledger from a backup",
        file.display()
    )]
    Corrupt {
        /// The segment.
        file: PathBuf,
        /// Bytes from its beginning.
        offset: u64,
        /// The record's number in the journal, from 0.
        record: u64,
        /// What is wrong.
        reason: String,
    },
    /// The journal's last record is incomplete. Opening the ledger removes it;
    /// auditing does not.
    #[error(
        "`{}`, offset {offset} (record {record}): the last record is incomplete or altered; if the server crashed, starting it removes what it never acknowledged",
        file.display()
    )]
    Torn {
        /// The segment.
        file: PathBuf,
        /// Bytes from its beginning.
        offset: u64,
        /// The record's number in the journal, from 0.
        record: u64,
    },
    /// A checkpoint covers more than the journal holds.
    #[error(
        "`{}` covers {expected} leaves, but the ledger has {found}: records are missing; restore the whole ledger from a newer backup",
        path.display()
    )]
    RolledBack {
        /// The checkpoint's file.
        path: PathBuf,
        /// Its leaves.
        expected: u64,
        /// The ledger's leaves.
        found: u64,
    },
    /// A checkpoint that does not belong to this ledger.
    #[error("`{}` does not fit this ledger: {reason}", path.display())]
    Checkpoint {
        /// The checkpoint's file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Neither a ledger nor an export.
    #[error("`{}` is neither a ledger nor an export: {reason}", path.display())]
    NotALedger {
        /// The directory.
        path: PathBuf,
        /// What is missing.
        reason: &'static str,
    },
    /// The origin or a key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The ledger belongs to another key.
    #[error(
        "the ledger was signed by `{ledger}`, not by `{expected}`; use the key that belongs to it"
    )]
    OtherKey {
        /// The key that the ledger names.
        ledger: String,
        /// The key that was configured or pinned.
        expected: String,
    },
    /// The index. The ledger repairs it when it is opened.
    #[error("the ledger's index failed: {0}; restart the server, which builds it again")]
    Index(String),
    /// An earlier write failed, so what is on the disk is uncertain.
    #[error("the ledger stopped after a failed write; restart the server")]
    Halted,
    /// An answer, set or statistic larger than a record.
    #[error("{0} bytes are more than one record of the ledger takes; ask for fewer groups")]
    TooLarge(usize),
    /// A sealed answer, set or statistic cannot be opened.
    #[error(
        "what was sealed cannot be opened; check that the sealing key is the ledger's own, and verify the ledger with `sekisho-audit verify`"
    )]
    Sealed,
    /// An anchor that this ledger, or this dataset of it, does not have.
    #[error("no anchor {0} stands in this ledger at this dataset; add it first")]
    UnknownAnchor(u64),
    /// A reservation that is not open in this ledger.
    #[error("charge {0} is not open in this ledger")]
    NotReserved(u64),
    /// A leaf that cannot be written or read.
    #[error(transparent)]
    Leaf(#[from] LeafError),
}

/// Why a visit is not charged, and so must not run.
#[derive(Debug, thiserror::Error)]
pub enum ReserveError {
    /// The budget would be overdrawn. Nothing was charged.
    #[error(
        "the project's budget is exhausted: {spent} of {limit} spent; ask the committee for more"
    )]
    Exhausted {
        /// The project's budget at this dataset.
        limit: u64,
        /// What it has spent.
        spent: u64,
    },
    /// Another account would be overdrawn. Nothing was charged or spent.
    #[error(
        "the account `{account}` is exhausted: {spent} of {limit} spent; ask the committee for more"
    )]
    MeterExhausted {
        /// The account.
        account: String,
        /// What it may spend.
        limit: u64,
        /// What it has spent.
        spent: u64,
    },
    /// The permit was used before. Nothing was charged.
    #[error("the permit was used before; ask for a new one")]
    NonceUsed,
    /// The permit has ended. Nothing was charged.
    #[error("the permit has expired; ask for a new one")]
    NonceExpired,
    /// The idempotency key stands for another question. Nothing was charged.
    #[error("the idempotency key was used for another question, snapshot or cohort; use a new one")]
    IdempotencyConflict,
    /// The ledger itself. The visit may have been charged.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Adds to an error of the file system what was tried on which file.
pub(crate) fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> LedgerError {
    let path = path.to_owned();
    move |source| LedgerError::Io {
        action,
        path,
        source,
    }
}
