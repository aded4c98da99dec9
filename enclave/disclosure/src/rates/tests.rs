//! What a rate is made of, and where there is none.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use super::*;
use crate::{
    Amount, CellTable, Contribution, Dimension, Measure, protect,
    suppress::tests::{noise, standard, statistic},
};

/// Groups of so many people, of whom so many have the event, each seen so many days.
fn asked(groups: &[(u32, u32, f64)], periods: u32) -> Vec<Sheet> {
    let many = u32::try_from(groups.len()).unwrap() / periods;
    let mut dimensions = vec![Dimension::Declared(many)];
    let mut by = vec!["arm".to_owned()];
    if periods > 1 {
        dimensions.push(Dimension::Declared(periods));
        by.push("period".to_owned());
    }
    let statistics = [Measure::Individuals, Measure::Individuals, Measure::Sum];
    let statistics = statistics.map(statistic).to_vec();
    let mut cells = CellTable::new(dimensions, statistics);
    let mut unit = 0;
    for (at, (people, events, days)) in (0_u32..).zip(groups) {
        let mut key = vec![Some(at / periods)];
        if periods > 1 {
            key.push(Some(at % periods));
        }
        for person in 0..*people {
            let event = match person < *events {
                true => Contribution::ROW,
                false => Contribution::NONE,
            };
            let time = Contribution {
                amount: Amount::Fraction(*days),
                ..Contribution::ROW
            };
            let of = [Contribution::ROW, event, time];
            cells.add(noise(), unit, key.clone(), &of).unwrap();
            unit += 1;
        }
    }
    let protected = protect(&[(cells, standard())], noise()).unwrap().remove(0);
    let words = |key: &crate::Key| {
        let word = |at: &Option<u32>| Some(format!("g{}", at.unwrap()));
        key.iter().map(word).collect::<Words>()
    };
    let rows = protected.rows().iter();
    let words: Vec<Words> = rows.map(|row| words(&row.key)).collect();
    let against = match periods {
        1 => Against::FirstGroup,
        _ => Against::FirstPeriod,
    };
    let question = Question {
        by: &by,
        against,
        unit: 1.0 / 365.25,
    };
    question.sheets(&words, &protected)
}

fn texts(sheet: &Sheet, column: &str) -> Vec<String> {
    let at = sheet.columns().iter().position(|of| of.name == column);
    let text = |row: &Vec<Entry>| match &row[at.unwrap()] {
        Entry::Text(text) => text.clone(),
        _ => String::new(),
    };
    sheet.rows().iter().map(text).collect()
}

#[test]
fn a_rate_is_what_follows_from_what_is_shown() {
    let sheets = asked(&[(203, 42, 366.0), (401, 58, 730.0)], 1);
    let [rates, ratios] = sheets.as_slice() else {
        panic!("two sheets");
    };
    assert_eq!(rates.numbers("individuals"), [Some(205.0), Some(400.0)]);
    assert_eq!(rates.numbers("events"), [Some(40.0), Some(60.0)]);
    // 203 · 366 days are 203.4 years.
    assert_eq!(rates.numbers("person_time"), [Some(203.0), Some(802.0)]);
    let of = |events: f64, time: f64| rates::rate(Seen { events, time }).unwrap();
    for (at, expected) in [of(40.0, 203.0), of(60.0, 802.0)].into_iter().enumerate() {
        for (column, value) in [
            ("rate", expected.value),
            ("lower", expected.lower),
            ("upper", expected.upper),
        ] {
            let value = rounding::to_significant(value * 100.0, 3);
            assert_eq!(rates.numbers(column)[at], Some(value), "{column} {at}");
        }
    }
    assert_eq!(texts(ratios, "arm"), ["g1"]);
    assert_eq!(texts(ratios, "reference"), ["g0"]);
    let ratio = (60.0 / 802.0) / (40.0 / 203.0);
    let ratio = rounding::to_significant(ratio, 3);
    assert_eq!(ratios.numbers("ratio"), [Some(ratio)]);
    assert!(ratios.numbers("p")[0].unwrap() < 0.001);
}

#[test]
fn few_events_or_few_individuals_have_no_rate() {
    for few in [
        (200, 7, 366.0),
        (7, 7, 366.0),
        (200, 0, 366.0),
        (0, 0, 366.0),
    ] {
        let sheets = asked(&[few, (400, 60, 730.0), (300, 70, 730.0), few], 1);
        let [rates, ratios] = sheets.as_slice() else {
            panic!("two sheets");
        };
        for column in ["events", "rate", "lower", "upper"] {
            let shown = rates.numbers(column);
            assert_eq!((shown[0], shown[3]), (None, None), "{few:?} {column}");
        }
        // Where few are hidden a larger one may have to go with them.
        let shown = rates.numbers("rate");
        let first = shown.iter().position(Option::is_some).unwrap();
        // The first that has a rate is the reference, and those without have no ratio.
        assert_eq!(texts(ratios, "reference"), vec![format!("g{first}"); 3]);
        let others = shown.iter().enumerate().filter(|(at, _)| *at != first);
        let others: Vec<bool> = others.map(|(_, rate)| rate.is_some()).collect();
        let ratios = ratios.numbers("ratio");
        let ratios: Vec<bool> = ratios.iter().map(Option::is_some).collect();
        assert_eq!(ratios, others);
    }
}

#[test]
fn of_a_split_the_later_period_is_compared_with_the_earlier_one_of_its_group() {
    let group = |events| (400, events, 365.25);
    let sheets = asked(&[group(100), group(50), group(80), group(160)], 2);
    let ratios = &sheets[1];
    assert_eq!(texts(ratios, "arm"), ["g0", "g1"]);
    assert_eq!(texts(ratios, "period"), ["g1", "g1"]);
    assert_eq!(texts(ratios, "reference"), ["g0", "g0"]);
    assert_eq!(ratios.numbers("ratio"), [Some(0.5), Some(2.0)]);
}

/// Somebody more, or somebody with the event more, changes what is shown by a step of the
/// rounding or not at all.
#[test]
fn one_person_more_moves_no_figure_by_more_than_rounding() {
    let of = |people, events| {
        let sheets = asked(&[(people, events, 366.0), (300, 60, 366.0)], 1);
        let [individuals, events] = ["individuals", "events"].map(|name| {
            let shown = sheets[0].numbers(name);
            shown[0].unwrap()
        });
        (individuals, events)
    };
    let (individuals, events) = of(200, 40);
    for (people, with) in [(201, 40), (201, 41), (200, 41)] {
        let (more, with) = of(people, with);
        assert!((more - individuals).abs() <= 5.0 && (with - events).abs() <= 5.0);
        assert!(more % 5.0 == 0.0 && with % 5.0 == 0.0);
    }
}
