//! What the order of rows tells of figures that are not shown.

use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use sekisho_tests::Dataset;

use crate::{
    intruder::{intruder, population},
    rates::{Attempt, Rates, trials},
};

/// Pairs of groups that are as large as each other in the long run.
const PAIRS: [[&str; 2]; 2] = [["lung", "liver"], ["breast", "stomach"]];

/// Ways to put hidden groups into an order, smallest first.
const ORDERS: [(&str, bool); 6] = [
    ("ORDER BY n", true),
    ("ORDER BY n DESC", false),
    ("ORDER BY n NULLS FIRST", true),
    ("ORDER BY count(*) * 1000 + 1, diagnosis", true),
    ("ORDER BY sum(age) DESC NULLS LAST", false),
    ("ORDER BY rank() OVER (ORDER BY count(*))", true),
];

/// Two groups are hidden; the attacker takes the one that comes first for the
/// smaller, or for the larger where the order is turned round.
#[tokio::test(flavor = "multi_thread")]
async fn the_order_of_hidden_groups_is_not_that_of_their_sizes() {
    let attacker = intruder("order").await;
    let dataset = population("order");
    let mut random = StdRng::seed_from_u64(24);
    let mut attempts = Vec::new();
    while attempts.len() < trials() {
        let age = random.random_range(30..90);
        let years = random.random_range(0..4);
        let (order, rising) = *ORDERS.choose(&mut random).unwrap();
        let sql = format!(
            "SELECT diagnosis, count(*) AS n FROM individuals \
             WHERE age BETWEEN {age} AND {} GROUP BY diagnosis {order}",
            age + years
        );
        let reply = attacker.ask(&sql).await;
        let rows = reply.rows();
        let size = |diagnosis: &str| {
            dataset.count(|p| p.diagnosis == diagnosis && (age..=age + years).contains(&p.age))
        };
        for [a, b] in PAIRS {
            let place = |of: &str| rows.iter().position(|row| row == &format!("{of} -"));
            let (Some(at_a), Some(at_b)) = (place(a), place(b)) else {
                continue;
            };
            if size(a) != size(b) {
                let guess = (at_a < at_b) == rising;
                attempts.push(Attempt {
                    right: guess == (size(a) < size(b)),
                    met: reply.met(),
                });
            }
        }
    }
    Rates::of("order-of-hidden", "released phase", &attempts, 0.5, 0.5).report();
}

/// A question after the figures: it keeps or drops what is hidden, whatever it
/// would be.
#[tokio::test(flavor = "multi_thread")]
async fn a_question_about_a_hidden_figure_has_no_answer() {
    let attacker = intruder("order").await;
    let dataset: Dataset = population("order");
    let mut random = StdRng::seed_from_u64(25);
    let mut attempts = Vec::new();
    while attempts.len() < trials() {
        let age = random.random_range(30..90);
        let at_least = random.random_range(1..5);
        let sql = format!(
            "WITH t AS (SELECT diagnosis, count(*) AS n FROM individuals WHERE age = {age} \
             GROUP BY diagnosis) SELECT diagnosis, CASE WHEN n >= {at_least} THEN 'many' \
             WHEN n < {at_least} THEN 'few' ELSE 'hidden' END AS told FROM t \
             WHERE coalesce(n, 0) < {at_least} OR n >= {at_least}"
        );
        let reply = attacker.ask(&sql).await;
        for row in reply.rows() {
            let (diagnosis, told) = row.split_once(' ').unwrap();
            let many = dataset.count(|p| p.age == age && p.diagnosis == diagnosis) >= at_least;
            if many == (attempts.len() % 2 == 0) {
                attempts.push(Attempt {
                    right: (told == "many") == many,
                    met: reply.met(),
                });
            }
        }
    }
    Rates::of(
        "question-about-hidden",
        "released phase",
        &attempts,
        0.5,
        0.5,
    )
    .report();
}
