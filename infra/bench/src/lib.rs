//! Benchmarks: visits and their parts.
//!
//! A benchmark measures both sides in one run and reports their ratio; an
//! absolute time says more about the machine than about the program.

use std::{
    fs, io,
    path::PathBuf,
    time::{Duration, Instant},
};

use sekisho_tests::Server;
use serde::{Deserialize, Serialize};

/// A line of `target/reports/bench.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

impl Row {
    /// A time that is held against a limit, in seconds.
    pub fn within(name: &str, work: &str, ours_s: f64, limit_s: f64, ours_rss_mb: f64) -> Self {
        let limit = format!("the limit of {} ms", limit_s * 1e3);
        Self::beside(name, work, ours_s, (&limit, limit_s), 1.0, ours_rss_mb)
    }

    /// A time that is held against a peer's of this process, in seconds.
    pub fn beside(
        name: &str,
        work: &str,
        ours_s: f64,
        (peer, peer_s): (&str, f64),
        bound: f64,
        ours_rss_mb: f64,
    ) -> Self {
        let ratio = ours_s / peer_s;
        Self {
            name: name.to_owned(),
            work: work.to_owned(),
            ours_s,
            peer: peer.to_owned(),
            peer_s,
            ratio,
            ours_rss_mb,
            peer_rss_mb: 0.0,
            bound,
            holds: ratio <= bound,
        }
    }
}

/// Writes rows to `target/reports/bench.jsonl`, in place of those that have
/// their names: each benchmark is a program of its own, and one file has all.
///
/// # Errors
///
/// When the file cannot be read or written.
pub fn report(rows: &[Row]) -> io::Result<()> {
    let folder = target()?.join("reports");
    fs::create_dir_all(&folder)?;
    let path = folder.join("bench.jsonl");
    let before = match fs::read_to_string(&path) {
        Ok(before) => before,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    let mut lines = String::new();
    for row in merged(&before, rows) {
        lines.push_str(&serde_json::to_string(&row)?);
        lines.push('\n');
    }
    fs::write(path, lines)
}

/// The folder that everything is built into: this program is
/// `target/<profile>/deps/<name>`.
///
/// # Errors
///
/// When the program stands elsewhere.
pub fn target() -> io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let target = program.ancestors().nth(3).map(PathBuf::from);
    target.ok_or_else(|| io::Error::other("a benchmark is run by cargo"))
}

/// What was there, without what comes again or is of another form.
fn merged(before: &str, rows: &[Row]) -> Vec<Row> {
    let again = |row: &Row| rows.iter().any(|new| new.name == row.name);
    let kept = before
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|row| !again(row));
    kept.chain(rows.iter().cloned()).collect()
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
    server
        .pid()
        .map_or(f64::NAN, |pid| peak_of(&pid.to_string()))
}

/// The peak memory of this process so far, in MiB; NaN where the system does
/// not tell.
pub fn own_peak_mib() -> f64 {
    peak_of("self")
}

fn peak_of(process: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok();
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

    #[test]
    fn a_row_takes_the_place_of_the_one_with_its_name() {
        let row = |name: &str, seconds| Row::within(name, "work", seconds, 2.0, 1.0);
        let line = |row: &Row| serde_json::to_string(row).unwrap_or_default();
        let before = [line(&row("a", 1.0)), line(&row("b", 1.0)), "{}".into()].join("\n");
        let after = merged(&before, &[row("a", 3.0), row("c", 4.0)]);
        assert_eq!(after, [row("b", 1.0), row("a", 3.0), row("c", 4.0)]);
        assert_eq!(
            after.iter().map(|row| row.holds).collect::<Vec<_>>(),
            [true, false, false]
        );
    }
}
