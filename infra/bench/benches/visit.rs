//! What a visit costs beside its query: TLS, decision, permit, guard, workers,
//! ledger. The data are small, so that next to nothing is the query's own.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark that fails ends, and prints"
)]

use sekisho::Visit;
use sekisho_bench::{Row, median, peak_mib, report, timed};
use sekisho_tests::Consortium;

/// A warm visit may cost this much, in seconds.
const LIMIT_S: f64 = 0.025;
const WARM_UP: usize = 20;
const ROUNDS: usize = 100;

fn main() {
    tokio::runtime::Runtime::new().unwrap().block_on(run());
}

async fn run() {
    let consortium = Consortium::shared();
    // A project with room for many questions.
    let visit = consortium.visit("aiko-tanaka", "P-0011").await;
    let parts = Parts::measure(&visit).await;
    println!("a warm visit over loopback, median of {ROUNDS}, in milliseconds:");
    println!(
        "  {:>6.1}  TLS, decision, permit, enclave, ledger read (budget)",
        parts.reach * 1e3
    );
    println!(
        "  {:>6.1}  worker and guard (check, less the above)",
        (parts.check - parts.reach) * 1e3
    );
    println!(
        "  {:>6.1}  both phases, protection, charge, commit, receipt (less the above)",
        (parts.fresh - parts.check) * 1e3
    );
    println!(
        "  {:>6.1}  the whole visit; at most {:.0} are allowed",
        parts.fresh * 1e3,
        LIMIT_S * 1e3
    );
    println!(
        "  {:>6.1}  the same question again, from the ledger",
        parts.again * 1e3
    );
    let rss = peak_mib(&consortium.east);
    let rows = [
        (
            "visit",
            "a fresh count over a small table, as a whole visit",
            parts.fresh,
        ),
        (
            "visit again",
            "a question that was answered before",
            parts.again,
        ),
        ("check", "policy and guard without data", parts.check),
    ];
    let rows = rows.map(|(name, work, ours)| Row::within(name, work, ours, LIMIT_S, rss));
    report(&rows).unwrap();
}

/// Medians, in seconds.
struct Parts {
    reach: f64,
    check: f64,
    fresh: f64,
    again: f64,
}

impl Parts {
    /// Measures the calls in turn, so that a slow moment of the machine meets all.
    async fn measure(visit: &Visit) -> Self {
        let mut times: [Vec<_>; 4] = Default::default();
        for round in 0..WARM_UP + ROUNDS {
            // Each round asks something new, so that nothing is answered from before.
            let sql = format!(
                "SELECT sex, count(*) AS n FROM individuals WHERE age > -{} GROUP BY sex",
                1 + round
            );
            let (budget, reach) = timed(visit.budget()).await;
            let (checked, check) = timed(visit.check(&sql, &["demo-cancer"])).await;
            let (answered, fresh) = timed(visit.sql(&sql, &["demo-cancer"])).await;
            let (repeated, again) = timed(visit.sql(&sql, &["demo-cancer"])).await;
            assert!(
                !budget.unwrap().is_empty() && checked.unwrap().iter().all(|check| check.accepted)
            );
            let repeats = [answered, repeated]
                .map(|answers| answers.unwrap().remove(0).1.unwrap().release.repeated);
            assert_eq!(repeats, [false, true]);
            if round >= WARM_UP {
                for (times, time) in times.iter_mut().zip([reach, check, fresh, again]) {
                    times.push(time);
                }
            }
        }
        let [reach, check, fresh, again] = times.map(median);
        Self {
            reach,
            check,
            fresh,
            again,
        }
    }
}
