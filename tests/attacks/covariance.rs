//! Columns that are made so that one person stands alone in a product, a sum of
//! squares or a group.

use rand::{SeedableRng as _, rngs::StdRng};
use sekisho_tests::Person;

use crate::{
    intruder::{intruder, population},
    rates::{Rates, fewer_trials},
    victims::{best_form, learnt_of, victims, weight},
};

/// Questions whose only figure the victim decides, alone or nearly.
const ONE_HOT: [&str; 8] = [
    "SELECT sum(CASE WHEN weight = {w} THEN 1 ELSE 0 END) AS n FROM individuals WHERE smoker",
    "SELECT sum(CASE WHEN weight = {w} THEN 1000000 ELSE 0 END) AS n FROM individuals WHERE smoker",
    "SELECT count(*) FILTER (WHERE weight = {w}) AS n FROM individuals WHERE smoker",
    "SELECT sum(age) FILTER (WHERE weight = {w}) AS n FROM individuals WHERE smoker",
    "SELECT avg(CASE WHEN weight = {w} AND smoker THEN 1 ELSE 0 END) AS n FROM individuals",
    "SELECT sum(CASE WHEN weight = {w} THEN 1 ELSE 0 END * CASE WHEN smoker THEN 1 ELSE 0 END) AS n \
     FROM individuals",
    "SELECT var_pop(age) FILTER (WHERE weight = {w}) AS n FROM individuals WHERE smoker",
    "SELECT corr(weight, age) AS n FROM individuals WHERE smoker AND weight BETWEEN {w} AND {w}",
];

/// The beginning of the row in which somebody would be alone.
type RowOf = fn(&Person) -> String;

/// The same as a group: nobody else shares the victim's row.
const NEARLY_UNIQUE: [(&str, RowOf); 2] = [
    (
        "SELECT weight, smoker, count(*) AS n FROM individuals GROUP BY weight, smoker",
        |p| format!("{} true ", weight(p)),
    ),
    (
        "SELECT diagnosis, sex, age, smoker, count(*) AS n FROM individuals \
         GROUP BY diagnosis, sex, age, smoker",
        |p| format!("{} {} {} true ", p.diagnosis, p.sex, p.age),
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn nobody_stands_alone_in_a_product_or_a_group() {
    let attacker = intruder("covariance").await;
    let dataset = population("covariance");
    let mut random = StdRng::seed_from_u64(10);
    let wanted = victims(&dataset, &mut random, fewer_trials(3), |_| true);
    let mut forms = Vec::new();
    for sql in ONE_HOT {
        let mut seen = Vec::new();
        for victim in &wanted {
            let sql = sql.replace("{w}", &weight(victim).to_string());
            let reply = attacker.ask(&sql).await;
            seen.push((reply.view(), victim.smoker, reply.met()));
        }
        forms.push(learnt_of(&seen));
    }
    for (sql, row) in NEARLY_UNIQUE {
        let reply = attacker.ask(sql).await;
        let rows = reply.rows();
        let of = |victim: &Person| {
            let row = row(victim);
            let figure = rows.iter().find_map(|found| found.strip_prefix(&row));
            (format!("{figure:?}"), victim.smoker, reply.met())
        };
        let seen: Vec<_> = wanted.iter().map(|victim| of(victim)).collect();
        forms.push(learnt_of(&seen));
    }
    Rates::of(
        "covariance-one-hot",
        "allow-list; threshold",
        &best_form(forms),
        0.5,
        0.5,
    )
    .report();
}
