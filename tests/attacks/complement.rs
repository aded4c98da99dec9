//! Everybody, less everybody but the victim.

use rand::{SeedableRng as _, rngs::StdRng};
use sekisho_tests::Person;

use crate::{
    intruder::{Intruder, intruder, population},
    rates::{Attempt, Met, Rates, trials},
    victims::{victims, weight},
};

/// All smokers less all smokers but one, in two ways to say it.
#[tokio::test(flavor = "multi_thread")]
async fn all_less_all_but_one_are_nobody() {
    let attacker = intruder("complement").await;
    let dataset = population("complement");
    let mut random = StdRng::seed_from_u64(8);
    let mut attempts = Vec::new();
    for (n, victim) in victims(&dataset, &mut random, trials(), |_| true)
        .into_iter()
        .enumerate()
    {
        let (all, others) = totals(&attacker, victim, n % 2).await;
        let both = all.zip(others);
        attempts.push(Attempt {
            right: both.is_some_and(|(all, others)| all > others) == victim.smoker,
            met: match both {
                Some(_) => Met::Figures,
                None => Met::Suppression,
            },
        });
    }
    Rates::of("complement", "anchors", &attempts, 0.5, 0.5).report();
}

/// How many smoke, and how many do but the victim.
async fn totals(attacker: &Intruder, victim: &Person, way: usize) -> (Option<f64>, Option<f64>) {
    let victim = weight(victim);
    match way {
        0 => (
            attacker.count("smoker").await.number(),
            attacker
                .count(&format!("smoker AND NOT weight = {victim}"))
                .await
                .number(),
        ),
        _ => {
            let table = |predicate: &str| {
                format!(
                    "SELECT smoker, count(*) AS n FROM individuals WHERE {predicate} GROUP BY smoker"
                )
            };
            let smokers = async |sql: String| {
                let rows = attacker.ask(&sql).await.rows();
                let row = rows.iter().find_map(|row| row.strip_prefix("true "));
                row.and_then(|n| n.parse().ok())
            };
            (
                smokers(table("age >= 0")).await,
                smokers(table(&format!("weight <> {victim}"))).await,
            )
        }
    }
}
