//! Two cohorts that differ by one person.

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use sekisho_tests::Dataset;

use crate::{
    count, intruder,
    rates::{Rates, trials},
};

/// The attacker knows a victim's age and weight, which nobody else shares, and
/// wants to know whether the victim smokes. It counts smokers of an age range
/// that it picks blindly, with the victim and without. If the figures differ,
/// the victim smokes; if not, it guesses that the victim does not.
///
/// The bound: rounding to base 5 hides one person four times out of five, and
/// half of the victims smoke, so that ½ + ½·⅕ = 0.6 are told. This is not
/// solved by rounding: an attacker who knows where a count is rounded up can
/// choose the range, and anchors and noise are what is against that.
#[tokio::test(flavor = "multi_thread")]
async fn one_pair_of_cohorts_is_bounded_by_rounding() {
    let visit = intruder().await;
    let people = Dataset::cancer().people;
    let mut random = StdRng::seed_from_u64(1);
    let mut successes = Vec::new();
    while successes.len() < trials() {
        let victim = people.get(random.random_range(0..people.len())).unwrap();
        let Some(weight) = victim.weight else {
            continue;
        };
        let twins = |p: &&sekisho_tests::Person| p.weight == Some(weight);
        // Half of the victims smoke.
        let smokes = successes.len() % 2 == 0;
        if people.iter().filter(twins).count() > 1 || victim.smoker != smokes {
            continue;
        }
        let from = victim.age - random.random_range(5..30);
        let to = victim.age + random.random_range(5..30);
        let cohort = format!("smoker AND weight IS NOT NULL AND age BETWEEN {from} AND {to}");
        let with = count(&visit, &cohort).await.unwrap();
        let without = count(&visit, &format!("{cohort} AND weight <> {weight}")).await;
        successes.push((with != without.unwrap()) == smokes);
    }
    Rates::new(
        "differencing-one-pair",
        "rounding to base 5",
        &successes,
        0.5,
        0.6,
    )
    .report();
}
