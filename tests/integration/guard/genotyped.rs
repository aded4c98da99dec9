//! Frequencies where not everybody has genotypes.

use sekisho::Reason;
use sekisho_tests::{Genotyped, failure, only, shown};

use super::{
    CANCER, PROJECT, SECOND,
    frequencies::{LIFTED, PEOPLE, dataset, figures, named, of, row},
    visit,
};

/// Two cohorts that differ by many, of whom all but one have no genotypes: what is
/// counted would differ by one person's.
#[tokio::test]
async fn those_without_genotypes_hide_nobody() {
    for genotyped in [Genotyped::No, Genotyped::Unknown] {
        let mut dataset = dataset(20, 78);
        for (n, person) in dataset.people.iter_mut().enumerate() {
            person.smoker = n >= 300;
            if person.smoker {
                person.genotyped = genotyped;
            }
        }
        let weights: Vec<f64> = super::by_weight(&dataset)
            .into_iter()
            .map(super::weight)
            .collect();
        let of_called = |limit: f64| {
            let called = |i: usize| {
                let person = &dataset.people[i];
                !person.smoker && person.weight.unwrap() <= limit
            };
            let rows = (0..20).map(|variant| row(&dataset, variant, called));
            rows.map(|(n, c)| figures(n, c)).collect::<Vec<_>>()
        };
        // Somebody whose genotypes show.
        let (without, with) = (150..PEOPLE)
            .map(|n| (weights[n - 1], weights[n]))
            .find(|(without, with)| of_called(*without) != of_called(*with))
            .unwrap();
        let consortium = super::under(dataset.clone(), LIFTED);
        let visit = visit(&consortium, PROJECT).await;
        let ask = async |limit: f64, others: &str| {
            let condition = format!("(NOT smoker AND weight <= {limit}) OR (smoker AND {others})");
            let asked = of(named(0..20), &condition, &[]);
            shown(&only(visit.frequencies(&asked, &[CANCER]).await))
        };
        let first = ask(without, "weight <= 70").await;
        let second = ask(with, "weight > 70").await;
        assert!(first.iter().all(|row| !row.contains("- - -")), "{first:?}");
        for (first, second) in first.iter().zip(&second) {
            let withheld = second.ends_with(" - - - - - - -");
            assert!(first == second || withheld, "{first} {second}");
            // Who has no genotypes is in neither cohort.
            assert!(genotyped == Genotyped::Unknown || !withheld, "{second}");
        }
        // The same question again is answered as it was.
        assert_eq!(ask(without, "weight <= 70").await, first);
    }
}

/// The set that is charged is that which the ledger knows, though not all of it have
/// genotypes.
#[tokio::test]
async fn what_one_project_is_told_counts_for_all_though_somebody_has_no_genotypes() {
    let mut dataset = dataset(98, 80);
    dataset.people[0].genotyped = Genotyped::No;
    // Of 399, who are charged as 390, 97 variants may be told in all.
    let consortium = super::under(dataset, "cap = 0.25\nproject_share = 1.0\n");
    let ask = async |project: &str, variants: std::ops::Range<usize>| {
        let visit = visit(&consortium, project).await;
        let asked = of(named(variants), "", &[]);
        visit.frequencies(&asked, &[CANCER]).await
    };
    for (project, variants) in [(PROJECT, 0..50), (SECOND, 50..51)] {
        let told = only(ask(project, variants).await);
        assert!(told.release.figures_released > 0, "{project}");
    }
    // The first was told of 50, and would be of 97.
    let failure = failure(ask(PROJECT, 51..98).await);
    assert_eq!(failure.reason, Reason::BudgetExhausted, "{failure}");
}
