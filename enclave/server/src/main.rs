//! The process beside the data: permits, workers, ledger, releases.

fn main() {}
