//! Site frequency spectra, asked of a real server.

use std::collections::BTreeMap;

use sekisho::{Frequencies, FrequencySites, Kind, Reason, SiteFrequencies, Sites};
use sekisho_tests::{Consortium, Dataset, Panel, Site, failure, only, shown, tables};

use super::{CANCER, PROJECT, frequencies::LIFTED, rounded, visit};

const PEOPLE: usize = 500;
const VARIANTS: usize = 90;
/// All but the last few variants.
const REGION: &str = "22:20000000-20080000";

/// Ends of classes, in thousandths.
const EDGES: [usize; 12] = [0, 1, 2, 5, 10, 20, 50, 100, 200, 300, 400, 500];

/// People of whom 4 to 70 in a hundred have a variant, which differ.
fn dataset(seed: u64) -> Dataset {
    let mut panel = Panel::draw(PEOPLE, VARIANTS, [0.04, 0.7], seed);
    for (person, carries) in panel.carries.iter_mut().enumerate() {
        carries[0] = person < 6;
    }
    Dataset::population(CANCER, PEOPLE, seed).with_panel(panel)
}

fn of(sites: Option<FrequencySites>, condition: &str, by: &[&str]) -> Kind {
    Kind::SiteFrequencies(SiteFrequencies {
        sites,
        r#where: condition.to_owned(),
        by: by.iter().map(|&column| column.to_owned()).collect(),
    })
}

fn region() -> Option<FrequencySites> {
    Some(FrequencySites::Region(REGION.to_owned()))
}

async fn asked(visit: &sekisho::Visit, kind: Kind) -> Vec<String> {
    let told = tables(&only(visit.analyze(kind, &[CANCER]).await));
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, "site_frequencies");
    told[0].1.clone()
}

/// The spectrum of what a table of frequencies shows: by group, rows as they are to be.
fn counted(rows: &[String], groups: &[&str]) -> Vec<String> {
    let mut counts: BTreeMap<(&str, usize), usize> = BTreeMap::new();
    for row in rows {
        let cells: Vec<&str> = row.split(' ').collect();
        let (group, at) = if groups == [""] {
            ("", 1)
        } else {
            (cells[1], 2)
        };
        let [count, number] = [at, at + 1].map(|at| cells[at].parse::<usize>().unwrap());
        let rarer = count.min(number - count) * 1_000;
        let class = (0..11).rfind(|class| rarer >= EDGES[*class] * number);
        *counts.entry((group, class.unwrap())).or_default() += 1;
    }
    let mut expected = Vec::new();
    for &group in groups {
        let of = |class| counts.get(&(group, class)).copied().unwrap_or(0);
        let shown = |class| Some(of(class)).filter(|n| *n >= 10).map(rounded);
        let all: usize = (0..11).filter_map(shown).sum();
        for class in 0..11 {
            let ends = [EDGES[class], EDGES[class + 1]].map(|edge| edge as f64 / 1_000.0);
            let figures = match shown(class) {
                None => "- -".to_owned(),
                Some(n) => {
                    // Three digits, halves up: no class has less than a tenth.
                    let share = (2_000 * n + all) / (2 * all);
                    format!("{n} {:?}", share as f64 / 1_000.0)
                }
            };
            let key = Some(group).filter(|group| !group.is_empty());
            let key = key.map_or(String::new(), |group| format!("{group} "));
            expected.push(format!("{key}{:?} {:?} {figures}", ends[0], ends[1]));
        }
    }
    expected
}

#[tokio::test]
async fn a_spectrum_is_of_the_figures_that_frequencies_show() {
    let consortium = super::under(dataset(101), LIFTED);
    let visit = visit(&consortium, PROJECT).await;
    for (by, groups) in [(vec![], vec![""]), (vec!["sex"], vec!["female", "male"])] {
        let told = asked(&visit, of(region(), "age >= 30", &by)).await;
        let table = Frequencies {
            sites: Some(Sites::Region(REGION.to_owned())),
            r#where: "age >= 30".to_owned(),
            by: by.iter().map(|&column| column.to_owned()).collect(),
        };
        let table = shown(&only(visit.frequencies(&table, &[CANCER]).await));
        let expected = counted(&table, &groups);
        assert_eq!(told, expected);
        let seen = told.iter().filter(|row| !row.ends_with("- -")).count();
        assert!(seen >= 3 * groups.len(), "{told:?}");
    }
    // Without any, all are meant; of one gene there are few.
    let all = asked(&visit, of(None, "", &[])).await;
    assert_ne!(all, asked(&visit, of(region(), "", &[])).await);
    let gene = Some(FrequencySites::Gene("P3".to_owned()));
    let of_gene = asked(&visit, of(gene, "", &[])).await;
    assert_eq!(of_gene.len(), 11);
    assert!(
        of_gene.iter().all(|row| row.ends_with("- -")),
        "{of_gene:?}"
    );
}

/// With the victim and without, whoever it is, and by group: one answer.
#[tokio::test]
async fn nobody_shows_in_the_difference_of_two_spectra() {
    let dataset = dataset(102);
    let consortium = super::under(dataset.clone(), LIFTED);
    let visit = visit(&consortium, PROJECT).await;
    let whole = asked(&visit, of(None, "", &["sex"])).await;
    assert!(whole.iter().any(|row| !row.ends_with("- -")), "{whole:?}");
    for victim in dataset.people.iter().take(6) {
        let without = format!("weight <> {}", super::weight(victim));
        assert_eq!(asked(&visit, of(None, &without, &["sex"])).await, whole);
        let alone = format!("weight = {}", super::weight(victim));
        let alone = asked(&visit, of(None, &alone, &[])).await;
        assert!(alone.iter().all(|row| row.ends_with("- -")), "{alone:?}");
    }
}

/// Eleven classes are charged as eleven variants are, of one variant or of many.
#[tokio::test]
async fn what_is_told_is_charged_as_exposure() {
    let started = |cap: &str| super::under(dataset(103), cap);
    // A tenth of 0.45 of 500 people is 22.5 variants: two spectra, and not a third.
    let consortium = started("cap = 0.45\napproved_by = \"the committee of the tests\"\n");
    let first = visit(&consortium, PROJECT).await;
    let gene = |gene: &str| Some(FrequencySites::Gene(gene.to_owned()));
    let one = only(first.analyze(of(gene("P3"), "", &[]), &[CANCER]).await);
    let again = only(first.analyze(of(gene("P3"), "", &[]), &[CANCER]).await);
    assert!(!one.release.repeated && again.release.repeated);
    asked(&first, of(None, "", &[])).await;
    let refused = failure(first.analyze(of(gene("P4"), "", &[]), &[CANCER]).await);
    assert_eq!(refused.reason, Reason::BudgetExhausted, "{refused:?}");
    assert!(refused.message.contains("genomes"), "{refused}");
    // Groups of whom eleven would be too many are withheld, and nothing is charged for them.
    let consortium = started("cap = 0.25\n");
    let first = visit(&consortium, PROJECT).await;
    for condition in ["", "age >= 30", "age >= 31"] {
        let told = asked(&first, of(None, condition, &["sex"])).await;
        assert_eq!(told.len(), 22);
        assert!(told.iter().all(|row| row.ends_with("- -")), "{told:?}");
    }
    asked(&first, of(None, "", &[])).await;
}

#[tokio::test]
async fn what_cannot_be_asked_is_said() {
    let consortium = super::under(dataset(104), LIFTED);
    let first = visit(&consortium, PROJECT).await;
    let at = |text: &str| Some(FrequencySites::Region(text.to_owned()));
    for (asked, reason, message) in [
        (of(at("22:5-4"), "", &[]), Reason::InvalidRequest, "region"),
        (
            of(Some(FrequencySites::Gene(String::new())), "", &[]),
            Reason::InvalidRequest,
            "gene",
        ),
        (
            of(None, "", &["sex", "diagnosis"]),
            Reason::InvalidRequest,
            "2 columns",
        ),
        (
            of(None, "age > 5) OR (age > 0", &[]),
            Reason::InvalidRequest,
            "parentheses",
        ),
        (
            of(None, "true) GROUP BY (sex", &[]),
            Reason::InvalidRequest,
            "parentheses",
        ),
        (
            of(None, "", &["age"]),
            Reason::QueryRefused,
            "no declared values",
        ),
        (
            of(None, "shoe_size > 3", &[]),
            Reason::QueryRefused,
            "shoe_size",
        ),
    ] {
        let refused = failure(first.analyze(asked, &[CANCER]).await);
        assert_eq!(refused.reason, reason, "{refused:?}");
        assert!(refused.message.contains(message), "{}", refused.message);
    }
    let budgets = first.budget().await.unwrap();
    assert!(
        budgets.iter().all(|budget| budget.spent == 0),
        "{budgets:?}"
    );
}

#[tokio::test]
async fn a_profile_that_perturbs_and_an_overview_offer_none() {
    let started = |dataset| Consortium::builder().dataset(Site::East, dataset).start();
    let consortium = started(dataset(105).under("cell-key"));
    let first = visit(&consortium, PROJECT).await;
    let refused = failure(first.analyze(of(None, "", &[]), &[CANCER]).await);
    assert_eq!(refused.reason, Reason::QueryRefused, "{refused}");
    assert!(refused.message.contains("cell-key"), "{refused}");
    let consortium = started(dataset(105));
    let company = consortium.visit("max-weber", "P-0002").await;
    let refused = failure(company.analyze(of(None, "", &[]), &[CANCER]).await);
    assert_eq!(refused.reason, Reason::PolicyDenied, "{refused}");
}
