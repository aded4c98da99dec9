//! Which differences show their figures.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::{
    Profile, Sheet,
    model::{Covariate, Data, Values as Of},
    sheet::Entry,
    suppress::tests::{noise, standard},
};

const PEOPLE: u32 = 400;

/// Numbers that look drawn, from 0 to 1, and are the same each time.
fn drawn(at: u32, of: u64) -> f64 {
    let mut x =
        u64::from(at + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ of.wrapping_mul(0xD1B5_4A32);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
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

fn of(profile: &Profile, is_case: impl Fn(u32) -> bool) -> Option<Difference<'_>> {
    let units: Vec<u32> = (0..PEOPLE).collect();
    let cohort = units.iter().copied().collect();
    let ages = Covariate {
        name: "age".to_owned(),
        values: Of::Numbers((0..PEOPLE).map(|at| Some(50.0 * drawn(at, 1))).collect()),
    };
    let outcome = Outcome::Condition((0..PEOPLE).map(is_case).collect());
    let data = Data::new(units, "test".to_owned(), outcome, vec![ages]);
    Difference::of(data.over(&cohort, rules(profile)), rules(profile))
}

/// A feature that is `by` higher in cases.
fn feature(of: u64, by: f64) -> Vec<Option<f64>> {
    let value = |at: u32| 10.0 + drawn(at, of) + drawn(at, of + 1000) + by * case(at);
    (0..PEOPLE).map(|at| Some(value(at))).collect()
}

fn case(at: u32) -> f64 {
    f64::from(u8::from(is_case(at)))
}

#[test]
fn a_difference_is_the_groups_coefficient_with_noise() {
    let profile = standard();
    let difference = of(&profile, is_case).unwrap();
    let values = feature(7, 0.5);
    let (shown, error) = difference.shown("f", &values).unwrap();
    let rows: Vec<Vec<f64>> = (0..PEOPLE)
        .map(|at| vec![case(at), 50.0 * drawn(at, 1)])
        .collect();
    let numbers: Vec<f64> = values.iter().flatten().copied().collect();
    let exact = regression::linear(&numbers, &rows).unwrap();
    let (truth, plain) = (exact.coefficients[1], exact.errors[1]);
    assert!((shown - truth).abs() < 4.0 * error, "{shown} {truth}");
    assert!(shown != truth && error > plain, "{error} {plain}");
    // The same again, whatever else was asked.
    assert_eq!(difference.shown("f", &values), Some((shown, error)));
    assert_ne!(difference.shown("g", &values), Some((shown, error)));
}

#[test]
fn the_contrary_condition_shows_the_same_with_another_sign() {
    let profile = standard();
    let values = feature(7, 0.5);
    let one = of(&profile, is_case).unwrap().shown("f", &values).unwrap();
    let other = of(&profile, |at| !is_case(at)).unwrap();
    let other = other.shown("f", &values).unwrap();
    assert_eq!((one.0, one.1), (-other.0, other.1));
}

#[test]
fn tests_are_those_of_a_linear_model() {
    let profile = standard();
    let difference = of(&profile, is_case).unwrap();
    let rows = |at: u32| vec![case(at), 50.0 * drawn(at, 1)];
    for missing in [0, 30] {
        let mut values = feature(7, 0.2);
        values[..missing].fill(None);
        let mut tested = Tested::wanting(1);
        difference.test(3, &values, &mut tested);
        let numbers: Vec<f64> = values.iter().flatten().copied().collect();
        let rows: Vec<Vec<f64>> = (missing as u32..PEOPLE).map(rows).collect();
        let exact = regression::linear(&numbers, &rows).unwrap();
        let t = exact.coefficients[1] / exact.errors[1];
        assert!((tested.farthest().unwrap() - t.abs()).abs() < 1e-9);
        assert_eq!(tested.candidates(), [3]);
    }
}

#[test]
fn what_one_person_decides_is_not_shown() {
    let profile = standard();
    let difference = of(&profile, is_case).unwrap();
    let at = (0..PEOPLE).position(is_case).unwrap();
    let mut values = feature(7, 0.0);
    values[at] = Some(1e6);
    assert_eq!(difference.shown("f", &values), None);
    // A feature that one person alone has, or nine.
    for having in [1, 9] {
        let mut values = vec![Some(0.0); PEOPLE as usize];
        values[..having].fill(Some(1.0));
        assert_eq!(difference.shown("f", &values), None, "{having}");
    }
    // One that all have alike.
    assert_eq!(
        difference.shown("f", &vec![Some(1.0); PEOPLE as usize]),
        None
    );
}

#[test]
fn few_with_a_value_in_either_group_show_nothing() {
    let profile = standard();
    let difference = of(&profile, is_case).unwrap();
    for of_cases in [true, false] {
        let mut left = 5;
        let mut values = feature(7, 1.0);
        for (at, value) in (0..).zip(&mut values) {
            if is_case(at) == of_cases {
                if left == 0 {
                    *value = None;
                } else {
                    left -= 1;
                }
            }
        }
        let mut tested = Tested::wanting(1);
        difference.test(0, &values, &mut tested);
        assert_eq!(tested.candidates(), [] as [u32; 0]);
        assert_eq!(difference.shown("f", &values), None);
    }
}

#[test]
fn small_groups_have_no_differences() {
    let profile = standard();
    assert!(of(&profile, |at| at < 9).is_none());
    assert!(of(&profile, |at| at >= 9).is_none());
    assert!(of(&profile, |_| true).is_none());
}

fn cells(sheet: &Sheet, column: &str) -> Vec<Entry> {
    let at = sheet.columns().iter().position(|of| of.name == column);
    let rows = sheet.rows().iter();
    rows.map(|row| row[at.unwrap()].clone()).collect()
}

/// Benjamini's and Hochberg's, as R's `p.adjust(p, "BH", n)` has it, but for rounding.
#[test]
fn rates_of_false_discoveries_follow_from_what_is_shown() {
    let row = |name: &str, shown| Row {
        name: name.to_owned(),
        shown,
    };
    let rows = [
        row("a", Some((4.0, 1.0))),
        row("b", None),
        row("c", Some((3.9, 1.0))),
        row("d", Some((-5.0, 1.0))),
        row("e", Some((0.1, 1.0))),
    ];
    let findings = |tests| Findings {
        difference: None,
        rows: &rows,
        tested: None,
        tests,
    };
    let sheets = findings(Tests::OfTable(101)).sheets();
    let names: Vec<&str> = sheets.iter().map(Sheet::name).collect();
    assert_eq!(names, ["differences", "summary", "quantiles"]);
    let shown = |of: [f64; 4]| {
        let [a, c, d, e] = of.map(Entry::Fraction);
        [a, Entry::Nothing, c, d, e]
    };
    // p: 6.3e-5, 9.6e-5, 5.7e-7, 0.92.
    let among_200 = shown([0.0063, 0.0064, 0.00011, 1.0]);
    assert_eq!(cells(&sheets[0], "q"), among_200);
    // Those that were named are as many as they are.
    let named = findings(Tests::Named(5)).sheets();
    let among_5 = shown([0.00016, 0.00016, 2.9e-6, 1.0]);
    assert_eq!(cells(&named[0], "q"), among_5);
    assert_eq!(cells(&sheets[1], "individuals"), [Entry::Nothing]);
}

#[test]
fn of_many_tests_something_is_said_together() {
    let profile = standard();
    let difference = of(&profile, is_case).unwrap();
    let mut tested = Tested::wanting(2);
    for number in 0..1_020 {
        let by = if number == 77 { 1.0 } else { 0.0 };
        let values = feature(10 + 2 * u64::from(number), by);
        difference.test(number, &values, &mut tested);
    }
    assert_eq!(tested.candidates()[0], 77);
    let findings = Findings {
        difference: Some(&difference),
        rows: &[],
        tested: Some(&tested),
        tests: Tests::OfTable(1_020),
    };
    let sheets = findings.sheets();
    let summary = &sheets[1];
    assert_eq!(cells(summary, "individuals"), [Entry::Integer(400)]);
    assert_eq!(cells(summary, "tests"), [Entry::Integer(1_000)]);
    let Entry::Fraction(inflation) = cells(summary, "inflation")[0] else {
        unreachable!("a figure")
    };
    assert!((0.7..1.3).contains(&inflation), "{inflation}");
    assert!(!sheets[2].rows().is_empty());
}
