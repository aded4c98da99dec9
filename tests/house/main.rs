//! The rules of the house that the compiler does not keep: which room may use
//! which, how long a file may be, what documents may promise.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod files;
mod walls;
