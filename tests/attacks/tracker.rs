//! Trackers: the victim is added to cohorts that are large enough to be shown.

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use crate::{
    intruder::{PEOPLE, intruder, population},
    rates::{Attempt, Met, Rates, fewer_trials, trials},
    victims::{aimed, at_the_edge_of_an_anchor, by_weight, victims, weight},
};

/// The general tracker (Denning and Schlörer): whoever is `C` counts once more
/// in `C OR T` and `C OR NOT T` together than in `T` and `NOT T`.
#[tokio::test(flavor = "multi_thread")]
async fn a_general_tracker_finds_nothing() {
    let attacker = intruder("tracker").await;
    let dataset = population("tracker");
    let mut random = StdRng::seed_from_u64(6);
    let mut attempts = Vec::new();
    for victim in victims(&dataset, &mut random, trials(), |_| true) {
        let c = format!("(weight = {} AND smoker)", weight(victim));
        let age = aimed(&mut random, 45..75, |age| {
            // The one of the two cohorts that the victim is not in already.
            let below = victim.age < age;
            dataset.count(|p| (p.age < age) != below)
        });
        let t = format!("age < {age}");
        let mut found = 0.0;
        let mut met = Met::Figures;
        for (sign, cohort) in [
            (-1.0, t.clone()),
            (-1.0, format!("NOT ({t})")),
            (1.0, format!("{c} OR {t}")),
            (1.0, format!("{c} OR NOT ({t})")),
        ] {
            let reply = attacker.count(&cohort).await;
            met = met.min(reply.met());
            found += sign * reply.number().unwrap_or_default();
        }
        let right = (found > 0.5) == victim.smoker;
        attempts.push(Attempt { right, met });
    }
    Rates::of(
        "tracker-general",
        "anchors",
        &attempts,
        0.5,
        at_the_edge_of_an_anchor(),
    )
    .report();
}

/// The same with many padding sets, none of which is asked for by itself: how
/// many people there are is known, a multiple of five. A cohort and its
/// complement are rounded to that sum, unless one more makes one of the two
/// round up: of five sets one does. Of eight, none does in one case of six.
///
/// The bound is for padding sets that nobody asked for before. Later victims
/// meet the anchors of earlier ones.
#[tokio::test(flavor = "multi_thread")]
async fn a_tracker_with_padding_sets_meets_the_anchors_of_earlier_ones() {
    const SETS: usize = 8;
    let attacker = intruder("tracker").await;
    let dataset = population("tracker");
    let people = by_weight(&dataset);
    let mut random = StdRng::seed_from_u64(7);
    let mut attempts = Vec::new();
    for victim in victims(&dataset, &mut random, fewer_trials(4), |_| true) {
        let c = format!("(weight = {} AND smoker)", weight(victim));
        let mut found = 0.0;
        let mut met = Met::Figures;
        for set in 1..=SETS {
            let at = set * PEOPLE / (SETS + 1) + random.random_range(0..8);
            let t = format!("weight < {}", weight(people.get(at).unwrap()));
            for cohort in [format!("{c} OR {t}"), format!("{c} OR NOT ({t})")] {
                let reply = attacker.count(&cohort).await;
                met = met.min(reply.met());
                found += reply.number().unwrap_or_default();
            }
        }
        let right = (found > (SETS * PEOPLE) as f64) == victim.smoker;
        attempts.push(Attempt { right, met });
    }
    let all_hide = 0.8_f64.powi(SETS as i32);
    Rates::of(
        "tracker-padded",
        "anchors; rounding to base 5",
        &attempts,
        0.5,
        0.5 + 0.5 * (1.0 - all_hide),
    )
    .report();
}
