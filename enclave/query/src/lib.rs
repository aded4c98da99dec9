//! Guarded SQL: the statement is judged, its plan labelled and cut at the
//! lowest aggregates over private tables, and run in two phases.
//!
//! ```text
//! text ─ statement ─ plan ─ label ─┬─ cuts: private plans of our own shape ─ cells ─ protect
//!                                  └─ released plan over the protected cells ─────────┘
//! ```
//!
//! A cut has two private plans: one row per individual, which says who is in the
//! cohort, and the rows that a settled set of individuals contributes.
//!
//! Planning and both phases run in a worker process ([`worker`]); the enclave's
//! own process only turns the worker's rows into cells ([`cells`]) and protects
//! them. Whatever this crate does not understand it refuses.

mod admits;
mod as_is;
#[cfg(feature = "bare")]
pub mod bare;
pub mod cells;
mod cut;
mod dosage;
mod expression;
mod label;
mod measure;
mod place;
mod refusal;
mod rewrite;
mod run;
mod scan;
mod session;
mod statement;
#[cfg(test)]
mod tests;
pub mod worker;

pub use cut::{Dimension, Level, MeasureKind, MeasureShape, OutputColumn, Planned, Shape, Sites};
pub use place::Place;
pub use refusal::{Refusal, Rule};
