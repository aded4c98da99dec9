//! What a person's own aggregate can be used for.

use rand::{SeedableRng as _, rngs::StdRng};

use crate::{
    intruder::{intruder, population},
    rates::{Rates, trials},
    victims::{aimed, at_the_edge_of_an_anchor, differing, same, victims},
};

/// The mean depth of a person's samples is theirs alone. It picks them out of a
/// cohort as an age or a weight does.
#[tokio::test(flavor = "multi_thread")]
async fn an_aggregate_by_person_is_a_value_of_the_person() {
    let attacker = intruder("nested").await;
    let dataset = population("nested");
    let mut random = StdRng::seed_from_u64(30);
    let mut attempts = Vec::new();
    for victim in victims(&dataset, &mut random, trials(), |_| true) {
        let age = aimed(&mut random, victim.age..95, |age| {
            dataset.count(|p| p.smoker && p.age <= age && !same(p, victim))
        });
        let smokers = |more: &str| {
            format!(
                "WITH p AS (SELECT individual_id, avg(depth) AS depth FROM qc_metrics \
                 GROUP BY individual_id) SELECT count(*) AS n FROM individuals i \
                 JOIN p ON i.individual_id = p.individual_id \
                 WHERE i.smoker AND i.age <= {age} AND p.depth > 1{more}"
            )
        };
        let with = attacker.ask(&smokers("")).await;
        // Its own decimals: half of a multiple of 0.1 and 30.
        let depth = f64::midpoint(victim.depth, 30.0);
        let apart = format!(
            " AND NOT p.depth BETWEEN {} AND {}",
            depth - 0.01,
            depth + 0.01
        );
        let without = attacker.ask(&smokers(&apart)).await;
        attempts.push(differing(&with, &without, victim.smoker));
    }
    Rates::of(
        "nested-aggregate",
        "anchors",
        &attempts,
        0.5,
        at_the_edge_of_an_anchor(),
    )
    .report();
}
