//! Known attacks on released figures, made over gRPC against real processes.
//!
//! Each is repeated many times. The rate at which it succeeds is printed beside
//! that of guessing, and beside the bound that the mechanism promises. Where the
//! bound is above guessing, the attack is not solved: the row says so. Attackers
//! know everything about everybody but what they are after, unless an attack
//! says otherwise.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests; their rates are read by people"
)]

mod averaging;
mod beacon;
mod collusion;
mod complement;
mod covariance;
mod creeping;
mod differencing;
mod digits;
mod edges;
mod failing;
mod fan_out;
mod frequencies;
mod fuzz;
mod groups;
mod intruder;
mod membership;
mod models;
mod names;
mod nested;
mod oracle;
mod order;
mod perturbed;
mod rates;
mod refused;
mod rows;
mod small_cell;
mod snapshots;
mod table;
mod timing;
mod tracker;
mod victims;
mod withdrawn;
mod worlds;
