//! house

fn main() {}
