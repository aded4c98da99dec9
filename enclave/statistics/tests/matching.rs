//! Matching beside a few lines of numpy; `matching.json` was printed by `matching.py`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use sekisho_statistics::matching::{Subject, centres, nearest, propensity, strata, weights};
use serde_json::Value;

fn list<T>(all: &Value, of: &str, read: impl Fn(&Value) -> Option<T>) -> Vec<T> {
    let values = all[of].as_array().unwrap().iter();
    values.map(|value| read(value).unwrap()).collect()
}

#[test]
fn scores_strata_and_weights_are_those_of_the_definition() {
    let all: Value = serde_json::from_str(include_str!("matching.json")).unwrap();
    let treated = list(&all, "treated", Value::as_bool);
    let classes = list(&all, "classes", Value::as_u64);
    let covariates = list(&all, "x", |row| {
        row.as_array()?.iter().map(Value::as_f64).collect()
    });
    let scores = propensity(&treated, &covariates).unwrap();
    for (ours, theirs) in scores.iter().zip(list(&all, "score", Value::as_f64)) {
        assert!((ours - theirs).abs() < 1e-6, "{ours} {theirs}");
    }
    let subjects: Vec<Subject> = (treated.iter().zip(&classes).zip(&scores))
        .map(|((treated, class), score)| Subject {
            treated: *treated,
            class: usize::try_from(*class).unwrap(),
            score: *score,
        })
        .collect();
    let found = strata(&subjects, 10, |side| side.len() >= 10);
    let theirs = list(&all, "strata", Value::as_i64);
    let expected: Vec<Option<usize>> = theirs.iter().map(|of| usize::try_from(*of).ok()).collect();
    assert_eq!(found, expected);
    // Some are not matched, of each side.
    for side in [false, true] {
        let left = found.iter().zip(&treated);
        assert!(left.filter(|(of, is)| of.is_none() && **is == side).count() > 0);
    }
    let weights = weights(&treated, &found);
    for (ours, theirs) in weights.iter().zip(list(&all, "weights", Value::as_f64)) {
        assert!((ours - theirs).abs() < 1e-9, "{ours} {theirs}");
    }
    let centres = centres(&subjects, &found);
    let (stratum, centre) = centres[2];
    assert_eq!(nearest(&centres, centre), Some(stratum));
    assert_eq!(nearest(&[], 0.0), None);
}

/// Weighted controls have the treated's share of each stratum.
#[test]
fn weighted_controls_are_distributed_as_the_treated() {
    let treated: Vec<bool> = (0..120).map(|at| at < 40).collect();
    let of = |at: usize| Some(usize::from(if at < 40 { at < 10 } else { at < 100 }));
    let strata: Vec<_> = (0..120).map(of).collect();
    let weights = weights(&treated, &strata);
    let sum = |side: bool, stratum: usize| -> f64 {
        let all = weights.iter().zip(&treated).zip(&strata);
        let of = all.filter(|((_, is), at)| **is == side && **at == Some(stratum));
        of.map(|((weight, _), _)| weight).sum()
    };
    let share = |side| sum(side, 1) / (sum(side, 0) + sum(side, 1));
    assert!((share(true) - 0.25).abs() < 1e-12 && (share(false) - 0.25).abs() < 1e-12);
    // Weights of 1/6 sixty times, and of 1.5 twenty times: Kish's 1600 / 46.67.
    let size = sum(false, 0) + sum(false, 1);
    assert!((size - 1600.0 / (60.0 / 36.0 + 20.0 * 2.25)).abs() < 1e-9);
}
