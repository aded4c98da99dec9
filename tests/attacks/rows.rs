//! Row predicates that are aimed at one person's rows: the people stay the
//! same, what they contribute does not.

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use crate::{
    intruder::{intruder, population},
    rates::{Rates, trials},
    victims::{differing, victims},
};

/// Samples of smokers, all, and all but those of the victim's depth, which
/// nobody else has. The victim has other samples: nobody leaves the cohort.
#[tokio::test(flavor = "multi_thread")]
async fn rows_that_only_one_person_has_change_no_figure() {
    let attacker = intruder("row-predicate").await;
    let dataset = population("row-predicate");
    let mut random = StdRng::seed_from_u64(29);
    let mut attempts = Vec::new();
    for victim in victims(&dataset, &mut random, trials(), |_| true) {
        let (from, to) = (
            victim.age - random.random_range(5..30),
            victim.age + random.random_range(5..30),
        );
        let rows = |more: &str| {
            format!(
                "SELECT count(*) AS n FROM individuals i \
                 JOIN qc_metrics q ON i.individual_id = q.individual_id \
                 WHERE i.smoker AND i.age BETWEEN {from} AND {to} AND q.depth > 1{more}"
            )
        };
        let with = attacker.ask(&rows("")).await;
        let without = attacker
            .ask(&rows(&format!(" AND q.depth <> {}", victim.depth)))
            .await;
        attempts.push(differing(&with, &without, victim.smoker));
    }
    Rates::of(
        "row-predicate",
        "sketches of contributions",
        &attempts,
        0.5,
        0.5,
    )
    .report();
}
