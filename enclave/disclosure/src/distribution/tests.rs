//! What is shown of a distribution.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::{
    CellTable, Contribution, Dimension, Measure, protect,
    suppress::tests::{fraction, noise, standard, statistic},
};

fn depth(limits: Vec<Limit>) -> Measured {
    Measured {
        name: "depth".to_owned(),
        bounds: [0.0, 1_000.0],
        bin: 5.0,
        limits,
    }
}

fn below(at: f64) -> Limit {
    Limit {
        words: format!("below {at}"),
        at,
        above: false,
        inclusive: false,
        of: None,
    }
}

/// The sheets of one group whose individuals have these values.
fn asked(values: &[f64], limits: Vec<Limit>) -> Vec<Sheet> {
    let statistics = [
        Measure::Individuals,
        Measure::Individuals,
        Measure::Mean,
        Measure::Deviation,
    ];
    let statistics = statistics.map(statistic).to_vec();
    let mut cells = CellTable::new(vec![Dimension::Declared(1)], statistics);
    for (unit, value) in (0..).zip(values) {
        let value = fraction(*value);
        let of = [Contribution::ROW, Contribution::ROW, value, value];
        cells.add(noise(), unit, vec![Some(0)], &of).unwrap();
    }
    let profile = standard();
    let protected = protect(&[(cells, profile.clone())], noise()).unwrap();
    let group = Group {
        words: vec![Some("normal".to_owned())],
        values: vec![(0..).zip(values.iter().copied()).collect()],
    };
    let question = Question {
        by: &["tissue".to_owned()],
        measures: &[depth(limits)],
        profile: &profile,
        noise: noise(),
    };
    question.sheets(&[group], &protected[0])
}

/// 400 values from 20 to 60, evenly.
fn even() -> Vec<f64> {
    (0..400).map(|at| 20.0 + f64::from(at) * 0.1).collect()
}

#[test]
fn parts_cover_everybody_and_each_holds_a_crowd() {
    let mut values = even();
    values.extend([1.0, 3.0, 400.0, 999.0]);
    let sheets = asked(&values, vec![below(30.0)]);
    let of = |column| sheets[2].numbers(column);
    let (lower, upper) = (of("lower"), of("upper"));
    assert_eq!(
        (lower[0], upper[upper.len() - 1]),
        (Some(0.0), Some(1_000.0))
    );
    assert_eq!(lower[1..], upper[..upper.len() - 1]);
    for (lower, upper) in lower.iter().flatten().zip(upper.iter().flatten()) {
        let within = values
            .iter()
            .filter(|value| *value >= lower && *value < upper);
        assert!(within.count() >= 10, "{lower} {upper}");
    }
    let sum: f64 = of("individuals").into_iter().flatten().sum();
    assert!((sum - 404.0).abs() <= 2.5 * lower.len() as f64);
}

#[test]
fn where_the_least_and_the_most_lie_is_not_shown() {
    let parts = |least: f64, most: f64| {
        let mut values = even();
        values.extend([least, most]);
        asked(&values, vec![])[2].clone()
    };
    assert_eq!(parts(1.0, 61.0), parts(19.0, 999.0));
}

#[test]
fn a_share_beyond_a_limit_is_shown_where_both_sides_are_crowds() {
    let limit = |at: f64| {
        let sheets = asked(&even(), vec![below(at)]);
        (
            sheets[1].numbers("individuals")[0],
            sheets[1].numbers("share")[0],
        )
    };
    assert_eq!(limit(30.0), (Some(100.0), Some(0.25)));
    for few in [20.0, 20.15, 20.9, 59.5, 60.0, 100.0] {
        assert_eq!(limit(few), (None, None), "{few}");
    }
}

/// Else the difference of two shares would be of few.
#[test]
fn of_limits_that_few_lie_between_one_is_shown() {
    let sheets = asked(&even(), vec![below(30.0), below(30.3)]);
    assert_eq!(sheets[1].numbers("individuals"), [Some(100.0), None]);
    let upper = sheets[2].numbers("upper");
    assert!(upper.contains(&Some(30.0)) && !upper.contains(&Some(30.3)));
}

#[test]
fn limits_of_another_group_are_not_asked_of_this_one() {
    let of_tumor = Limit {
        of: Some(("tissue".to_owned(), "tumor".to_owned())),
        ..below(40.0)
    };
    let of_normal = Limit {
        of: Some(("tissue".to_owned(), "normal".to_owned())),
        ..below(50.0)
    };
    let sheets = asked(&even(), vec![of_tumor, of_normal]);
    assert_eq!(sheets[1].numbers("individuals"), [Some(300.0)]);
}

#[test]
fn both_kinds_of_limits_count_what_lies_on_them_as_they_say() {
    let values: Vec<f64> = (0..90).map(|at| [20.0, 30.0, 40.0][at % 3]).collect();
    for (above, inclusive, beyond) in [
        (false, false, 30.0),
        (false, true, 60.0),
        (true, false, 30.0),
        (true, true, 60.0),
    ] {
        let limit = Limit {
            above,
            inclusive,
            ..below(30.0)
        };
        let sheets = asked(&values, vec![limit]);
        assert_eq!(sheets[1].numbers("individuals"), [Some(beyond)]);
    }
}

#[test]
fn quantiles_have_a_crowd_on_either_side() {
    let sheets = asked(&even(), vec![]);
    let of = |column| sheets[0].numbers(column)[0].unwrap();
    // The tenth of either end, the middle, to three digits.
    assert_eq!([of("low"), of("median"), of("high")], [20.9, 40.0, 59.0]);
    let few = asked(&even()[..19], vec![]);
    assert_eq!(few[0].numbers("median"), [None]);
    assert!(few[2].rows().is_empty() || few[2].numbers("lower").len() == 1);
}

#[test]
fn a_group_of_few_shows_nothing() {
    for few in [1, 5, 9] {
        let sheets = asked(&even()[..few], vec![below(20.3)]);
        assert_eq!(sheets.iter().map(Sheet::released).sum::<u64>(), 0);
    }
}
