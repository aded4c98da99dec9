//! Rates and their ratios beside scipy; `rates.json` was printed by `rates.py`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use sekisho_statistics::{
    Unfit,
    rates::{Seen, rate, ratio},
};
use serde_json::Value;

fn rows(of: &str) -> Vec<Vec<f64>> {
    let all: Value = serde_json::from_str(include_str!("rates.json")).unwrap();
    let rows = all[of].as_array().unwrap().iter();
    let row = |row: &Value| {
        let values = row.as_array().unwrap().iter();
        values.map(|value| value.as_f64().unwrap()).collect()
    };
    rows.map(row).collect()
}

#[track_caller]
fn near(ours: f64, theirs: f64) {
    let off = (ours - theirs).abs();
    assert!(off <= 1e-7 * theirs.abs() + 1e-12, "{ours} {theirs}");
}

#[test]
fn rates_and_their_limits_are_those_of_scipy() {
    for row in rows("rates") {
        let [events, time, value, lower, upper] = row[..] else {
            panic!("five numbers");
        };
        let ours = rate(Seen { events, time }).unwrap();
        near(ours.value, value);
        near(ours.lower, lower);
        near(ours.upper, upper);
    }
}

#[test]
fn ratios_are_those_of_scipy() {
    for row in rows("ratios") {
        let [x, t, y, s, value, lower, upper, p] = row[..] else {
            panic!("eight numbers");
        };
        let seen = |events, time| Seen { events, time };
        let (ours, our_p) = ratio(seen(x, t), seen(y, s)).unwrap();
        near(ours.value, value);
        near(ours.lower, lower);
        near(ours.upper, upper);
        near(our_p, p);
        // The limits and the probability say the same.
        assert_eq!(our_p < 0.05, ours.lower > 1.0 || ours.upper < 1.0);
    }
}

#[test]
fn what_has_no_time_has_no_rate_and_nothing_no_ratio() {
    let seen = |events, time| Seen { events, time };
    assert_eq!(rate(seen(3.0, 0.0)), Err(Unfit::TooLittle));
    assert_eq!(rate(seen(3.0, f64::NAN)), Err(Unfit::TooLittle));
    assert_eq!(ratio(seen(0.0, 1.0), seen(3.0, 1.0)), Err(Unfit::TooLittle));
}
