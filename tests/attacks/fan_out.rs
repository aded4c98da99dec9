//! Somebody with many rows among people with few.

use rand::{SeedableRng as _, rngs::StdRng};

use crate::{
    intruder::{intruder, population},
    rates::{Rates, trials},
    victims::{by_weight, place, taken, victims, weight},
};

/// How many smokers are counted beside the victim.
const OTHERS: usize = 20;

/// Rows are counted of a cohort in which only the victim would have hundreds.
/// A count far above two a person tells that the victim is in it, and one that
/// is hidden because somebody dominates it tells the same.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_most_of_the_rows_is_seen_in_their_count() {
    let attacker = intruder("fan-out").await;
    let dataset = population("fan-out");
    let people = by_weight(&dataset);
    let mut random = StdRng::seed_from_u64(28);
    // From the victim upwards, as far as there is nobody else with many rows.
    let upwards = |p: &sekisho_tests::Person| -> Vec<_> {
        let above = people.iter().skip(place(&people, p) + 1);
        let like_most = above.take_while(|p| p.further_samples == 0);
        like_most
            .filter(|p| p.smoker)
            .take(OTHERS)
            .copied()
            .collect()
    };
    let suits = |p: &sekisho_tests::Person| p.further_samples > 0 && upwards(p).len() == OTHERS;
    let mut attempts = Vec::new();
    for victim in victims(&dataset, &mut random, trials(), suits) {
        let (from, to) = (weight(victim), weight(upwards(victim).last().unwrap()));
        let sql = format!(
            "SELECT count(*) AS n FROM individuals i \
             JOIN samples s ON i.individual_id = s.individual_id \
             WHERE i.smoker AND i.weight BETWEEN {from} AND {to}"
        );
        let reply = attacker.ask(&sql).await;
        let few = reply.number().is_some_and(|n| n < 4.0 * OTHERS as f64);
        attempts.push(taken(&reply, !few, victim.smoker));
    }
    Rates::of("fan-out", "dominance", &attempts, 0.5, 1.0).report();
}
