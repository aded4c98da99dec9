//! Visit a Sekisho consortium from Rust: library and command line.
