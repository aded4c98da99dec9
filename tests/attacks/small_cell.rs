//! A small cell, computed from everything else.

use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use sekisho_tests::Dataset;

use crate::{
    intruder::intruder,
    rates::{Outcome, Rates, trials},
};

/// In one table the small cell is never the only one that is missing, and what
/// is missing is never fewer than ten people.
#[tokio::test(flavor = "multi_thread")]
async fn in_one_table_another_cell_is_missing_too() {
    let attacker = intruder("small-cell").await;
    let people = Dataset::cancer();
    let mut successes = Vec::new();
    for age in (35..=90).step_by(5) {
        let sql = format!(
            "SELECT diagnosis, count(*) AS n FROM individuals WHERE age < {age} GROUP BY diagnosis"
        );
        let rows = attacker.ask(&sql).await.rows();
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

/// Over several questions: an age that fewer than ten people have, between what
/// was released of a span of ages and of its two ends. The attacker knows how
/// often an age has how many people and takes what is then most likely.
///
/// The bound is exact: three figures were rounded, by −2 to 2 each, about
/// evenly; nobody who sees what comes to 0, ±5 or ±10 of it does better.
#[tokio::test(flavor = "multi_thread")]
async fn over_several_tables_rounding_bounds_what_is_learnt() {
    let attacker = intruder("small-cell-several").await;
    let people = Dataset::cancer();
    let of_age = |age: i64| people.count(|p| p.age == age);
    let small: Vec<i64> = (40..80).filter(|age| of_age(*age) < 10).collect();
    let mut prior = [0.0; 10];
    for age in &small {
        *prior.get_mut(of_age(*age)).unwrap() += 1.0 / small.len() as f64;
    }
    let mut random = StdRng::seed_from_u64(2);
    let mut successes = Vec::new();
    while successes.len() < trials() {
        let age = *small.choose(&mut random).unwrap();
        let (from, to) = (
            random.random_range(30..age - 4),
            random.random_range(age + 5..90),
        );
        let span = async |from: i64, to: i64| {
            let figure = attacker
                .count(&format!("age BETWEEN {from} AND {to}"))
                .await;
            figure.number().unwrap_or_default() as i64
        };
        let left = span(from, to).await - span(from, age - 1).await - span(age + 1, to).await;
        let (guess, _) = likeliest(&prior, left);
        successes.push(guess == of_age(age));
    }
    let guessing = prior.iter().copied().fold(0.0, f64::max);
    let bound = (-15..=25).map(|left| likeliest(&prior, left).1).sum();
    Rates::new(
        "small-cell-several-tables",
        "rounding to base 5",
        &successes,
        guessing,
        bound,
    )
    .report();
}

/// The likeliest size of a cell of which so many seem to be left, and how often
/// it is both.
fn likeliest(prior: &[f64; 10], left: i64) -> (usize, f64) {
    let errors = || -2..=2_i64;
    let sums = errors().flat_map(|a| errors().flat_map(move |b| errors().map(move |c| a + b + c)));
    let likelihood = |size: usize| {
        let error = left - i64::try_from(size).unwrap();
        // Released figures are multiples of five, and so is what seems left.
        if left % 5 != 0 {
            return 0.0;
        }
        5.0 * sums.clone().filter(|sum| *sum == error).count() as f64 / 125.0
    };
    prior
        .iter()
        .enumerate()
        .map(|(size, prior)| (size, prior * likelihood(size)))
        .fold(
            (0, 0.0),
            |best, next| if next.1 > best.1 { next } else { best },
        )
}
