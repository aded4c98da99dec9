//! Groups that exist through one person.

use rand::{SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use sekisho_tests::Person;

use crate::{
    intruder::{intruder, population},
    rates::{Rates, fewer_trials},
    victims::{best_form, learnt_of, weight},
};

/// How somebody's row would begin.
type RowOf = fn(&Person) -> String;

/// Questions whose rows name what is written of people: half of the people have
/// a note and a day of their own.
const QUESTIONS: [(&str, RowOf); 8] = [
    (
        "SELECT note, count(*) AS n FROM individuals GROUP BY note",
        note,
    ),
    (
        "SELECT note, count(*) AS n FROM individuals WHERE weight >= {w} GROUP BY note",
        note,
    ),
    (
        "SELECT DISTINCT note FROM individuals WHERE weight = {w}",
        note,
    ),
    (
        "SELECT left(note, 8) AS note, count(*) AS n FROM individuals WHERE weight >= {w} \
         GROUP BY left(note, 8)",
        note,
    ),
    (
        "SELECT registered_on, count(*) AS n FROM individuals GROUP BY registered_on",
        day,
    ),
    (
        "SELECT date_trunc('day', registered_on) AS d, count(*) AS n FROM individuals \
         WHERE weight >= {w} GROUP BY date_trunc('day', registered_on)",
        day,
    ),
    (
        "SELECT registered_on, sex, avg(age) AS n FROM individuals WHERE weight >= {w} \
         GROUP BY registered_on, sex ORDER BY n",
        day,
    ),
    (
        "WITH t AS (SELECT registered_on, count(*) AS n FROM individuals GROUP BY registered_on) \
         SELECT registered_on, rank() OVER (ORDER BY n DESC) AS r FROM t WHERE n IS NULL OR n > 0",
        day,
    ),
];

/// A group that one person makes is not there, not even without its figures.
#[tokio::test(flavor = "multi_thread")]
async fn no_group_shows_through_one_person() {
    let attacker = intruder("groups").await;
    let dataset = population("groups");
    let mut random = StdRng::seed_from_u64(23);
    let mut pairs: Vec<_> = dataset.people.chunks_exact(2).collect();
    pairs.shuffle(&mut random);
    let mut forms = Vec::new();
    for (sql, row) in QUESTIONS {
        let mut seen = Vec::new();
        // The first of each pair has a note and a day of their own, the second not.
        for victim in pairs.iter().copied().take(fewer_trials(10)).flatten() {
            let alone = victim.note.starts_with("case");
            let sql = sql.replace("{w}", &weight(victim).to_string());
            let reply = attacker.ask(&sql).await;
            let row = match alone {
                true => row(victim),
                // What it would be if the victim were alone.
                false => "nobody".to_owned(),
            };
            let found = reply
                .rows()
                .into_iter()
                .find(|found| found.starts_with(&row));
            seen.push((format!("{found:?}"), alone, reply.met()));
        }
        forms.push(learnt_of(&seen));
    }
    Rates::of(
        "group-of-one",
        "threshold on keys",
        &best_form(forms),
        0.5,
        0.5,
    )
    .report();
}

fn note(person: &Person) -> String {
    person.note.clone()
}

fn day(person: &Person) -> String {
    person.registered_on.clone()
}
