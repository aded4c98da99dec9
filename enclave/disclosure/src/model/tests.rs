//! Which models show their figures.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use sekisho_statistics::survival::Observation;

use super::*;
use crate::{
    Profile, Sheet,
    suppress::tests::{noise, standard},
};

/// Numbers that look drawn, from 0 to 1, and are the same each time.
fn drawn(at: usize, of: u64) -> f64 {
    let mut x = (at as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ of.wrapping_mul(0xD1B5_4A32);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

fn of_numbers(name: &str, values: Vec<f64>) -> Covariate {
    Covariate {
        name: name.to_owned(),
        values: Values::Numbers(values.into_iter().map(Some).collect()),
    }
}

fn of_levels(name: &str, labels: &[&str], of: Vec<Option<usize>>) -> Covariate {
    Covariate {
        name: name.to_owned(),
        values: Values::Levels {
            labels: labels.iter().map(|&label| label.to_owned()).collect(),
            of,
        },
    }
}

/// 400 people with an age, of whom about a half have the outcome.
fn ages(n: usize) -> Vec<f64> {
    (0..n).map(|at| 30.0 + 50.0 * drawn(at, 1)).collect()
}

fn cases(n: usize) -> Vec<bool> {
    (0..n)
        .map(|at| drawn(at, 2) < 0.3 + 0.4 * drawn(at, 1))
        .collect()
}

fn asked(outcome: Outcome, covariates: Vec<Covariate>, n: usize) -> Vec<Sheet> {
    let profile = standard();
    settled(outcome, covariates, n, &profile)
}

fn settled(
    outcome: Outcome,
    covariates: Vec<Covariate>,
    n: usize,
    profile: &Profile,
) -> Vec<Sheet> {
    let rules = Rules {
        profile,
        noise: noise(),
    };
    let units: Vec<u32> = (0..u32::try_from(n).unwrap()).collect();
    let cohort = units.iter().copied().collect();
    let data = Data::new(units, "test".to_owned(), outcome, covariates);
    let complete = data.complete(&cohort, rules);
    data.over(&complete, rules).sheets(rules)
}

fn is_hidden(sheets: &[Sheet]) -> bool {
    sheets.iter().all(|sheet| sheet.released() == 0)
}

#[test]
fn an_ordinary_model_is_shown_to_few_digits() {
    let sheets = asked(
        Outcome::Condition(cases(400)),
        vec![of_numbers("age", ages(400))],
        400,
    );
    let coefficients = sheets[0].numbers("coefficient");
    assert_eq!(coefficients.len(), 2);
    for value in coefficients.into_iter().flatten() {
        assert_eq!(value, crate::rounding::to_significant(value, 3));
    }
    for value in sheets[0].numbers("standard_error").into_iter().flatten() {
        assert_eq!(value, crate::rounding::to_significant(value, 2));
    }
    assert_eq!(sheets[1].numbers("individuals"), [Some(400.0)]);
    let events = sheets[1].numbers("events")[0].unwrap();
    assert_eq!(events % 5.0, 0.0);
}

/// p, z, ratios and limits are what anybody could compute from the two figures.
#[test]
fn what_follows_is_made_of_what_is_shown() {
    let sheets = asked(
        Outcome::Condition(cases(400)),
        vec![of_numbers("age", ages(400))],
        400,
    );
    let of = |column: &str| sheets[0].numbers(column)[1].unwrap();
    let (coefficient, error) = (of("coefficient"), of("standard_error"));
    let near = |a: f64, b: f64| (a - b).abs() <= 0.006 * b.abs();
    assert!(near(of("odds_ratio"), coefficient.exp()));
    assert!(near(of("z"), coefficient / error));
    assert!(near(of("upper"), (coefficient + 1.96 * error).exp()));
}

#[test]
fn a_model_with_few_cases_or_few_others_is_hidden() {
    for few in [1, 9] {
        for turned in [false, true] {
            let of = (0..400).map(|at| (at < few) != turned).collect();
            let sheets = asked(
                Outcome::Condition(of),
                vec![of_numbers("age", ages(400))],
                400,
            );
            assert!(is_hidden(&sheets), "{few} {turned}");
        }
    }
}

#[test]
fn a_saturated_model_is_hidden() {
    let covariates = |many: u64| {
        let of = |k| {
            of_numbers(
                &format!("c{k}"),
                (0..200).map(|at| drawn(at, 10 + k)).collect(),
            )
        };
        (0..many).map(of).collect::<Vec<_>>()
    };
    let outcome = || Outcome::Number((0..200).map(|at| drawn(at, 3)).collect());
    assert!(!is_hidden(&asked(outcome(), covariates(4), 200)));
    assert!(is_hidden(&asked(outcome(), covariates(66), 200)));
    assert!(is_hidden(&asked(outcome(), covariates(198), 200)));
}

#[test]
fn a_covariate_that_few_have_is_hidden_with_its_model() {
    for few in [1, 2, 9] {
        let one_hot = (0..400)
            .map(|at| if at < few { 1.0 } else { 0.0 })
            .collect();
        let covariates = vec![of_numbers("age", ages(400)), of_numbers("rare", one_hot)];
        assert!(
            is_hidden(&asked(Outcome::Condition(cases(400)), covariates, 400)),
            "{few}"
        );
    }
    // One value far from all others is somebody's, too.
    let mut outlier = ages(400);
    outlier[7] = 1e6;
    let covariates = vec![of_numbers("income", outlier)];
    assert!(is_hidden(&asked(
        Outcome::Condition(cases(400)),
        covariates,
        400
    )));
}

/// Neither column is rare; what one says beyond the other is one person's.
#[test]
fn two_columns_that_differ_in_few_people_hide_the_model() {
    for few in [1, 9] {
        let a: Vec<f64> = (0..400)
            .map(|at| f64::from(u8::from(drawn(at, 5) < 0.5)))
            .collect();
        let mut b = a.clone();
        b.iter_mut()
            .take(few)
            .for_each(|value| *value = 1.0 - *value);
        let covariates = vec![of_numbers("a", a), of_numbers("b", b)];
        let outcome = Outcome::Number((0..400).map(|at| drawn(at, 3)).collect());
        assert!(is_hidden(&asked(outcome, covariates, 400)), "{few}");
    }
}

#[test]
fn an_outcome_that_one_person_makes_hides_the_model() {
    let mut outcome: Vec<f64> = (0..400).map(|at| drawn(at, 3)).collect();
    outcome[3] = 1e5;
    let covariates = vec![of_numbers("age", ages(400))];
    assert!(is_hidden(&asked(Outcome::Number(outcome), covariates, 400)));
}

/// A level without a crowd among cases shows nothing, nor does one that nobody has: the
/// two look the same. The other levels are shown.
#[test]
fn a_level_of_few_and_one_of_nobody_look_the_same() {
    let of = |rare: usize| {
        let level = |at: usize| Some(if at < rare { 2 } else { at % 2 });
        let levels = of_levels("stage", &["I", "II", "III"], (0..400).map(level).collect());
        asked(Outcome::Condition(cases(400)), vec![levels], 400)
    };
    for rare in [0, 1, 9, 14] {
        let sheets = of(rare);
        let coefficients = sheets[0].numbers("coefficient");
        assert!(
            coefficients[1].is_some() && coefficients[2].is_none(),
            "{rare}"
        );
    }
    assert!(of(60)[0].numbers("coefficient")[2].is_some());
}

/// Who lacks a value is left out among others who do, and takes a common one where an
/// earlier release had everybody.
#[test]
fn few_who_lack_a_value_are_not_told_from_the_others() {
    let n = 400;
    let with_gap = |gap: bool| {
        let mut values: Vec<Option<f64>> = ages(n).into_iter().map(Some).collect();
        values[11] = values[11].filter(|_| !gap);
        vec![Covariate {
            name: "age".to_owned(),
            values: Values::Numbers(values),
        }]
    };
    let profile = standard();
    let rules = Rules {
        profile: &profile,
        noise: noise(),
    };
    let units: Vec<u32> = (0..n as u32).collect();
    let outcome = Outcome::Condition(cases(n));
    let data = Data::new(units.clone(), "test".to_owned(), outcome, with_gap(true));
    let everybody = units.iter().copied().collect();
    assert_eq!(data.complete(&everybody, rules).len(), 399);
    let sheets = data.over(&everybody, rules).sheets(rules);
    assert_eq!(sheets[1].numbers("individuals"), [Some(400.0)]);
    assert!(!is_hidden(&sheets));
}

#[test]
fn who_has_the_event_is_not_told_by_a_hazard() {
    let observations: Vec<Observation> = (0..400)
        .map(|at| Observation {
            time: 1_000.0 * drawn(at, 4),
            event: cases(400)[at],
        })
        .collect();
    let outcome = || Outcome::Survival(observations.clone());
    let shown = asked(outcome(), vec![of_numbers("age", ages(400))], 400);
    assert!(!is_hidden(&shown));
    // A covariate that many have, but one alone of those with the event.
    let first = observations.iter().position(|of| of.event).unwrap();
    let has = |at: usize| !observations[at].event && at.is_multiple_of(2) || at == first;
    let rare = (0..400).map(|at| f64::from(u8::from(has(at)))).collect();
    assert!(is_hidden(&asked(
        outcome(),
        vec![of_numbers("rare", rare)],
        400
    )));
}

/// A condition on the outcome itself leaves one exception, who alone keeps the covariate
/// from telling it.
#[test]
fn one_exception_to_a_rule_hides_the_model() {
    let ages = ages(400);
    for exception in [false, true] {
        let mut cases: Vec<bool> = ages.iter().map(|age| *age < 50.0).collect();
        let someone = ages.iter().position(|age| *age > 60.0).unwrap();
        cases[someone] = exception;
        let covariates = vec![of_numbers("age", ages.clone())];
        let sheets = asked(Outcome::Condition(cases), covariates, 400);
        assert!(is_hidden(&sheets), "{exception}");
    }
}

/// Two columns differ in fourteen people, of whom few are cases: their coefficient would
/// count those.
#[test]
fn few_cases_among_those_who_decide_a_coefficient_hide_the_model() {
    let a: Vec<f64> = (0..400)
        .map(|at| f64::from(u8::from(at % 2 == 0)))
        .collect();
    let mut b = a.clone();
    (0..28).step_by(2).for_each(|at| b[at] = 0.0);
    for few in [0, 1, 2] {
        let mut cases = cases(400);
        (0..28).step_by(2).for_each(|at| cases[at] = at < 2 * few);
        let covariates = vec![of_numbers("a", a.clone()), of_numbers("b", b.clone())];
        let sheets = asked(Outcome::Condition(cases), covariates, 400);
        assert!(is_hidden(&sheets), "{few}");
    }
}

/// Of many columns somebody at the edge of all decides an own fitted value.
#[test]
fn nobody_decides_much_of_a_fitted_value() {
    let covariates = (0..8).map(|k| {
        let mut values: Vec<f64> = (0..80).map(|at| drawn(at, 20 + k)).collect();
        values[3] = if k % 2 == 0 { 1.6 } else { -0.6 };
        of_numbers(&format!("c{k}"), values)
    });
    let outcome = Outcome::Number((0..80).map(|at| drawn(at, 3)).collect());
    assert!(is_hidden(&asked(outcome, covariates.collect(), 80)));
}

/// The same people give the same figure, whatever else stands in the model; one outcome
/// that is another moves it by no more than the noise does.
#[test]
fn a_coefficient_is_moved_by_as_much_as_a_rounding_of_counts_would() {
    let n = 400;
    let of = |cases: Vec<bool>| {
        let sheets = asked(
            Outcome::Condition(cases),
            vec![of_numbers("age", ages(n))],
            n,
        );
        sheets[0].numbers("coefficient")[1].unwrap()
    };
    assert_eq!(of(cases(n)), of(cases(n)));
    let changes = (0..40).map(|at| {
        let mut other = cases(n);
        other[at] = !other[at];
        (of(other) - of(cases(n))).abs()
    });
    let changes: Vec<f64> = changes.collect();
    let mean = changes.iter().sum::<f64>() / changes.len() as f64;
    // One flip alone moves the estimate by about 0.0005 here: the noise is far larger.
    assert!(mean > 0.001, "{mean}");
}

#[test]
fn a_condition_and_its_contrary_tell_the_same() {
    let of = |cases: Vec<bool>| {
        let sheets = asked(
            Outcome::Condition(cases),
            vec![of_numbers("age", ages(400))],
            400,
        );
        sheets[0].numbers("coefficient")
    };
    let contrary = of(cases(400).into_iter().map(|case| !case).collect());
    let turned: Vec<_> = of(cases(400))
        .into_iter()
        .map(|of| of.map(|of| -of))
        .collect();
    assert_eq!(contrary, turned);
}

#[test]
fn a_model_that_cannot_be_fitted_looks_like_one_that_is_hidden() {
    let cases = cases(400);
    // It tells the outcome, so its coefficient has no maximum.
    let tells = cases.iter().map(|&of| f64::from(u8::from(of))).collect();
    let sheets = asked(
        Outcome::Condition(cases),
        vec![of_numbers("tells", tells)],
        400,
    );
    assert!(is_hidden(&sheets));
}
