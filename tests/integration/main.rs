//! integration

fn main() {}
