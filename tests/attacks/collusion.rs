//! Several accounts, each of which asks nothing suspicious.

use rand::{SeedableRng as _, rngs::StdRng};

use crate::{
    intruder::{account, population},
    rates::{Rates, trials},
    victims::{aimed, at_the_edge_of_an_anchor, differing, same, victims, weight},
};

/// One asks with the victim, one without, one for whom the two have in common
/// with everybody else, each on behalf of a project of their own.
#[tokio::test(flavor = "multi_thread")]
async fn three_accounts_learn_no_more_than_one() {
    let [one, two, three] = [0, 1, 2].map(|number| account(number, "collusion"));
    let (one, two, three) = (one.await, two.await, three.await);
    let dataset = population("collusion");
    let mut random = StdRng::seed_from_u64(9);
    let mut attempts = Vec::new();
    for (n, victim) in victims(&dataset, &mut random, trials(), |_| true)
        .into_iter()
        .enumerate()
    {
        let age = aimed(&mut random, victim.age + 3..95, |age| {
            dataset.count(|p| p.smoker && p.age <= age && !same(p, victim))
        });
        let cohort = format!("smoker AND age <= {age}");
        let others = format!("{cohort} AND weight <> {}", weight(victim));
        let padded = format!("{others} AND sex IN ('female', 'male')");
        // Who begins changes from trial to trial.
        let (with, without) = match n % 3 {
            0 => (one.count(&cohort).await, two.count(&others).await),
            1 => {
                let without = two.count(&others).await;
                (three.count(&cohort).await, without)
            }
            _ => {
                let without = three.count(&padded).await;
                (one.count(&cohort).await, without)
            }
        };
        attempts.push(differing(&with, &without, victim.smoker));
    }
    Rates::of(
        "collusion-differencing",
        "anchors",
        &attempts,
        0.5,
        at_the_edge_of_an_anchor(),
    )
    .report();
}
