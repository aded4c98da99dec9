//! Groups that exist through one person.

use rand::{SeedableRng as _, rngs::StdRng};
use sekisho_tests::Person;

use crate::{
    intruder::{intruder, population},
    rates::{Met, Rates, fewer_trials, told_apart},
    victims::{attempts, weight},
};

/// Questions whose rows name what is written of people: half of the people have
/// a note of their own.
const QUESTIONS: [&str; 5] = [
    "SELECT note, count(*) AS n FROM individuals GROUP BY note",
    "SELECT note, count(*) AS n FROM individuals WHERE weight BETWEEN {w} - 30 AND {w} + 30 GROUP BY note",
    "SELECT DISTINCT note FROM individuals WHERE weight = {w}",
    "SELECT note, sex, avg(age) AS n FROM individuals WHERE weight >= {w} GROUP BY note, sex",
    "SELECT left(note, 8) AS note, count(*) AS n FROM individuals WHERE weight >= {w} GROUP BY left(note, 8)",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_group_shows_through_one_person() {
    let attacker = intruder("groups").await;
    let dataset = population("groups");
    let mut random = StdRng::seed_from_u64(23);
    let mut order: Vec<usize> = (0..dataset.people.len() / 2).collect();
    rand::seq::SliceRandom::shuffle(order.as_mut_slice(), &mut random);
    let mut seen = Vec::new();
    let mut met = Met::Refusal;
    for pair in order.into_iter().take(fewer_trials(10)) {
        // Every even person has a note of their own, every odd one does not.
        for n in [2 * pair, 2 * pair + 1] {
            let victim = dataset.people.get(n).unwrap();
            for (form, sql) in QUESTIONS.iter().enumerate() {
                let sql = between(sql, weight(victim));
                let reply = attacker.ask(&sql).await;
                met = met.max(reply.met());
                let named = format!("case {n}");
                let row = reply.rows().into_iter().find(|row| row.starts_with(&named));
                seen.push((format!("{form} {row:?}"), has_a_note_of_their_own(victim)));
            }
        }
    }
    let attempts = attempts(told_apart(&seen), met);
    Rates::of("group-of-one", "threshold on keys", &attempts, 0.5, 0.5).report();
}

/// Literals in place of what is computed with a weight.
fn between(sql: &str, weight: f64) -> String {
    sql.replace("{w} - 30", &format!("{:.2}", weight - 30.0))
        .replace("{w} + 30", &format!("{:.2}", weight + 30.0))
        .replace("{w}", &weight.to_string())
}

fn has_a_note_of_their_own(person: &Person) -> bool {
    person.note.starts_with("case")
}
