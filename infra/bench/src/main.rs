//! Benchmarks: visits and their parts.

fn main() {}
