//! Questions that fail, or overflow, or are no number, for one person's value.

use rand::{SeedableRng as _, rngs::StdRng};

use crate::{
    intruder::{intruder, population},
    rates::{Rates, fewer_trials},
    victims::{at_the_edge_of_an_anchor, best_form, differing, learnt_of, victims, weight},
};

/// Expressions that cannot be computed of the victim. The cohort is all who
/// smoke: the question fails if the victim is one of them.
const TRAPS: [&str; 16] = [
    "count(*) FILTER (WHERE 100 / (weight - {w}) > 1)",
    "sum(1 / (weight - {w}))",
    "sum(100 / CASE WHEN weight = {w} THEN 0 ELSE 1 END)",
    "sum(CAST(CASE WHEN weight = {w} THEN note ELSE '1' END AS INT))",
    "sum(sqrt(weight - {w}))",
    "sum(ln(weight - {w}))",
    "sum(factorial(age))",
    "sum(CASE WHEN weight = {w} THEN 9223372036854775807 ELSE 1 END)",
    "sum(abs(CASE WHEN weight = {w} THEN -9223372036854775808 ELSE 1 END))",
    "max(repeat(note, CASE WHEN weight = {w} THEN 2000000000 ELSE 1 END))",
    "count(chr(CASE WHEN weight = {w} THEN 0 ELSE 65 END))",
    "count(to_date(CASE WHEN weight = {w} THEN note ELSE '2020-01-01' END))",
    "count(make_date(2020, CASE WHEN weight = {w} THEN 13 ELSE 1 END, 1))",
    "count(substr(note, 1, CASE WHEN weight = {w} THEN -1 ELSE 1 END))",
    "count(regexp_match(note, CASE WHEN weight = {w} THEN '(' ELSE 'x' END))",
    "sum(age % CASE WHEN weight = {w} THEN 0 ELSE 1 END)",
];

/// Sums that leave what numbers can hold, as far as the victim is in them.
const OVERFLOWS: [&str; 8] = [
    "sum(weight * 1e308)",
    "sum(age * 9223372036854775807)",
    "sum(age + 9223372036854775000)",
    "avg(weight * 1e307 * 1e307)",
    "sum(weight * 1e308) - sum(weight * 1e308)",
    "1e308 * sum(weight) * 10",
    "sum(weight * 1e-320)",
    "sum(CASE WHEN weight > 0 THEN 1e308 ELSE 0 END)",
];

#[tokio::test(flavor = "multi_thread")]
async fn nothing_fails_for_one_person() {
    let attacker = intruder("errors").await;
    let dataset = population("errors");
    let mut random = StdRng::seed_from_u64(26);
    let wanted = victims(&dataset, &mut random, fewer_trials(6), |_| true);
    let mut forms = Vec::new();
    for trap in TRAPS {
        let mut seen = Vec::new();
        for victim in &wanted {
            let trap = trap.replace("{w}", &weight(victim).to_string());
            let sql = format!("SELECT {trap} AS n FROM individuals WHERE smoker");
            let reply = attacker.ask(&sql).await;
            seen.push((reply.view(), victim.smoker, reply.met()));
        }
        forms.push(learnt_of(&seen));
    }
    let attempts = best_form(forms);
    Rates::of("error-oracle", "total expressions", &attempts, 0.5, 0.5).report();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_overflows_for_one_person() {
    let attacker = intruder("overflow").await;
    let dataset = population("overflow");
    let mut random = StdRng::seed_from_u64(27);
    let wanted = victims(&dataset, &mut random, fewer_trials(4), |_| true);
    let mut forms = Vec::new();
    for sum in OVERFLOWS {
        let mut attempts = Vec::new();
        for victim in &wanted {
            let ask = async |predicate: &str| {
                let sql = format!("SELECT {sum} AS n FROM individuals WHERE {predicate}");
                attacker.ask(&sql).await
            };
            let upto = format!("smoker AND age <= {}", victim.age + 20);
            let with = ask(&upto).await;
            let without = ask(&format!("{upto} AND weight <> {}", weight(victim))).await;
            attempts.push(differing(&with, &without, victim.smoker));
        }
        forms.push(attempts);
    }
    let attempts = best_form(forms);
    Rates::of(
        "overflow-oracle",
        "anchors; total expressions",
        &attempts,
        0.5,
        at_the_edge_of_an_anchor(),
    )
    .report();
}
