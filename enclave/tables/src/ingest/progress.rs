//! How far an ingest has come.

/// Hears how far an ingest has come, so that a terminal can draw it.
pub trait Progress: Sync {
    /// `done` of `total` units of the named phase are done. Called often, and
    /// from more than one thread.
    fn at(&self, phase: &'static str, done: u64, total: Option<u64>);
}

/// Says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn at(&self, _phase: &'static str, _done: u64, _total: Option<u64>) {}
}
