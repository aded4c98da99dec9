//! Survival of liver cancer, asked as a visit, beside what lifelines says of it.

use sekisho::{Answer, FollowUp, Kind, Model, Outcome, Survival};
use sekisho_tests::{only, shown, tables};
use serde_json::Value;

use super::{LIHC, cells, held, rounded, utility::Row};

/// What lifelines and statsmodels say of the same patients (`oracle.py`).
fn oracle(of: &str) -> Value {
    let all = include_str!("../../../enclave/statistics/tests/oracle.json");
    serde_json::from_str::<Value>(all).unwrap()[of].clone()
}

fn follow_up() -> FollowUp {
    FollowUp {
        time: "days".to_owned(),
        event: "vital_status = 'Dead'".to_owned(),
    }
}

fn number(cell: &str) -> f64 {
    cell.parse().unwrap()
}

/// The rows of one of an answer's tables.
fn table(answer: &Answer, name: &str) -> Vec<String> {
    let all = tables(answer);
    all.into_iter().find(|(of, _)| of == name).unwrap().1
}

#[tokio::test]
async fn the_curve_that_is_released_is_near_that_of_lifelines() {
    let Some(held) = held() else { return };
    let opened = held.opened();
    let visit = opened.visit().await;
    let asked = |interval| {
        Kind::Survival(Survival {
            follow_up: Some(follow_up()),
            interval,
            ..Survival::default()
        })
    };
    let answer = only(visit.analyze(asked(1), &[LIHC]).await);
    let patients: Vec<_> = held.liver.patients.values().collect();
    let followed = patients.iter().filter(|of| of.days.is_some());
    let dead = followed.clone().filter(|of| of.vital_status == "Dead");
    let groups = table(&answer, "groups");
    let expected = [rounded(followed.count()), rounded(dead.count())];
    assert_eq!(cells(&groups[0])[..2], expected.map(|n| n.to_string()));

    let curve: Vec<[f64; 2]> = oracle("lihc")["curve"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| [row[0].as_f64().unwrap(), row[1].as_f64().unwrap()])
        .collect();
    let mut errors = Vec::new();
    let released = shown(&answer);
    assert!(released.len() > 10, "{released:?}");
    for row in &released {
        let row = cells(row);
        let (time, survival) = (number(row[0]), number(row[4]));
        assert_eq!(time % 30.0, 0.0);
        let before = curve.partition_point(|[at, _]| *at <= time);
        let theirs = curve[before - 1][1];
        errors.push((survival - theirs).abs() / theirs);
        // Events are rounded to 5: where few are at risk, two of them are much.
        let within = 0.02 + 2.5 / number(row[1]);
        assert!((survival - theirs).abs() < within, "{row:?} {theirs}");
    }
    errors.sort_by(f64::total_cmp);
    crate::utility::report().row(&Row {
        question: "survival of liver cancer, beside lifelines' estimate of Kaplan and Meier",
        answered: true,
        cells: errors.len(),
        suppressed: 0,
        median_relative_error: errors.get(errors.len() / 2).copied(),
        refusal: None,
    });
    // Its median is where what is shown comes down to a half. There the curve is flat: that is within some
    // intervals of lifelines', or the curve, which ends where a drawn threshold is met, ends just above.
    let mut shown = released.iter().map(|row| cells(row));
    let halved = shown.find(|row| number(row[4]) <= 0.5);
    let told = cells(&groups[0])[2];
    if let Some(row) = halved {
        assert_eq!(told, row[0]);
        let median = oracle("lihc")["median"].as_f64().unwrap();
        assert!((number(told) - median).abs() < 500.0, "{told}");
    } else {
        assert_eq!(told, "-");
        let last = number(cells(released.last().unwrap())[4]);
        assert!(last < 0.55, "{last}");
    }

    // The same again is free, and the same.
    let again = only(visit.analyze(asked(0), &[LIHC]).await);
    assert!(again.release.repeated);
    assert_eq!(tables(&again), tables(&answer));
    let keys = visit.ledger_keys().await.unwrap();
    let trust: Vec<_> = keys.into_iter().map(|(_, key)| key).collect();
    answer.verify(&trust).unwrap();
}

#[tokio::test]
async fn the_hazard_that_is_released_is_that_of_lifelines_within_its_noise() {
    let Some(held) = held() else { return };
    let opened = held.opened();
    let visit = opened.visit().await;
    let asked = Kind::Model(Model {
        outcome: Some(Outcome::FollowUp(follow_up())),
        covariates: vec!["age".to_owned()],
        r#where: String::new(),
    });
    let answer = only(visit.analyze(asked, &[LIHC]).await);
    let theirs = oracle("lihc_cox");
    let of = |name: &str| theirs[name][0].as_f64().unwrap();
    let row = shown(&answer);
    let row = cells(&row[0]);
    assert_eq!(row[..3], ["age", "-", "-"]);
    // The error that is shown is lifelines', widened by the deviation of the noise: that is less than the error
    // itself even of so few, and the coefficient lies within five of it.
    let (coefficient, error) = (number(row[3]), number(row[4]));
    let deviation = (error.powi(2) - of("errors").powi(2)).sqrt();
    assert!(
        (0.1 * of("errors")..of("errors")).contains(&deviation),
        "{row:?} {theirs}"
    );
    let off = (coefficient - of("coefficients")).abs();
    assert!(off < 5.0 * deviation, "{row:?} {theirs}");
    let fit = table(&answer, "fit");
    assert!(
        cells(&fit[0])[..2]
            .iter()
            .all(|cell| number(cell) % 5.0 == 0.0)
    );
}
