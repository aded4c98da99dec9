//! Visits to real processes, over real sockets.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod crash;
mod guard;
mod hazards;
mod python;
mod real;
mod refused;
mod telemetry;
mod tools;
mod utility;
mod visit;
mod workers;
