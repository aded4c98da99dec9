//! Leaves, Merkle proofs, checkpoints and receipts, and how they are verified.
//!
//! Nothing here reads or writes: the ledger makes receipts, visitors verify
//! them offline against keys that they pinned. `FORMAT.md` beside this crate
//! describes the file for implementers in other languages.

mod checkpoint;
mod hexadecimal;
mod key;
mod leaf;
pub mod merkle;
mod note;
mod receipt;
mod rows;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use hexadecimal::{Digest, Hex, HexError, Nonce};
pub use key::{KeyError, SigningKey, VerifierKey};
pub use leaf::{Abandon, Charge, Consent, Leaf, LeafError, Metered, Metering, Policy, Release};
pub use note::NoteError;
pub use receipt::{Receipt, ReceiptError, VerifyError};
pub use rows::{ROWS_SALT, ROWS_SHA256, RowsDigest, salted_rows};
