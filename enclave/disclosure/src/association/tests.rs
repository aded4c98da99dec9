//! Which associations show their figures.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::{
    Profile, Sheet,
    model::{Covariate, Data, Values},
    suppress::tests::{noise, standard},
};

const PEOPLE: u32 = 600;

/// Numbers that look drawn, from 0 to 1, and are the same each time.
fn drawn(at: u32, of: u64) -> f64 {
    let mut x =
        u64::from(at + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ of.wrapping_mul(0xD1B5_4A32);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

fn people(mut which: impl FnMut(u32) -> bool) -> Vec<u32> {
    (0..PEOPLE).filter(|person| which(*person)).collect()
}

fn is_case(person: u32) -> bool {
    drawn(person, 3) < 0.4
}

fn rules(profile: &Profile) -> Rules<'_> {
    Rules {
        profile,
        noise: noise(),
    }
}

fn model(outcome: Outcome, covariates: Vec<Covariate>, profile: &Profile) -> Model {
    let units: Vec<u32> = (0..PEOPLE).collect();
    let cohort: RoaringBitmap = units.iter().copied().collect();
    let data = Data::new(units, "test".to_owned(), outcome, covariates);
    data.over(&cohort, rules(profile))
}

fn ages() -> Covariate {
    Covariate {
        name: "age".to_owned(),
        values: Values::Numbers((0..PEOPLE).map(|at| Some(50.0 * drawn(at, 1))).collect()),
    }
}

fn of_cases(profile: &Profile) -> Association<'_> {
    let outcome = Outcome::Condition((0..PEOPLE).map(is_case).collect());
    Association::of(model(outcome, vec![ages()], profile), &[], rules(profile)).unwrap()
}

fn shown(association: &Association<'_>, one: &[u32], two: &[u32]) -> Option<(f64, f64)> {
    let marker = Marker {
        one,
        two,
        missing: &[],
    };
    association.shown(marker)
}

#[test]
fn a_marker_that_cases_have_more_often_is_shown_to_few_digits() {
    let profile = standard();
    let association = of_cases(&profile);
    let one = people(|of| drawn(of, 5) < if is_case(of) { 0.6 } else { 0.2 });
    let (coefficient, error) = shown(&association, &one, &[]).unwrap();
    assert!(
        (coefficient - 6.0_f64.ln()).abs() < 3.0 * error,
        "{coefficient} {error}"
    );
    assert_eq!(coefficient, crate::rounding::to_significant(coefficient, 3));
    assert_eq!(error, crate::rounding::to_significant(error, 2));
    assert_eq!(shown(&association, &one, &[]), Some((coefficient, error)));
}

#[test]
fn few_who_have_it_or_have_it_not_on_either_side_hide_a_marker() {
    let profile = standard();
    let association = of_cases(&profile);
    let common = people(|of| drawn(of, 5) < 0.4);
    assert!(shown(&association, &common, &[]).is_some());
    for case in [true, false] {
        let mut left = 0;
        let few = people(|of| {
            left += u32::from(is_case(of) == case && drawn(of, 5) < 0.4);
            drawn(of, 5) < 0.4 && (is_case(of) != case || left <= 6)
        });
        assert_eq!(shown(&association, &few, &[]), None);
        let many = people(|of| !few.contains(&of));
        assert_eq!(shown(&association, &many, &[]), None);
    }
    let few = |_| common.iter().copied().take(9).collect();
    assert!(!association.may_test(9, 0, few) && association.may_test(40, 0, few));
    assert!(!association.may_test(591, 0, few) && !association.may_test(550, 41, few));
}

/// Few with two copies among many with one make up what the marker says, and hide it.
#[test]
fn few_who_decide_hide_a_marker() {
    let profile = standard();
    let ages: Vec<f64> = (0..PEOPLE).map(|at| 20.0 + drawn(at, 8)).collect();
    let model = model(Outcome::Number(ages), Vec::new(), &profile);
    let association = Association::of(model, &[], rules(&profile)).unwrap();
    assert!(shown(&association, &people(|of| of < 40), &[]).is_some());
    // Nobody but them says anything of it beyond the covariates.
    assert_eq!(shown(&association, &people(|of| of < 9), &[]), None);
}

#[test]
fn few_cases_and_covariates_of_few_hide_everything() {
    let profile = standard();
    let of = |cases: fn(u32) -> bool, covariates, components: &[Vec<f64>]| {
        let outcome = Outcome::Condition((0..PEOPLE).map(cases).collect());
        let model = model(outcome, covariates, &profile);
        Association::of(model, components, rules(&profile)).is_some()
    };
    assert!(of(is_case, vec![ages()], &[]));
    // One event, and fewer than frequencies may be told of.
    assert!(!of(|person| person == 7, vec![ages()], &[]));
    assert!(!of(|person| person < 99, vec![ages()], &[]));
    // A covariate that one person has; a component in which one person stands alone.
    let one_hot = Covariate {
        name: "one".to_owned(),
        values: Values::Numbers(
            (0..PEOPLE)
                .map(|at| Some(f64::from(u8::from(at == 7))))
                .collect(),
        ),
    };
    assert!(!of(is_case, vec![one_hot], &[]));
    // It is left out, and the rest is shown as without it.
    let alone: Vec<Vec<f64>> = (0..PEOPLE)
        .map(|at| vec![f64::from(u8::from(at == 7))])
        .collect();
    let outcome = || Outcome::Condition((0..PEOPLE).map(is_case).collect());
    let [with, without] = [&alone[..], &[]].map(|components| {
        let model = model(outcome(), vec![ages()], &profile);
        let association = Association::of(model, components, rules(&profile)).unwrap();
        shown(&association, &people(|of| drawn(of, 5) < 0.4), &[])
    });
    assert!(with.is_some() && with == without);
    let apart: Vec<Vec<f64>> = (0..PEOPLE).map(|at| vec![drawn(at, 11)]).collect();
    assert!(of(is_case, vec![ages()], &apart));
}

/// Two markers of one name that differ in one person: noise is drawn for each, so that the
/// difference is not that person's outcome.
#[test]
fn markers_that_differ_in_one_person_have_a_noise_each() {
    let profile = standard();
    let association = of_cases(&profile);
    let with = people(|of| drawn(of, 5) < 0.4);
    let mut right = 0;
    for victim in with.iter().take(60) {
        let without: Vec<u32> = with.iter().copied().filter(|of| of != victim).collect();
        let [(with, _), (without, _)] =
            [&with, &without].map(|one| shown(&association, one, &[]).unwrap());
        // A carrier fewer among the cases lowers it.
        right += u32::from((with > without) == is_case(*victim));
    }
    assert!((15..=45).contains(&right), "{right} of 60");
}

fn findings(association: Option<&Association<'_>>, tested: Option<&Tested>) -> Vec<Sheet> {
    let found = Findings {
        association,
        of_cases: true,
        markers: "variant_id",
        rows: &[],
        groups: &[],
        tested,
    };
    found.sheets()
}

#[test]
fn what_is_said_of_all_tests_is_said_of_many() {
    let profile = standard();
    let association = of_cases(&profile);
    let sheets = |tests: u32| {
        let mut tested = Tested::wanting(2);
        for test in 0..tests {
            let one = people(|of| drawn(of, 100 + u64::from(test)) < 0.3);
            let marker = Marker {
                one: &one,
                ..Marker::default()
            };
            association.test(test, marker, &mut tested);
        }
        findings(Some(&association), Some(&tested))
    };
    let few = sheets(999);
    assert_eq!(few[1].numbers("lambda_gc"), [None]);
    assert!(few[2].rows().is_empty());
    let many = sheets(1_004);
    let lambda = many[1].numbers("lambda_gc")[0].unwrap();
    assert!((0.7..1.4).contains(&lambda), "{lambda}");
    assert_eq!(many[1].numbers("tests"), [Some(1000.0)]);
    // One part in ten of them lies beyond the last.
    assert_eq!(
        many[2].numbers("expected"),
        [0.25, 0.5, 0.75, 1.0].map(Some)
    );
    for (expected, observed) in [0.25, 0.5, 0.75, 1.0]
        .iter()
        .zip(many[2].numbers("observed"))
    {
        assert!((observed.unwrap() - expected).abs() < 0.2);
    }
    // Without an association nothing is said.
    let nothing = findings(None, None);
    assert!(nothing.iter().all(|sheet| sheet.released() == 0));
}

#[test]
fn the_farthest_are_candidates_whoever_found_them() {
    let mut all = Tested::wanting(1);
    let mut other = Tested::wanting(1);
    for number in 0..20 {
        let of = if number % 2 == 0 {
            &mut all
        } else {
            &mut other
        };
        of.offer(Candidate {
            size: f64::from(number),
            number,
        });
    }
    all.merge(other);
    assert_eq!(all.candidates(), [19, 18, 17, 16]);
}

/// Many markers that the same people have, but for few, are moved alike: their mean is off by
/// about as much as each.
#[test]
fn noise_does_not_go_away_in_the_mean_of_markers_that_go_together() {
    let profile = standard();
    let association = of_cases(&profile);
    let marker = people(|of| drawn(of, 5) < 0.4);
    let mut off = Vec::new();
    let exact = |one: &[u32]| {
        let copies = Marker {
            one,
            ..Marker::default()
        };
        let rows: Vec<Vec<f64>> = copies
            .copies(PEOPLE as usize)
            .into_iter()
            .zip(association.model.rows())
            .map(|(copies, row)| [row.as_slice(), &[copies]].concat())
            .collect();
        let cases: Vec<bool> = (0..PEOPLE).map(is_case).collect();
        *regression::logistic(&cases, &rows)
            .unwrap()
            .coefficients
            .last()
            .unwrap()
    };
    let mut single = 0.0;
    for left_out in marker.iter().take(60) {
        let one: Vec<u32> = marker.iter().copied().filter(|of| of != left_out).collect();
        let (coefficient, error) = shown(&association, &one, &[]).unwrap();
        single = error;
        off.push(coefficient - exact(&one));
    }
    let mean = off.iter().sum::<f64>() / off.len() as f64;
    let spread = off.iter().map(|of| (of - mean).powi(2)).sum::<f64>() / off.len() as f64;
    // Each is moved by about as much as it differs from the others, and all by as much again.
    assert!(spread.sqrt() > 0.02 * single, "{mean} {spread} {single}");
    assert!(mean.abs() > 0.2 * spread.sqrt(), "{mean} {spread}");
}
