//! Whether somebody's rare variant is in the data.

use sekisho_tests::{Dataset, SITES, VariantSite};

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
    let mut seen = Vec::new();
    for (at, question) in QUESTIONS.iter().enumerate() {
        for VariantSite { pos, .. } in rare() {
            let pos = *pos;
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

/// Nor does the analysis that is asked for variants by name know one that fewer than
/// ten people carry.
#[tokio::test(flavor = "multi_thread")]
async fn the_analysis_of_frequencies_knows_no_rare_variant() {
    let attacker = intruder("rare-variant").await;
    let mut seen = Vec::new();
    for VariantSite { chrom, pos, .. } in rare() {
        for (pos, there) in [(*pos, true), (pos + 1, false)] {
            let name = format!("{chrom}:{pos}:C:T");
            let seen_of_it = attacker.frequencies(vec![name.clone()]).await.view();
            seen.push((seen_of_it.replace(&name, "it"), there));
        }
    }
    let successes = told_apart(&seen);
    Rates::new(
        "membership-rare-variant-typed",
        "threshold of 10",
        &successes,
        0.5,
        0.5,
    )
    .report();
}

/// Sites that fewer than ten people carry.
fn rare() -> impl Iterator<Item = &'static VariantSite> {
    let people = Dataset::cancer();
    let carriers =
        move |index: usize| people.count(|p| p.carries.get(index).copied().unwrap_or_default());
    let sites = SITES.iter().enumerate();
    sites.filter_map(move |(index, site)| (carriers(index) < 10).then_some(site))
}
