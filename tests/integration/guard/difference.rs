//! Differences between groups, asked of a real server: what is found, what is told, and at
//! what price.

mod exposure;

use sekisho::{Difference, Kind, Reason};
use sekisho_tests::{Dataset, Feature, failure, only, shown, tables};

use super::{
    CANCER, PROJECT, cells_of,
    frequencies::{LIFTED, PEOPLE},
    number, visit,
};

const FEATURES: usize = 40;

/// The gene that smokers express more.
const PLANTED: usize = 7;

/// How much more.
const MORE: f64 = 0.4;

/// Numbers that look drawn, from 0 to 1.
fn drawn(person: usize, feature: usize) -> f64 {
    let mut x = (person as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ^ (feature as u64 + 1).wrapping_mul(0xD1B5_4A32_D192_ED03);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

fn name(feature: usize) -> String {
    format!("G{feature:02}")
}

/// What people express: of one gene smokers have more.
fn features(people: &Dataset) -> Vec<Feature> {
    let number = |(at, smoker): (usize, bool), feature| {
        let more = if smoker && feature == PLANTED {
            MORE
        } else {
            0.0
        };
        Some(20.0 + more + drawn(at, feature) + drawn(at, feature + 1_000))
    };
    let of = |feature| {
        let people = people.people.iter().map(|person| person.smoker);
        let numbers = people.enumerate().map(|of| number(of, feature));
        (name(feature), numbers.collect())
    };
    (0..FEATURES).map(of).collect()
}

fn dataset(seed: u64) -> Dataset {
    let people = Dataset::population(CANCER, PEOPLE, seed);
    let features = features(&people);
    people.with_features(features)
}

fn smokers() -> Difference {
    Difference {
        table: "expression".to_owned(),
        condition: "smoker".to_owned(),
        covariates: ["age", "sex"].map(str::to_owned).to_vec(),
        ..Difference::default()
    }
}

fn named(features: &[&str]) -> Difference {
    Difference {
        features: features.iter().map(|&name| name.to_owned()).collect(),
        ..smokers()
    }
}

#[tokio::test]
async fn what_is_planted_is_found_with_its_size_and_rate_of_false_discoveries() {
    let consortium = super::under(dataset(31), LIFTED);
    let visit = visit(&consortium, PROJECT).await;
    let asked = async |asked| {
        tables(&only(
            visit.analyze(Kind::Difference(asked), &[CANCER]).await,
        ))
    };
    let told = asked(Difference {
        most: 5,
        ..smokers()
    })
    .await;
    let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["differences", "summary", "quantiles"]);
    let found = cells_of(&told, "differences");
    assert_eq!((found.len(), found[0][0]), (5, name(PLANTED).as_str()));
    let (difference, error) = (number(found[0][1]), number(found[0][2]));
    assert!((difference - MORE).abs() < 4.0 * error, "{found:?}");
    let (p, q) = (number(found[0][6]), number(found[0][7]));
    // Of forty features, which are told as a hundred.
    assert!((q / (100.0 * p) - 1.0).abs() < 0.06, "{p} {q}");
    // The next one is far less sure, whatever its noise is.
    assert!(q < 1e-6 && number(found[1][7]) > 1e3 * q, "{found:?}");
    let summary = &cells_of(&told, "summary")[0];
    assert_eq!((summary[2], summary[3]), ("-", "-"));
    assert!(number(summary[0]) >= number(summary[1]));

    // In logarithms, and of tumours alone, which all samples are: the same but for the scale.
    let logarithms = asked(Difference {
        logarithm: true,
        tissue: "tumor".to_owned(),
        value: "tpm".to_owned(),
        ..named(&[&name(PLANTED), "no-such-gene", &name(1)])
    })
    .await;
    let of = cells_of(&logarithms, "differences");
    let names: Vec<&str> = of.iter().map(|row| row[0]).collect();
    assert_eq!(names, [name(PLANTED).as_str(), "no-such-gene", &name(1)]);
    assert!(
        (number(of[0][1]) - ((22.0 + MORE) / 22.0).log2()).abs() < 0.03,
        "{of:?}"
    );
    assert_eq!(of[1][1..], ["-"; 7]);
    // Nobody has such a sample: nothing is told, and nothing is said of why.
    let normal = asked(Difference {
        tissue: "normal".to_owned(),
        ..named(&[&name(PLANTED)])
    })
    .await;
    assert_eq!(cells_of(&normal, "differences")[0][1..], ["-"; 7]);
}

#[tokio::test]
async fn features_are_asked_in_sql_as_genes_are() {
    let consortium = super::under(dataset(32), LIFTED);
    let visit = visit(&consortium, PROJECT).await;
    let asked = async |sql: &str| visit.sql(sql, &[CANCER]).await;
    let by_gene = asked(
        "SELECT e.gene, i.smoker, count(DISTINCT e.individual_id) AS n, avg(e.tpm) AS mean \
         FROM expression e JOIN individuals i ON i.individual_id = e.individual_id \
         WHERE e.gene IN ('G07', 'G08') GROUP BY e.gene, i.smoker ORDER BY 1, 2",
    )
    .await;
    let told = shown(&only(by_gene));
    let means: Vec<f64> = told
        .iter()
        .map(|row| number(row.split(' ').next_back().unwrap()))
        .collect();
    assert_eq!(means.len(), 4, "{told:?}");
    // Sums have three digits.
    assert!(means.iter().all(|of| (20.5..22.0).contains(of)), "{told:?}");
    let filtered = asked(
        "SELECT sex, avg(x) AS mean FROM (SELECT i.sex, i.individual_id, avg(e.tpm) AS x \
         FROM individuals i JOIN expression e ON e.individual_id = i.individual_id \
         WHERE e.gene LIKE 'G0%' GROUP BY i.sex, i.individual_id) t GROUP BY sex",
    )
    .await;
    assert_eq!(shown(&only(filtered)).len(), 2);
    for (sql, rule) in [
        ("SELECT gene FROM expression", "release.rows"),
        (
            "SELECT max(gene) AS g FROM expression",
            "aggregate.function",
        ),
        (
            "SELECT sample_id, avg(tpm) AS m FROM expression GROUP BY sample_id",
            "key.identifier",
        ),
        (
            "SELECT count(*) AS n FROM expression WHERE sample_id = 'p00001-tumor'",
            "predicate.identifier",
        ),
    ] {
        let refused = failure(asked(sql).await);
        assert_eq!(refused.reason, Reason::QueryRefused, "{sql}: {refused:?}");
        assert_eq!(refused.refusal.unwrap().rule, rule, "{sql}");
    }
}

/// With the victim and without, as a case and as none: the same tables, whoever it is.
#[tokio::test]
async fn nobody_shows_in_the_difference_of_two_differences() {
    let dataset = dataset(34);
    let consortium = super::under(dataset.clone(), LIFTED);
    let visit = visit(&consortium, PROJECT).await;
    let of = |condition: &str, of: &str| {
        Kind::Difference(Difference {
            condition: condition.to_owned(),
            r#where: of.to_owned(),
            ..named(&[&name(1), &name(PLANTED)])
        })
    };
    let asked = async |kind| tables(&only(visit.analyze(kind, &[CANCER]).await));
    let whole = asked(of("smoker", "")).await;
    assert!(!whole[0].1[0].contains(" - "), "{whole:?}");
    for victim in dataset.people.iter().take(6) {
        let w = super::weight(victim);
        for (condition, where_) in [
            ("smoker".to_owned(), format!("weight <> {w}")),
            (format!("smoker OR weight = {w}"), String::new()),
            (format!("smoker AND weight <> {w}"), String::new()),
        ] {
            let other = asked(of(&condition, &where_)).await;
            assert_eq!(other, whole, "{condition} {where_}");
        }
        let alone = asked(of(&format!("weight = {w}"), "")).await;
        assert_eq!(cells_of(&alone, "differences")[0][1..], ["-"; 7]);
        assert_eq!(cells_of(&alone, "summary"), [["-"; 4]]);
    }
}

/// One whose number stands out hides the feature, and nothing else; nine who alone have it do.
#[tokio::test]
async fn a_feature_that_few_decide_shows_nothing() {
    let people = Dataset::population(CANCER, PEOPLE, 35);
    let mut of = features(&people);
    of[0].1[3] = Some(900_000.0);
    of[1].1[9..].fill(None);
    for (at, number) in of[2].1.iter_mut().enumerate() {
        *number = Some(if at < 9 { 5.0 } else { 0.0 });
    }
    let consortium = super::under(people.with_features(of), LIFTED);
    let visit = visit(&consortium, PROJECT).await;
    let asked = named(&[&name(0), &name(1), &name(2), &name(3)]);
    let told = tables(&only(
        visit.analyze(Kind::Difference(asked), &[CANCER]).await,
    ));
    let shown: Vec<bool> = cells_of(&told, "differences")
        .iter()
        .map(|row| row[1] != "-")
        .collect();
    assert_eq!(shown, [false, false, false, true]);
}

/// Half of the people were measured with a panel that has a gene. Two cohorts differ in many of
/// the others, and in one of those.
#[tokio::test]
async fn one_of_a_panel_more_or_less_is_not_seen() {
    let people = Dataset::population(CANCER, PEOPLE, 37);
    let mut of = features(&people);
    of[0].1[PEOPLE / 2..].fill(None);
    let dataset = people.with_features(of);
    let consortium = super::under(dataset.clone(), LIFTED);
    let visit = visit(&consortium, PROJECT).await;
    let asked = async |without: &[usize]| {
        let weights = without.iter().map(|at| super::weight(&dataset.people[*at]));
        let weights: Vec<String> = weights.map(|weight| weight.to_string()).collect();
        let where_ = format!("weight NOT IN ({})", weights.join(", "));
        let asked = Difference {
            r#where: if without.is_empty() {
                String::new()
            } else {
                where_
            },
            covariates: vec!["sex".to_owned()],
            ..named(&[&name(0)])
        };
        let told = visit.analyze(Kind::Difference(asked), &[CANCER]).await;
        tables(&only(told))[0].1.clone()
    };
    let whole = asked(&[]).await;
    assert!(!whole[0].contains(" - "), "{whole:?}");
    let others: Vec<usize> = (PEOPLE / 2..PEOPLE / 2 + 60).collect();
    assert_eq!(asked(&others).await, whole);
    let mut with_one: Vec<usize> = (PEOPLE / 2 + 60..PEOPLE / 2 + 120).collect();
    with_one.push(3);
    let hidden = asked(&with_one).await;
    assert!(hidden[0].ends_with("- - - - - - -"), "{hidden:?}");
}

#[tokio::test]
async fn what_cannot_be_asked_is_said() {
    let consortium = super::under(dataset(36), LIFTED);
    let visit = visit(&consortium, PROJECT).await;
    let with = |change: fn(&mut Difference)| {
        let mut asked = smokers();
        change(&mut asked);
        asked
    };
    let cases: [(Difference, Reason, &str); 10] = [
        (Difference::default(), Reason::InvalidRequest, "no groups"),
        (
            with(|of| of.table = "x; y".to_owned()),
            Reason::InvalidRequest,
            "no table of features",
        ),
        (
            with(|of| of.table = "qc_metrics".to_owned()),
            Reason::QueryRefused,
            "not one column of features",
        ),
        (
            with(|of| of.table = "proteome".to_owned()),
            Reason::QueryRefused,
            "offers no table `proteome`",
        ),
        (
            with(|of| of.value = "gene".to_owned()),
            Reason::QueryRefused,
            "no numbers `gene`",
        ),
        (
            with(|of| of.tissue = "plasma".to_owned()),
            Reason::QueryRefused,
            "`samples.tissue` is never `plasma`",
        ),
        (
            with(|of| of.most = 10_001),
            Reason::InvalidRequest,
            "10001 rows",
        ),
        (
            with(|of| of.features = vec!["a".to_owned(), "a".to_owned()]),
            Reason::InvalidRequest,
            "there twice",
        ),
        (
            with(|of| of.covariates = vec!["note".to_owned()]),
            Reason::QueryRefused,
            "neither numbers nor declared values",
        ),
        (
            with(|of| of.r#where = "age > 5) OR (age > 0".to_owned()),
            Reason::InvalidRequest,
            "parentheses",
        ),
    ];
    for (asked, reason, message) in cases {
        let refused = failure(visit.analyze(Kind::Difference(asked), &[CANCER]).await);
        assert_eq!(refused.reason, reason, "{refused:?}");
        assert!(refused.message.contains(message), "{}", refused.message);
    }
}
