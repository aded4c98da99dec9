//! The policy engine as its users meet it: files in, decisions out.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod activated;
mod agreement;
mod consortium;
mod decisions;
mod difference;
mod digest;
mod files;
mod holders;
mod kept;
mod programme;
mod signed;
mod slips;
mod spoilt_files;
mod tool;
mod tutorial;
