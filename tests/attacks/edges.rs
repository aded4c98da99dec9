//! Questions whose answer hangs on one person because all others are known.
//!
//! These are open by the nature of the mechanisms: a figure that is released is
//! a fact about a known set of people and one more. Differential privacy is
//! what is against that; perturbed.rs asks the same of it.

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use crate::{
    intruder::{intruder, population},
    rates::{Rates, normal, trials},
    victims::{by_weight, differing, place, taken, victims, weight},
};

/// The threshold of the profile `standard`.
const THRESHOLD: usize = 10;

/// How often the floor of a half-normal number is zero.
fn no_noise(sigma: f64) -> f64 {
    2.0 * normal(1.0 / sigma) - 1.0
}

/// A cohort of nine known smokers and the victim is shown only if the victim
/// smokes. The noise on the threshold hides it in a third of the cases.
#[tokio::test(flavor = "multi_thread")]
async fn nine_known_people_and_a_victim_are_bounded_by_the_noise_on_the_threshold() {
    let attacker = intruder("threshold-edge").await;
    let dataset = population("threshold-edge");
    let people = by_weight(&dataset);
    let mut random = StdRng::seed_from_u64(3);
    let mut attempts = Vec::new();
    let suits = |p: &sekisho_tests::Person| place(&people, p) > 60;
    for victim in victims(&dataset, &mut random, trials(), suits) {
        let at = place(&people, victim);
        let below = people.iter().take(at).rev().filter(|p| p.smoker);
        let last = below.take(THRESHOLD - 1).last().unwrap();
        let (from, to) = (weight(last), weight(victim));
        let reply = attacker
            .count(&format!("smoker AND weight BETWEEN {from} AND {to}"))
            .await;
        attempts.push(taken(&reply, reply.number().is_some(), victim.smoker));
    }
    Rates::of(
        "threshold-edge",
        "noise on the threshold",
        &attempts,
        0.5,
        0.5 + 0.5 * no_noise(1.0),
    )
    .report();
}

/// The same nine and the victim, after thirteen of whom the nine are a part have
/// become an anchor. If ten of them are snapped to the thirteen, and nine are
/// too few to be looked at, the noise on the threshold is gone round.
#[tokio::test(flavor = "multi_thread")]
async fn an_anchor_leads_nobody_round_the_noise_on_the_threshold() {
    let attacker = intruder("threshold-anchored").await;
    let dataset = population("threshold-anchored");
    let people = by_weight(&dataset);
    let mut random = StdRng::seed_from_u64(40);
    let mut attempts = Vec::new();
    let suits = |p: &sekisho_tests::Person| place(&people, p) > 60;
    for victim in victims(&dataset, &mut random, trials(), suits) {
        let at = place(&people, victim);
        let below = people.iter().take(at).rev().filter(|p| p.smoker);
        let known: Vec<f64> = below.take(THRESHOLD + 3).map(|p| weight(p)).collect();
        let range = |from: f64, to: f64| format!("smoker AND weight BETWEEN {from} AND {to}");
        let nearest = |n: usize| *known.get(n - 1).unwrap();
        attacker
            .count(&range(nearest(THRESHOLD + 3), nearest(1)))
            .await;
        let nine = nearest(THRESHOLD - 1);
        let reply = attacker.count(&range(nine, weight(victim))).await;
        attempts.push(taken(&reply, reply.number().is_some(), victim.smoker));
    }
    Rates::of(
        "threshold-edge-anchored",
        "anchors; noise on the threshold",
        &attempts,
        0.5,
        0.5 + 0.5 * no_noise(1.0),
    )
    .report();
}

/// A cohort that differs from an earlier one by nine known smokers and the
/// victim is told from it only if the victim smokes. The noise on the distance
/// of anchors hides it in three of five cases.
#[tokio::test(flavor = "multi_thread")]
async fn the_reach_of_an_anchor_is_blurred() {
    let attacker = intruder("anchor-edge").await;
    let dataset = population("anchor-edge");
    let people = by_weight(&dataset);
    let mut random = StdRng::seed_from_u64(4);
    let mut attempts = Vec::new();
    let suits = |p: &sekisho_tests::Person| place(&people, p) > 400;
    for victim in victims(&dataset, &mut random, trials(), suits) {
        let at = place(&people, victim);
        let mut below = people.iter().take(at).rev().filter(|p| p.smoker);
        let edge = below.nth(THRESHOLD - 1).unwrap();
        let least = place(&people, edge) - random.random_range(80..350);
        let from = weight(people.get(least).unwrap());
        let range = |to: f64| format!("smoker AND weight BETWEEN {from} AND {to}");
        let before = attacker.count(&range(weight(edge))).await;
        let after = attacker.count(&range(weight(victim))).await;
        attempts.push(differing(&before, &after, victim.smoker));
    }
    Rates::of(
        "anchor-edge",
        "noise on the reach of anchors",
        &attempts,
        0.5,
        0.5 + 0.5 * no_noise(2.0),
    )
    .report();
}

/// A cohort of which the attacker knows all others, so many of them that one
/// more is rounded up. Rounding is no defence against who knows the rest.
#[tokio::test(flavor = "multi_thread")]
async fn who_knows_all_others_reads_the_rounded_count() {
    let attacker = intruder("informed").await;
    let dataset = population("informed");
    let people = by_weight(&dataset);
    let mut random = StdRng::seed_from_u64(5);
    let mut attempts = Vec::new();
    let suits = |p: &sekisho_tests::Person| place(&people, p) > 100;
    for victim in victims(&dataset, &mut random, trials(), suits) {
        let at = place(&people, victim);
        let below: Vec<_> = people.iter().take(at).rev().filter(|p| p.smoker).collect();
        let known = 5 * random.random_range(4..9) + 2;
        let from = weight(below.get(known - 1).unwrap());
        let to = weight(victim);
        let reply = attacker
            .count(&format!("smoker AND weight BETWEEN {from} AND {to}"))
            .await;
        let smokes = reply.number().is_some_and(|n| n > known as f64);
        attempts.push(taken(&reply, smokes, victim.smoker));
    }
    Rates::of(
        "informed-rounding",
        "rounding to base 5",
        &attempts,
        0.5,
        1.0,
    )
    .report();
}
