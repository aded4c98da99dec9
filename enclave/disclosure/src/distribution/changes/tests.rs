//! What is shown of a change.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::{
    CellTable, Contribution, Dimension, Measure, Profile, protect,
    suppress::tests::{fraction, noise, standard, statistic},
};

fn depth() -> Measured {
    Measured {
        name: "depth".to_owned(),
        bounds: [0.0, 1_000.0],
        bin: 5.0,
        limits: Vec::new(),
    }
}

/// The sheets of normals at two stages, of whom individuals have these values, or none.
fn asked(stages: [&[Option<f64>]; 2], profile: &Profile) -> Vec<Sheet> {
    let statistics = [
        Measure::Individuals,
        Measure::Individuals,
        Measure::Mean,
        Measure::Deviation,
    ];
    let dimensions = vec![Dimension::Declared(2), Dimension::Declared(1)];
    let mut cells = CellTable::new(dimensions, statistics.map(statistic).to_vec());
    for (stage, values) in (0..).zip(stages) {
        for (unit, value) in (0..).zip(values) {
            if let Some(value) = value {
                let value = fraction(*value);
                let of = [Contribution::ROW, Contribution::ROW, value, value];
                cells
                    .add(noise(), unit, vec![Some(stage), Some(0)], &of)
                    .unwrap();
            }
        }
    }
    let protected = protect(&[(cells, profile.clone())], noise()).unwrap();
    let seen = |values: &[Option<f64>]| -> Vec<(u32, f64)> {
        let of = (0..).zip(values);
        of.filter_map(|(unit, value)| Some((unit, (*value)?)))
            .collect()
    };
    let groups = ["qc1", "qc2"].map(|stage| Group {
        words: vec![Some(stage.to_owned()), Some("normal".to_owned())],
        values: Vec::new(),
    });
    let both = stages[0].iter().zip(stages[1]);
    let both: Vec<Option<f64>> = both
        .map(|(earlier, later)| Some((*later)? - (*earlier)?))
        .collect();
    let change = Change {
        groups: [0, 1],
        values: vec![seen(&both)],
    };
    let question = Question {
        by: &["stage".to_owned(), "tissue".to_owned()],
        measures: &[depth()],
        profile,
        noise: noise(),
    };
    question.changes(0, &groups, &[change], &protected[0])
}

/// 400 values from 20 to 60, evenly, and others that lie so far from them.
fn even(change: impl Fn(f64) -> f64) -> [Vec<Option<f64>>; 2] {
    let earlier: Vec<f64> = (0..400).map(|at| 20.0 + f64::from(at) * 0.1).collect();
    let later = earlier.iter().map(|value| Some(value + change(*value)));
    [earlier.iter().copied().map(Some).collect(), later.collect()]
}

fn shown(stages: &[Vec<Option<f64>>; 2]) -> Vec<Sheet> {
    asked([&stages[0], &stages[1]], &standard())
}

fn quantiles(sheets: &[Sheet]) -> [Option<f64>; 3] {
    ["low", "median", "high"].map(|column| sheets[0].numbers(column)[0])
}

#[test]
fn quantiles_are_of_changes_and_not_changes_of_quantiles() {
    // Turned about: both stages have the same quantiles.
    let turned = shown(&even(|value| 80.0 - 2.0 * value - 0.1));
    assert_eq!(
        quantiles(&turned),
        [-38.1, 0.0, 38.1].map(Some),
        "{turned:?}"
    );
    assert_eq!(turned[0].numbers("individuals"), [Some(400.0)]);
}

#[test]
fn a_change_says_what_it_is_of() {
    let sheets = shown(&even(|_| -4.0));
    let names = |sheet: &Sheet| -> Vec<String> {
        let columns = sheet.columns().iter();
        columns.map(|column| column.name.clone()).collect()
    };
    assert_eq!(sheets.len(), 2);
    assert_eq!(names(&sheets[0])[..4], ["tissue", "from", "to", "metric"]);
    assert_eq!(names(&sheets[1])[..4], ["tissue", "from", "to", "metric"]);
    let of = ["normal", "qc1", "qc2", "depth"].map(|word| Entry::Text(word.to_owned()));
    assert_eq!(sheets[0].rows()[0][..4], of);
}

#[test]
fn parts_begin_at_no_change_and_each_holds_a_crowd() {
    let stages = even(|value| (value - 40.0) / 2.0);
    let sheets = shown(&stages);
    let of = |column| sheets[1].numbers(column);
    let (lower, upper) = (of("lower"), of("upper"));
    assert_eq!(lower[0], Some(-1_000.0));
    assert_eq!(upper[upper.len() - 1], Some(1_000.0));
    assert_eq!(lower[1..], upper[..upper.len() - 1]);
    assert!(lower.contains(&Some(0.0)), "{lower:?}");
    let told: f64 = of("individuals").into_iter().flatten().sum();
    assert!((told - 400.0).abs() <= 2.5 * lower.len() as f64);
    assert!(of("individuals").into_iter().flatten().all(|of| of >= 10.0));
}

#[test]
fn where_the_widest_changes_lie_is_not_shown() {
    let with = |least: f64, most: f64| {
        let [mut earlier, mut later] = even(|value| -value / 8.0);
        earlier.extend([Some(500.0), Some(30.0)]);
        later.extend([Some(500.0 + least), Some(30.0 + most)]);
        shown(&[earlier, later])
    };
    assert_eq!(with(-499.0, 900.0), with(-20.0, 1.0));
}

/// Rows are those of what is declared; what of the data is few is nothing.
#[test]
fn a_change_of_few_looks_like_one_of_nobody() {
    let [earlier, later] = even(|_| -4.0);
    let none = vec![None; 400];
    let nobody = asked([&earlier, &none], &standard());
    assert_eq!(nobody.iter().map(Sheet::released).sum::<u64>(), 0);
    for few in [1, 5, 9] {
        // At the later stage are others, or nobody else.
        let mut apart = none.clone();
        apart[..few].clone_from_slice(&later[..few]);
        assert_eq!(asked([&earlier, &apart], &standard()), nobody, "{few}");
        apart.extend(vec![Some(33.0); 400]);
        let mut first = earlier.clone();
        first.extend(vec![None; 400]);
        assert_eq!(asked([&first, &apart], &standard()), nobody, "{few}");
    }
}

/// Rounding hides one person's value at each stage: it must not come back in a difference.
#[test]
fn a_change_has_no_digits_that_its_stages_have_not() {
    let slight = shown(&even(|value| value / 1_000.0));
    assert_eq!(quantiles(&slight), [0.0, 0.05, 0.05].map(Some));
    // A profile that does not round quantiles does not round these.
    let technical = Profile {
        sum_significant_digits: 0,
        ..standard()
    };
    let [earlier, later] = even(|value| value / 1_000.0);
    let sheets = asked([&earlier, &later], &technical);
    assert_eq!(quantiles(&sheets), [0.020_9, 0.039_95, 0.059].map(Some));
}
