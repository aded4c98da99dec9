//! Whether there is anybody at all.

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use sekisho_tests::Dataset;

use crate::{
    intruder::intruder,
    rates::{Rates, told_apart, trials},
};

/// A cohort of nobody and one of one to nine people get the same reply, counts
/// and means alike. Time is looked at elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_and_a_few_get_the_same_reply() {
    let attacker = intruder("oracle").await;
    let people = Dataset::cancer();
    let mut random = StdRng::seed_from_u64(3);
    let mut seen = Vec::new();
    while seen.len() < trials() {
        let age = random.random_range(30..90);
        let from = f64::from(random.random_range(4000..12000)) / 100.0;
        let to = from + f64::from(random.random_range(0..100)) / 10.0;
        let there = people.count(|p| {
            p.age == age && p.weight.is_some_and(|weight| (from..=to).contains(&weight))
        });
        // As many of the ones as of the others.
        if there >= 10 || (there > 0) != (seen.len() % 2 == 0) {
            continue;
        }
        let sql = format!(
            "SELECT count(*) AS n, count(DISTINCT individual_id) AS people, avg(age) AS age, \
             sum(weight) AS weight FROM individuals \
             WHERE age = {age} AND weight BETWEEN {from} AND {to}"
        );
        seen.push((attacker.ask(&sql).await.view(), there > 0));
    }
    let successes = told_apart(&seen);
    Rates::new(
        "oracle-nobody-or-few",
        "threshold of 10",
        &successes,
        0.5,
        0.5,
    )
    .report();
}
