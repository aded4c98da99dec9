//! What the guard costs beside the engine: joins and group-bys over 2 504
//! individuals and 333 542 variants, guarded and bare, in one process.
//!
//! Both read through the same scans, with the same hints to them. The bare
//! query joins on the hidden numbers that the guarded one is joined on, so that
//! the engine compares no strings that the guard saves it. What is left out on
//! both sides are pipes, ledger and ticks, which a visit's own benchmark has.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark that fails ends, and prints"
)]

mod cohort;
mod suite;

use std::{sync::Arc, time::Duration};

use sekisho_bench::{Row, median, own_peak_mib, report, target, timed};
use sekisho_disclosure::{Noise, Profile};
use sekisho_query::bare::{bare, guarded};

/// What a guarded query may cost, of the bare one.
const BOUND: f64 = 1.3;
const WARM_UP: usize = 1;
const PAIRS: usize = 7;

fn main() {
    // As a worker runs: one thread, and the stack that deep plans need.
    let work = || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build().unwrap().block_on(run());
    };
    let thread = std::thread::Builder::new().stack_size(256 << 20);
    thread.spawn(work).unwrap().join().unwrap();
}

async fn run() {
    let snapshot = cohort::snapshot(&target().unwrap());
    let everybody = Arc::new(snapshot.individuals().unwrap());
    let noise = Noise::new([1; 32], u32::try_from(cohort::INDIVIDUALS).unwrap());
    let profile = Profile::from_toml(include_str!(
        "../../../../policies/consortium/profiles/standard.toml"
    ))
    .unwrap();
    println!("guarded against bare, medians of {PAIRS} pairs, in milliseconds:");
    let mut rows = Vec::new();
    for (name, sql) in suite::SUITE {
        let plain = sql
            .replace("individual_id", "__unit")
            .replace("variant_id", "__variant");
        let (mut ours, mut peer, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for pair in 0..WARM_UP + PAIRS {
            let ours_first = pair % 2 == 0;
            let ask_ours = async || {
                let asked = guarded(sql, &snapshot, &everybody, &noise, &profile);
                let (answer, time) = timed(asked).await;
                assert!(
                    answer.unwrap().iter().any(|batch| batch.num_rows() > 0),
                    "{name}"
                );
                time
            };
            let ask_peer = async || {
                let (answer, time) = timed(bare(&plain, &snapshot, &everybody)).await;
                assert!(
                    answer.unwrap().iter().any(|batch| batch.num_rows() > 0),
                    "{name}"
                );
                time
            };
            let (a, b) = if ours_first {
                (ask_ours().await, ask_peer().await)
            } else {
                let peer = ask_peer().await;
                (ask_ours().await, peer)
            };
            if pair >= WARM_UP {
                ours.push(a);
                peer.push(b);
                ratios.push(a.as_secs_f64() / b.as_secs_f64());
            }
        }
        rows.push(row(name, sql, ours, peer, ratios));
    }
    let ratios = rows.iter().map(|row| row.ratio).collect();
    let total = |of: fn(&Row) -> f64| rows.iter().map(of).sum::<f64>();
    let ratio = middle(ratios);
    println!("{ratio:>6.2}  the median of the suite; at most {BOUND} is allowed");
    rows.push(Row {
        name: "overhead".to_owned(),
        work: format!(
            "{} joins and group-bys over {} individuals and {} variants: the sum of their \
             medians, and the median of their ratios",
            suite::SUITE.len(),
            cohort::INDIVIDUALS,
            cohort::VARIANTS
        ),
        ours_s: total(|row| row.ours_s),
        peer: "bare DataFusion".to_owned(),
        peer_s: total(|row| row.peer_s),
        ratio,
        ours_rss_mb: own_peak_mib(),
        peer_rss_mb: own_peak_mib(),
        bound: BOUND,
        holds: ratio <= BOUND,
    });
    report(&rows).unwrap();
}

fn row(name: &str, sql: &str, ours: Vec<Duration>, peer: Vec<Duration>, ratios: Vec<f64>) -> Row {
    let (ours_s, peer_s, ratio) = (median(ours), median(peer), middle(ratios));
    println!(
        "{ratio:>6.2} {:>9.1} {:>9.1}  {name}",
        ours_s * 1e3,
        peer_s * 1e3
    );
    Row {
        name: format!("overhead: {name}"),
        work: sql.to_owned(),
        ours_s,
        peer: "bare DataFusion".to_owned(),
        peer_s,
        ratio,
        // One process has both.
        ours_rss_mb: own_peak_mib(),
        peer_rss_mb: own_peak_mib(),
        bound: BOUND,
        holds: ratio <= BOUND,
    }
}

/// The middle one of some ratios; of an even number the upper.
fn middle(mut ratios: Vec<f64>) -> f64 {
    ratios.sort_unstable_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN)
}
