//! Values that are hidden in the digits of a figure that rounding leaves.

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use crate::{
    intruder::{counting, intruder, population},
    rates::{Attempt, Rates, trials},
    victims::best_form,
};

/// What the exact number of people would be.
type Reading = fn(f64) -> f64;

/// Sums of which the exact number of people could be read, and how.
const SMUGGLERS: [(&str, Reading); 8] = [
    ("sum(age * 0 + 1)", |n| n),
    ("sum(1)", |n| n),
    ("sum(age * 1000000 + 1)", |n| n % 1e6),
    ("sum(age * 0 + 1000003)", |n| n / 1_000_003.0),
    ("sum(round(weight * 0) + 1)", |n| n),
    ("sum(floor(weight / 1000) + 1)", |n| n),
    ("sum(age % 1 + 1)", |n| n),
    ("sum(CASE WHEN age > 0 THEN 1000001 ELSE 0 END)", |n| {
        n / 1_000_001.0
    }),
];

/// The attacker wants the exact count, of which it knows the rounded one: one of
/// five. What a sum says beyond that, it believes; else it takes the rounded.
#[tokio::test(flavor = "multi_thread")]
async fn sums_tell_no_more_digits_than_counts() {
    let attacker = intruder("digits").await;
    let dataset = population("digits");
    let mut random = StdRng::seed_from_u64(11);
    let mut forms = vec![Vec::new(); SMUGGLERS.len()];
    // Each remainder as often as any other.
    for n in 0..5 * (trials() / 30).max(1) {
        let (age, exact) = loop {
            let age: i64 = random.random_range(35..85);
            let exact = dataset.count(|p| p.age < age);
            if exact >= 30 && exact % 5 == n % 5 {
                break (age, exact);
            }
        };
        let predicate = format!("age < {age}");
        let rounded = attacker.ask(&counting(&predicate)).await.number();
        for ((sum, read), attempts) in SMUGGLERS.into_iter().zip(&mut forms) {
            let sql = format!("SELECT {sum} AS n FROM individuals WHERE {predicate}");
            let reply = attacker.ask(&sql).await;
            let believed = reply
                .number()
                .map(read)
                .filter(|read| rounded.is_some_and(|rounded| (read - rounded).abs() < 3.0));
            let guess = believed.or(rounded).unwrap_or_default();
            attempts.push(Attempt {
                right: (guess - exact as f64).abs() < 0.5,
                met: reply.met(),
            });
        }
    }
    Rates::of(
        "digit-smuggling",
        "allow-list; affine sums",
        &best_form(forms),
        0.2,
        0.2,
    )
    .report();
}
