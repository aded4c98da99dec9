//! How long an answer takes.

use std::time::Instant;

use rand::{SeedableRng as _, rngs::StdRng};

use crate::{
    intruder::{intruder, population},
    rates::{Rates, fewer_trials, told_apart_anew},
    victims::{attempts, by_weight, victims, weight},
};

/// The shortest tick of the profile `standard`, and what each is of the last.
const TICK_SECONDS: f64 = 0.01;
const FACTOR: f64 = 2.0;

/// The victim has two hundred times the rows of others: if the victim smokes,
/// there is more to read of the smokers. The attacker notes behind which tick
/// the answer came, learns from half of the trials, and is judged by the others.
#[tokio::test(flavor = "multi_thread")]
async fn time_comes_in_ticks() {
    let attacker = intruder("fan-out").await;
    let dataset = population("fan-out");
    let people = by_weight(&dataset);
    let most = weight(people.last().unwrap());
    let mut random = StdRng::seed_from_u64(31);
    let mut seen = Vec::new();
    let mut met = crate::rates::Met::Refusal;
    let suits = |p: &sekisho_tests::Person| p.further_samples > 0;
    for (n, victim) in victims(&dataset, &mut random, 2 * fewer_trials(1), suits)
        .into_iter()
        .enumerate()
    {
        // The same people may come again: no two questions are the same.
        let (from, to) = (
            weight(victim) - 8.0,
            weight(victim) + 8.0 + n as f64 / 1000.0,
        );
        let sql = format!(
            "SELECT count(*) AS n FROM individuals i \
             JOIN samples s ON i.individual_id = s.individual_id \
             WHERE i.smoker AND i.weight BETWEEN {from} AND {}",
            to.min(most)
        );
        let begun = Instant::now();
        let reply = attacker.ask(&sql).await;
        let ticks = (begun.elapsed().as_secs_f64() / TICK_SECONDS).log(FACTOR);
        met = met.max(reply.met());
        seen.push((format!("{ticks:.0}"), victim.smoker));
    }
    let attempts = attempts(told_apart_anew(&seen), met);
    Rates::of("timing-ticks", "ticks", &attempts, 0.5, 0.5).report();
}
