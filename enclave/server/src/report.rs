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

/// From now on a panic tells where it was and not what it said: its message may
/// hold a value.
pub(crate) fn only_the_place_of_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        eprintln!(
            "sekisho-enclave: a task panicked at {}",
            place.unwrap_or_default()
        );
    }));
}

/// Why a command failed: what happened, and what that came from.
pub(crate) fn failed(error: &anyhow::Error) {
    eprintln!("sekisho-enclave: {error:#}");
}
