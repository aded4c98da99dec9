//! Standard input and output, read and written by the thread that works.
//!
//! The runtime's own would start threads for them, and on kernels before
//! Linux 7.0 a thread that runs already does not take part when the one that
//! works narrows what may be read.

use std::{io, os::fd::AsFd};

use tokio::net::unix::pipe::{Receiver, Sender};

/// What the enclave says.
pub(super) fn input() -> io::Result<Receiver> {
    Receiver::from_owned_fd(io::stdin().as_fd().try_clone_to_owned()?)
}

/// What it hears.
pub(super) fn output() -> io::Result<Sender> {
    Sender::from_owned_fd(io::stdout().as_fd().try_clone_to_owned()?)
}
