//! Whether somebody is in the data, from how often variants are carried there
//! (Homer et al. 2008; Sankararaman et al. 2009).

use rand::{SeedableRng as _, rngs::StdRng};
use sekisho_tests::Panel;

use crate::{
    intruder::{Intruder, PEOPLE, account, population},
    rates::{Rates, normal},
};

/// How often somebody who is not in the data is taken to be.
pub(crate) const FALSE_POSITIVES: f64 = 0.05;
/// The quantile of a standard normal number that this leaves above it.
const QUANTILE: f64 = 1.644_854;
/// How much of a person's exposure the profile allows, and one project.
const CAP: f64 = 0.25;
const SHARE: f64 = 0.1;

/// The power of the best test on exact frequencies of so many independent
/// variants per person in the cohort, at 5 % false positives.
pub(crate) fn power(variants_per_person: f64) -> f64 {
    normal(variants_per_person.sqrt() - QUANTILE)
}

/// The most that one project learns.
pub(crate) fn power_of_a_share() -> f64 {
    power(CAP * SHARE)
}

/// The attacker knows how often each variant is carried in the population, asks
/// how many carry it here, one variant after the other until it is told to
/// stop, and has the genomes of those whom it looks for. Then two more accounts
/// go on where the first had to stop.
#[tokio::test(flavor = "multi_thread")]
async fn frequencies_tell_no_more_of_membership_than_exposure_allows() {
    let dataset = population("frequencies");
    let panel = dataset.panel().unwrap();
    let mut released = vec![None; panel.frequencies.len()];
    ask(&account(0, "frequencies").await, &mut released).await;
    rates(
        "membership-frequencies",
        panel,
        &released,
        power_of_a_share(),
    )
    .report();
    for number in [1, 2] {
        ask(&account(number, "frequencies").await, &mut released).await;
    }
    let colluding = "membership-frequencies-of-three";
    rates(colluding, panel, &released, power(CAP)).report();
}

/// The same by the analysis that is made for it, which tells shares to three digits,
/// more exactly than a count is told, of several variants at once.
#[tokio::test(flavor = "multi_thread")]
async fn the_analysis_of_frequencies_tells_no_more_of_membership() {
    let dataset = population("frequencies-typed");
    let panel = dataset.panel().unwrap();
    let attacker = account(0, "frequencies-typed").await;
    let mut released = vec![None; panel.frequencies.len()];
    // Once nothing is told of several any more, something may be of one.
    for at_once in [AT_ONCE, 1] {
        let mut left: Vec<(usize, &mut Option<f64>)> = (released.iter_mut().enumerate())
            .filter(|(_, figure)| figure.is_none())
            .collect();
        for variants in left.chunks_mut(at_once) {
            let ids = variants.iter().map(|(variant, _)| named(*variant));
            let reply = attacker.frequencies(ids.collect()).await;
            for ((_, figure), row) in variants.iter_mut().zip(reply.rows()) {
                let share = row.split(' ').nth(SHARE_COLUMN).unwrap();
                **figure = share.parse::<f64>().ok().map(|p| 2.0 * p * PEOPLE as f64);
            }
            if matches!(reply, crate::intruder::Reply::Refused(_)) {
                break;
            }
        }
    }
    let name = "membership-frequencies-typed";
    rates(name, panel, &released, power_of_a_share()).report();
}

/// Variants that are asked for in one analysis.
const AT_ONCE: usize = 5;
/// Where `allele_frequency` stands in a row; nobody has two copies.
const SHARE_COLUMN: usize = 5;

/// A variant of the panel, by name.
fn named(variant: usize) -> String {
    format!("22:{}:C:T", Panel::position(variant))
}

/// Carriers of each variant that was not asked for yet, until a refusal.
async fn ask(attacker: &Intruder, released: &mut [Option<f64>]) {
    for (variant, figure) in released.iter_mut().enumerate() {
        if figure.is_some() {
            continue;
        }
        let reply = attacker.ask(&carriers(variant)).await;
        *figure = reply.number();
        if matches!(reply, crate::intruder::Reply::Refused(_)) {
            break;
        }
    }
}

/// How many carry a variant of the panel.
pub(crate) fn carriers(variant: usize) -> String {
    format!(
        "SELECT count(DISTINCT g.individual_id) AS n FROM genotypes g \
         JOIN variants v ON g.variant_id = v.variant_id \
         WHERE g.dosage >= 1 AND v.pos = {}",
        Panel::position(variant)
    )
}

fn rates(name: &'static str, panel: &Panel, released: &[Option<f64>], bound: f64) -> Rates {
    let score = |genome: &[bool]| -> f64 {
        let known = released.iter().zip(&panel.frequencies).zip(genome);
        known
            .filter_map(|((figure, p), carries)| {
                let here = (*figure)? / PEOPLE as f64;
                Some((f64::from(u8::from(*carries)) - p) * (here - p) / (p * (1.0 - p)))
            })
            .sum()
    };
    let found = test(panel, score);
    let variants = released.iter().flatten().count();
    println!(
        "{name}: {variants} variants of {PEOPLE} people; exact frequencies would tell {:.3}",
        power(variants as f64 / PEOPLE as f64)
    );
    Rates::new(name, "exposure", &found, FALSE_POSITIVES, bound)
}

/// Which members a score finds, at 5 % false positives among people of the same
/// population who are not in the data.
pub(crate) fn test(panel: &Panel, score: impl Fn(&[bool]) -> f64) -> Vec<bool> {
    let mut random = StdRng::seed_from_u64(20);
    let mut others: Vec<f64> = (0..20_000)
        .map(|_| score(&Panel::genome(&panel.frequencies, &mut random)))
        .collect();
    others.sort_by(f64::total_cmp);
    let at = (others.len() as f64 * (1.0 - FALSE_POSITIVES)) as usize;
    let threshold = *others.get(at).unwrap();
    let members = panel.carries.iter();
    members.map(|genome| score(genome) > threshold).collect()
}
