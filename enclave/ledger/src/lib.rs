//! The enclave's memory: a hash-chained journal, budgets, receipts, and the
//! auditor's tool.
//!
//! The journal is the truth. What is not in it did not happen; what was charged
//! in it is never forgotten. Everything else in the directory is derived:
//!
//! ```text
//! LEDGER/
//!   journal-000000.log   records, chained by hash; never rewritten
//!   checkpoint           the newest signed checkpoint, to publish and to keep elsewhere
//!   index/               looked up instead of the journal; may be deleted while the server is down
//!   lock                 held by the one server that writes
//! ```
//!
//! A visit is `reserve` (durable) → run → `commit` or `abandon`; while it runs
//! it may `meter` what it spends once its cohort is known, and add anchors,
//! statistics and exposure. Beside visits it remembers policy files and the
//! consent of individuals. All calls block on the disk; a server makes them on
//! threads that may.

pub mod audit;
mod book;
mod entry;
mod error;
mod group_sync;
mod journal;
mod ledger;
mod seal;
mod spent_nonces;
mod store;
mod visit;

pub use error::{LedgerError, ReserveError};
pub use journal::Torn;
pub use ledger::{AnchorHead, AnchorRecord, Config, ConsentEvent, Door, Ledger};
pub use visit::{AnswerKey, Committed, Meter, Outcome, Reserved, Visit};
