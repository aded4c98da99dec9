//! Known attacks on released figures, made over gRPC against real processes.
//!
//! Each is repeated many times. The rate at which it succeeds is printed beside
//! that of guessing, and beside the bound that the mechanism of today promises.
//! Where the bound is above guessing, the attack is not solved: the row says so.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests; their rates are read by people"
)]

mod averaging;
mod differencing;
mod membership;
mod oracle;
mod rates;
mod small_cell;

use sekisho::{Answer, Visit};
use sekisho_tests::{Consortium, only, shown};

const CANCER: &[&str] = &["demo-cancer"];

/// Somebody with a large budget and bad intentions.
async fn intruder() -> Visit {
    Consortium::shared().visit("aiko-tanaka", "P-0011").await
}

async fn ask(visit: &Visit, sql: &str) -> Answer {
    only(visit.sql(sql, CANCER).await)
}

/// The number of individuals for whom a predicate holds, as it is released.
async fn count(visit: &Visit, predicate: &str) -> Option<i64> {
    let sql = format!("SELECT count(*) AS n FROM individuals WHERE {predicate}");
    number(&ask(visit, &sql).await)
}

/// The only figure of an answer; none if it is suppressed.
fn number(answer: &Answer) -> Option<i64> {
    let rows = shown(answer);
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows.first().unwrap().parse().ok()
}

/// All that an attacker sees of an answer, save its number in the ledger and
/// what is left of the budget, which tell of the questions and not of the data.
fn view(answer: &Answer) -> String {
    let release = &answer.release;
    let suppressed: Vec<_> = answer.suppressed().collect();
    format!(
        "{:?} {suppressed:?} {} {} {}",
        shown(answer),
        release.profile,
        release.figures_released,
        release.figures_suppressed,
    )
}
