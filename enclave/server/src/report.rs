//! What the commands print: the only place that writes to the terminal.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the commands' output"
)]

/// A line of a command's result.
pub(crate) fn line(text: &str) {
    println!("{text}");
}

/// Why a command failed: what happened, and what that came from.
pub(crate) fn failed(error: &anyhow::Error) {
    eprintln!("sekisho-enclave: {error:#}");
}
