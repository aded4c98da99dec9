//! The same figure again and again, to average what was done to it.

use crate::{
    intruder::{Reply, counting, intruder},
    rates::{Rates, trials},
};

/// Repeats, and other words for the same people, give the same figure: there
/// is nothing to average. Words that are refused bring no figure either.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_people_always_give_the_same_figure() {
    let attacker = intruder("averaging").await;
    let mut successes = Vec::new();
    for n in 0..trials() / 6 {
        let age = 40 + n;
        let predicate = format!("age < {age}");
        let first = attacker.count(&predicate).await.number();
        for same in [
            format!("age  <  {age}"),
            format!("age <= {}", age - 1),
            format!("NOT age >= {age}"),
            format!("NOT NOT age < {age}"),
            format!("age < {age}.0"),
            format!("age + 0 < {age}"),
            format!("age * 1 < {age}"),
            format!("age < {age} AND sex IN ('female', 'male')"),
            format!("age < {age} AND (sex = 'female' OR sex = 'male')"),
            format!("(age < {age} AND smoker) OR (age < {age} AND NOT smoker)"),
            format!("weight < {n} OR age < {age}"),
        ] {
            let again = attacker.count(&same).await;
            successes.push(matches!(again, Reply::Answer(_)) && again.number() != first);
        }
        for same in [
            format!(
                "WITH a AS (SELECT * FROM individuals) SELECT count(*) AS n FROM a WHERE {predicate}"
            ),
            format!(
                "WITH a AS (SELECT * FROM individuals WHERE {predicate}), b AS (SELECT * FROM a) SELECT count(*) AS n FROM b"
            ),
            format!("SELECT count(DISTINCT individual_id) AS n FROM individuals WHERE {predicate}"),
            format!("SELECT sum(CASE WHEN {predicate} THEN 1 ELSE 0 END) AS n FROM individuals"),
            format!("SELECT count(*) FILTER (WHERE {predicate}) AS n FROM individuals"),
            format!(
                "SELECT count(DISTINCT i.individual_id) AS n FROM individuals i JOIN samples s ON i.individual_id = s.individual_id WHERE i.{predicate}"
            ),
            format!(
                "SELECT count(age) AS n FROM individuals WHERE {predicate} LIMIT {}",
                n + 1
            ),
            counting(&predicate) + " HAVING count(*) > -1",
        ] {
            let again = attacker.ask(&same).await;
            successes.push(matches!(again, Reply::Answer(_)) && again.number() != first);
        }
    }
    Rates::new("averaging-repeats", "sticky figures", &successes, 0.0, 0.0).report();
}
