//! The same question before and after somebody joined.

use rand::{SeedableRng as _, rngs::StdRng};
use sekisho_tests::{Consortium, Dataset};

use crate::{
    intruder::{ACCOUNTS, Intruder},
    rates::{Rates, fewer_trials},
    victims::{aimed, at_the_edge_of_an_anchor, differing, victims},
};

/// One person more in each snapshot; the attacker asks for smokers of an age
/// range about the newcomer's before and after.
#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_changes_no_figure() {
    const ID: &str = "growing";
    const START: usize = 300;
    let rounds = fewer_trials(2).min(150);
    let everybody = Dataset::population(ID, START + 2 * rounds, 21);
    let mut growing = everybody.clone();
    let newcomers = growing.people.split_off(START);
    let consortium = Consortium::builder()
        .also(growing.clone())
        .policies(|policies| {
            let (person, project) = ACCOUNTS[0];
            policies.add_account(person, project, 100_000, &[ID]);
        })
        .start();
    let (person, project) = ACCOUNTS[0];
    let attacker = Intruder {
        visit: consortium.visit(person, project).await,
        dataset: ID,
    };
    let mut random = StdRng::seed_from_u64(22);
    let suits = |p: &sekisho_tests::Person| newcomers.iter().any(|new| new.id == p.id);
    let mut attempts = Vec::new();
    for newcomer in victims(&everybody, &mut random, rounds, suits) {
        let ages = (newcomer.age - 30..newcomer.age)
            .flat_map(|from| (newcomer.age + 1..95).map(move |to| (from, to)));
        let (from, to) = aimed(&mut random, ages, |(from, to)| {
            growing.count(|p| p.smoker && (from..=to).contains(&p.age))
        });
        let cohort = format!("smoker AND age BETWEEN {from} AND {to}");
        let before = attacker.count(&cohort).await;
        growing.people.push(newcomer.clone());
        consortium.ingest(&growing);
        let after = attacker.count(&cohort).await;
        attempts.push(differing(&after, &before, newcomer.smoker));
    }
    Rates::of(
        "snapshot-differencing",
        "anchors",
        &attempts,
        0.5,
        at_the_edge_of_an_anchor(),
    )
    .report();
}
