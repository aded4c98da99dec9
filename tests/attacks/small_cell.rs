//! A small cell, computed from everything else.

use rand::{SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use sekisho_tests::Dataset;

use crate::{
    ask, count, intruder,
    rates::{Outcome, Rates, trials},
};
use sekisho_tests::shown;

/// In one table the small cell is never the only one that is missing, and what
/// is missing is never fewer than ten people.
#[tokio::test(flavor = "multi_thread")]
async fn in_one_table_another_cell_is_missing_too() {
    let visit = intruder().await;
    let people = Dataset::cancer();
    let mut successes = Vec::new();
    for age in (35..=90).step_by(5) {
        let sql = format!(
            "SELECT diagnosis, count(*) AS n FROM individuals WHERE age < {age} GROUP BY diagnosis"
        );
        let rows = shown(&ask(&visit, &sql).await);
        let missing: Vec<&str> = rows
            .iter()
            .filter_map(|row| row.strip_suffix(" -"))
            .collect();
        let sizes: Vec<usize> = missing
            .iter()
            .map(|diagnosis| people.count(|p| p.age < age && p.diagnosis == *diagnosis))
            .filter(|size| *size > 0)
            .collect();
        let hidden: usize = sizes.iter().sum();
        successes.push(hidden > 0 && (sizes.len() < 2 || hidden < 10));
    }
    let mut rates = Rates::new(
        "small-cell-one-table",
        "complementary suppression",
        &successes,
        0.0,
        0.0,
    );
    rates.outcome = Outcome::Suppressed;
    rates.report();
}

/// Over several questions: the total of a cohort, and every large cell of it
/// alone. What is left over estimates the small cell.
///
/// The bound: each figure is rounded by −2 to 2, about evenly, so that
/// whatever the other errors come to, the last one sets them right one time
/// in five.
#[tokio::test(flavor = "multi_thread")]
async fn over_several_tables_rounding_hides_how_many_are_left() {
    let visit = intruder().await;
    let people = Dataset::cancer();
    let mut ages: Vec<(i64, i64)> = (30..45)
        .flat_map(|from| (75..95).map(move |to| (from, to)))
        .collect();
    ages.shuffle(&mut StdRng::seed_from_u64(2));
    let mut successes = Vec::new();
    for (from, to) in ages.into_iter().take(trials()) {
        let cohort = format!("age BETWEEN {from} AND {to}");
        let within = |p: &sekisho_tests::Person| (from..=to).contains(&p.age);
        let mut left = count(&visit, &cohort).await.unwrap();
        for diagnosis in ["lung", "liver", "breast", "stomach"] {
            let cell = format!("{cohort} AND diagnosis = '{diagnosis}'");
            left -= count(&visit, &cell).await.unwrap();
        }
        let truth = people.count(|p| within(p) && p.diagnosis == "thymus");
        assert!(truth < 10, "not a small cell");
        successes.push(i64::try_from(truth).unwrap() == left);
    }
    // Without asking, each of 0 to 9 is as good as another.
    Rates::new(
        "small-cell-several-tables",
        "rounding to base 5",
        &successes,
        0.1,
        0.2,
    )
    .report();
}
