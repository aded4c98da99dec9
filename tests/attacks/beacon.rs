//! Whether somebody is in the data, from whether variants are there at all
//! (Shringarpure and Bustamante 2015).

use crate::{
    frequencies::{FALSE_POSITIVES, carriers, power_of_a_share, test},
    intruder::{PEOPLE, Reply, intruder, population},
    rates::Rates,
};

/// The threshold of the profile `standard`: "yes" means at least so many.
const THRESHOLD: usize = 10;

/// The likelihood ratio over presence answers alone, by an attacker who knows
/// the threshold and how often each variant is carried.
#[tokio::test(flavor = "multi_thread")]
async fn presence_tells_no_more_of_membership_than_exposure_allows() {
    let attacker = intruder("beacon").await;
    let dataset = population("beacon");
    let panel = dataset.panel().unwrap();
    let mut present = Vec::new();
    for variant in 0..panel.frequencies.len() {
        let reply = attacker.ask(&carriers(variant)).await;
        if matches!(reply, Reply::Refused(_)) {
            break;
        }
        present.push(reply.number().is_some());
    }
    let terms: Vec<[f64; 2]> = present
        .iter()
        .zip(&panel.frequencies)
        .map(|(present, p)| {
            let stranger = at_least(THRESHOLD, PEOPLE, *p);
            // A member who carries it is one of the ten; one who does not, none.
            let member = |carried| at_least(THRESHOLD - carried, PEOPLE - 1, *p);
            [member(0), member(1)].map(|member| match present {
                true => (member / stranger).ln(),
                false => ((1.0 - member) / (1.0 - stranger)).ln(),
            })
        })
        .collect();
    let score = |genome: &[bool]| -> f64 {
        let pairs = terms.iter().zip(genome);
        pairs
            .map(|([without, with], carries)| if *carries { with } else { without })
            .sum()
    };
    let found = test(panel, score);
    println!("membership-presence: {} answers", present.len());
    Rates::new(
        "membership-presence",
        "threshold; exposure",
        &found,
        FALSE_POSITIVES,
        power_of_a_share(),
    )
    .report();
}

/// The probability that at least `k` of `n` people carry what each carries with
/// probability `p`.
fn at_least(k: usize, n: usize, p: f64) -> f64 {
    let mut term = (1.0 - p).powi(n as i32);
    let mut below = 0.0;
    for i in 0..k {
        below += term;
        term *= (n - i) as f64 / (i + 1) as f64 * p / (1.0 - p);
    }
    (1.0 - below).clamp(1e-12, 1.0 - 1e-12)
}
