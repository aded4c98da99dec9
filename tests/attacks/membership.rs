//! Whether somebody's rare variant is in the data.

use sekisho_tests::{Dataset, SITES};

use crate::{
    intruder::intruder,
    rates::{Rates, told_apart},
};

/// Figures that mention a place in the genome.
const QUESTIONS: [&str; 4] = [
    "SELECT count(DISTINCT g.individual_id) AS n FROM genotypes g \
     JOIN variants v ON g.variant_id = v.variant_id WHERE g.dosage >= 1 AND v.pos = {pos}",
    "SELECT count(DISTINCT g.individual_id) AS n FROM genotypes g \
     JOIN variants v ON g.variant_id = v.variant_id WHERE v.pos = {pos}",
    "SELECT count(*) AS n FROM genotypes g \
     JOIN variants v ON g.variant_id = v.variant_id WHERE g.dosage = 0 AND v.pos = {pos}",
    "SELECT i.sex, count(*) AS n, sum(g.dosage) AS alleles FROM individuals i \
     JOIN genotypes g ON i.individual_id = g.individual_id \
     JOIN variants v ON g.variant_id = v.variant_id WHERE v.pos = {pos} GROUP BY i.sex",
];

/// That a place is called at all comes from somebody's genome. Places that
/// fewer than ten people carry and places where nobody differs look alike.
#[tokio::test(flavor = "multi_thread")]
async fn a_rare_variant_looks_like_none() {
    let attacker = intruder("rare-variant").await;
    let people = Dataset::cancer();
    let mut seen = Vec::new();
    for (at, question) in QUESTIONS.iter().enumerate() {
        let rare = SITES.iter().enumerate().filter_map(|(index, site)| {
            let carriers = people.count(|p| p.carries.get(index).copied().unwrap_or_default());
            (carriers < 10).then_some(site.pos)
        });
        for pos in rare {
            for (pos, there) in [(pos, true), (pos + 1, false)] {
                let sql = question.replace("{pos}", &pos.to_string());
                let seen_of_it = attacker.ask(&sql).await.view();
                seen.push((format!("{at} {seen_of_it}"), there));
            }
        }
    }
    let successes = told_apart(&seen);
    Rates::new(
        "membership-rare-variant",
        "threshold of 10",
        &successes,
        0.5,
        0.5,
    )
    .report();
}
