//! attacks

fn main() {}
