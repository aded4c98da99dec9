//! A bound that is moved over one person after the other.

use crate::{
    intruder::{intruder, population},
    rates::{Rates, fewer_trials},
    victims::{by_weight, taken, weight},
};

/// How many people of a cohort an anchor reaches at the least.
const REACH: f64 = 10.0;

/// The attacker knows weights and nothing else. It counts smokers up to a
/// weight and moves the weight over everybody in turn. Where the figure jumps,
/// the person at the step smokes; it takes it that all others do not.
///
/// Against rounding alone every fifth smoker is told. With anchors a figure
/// stays until it would describe ten people more or fewer: one smoker in ten or
/// so is told, and of that one the attacker is sure.
#[tokio::test(flavor = "multi_thread")]
async fn one_smoker_in_ten_is_told_by_a_jump() {
    let attacker = intruder("range-creep").await;
    let dataset = population("range-creep");
    let people = by_weight(&dataset);
    let steps = fewer_trials(1).min(people.len() - 60);
    let mut attempts = Vec::new();
    let mut sure = Vec::new();
    let mut last = None;
    for person in people.iter().skip(50).take(steps + 1) {
        let upto = format!("smoker AND weight <= {}", weight(person));
        let reply = attacker.count(&upto).await;
        let figure = reply.number();
        if let Some(last) = last.replace(figure) {
            let jumped = last != figure;
            attempts.push(taken(&reply, jumped, person.smoker));
            if jumped {
                sure.push(person.smoker);
            }
        }
    }
    let smokers = people.iter().skip(51).take(steps).filter(|p| p.smoker);
    let share = smokers.count() as f64 / steps as f64;
    let guessing = 1.0 - share;
    Rates::of(
        "range-creep",
        "anchors",
        &attempts,
        guessing,
        guessing + share / REACH,
    )
    .report();
    Rates::new("range-creep-jumps", "anchors", &sure, share, 1.0).report();
}
