//! Visits to real processes, over real sockets.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod consent;
mod crash;
mod doors;
mod guard;
mod hazards;
mod operations;
mod python;
mod quality;
mod real;
mod refused;
mod telemetry;
mod tools;
mod utility;
mod visit;
mod workers;
