//! Individuals and quality of 1000 Genomes.

use sekisho::{Leaf, Reason};
use sekisho_tests::shown;

use super::{G1000, cells, held, mean, mean_of_integers, near, panel::SUPER_POPULATIONS, rounded};

/// 661, 347, 504, 503 and 489 people, rounded.
pub(super) const BY_SUPER_POPULATION: [(&str, i64); 5] = [
    ("AFR", 660),
    ("AMR", 345),
    ("EAS", 505),
    ("EUR", 505),
    ("SAS", 490),
];
pub(super) const SUPER_POPULATION_SQL: &str = "SELECT super_population, \
    count(DISTINCT individual_id) AS n FROM individuals GROUP BY super_population";

#[tokio::test]
async fn the_super_populations_of_1000_genomes_are_counted_and_the_receipt_verifies() {
    let Some(held) = held() else { return };
    let opened = held.opened();
    let visit = opened.visit().await;
    let answer = opened.answer(G1000, SUPER_POPULATION_SQL).await;
    let expected: Vec<String> = BY_SUPER_POPULATION
        .iter()
        .map(|(name, n)| format!("{name} {n}"))
        .collect();
    assert_eq!(shown(&answer), expected);
    for (name, n) in BY_SUPER_POPULATION {
        let people = held.panel.of(name, |_| ()).len();
        assert_eq!(rounded(people), usize::try_from(n).unwrap());
    }
    let keys = visit.ledger_keys().await.unwrap();
    let key = keys.into_iter().find(|(dataset, _)| dataset == G1000);
    let Leaf::Release(leaf) = answer.verify(&[key.unwrap().1]).unwrap() else {
        panic!("not a release")
    };
    assert_eq!(leaf.snapshot, held.g1000.id());
    assert_eq!((leaf.cells_released, leaf.cells_suppressed), (5, 0));
}

#[tokio::test]
async fn every_population_is_counted_by_sex() {
    let Some(held) = held() else { return };
    let opened = held.opened();
    let sql = "SELECT population, sex, count(*) AS n FROM individuals GROUP BY population, sex";
    let mut released = 0;
    for row in opened.rows(G1000, sql).await {
        let [population, sex, n] = cells(&row).try_into().unwrap();
        let people = held
            .panel
            .count(|person| person.population == population && person.sex == sex);
        // The smallest of the 26 populations has 61 people.
        assert_eq!(n, rounded(people).to_string(), "{row}");
        released += 1;
    }
    assert_eq!(released, 26 * 2);
}

#[tokio::test]
async fn exomes_are_as_deep_as_their_metrics_say() {
    let Some(held) = held() else { return };
    let opened = held.opened();
    let sql = "SELECT i.super_population, count(*) AS n, avg(q.coverage) AS coverage, \
               avg(q.reads) AS reads FROM individuals i \
               JOIN qc_metrics q ON i.individual_id = q.individual_id GROUP BY i.super_population";
    let rows = opened.rows(G1000, sql).await;
    assert_eq!(rows.len(), SUPER_POPULATIONS.len());
    for (row, name) in rows.iter().zip(SUPER_POPULATIONS) {
        let [found, n, coverage, reads] = cells(row).try_into().unwrap();
        assert_eq!(found, name);
        let exact = held.panel.of(name, |person| person.coverage);
        assert_eq!(n, rounded(exact.len()).to_string());
        assert!(near(coverage, mean(&exact)), "{row}");
        let reads_of = held.panel.of(name, |person| person.reads);
        assert!(near(reads, mean_of_integers(&reads_of)), "{row}");
        // Useful, too: three digits of the sum, and people to base 5.
        let exact = exact.iter().sum::<f64>() / exact.len() as f64;
        let coverage: f64 = coverage.parse().unwrap();
        assert!((coverage / exact - 1.0).abs() < 0.012, "{row}: {exact}");
    }
}

#[tokio::test]
async fn insert_sizes_of_zero_are_values_like_others() {
    let Some(held) = held() else { return };
    let opened = held.opened();
    let mapped = |holds: &dyn Fn(usize) -> bool| -> Vec<usize> {
        let of_region = held
            .panel
            .read_groups
            .iter()
            .filter(|group| group.1 == "mapped");
        let sizes = of_region.map(|group| group.2);
        sizes.filter(|size| holds(*size)).collect()
    };
    let zero = mapped(&|size| size == 0).len();
    assert!(zero > 0);
    let sql = "SELECT count(*) AS n FROM read_groups WHERE region = 'mapped' AND insert_size = 0";
    assert_eq!(opened.rows(G1000, sql).await, [rounded(zero).to_string()]);
    for (predicate, sizes) in [
        ("", mapped(&|_| true)),
        (" AND insert_size > 0", mapped(&|size| size > 0)),
    ] {
        let sql = format!(
            "SELECT count(insert_size) AS n, avg(insert_size) AS size FROM read_groups \
             WHERE region = 'mapped'{predicate}"
        );
        let row = opened.rows(G1000, &sql).await.remove(0);
        let [n, size] = cells(&row).try_into().unwrap();
        assert_eq!(n, rounded(sizes.len()).to_string());
        assert!(near(size, mean_of_integers(&sizes)), "{row}");
    }
}

#[tokio::test]
async fn genotypes_of_non_carriers_are_not_read() {
    let Some(held) = held() else { return };
    let opened = held.opened();
    let sql = "SELECT i.super_population, count(*) AS n FROM individuals i \
               JOIN genotypes g ON i.individual_id = g.individual_id \
               JOIN variants v ON g.variant_id = v.variant_id \
               WHERE v.pos = 16052080 GROUP BY i.super_population";
    let refused = opened.refusal(G1000, sql).await;
    assert_eq!(refused.reason, Reason::QueryRefused);
    let help = refused.refusal.unwrap().help;
    assert!(help.contains("dosage"), "{help}");
}
