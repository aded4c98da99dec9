//! What the tool prints for its operator.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the one place that prints"
)]

use std::path::Path;

/// A file was written.
pub(crate) fn written(file: &Path) {
    println!("{}", file.display());
}

/// The command failed; every cause on a line of its own.
pub(crate) fn failed(error: &anyhow::Error) {
    eprintln!("error: {error}");
    for cause in error.chain().skip(1) {
        eprintln!("  because: {cause}");
    }
}
