//! Associations, asked of a real server: who is found, what is told, and at what price.

mod summary;

use sekisho::{
    Association, AssociationOutcome, AssociationSites, Burden, Kind, Reason, VariantNames,
};
use sekisho_tests::{Dataset, Panel, failure, only, tables};

use super::{
    CANCER, PROJECT, cells_of,
    frequencies::{LIFTED, PEOPLE},
    number, visit,
};

/// Variants that are drawn, whatever anybody has.
const VARIANTS: usize = 30;

/// The variant, and so the gene, that smokers have more often.
const PLANTED: usize = 7;

/// People of whom three in four who smoke have one variant, and one in four of the others.
fn dataset(n: usize, seed: u64) -> Dataset {
    let people = Dataset::population(CANCER, n, seed);
    let mut panel = Panel::draw(n, VARIANTS, [0.3, 0.7], seed);
    for (at, (person, carries)) in people.people.iter().zip(&mut panel.carries).enumerate() {
        carries[PLANTED] = (at % 4 != 0) == person.smoker;
    }
    people.with_panel(panel)
}

fn smokers() -> Association {
    Association {
        outcome: Some(AssociationOutcome::Condition("smoker".to_owned())),
        covariates: ["age", "sex"].map(str::to_owned).to_vec(),
        ..Association::default()
    }
}

fn id(variant: usize) -> String {
    format!("22:{}:C:T", Panel::position(variant))
}

fn named(variants: &[usize]) -> Option<AssociationSites> {
    let ids = variants.iter().map(|variant| id(*variant)).collect();
    Some(AssociationSites::Variants(VariantNames { ids }))
}

/// What smokers and the others have of the planted variant: two by two.
fn planted(dataset: &Dataset) -> [[f64; 2]; 2] {
    let carries = &dataset.panel().unwrap().carries;
    let mut table = [[0.0; 2]; 2];
    for (person, carries) in dataset.people.iter().zip(carries) {
        table[usize::from(!person.smoker)][usize::from(!carries[PLANTED])] += 1.0;
    }
    table
}

#[tokio::test]
async fn what_is_planted_is_found_and_its_tests_are_of_what_is_shown() {
    let dataset = dataset(3 * PEOPLE, 91);
    let consortium = super::under(dataset.clone(), LIFTED);
    let visit = visit(&consortium, PROJECT).await;
    let asked = Association {
        stratum: "sex".to_owned(),
        components: 2,
        most: 3,
        ..smokers()
    };
    let told = tables(&only(
        visit.analyze(Kind::Association(asked), &[CANCER]).await,
    ));
    let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["associations", "summary", "quantiles", "tests", "genotypes"]
    );
    let found = cells_of(&told, "associations");
    assert_eq!(found.len(), 3);
    assert_eq!(found[0][0], id(PLANTED));
    // The odds of two by two, but for noise, for rounding, and for the covariates.
    let [[a, b], [c, d]] = planted(&dataset);
    let log_odds = (a * d / (b * c)).ln();
    let (coefficient, error) = (number(found[0][1]), number(found[0][2]));
    assert!(
        (coefficient - log_odds).abs() < 3.0 * error,
        "{coefficient} {log_odds}"
    );
    assert!(
        number(found[0][6]) > 6.0 && number(found[1][6]).abs() < 5.0,
        "{found:?}"
    );
    // Of so few tests nothing is said together.
    let summary = &cells_of(&told, "summary")[0];
    assert_eq!((summary[2], summary[3]), ("-", "-"));
    assert!(cells_of(&told, "quantiles").is_empty());
    // Tests are of the counts that are shown: two groups, and two in each stratum.
    let genotypes = cells_of(&told, "genotypes");
    assert_eq!(genotypes.len(), 3 * 2 * 3);
    let tests = &cells_of(&told, "tests")[0];
    assert_eq!(tests[0], id(PLANTED));
    let of = |group: &str| {
        let is = |row: &&Vec<&str>| row[0] == id(PLANTED) && row[1] == group && row[2] == "-";
        let row = genotypes.iter().find(is).unwrap();
        [3, 4].map(|at| number(row[at]))
    };
    let ([a, n], [c, m]) = (of("case"), of("control"));
    let odds = (a * (m - c)) / ((n - a) * c);
    assert!(
        (number(tests[1]) / odds - 1.0).abs() < 0.01,
        "{tests:?} {odds}"
    );
    let stratified = number(tests[5]);
    assert!((stratified / odds - 1.0).abs() < 0.2, "{tests:?}");
    for p in [tests[2], tests[3], tests[6]] {
        assert!(number(p) < 1e-6, "{tests:?}");
    }
}

#[tokio::test]
async fn genes_and_numbers_are_tested_too_and_named_ones_each_have_a_row() {
    let dataset = dataset(PEOPLE, 92);
    let consortium = super::under(dataset.clone(), LIFTED);
    let visit = visit(&consortium, PROJECT).await;
    let genes = Association {
        sites: Some(AssociationSites::Burden(Burden::default())),
        most: 2,
        ..smokers()
    };
    let told = tables(&only(
        visit.analyze(Kind::Association(genes), &[CANCER]).await,
    ));
    let found = cells_of(&told, "associations");
    assert_eq!(
        (found.len(), found[0][0]),
        (2, format!("P{PLANTED}").as_str())
    );
    assert_eq!(told.len(), 3);

    let ages = Association {
        sites: named(&[3, PLANTED, 4_000]),
        outcome: Some(AssociationOutcome::Measure("age".to_owned())),
        covariates: vec!["sex".to_owned()],
        ..Association::default()
    };
    let told = tables(&only(
        visit.analyze(Kind::Association(ages), &[CANCER]).await,
    ));
    let found = cells_of(&told, "associations");
    let names: Vec<&str> = found.iter().map(|row| row[0]).collect();
    let mut expected = [3, PLANTED, 4_000].map(id);
    expected.sort();
    assert_eq!(names, expected);
    let shown: Vec<bool> = found.iter().map(|row| row[1] != "-").collect();
    assert_eq!(shown.iter().filter(|shown| **shown).count(), 2);
    // However few rows are wanted: which of them lies farther out is not told.
    let many: Vec<usize> = (0..VARIANTS).collect();
    let of_many = Association {
        sites: named(&many),
        most: 1,
        ..smokers()
    };
    let told_of_many = tables(&only(
        visit.analyze(Kind::Association(of_many), &[CANCER]).await,
    ));
    let all = cells_of(&told_of_many, "associations");
    let hidden = all.iter().filter(|row| row[1] == "-").count();
    assert_eq!((all.len(), hidden), (VARIANTS, 0), "{all:?}");
    // Nobody's age hangs on what was drawn.
    for row in found.iter().filter(|row| row[1] != "-") {
        assert!(number(row[5]).abs() < 5.0, "{row:?}");
    }
}

/// As many variants as were asked for are charged to cases and controls, and the summary; the
/// same question again is free.
#[tokio::test]
async fn what_is_told_is_charged_as_exposure() {
    // A project may be told of a tenth of a quarter of the smaller side: of two variants or
    // three.
    let consortium = super::under(dataset(PEOPLE, 93), "cap = 0.25\n");
    let visit = visit(&consortium, PROJECT).await;
    let asked = |most| Kind::Association(Association { most, ..smokers() });
    let refused = failure(visit.analyze(asked(10), &[CANCER]).await);
    assert_eq!(refused.reason, Reason::BudgetExhausted, "{refused:?}");
    let first = only(visit.analyze(asked(1), &[CANCER]).await);
    let again = only(visit.analyze(asked(1), &[CANCER]).await);
    assert!(!first.release.repeated && again.release.repeated);
    assert_eq!(tables(&first), tables(&again));
    let refused = failure(visit.analyze(asked(2), &[CANCER]).await);
    assert_eq!(refused.reason, Reason::BudgetExhausted, "{refused:?}");
}

#[tokio::test]
async fn what_cannot_be_asked_is_said() {
    let consortium = super::under(dataset(PEOPLE, 94), LIFTED);
    let visit = visit(&consortium, PROJECT).await;
    let cases: [(Association, Reason, &str); 8] = [
        (Association::default(), Reason::InvalidRequest, "outcome"),
        (
            Association {
                components: 11,
                ..smokers()
            },
            Reason::InvalidRequest,
            "components",
        ),
        (
            Association {
                most: 10_001,
                ..smokers()
            },
            Reason::InvalidRequest,
            "10001 rows",
        ),
        (
            Association {
                stratum: "diagnosis".to_owned(),
                ..smokers()
            },
            Reason::InvalidRequest,
            "no covariate",
        ),
        (
            Association {
                stratum: "age".to_owned(),
                ..smokers()
            },
            Reason::QueryRefused,
            "no declared values",
        ),
        (
            Association {
                sites: Some(AssociationSites::Burden(Burden {
                    max_frequency: f64::NAN,
                    ..Burden::default()
                })),
                ..smokers()
            },
            Reason::InvalidRequest,
            "none of the frequencies",
        ),
        (
            Association {
                sites: Some(AssociationSites::Burden(Burden {
                    consequences: vec!["missense variant".to_owned()],
                    ..Burden::default()
                })),
                ..smokers()
            },
            Reason::InvalidRequest,
            "no consequences",
        ),
        (
            Association {
                r#where: "age > 5) OR (age > 0".to_owned(),
                ..smokers()
            },
            Reason::InvalidRequest,
            "parentheses",
        ),
    ];
    for (asked, reason, message) in cases {
        let refused = failure(visit.analyze(Kind::Association(asked), &[CANCER]).await);
        assert_eq!(refused.reason, reason, "{refused:?}");
        assert!(refused.message.contains(message), "{}", refused.message);
    }
}

/// With the victim and without, as a case and as none: the same tables, whoever it is. The only
/// case tells nothing.
#[tokio::test]
async fn nobody_shows_in_the_difference_of_two_associations() {
    let dataset = dataset(PEOPLE, 95);
    let consortium = super::under(dataset.clone(), LIFTED);
    let visit = visit(&consortium, PROJECT).await;
    let of = |condition: &str, of: &str| {
        Kind::Association(Association {
            sites: named(&[1, 2, PLANTED]),
            outcome: Some(AssociationOutcome::Condition(condition.to_owned())),
            r#where: of.to_owned(),
            components: 1,
            ..smokers()
        })
    };
    let asked = async |kind| tables(&only(visit.analyze(kind, &[CANCER]).await));
    let whole = asked(of("smoker", "")).await;
    assert!(
        whole[0].1.iter().any(|row| !row.contains(" - ")),
        "{whole:?}"
    );
    let of_each = |smokes: bool| {
        dataset
            .people
            .iter()
            .filter(move |p| p.smoker == smokes)
            .take(4)
    };
    let mut alone = Vec::new();
    for victim in of_each(true).chain(of_each(false)) {
        let w = super::weight(victim);
        for (condition, where_) in [
            ("smoker".to_owned(), format!("weight <> {w}")),
            (format!("smoker OR weight = {w}"), String::new()),
            (format!("smoker AND weight <> {w}"), String::new()),
        ] {
            let other = asked(of(&condition, &where_)).await;
            assert_eq!(other, whole, "{condition} {where_}");
        }
        alone.push(asked(of(&format!("smoker AND weight = {w}"), "")).await);
    }
    let (_, rows) = &alone[0][0];
    assert!(
        rows.iter()
            .all(|row| row.split(' ').skip(1).all(|cell| cell == "-")),
        "{rows:?}"
    );
    assert!(alone.iter().all(|told| *told == alone[0]));
}

/// Forty people have one variant of a gene, and three another. Whether the three count too makes
/// no difference that is shown.
#[tokio::test]
async fn a_further_carrier_of_a_gene_changes_nothing() {
    let mut dataset = Dataset::population(CANCER, 300, 96);
    for (at, person) in dataset.people.iter_mut().enumerate() {
        // The two last sites are of TP53.
        person.carries = [false, false, at < 40, at >= 297];
    }
    let consortium = super::under(dataset, LIFTED);
    let visit = visit(&consortium, PROJECT).await;
    let of = |consequences: &[&str]| {
        let burden = Burden {
            genes: vec!["TP53".to_owned()],
            consequences: consequences.iter().map(|&of| of.to_owned()).collect(),
            max_frequency: 0.0,
        };
        Kind::Association(Association {
            sites: Some(AssociationSites::Burden(burden)),
            outcome: Some(AssociationOutcome::Measure("weight".to_owned())),
            covariates: vec!["sex".to_owned()],
            ..Association::default()
        })
    };
    let asked = async |kind| tables(&only(visit.analyze(kind, &[CANCER]).await));
    let of_one = asked(of(&["missense_variant"])).await;
    assert!(!of_one[0].1[0].contains(" - "), "{of_one:?}");
    assert_eq!(asked(of(&[])).await, of_one);
    let both = ["missense_variant", "synonymous_variant"];
    assert_eq!(asked(of(&both)).await, of_one);
}
