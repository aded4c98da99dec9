//! Two cohorts that differ by one person.

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use crate::{
    intruder::{intruder, population},
    rates::{Rates, fewer_trials, trials},
    victims::{at_the_edge_of_an_anchor, by_weight, differing, place, victims, weight},
};

/// The attacker knows a victim's age and weight, which nobody else shares, and
/// wants to know whether the victim smokes. It counts smokers of an age range
/// that it picks blindly, with the victim and without. If the figures differ,
/// the victim smokes; if not, it guesses that the victim does not.
#[tokio::test(flavor = "multi_thread")]
async fn one_pair_of_cohorts_gives_one_figure() {
    let attacker = intruder("one-pair").await;
    let dataset = population("one-pair");
    let mut random = StdRng::seed_from_u64(1);
    let mut attempts = Vec::new();
    for victim in victims(&dataset, &mut random, trials(), |_| true) {
        let from = victim.age - random.random_range(5..30);
        let to = victim.age + random.random_range(5..30);
        let cohort = format!("smoker AND age BETWEEN {from} AND {to}");
        let with = attacker.count(&cohort).await;
        let others = format!("{cohort} AND weight <> {}", weight(victim));
        let without = attacker.count(&others).await;
        attempts.push(differing(&with, &without, victim.smoker));
    }
    Rates::of(
        "differencing-one-pair",
        "anchors",
        &attempts,
        0.5,
        at_the_edge_of_an_anchor(),
    )
    .report();
}

/// The attacker first finds where the figure jumps: it lets one known smoker
/// after the other into the cohort. There it takes the victim out. Against
/// rounding alone that never fails: the jump is where a count is rounded up.
#[tokio::test(flavor = "multi_thread")]
async fn a_pair_that_is_chosen_after_stepping_gives_one_figure() {
    const STEPS: usize = 14;
    let attacker = intruder("stepping").await;
    let dataset = population("stepping");
    let people = by_weight(&dataset);
    let mut random = StdRng::seed_from_u64(2);
    let mut attempts = Vec::new();
    // Smokers enough on either side, to step over and to begin with.
    let suits = |p: &sekisho_tests::Person| (60..1100).contains(&place(&people, p));
    for victim in victims(&dataset, &mut random, fewer_trials(3), suits) {
        let at = place(&people, victim);
        let upper = weight(people.get(at + random.random_range(35..60)).unwrap());
        let below = people.iter().take(at).rev().filter(|p| p.smoker);
        let range = |lower: f64| format!("smoker AND weight BETWEEN {lower} AND {upper}");
        let mut cohort = range(weight(victim));
        let mut figure = attacker.count(&cohort).await;
        for known in below.take(STEPS) {
            cohort = range(weight(known));
            let next = attacker.count(&cohort).await;
            let jumped = next.number() != figure.number();
            figure = next;
            if jumped {
                break;
            }
        }
        let others = format!("{cohort} AND weight <> {}", weight(victim));
        let without = attacker.count(&others).await;
        attempts.push(differing(&figure, &without, victim.smoker));
    }
    Rates::of(
        "differencing-after-stepping",
        "anchors",
        &attempts,
        0.5,
        at_the_edge_of_an_anchor(),
    )
    .report();
}
