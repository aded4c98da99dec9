//! The same figure again and again, to average what was done to it.

use crate::{
    count, intruder,
    rates::{Rates, trials},
};

/// Repeats, and other words for the same people, give the same figure: there
/// is nothing to average.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_people_always_give_the_same_figure() {
    let visit = intruder().await;
    let mut successes = Vec::new();
    for n in 0..trials() / 6 {
        let age = 40 + n;
        let first = count(&visit, &format!("age < {age}")).await;
        for same in [
            format!("age  <  {age}"),
            format!("age <= {}", age - 1),
            format!("NOT age >= {age}"),
            format!("age < {age}.0"),
            format!("age < {age} AND sex IN ('female', 'male')"),
            format!("age < {age} AND (sex = 'female' OR sex = 'male')"),
        ] {
            let again = count(&visit, &same).await;
            assert!(again.is_some(), "{same}");
            successes.push(again != first);
        }
    }
    Rates::new(
        "averaging-repeats",
        "deterministic rounding",
        &successes,
        0.0,
        0.0,
    )
    .report();
}
