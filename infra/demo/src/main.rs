//! Writes the demonstration's two synthetic datasets.

fn main() {}
