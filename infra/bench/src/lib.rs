//! Benchmarks: visits and their parts.
//!
//! A benchmark measures both sides in one run and reports their ratio; an
//! absolute time says more about the machine than about the program.

use std::time::{Duration, Instant};

use sekisho_tests::Server;
use serde::Serialize;

/// A line of `target/reports/bench.jsonl`.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The benchmark.
    pub name: String,
    /// What was done, in words.
    pub work: String,
    /// The median of our times, in seconds.
    pub ours_s: f64,
    /// What it is held against.
    pub peer: String,
    /// The peer's median, in seconds.
    pub peer_s: f64,
    /// Ours over the peer's.
    pub ratio: f64,
    /// Our peak memory, in MiB.
    pub ours_rss_mb: f64,
    /// The peer's peak memory, in MiB; 0 where the peer is a limit.
    pub peer_rss_mb: f64,
    /// The ratio that must not be exceeded.
    pub bound: f64,
    /// Whether it is not.
    pub holds: bool,
}

/// The time that a piece of work takes.
pub async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let begun = Instant::now();
    let done = work.await;
    (done, begun.elapsed())
}

/// The middle one of some times, in seconds; of an even number the upper.
pub fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times
        .get(times.len() / 2)
        .map_or(f64::NAN, Duration::as_secs_f64)
}

/// The peak memory of a server's process so far, in MiB; NaN where the system
/// does not tell.
pub fn peak_mib(server: &Server) -> f64 {
    let status = server
        .pid()
        .and_then(|pid| std::fs::read_to_string(format!("/proc/{pid}/status")).ok());
    let kib = status.as_deref().and_then(|status| {
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix(" kB")?.parse::<f64>().ok()
    });
    kib.map_or(f64::NAN, |kib| kib / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        let times = [9, 1, 5].map(Duration::from_secs).to_vec();
        assert!((median(times) - 5.0).abs() < f64::EPSILON);
        assert!(median(vec![]).is_nan());
    }
}
