//! What a curve shows, and what it does not.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use sekisho_statistics::survival::at_times;

use super::*;
use crate::{
    CellTable, Contribution, Dimension, Measure, protect,
    suppress::tests::{noise, standard, statistic},
};

/// Groups of people, of whom each has an event after so many days, or is censored.
fn groups(of: &[Vec<(f64, bool)>]) -> Vec<Group> {
    let mut unit = 0;
    let member = |&(time, event): &(f64, bool)| {
        unit += 1;
        (unit, Observation { time, event })
    };
    let mut member = member;
    of.iter()
        .enumerate()
        .map(|(at, people)| Group {
            words: vec![Some(format!("group {at}"))],
            members: people.iter().map(&mut member).collect(),
        })
        .collect()
}

fn asked(groups: &[Group], interval: u32) -> Vec<Sheet> {
    let dimensions = vec![Dimension::Declared(u32::try_from(groups.len()).unwrap())];
    let statistics = [Measure::Individuals; 2].map(statistic).to_vec();
    let mut cells = CellTable::new(dimensions, statistics);
    for (at, group) in groups.iter().enumerate() {
        for (unit, observed) in &group.members {
            let event = match observed.event {
                true => Contribution::ROW,
                false => Contribution::NONE,
            };
            let key = vec![Some(u32::try_from(at).unwrap())];
            let contributions = [Contribution::ROW, event];
            cells.add(noise(), *unit, key, &contributions).unwrap();
        }
    }
    let profile = standard();
    let protected = protect(&[(cells, profile.clone())], noise()).unwrap();
    let question = Question {
        by: &["arm".to_owned()],
        shortest: 30.0,
        interval,
        profile: &profile,
        noise: noise(),
    };
    question.sheets(groups, &protected[0])
}

/// People with a steady hazard, a fifth of them censored before their event.
fn people(n: u32, hazard: f64) -> Vec<(f64, bool)> {
    let person = |k: u32| {
        let quantile = (f64::from(k) + 0.5) / f64::from(n);
        (-quantile.ln() / hazard, !k.is_multiple_of(5))
    };
    (0..n).map(person).collect()
}

#[test]
fn an_interval_ends_on_the_grid_where_a_crowd_has_left() {
    let groups = groups(&[people(400, 0.002)]);
    for interval in [1, 3] {
        let sheets = asked(&groups, interval);
        let ends: Vec<f64> = sheets[0].numbers("time").into_iter().flatten().collect();
        assert!(ends.len() > 5, "{ends:?}");
        let mut from = 0.0;
        for end in ends {
            assert_eq!(end % 30.0, 0.0);
            assert!(end >= from + 30.0 * f64::from(interval));
            let members = groups[0].members.iter();
            let left = members.filter(|(_, of)| (of.time > from || from == 0.0) && of.time <= end);
            assert!(left.count() >= 10, "{from} to {end}");
            from = end;
        }
        for column in ["at_risk", "events"] {
            let counts = sheets[0].numbers(column);
            let rounded = counts.iter().flatten().all(|count| count % 5.0 == 0.0);
            assert!(rounded, "{column}: {counts:?}");
        }
    }
}

#[test]
fn survival_stays_near_the_estimate_of_kaplan_and_meier() {
    let groups = groups(&[people(1_000, 0.002)]);
    let sheets = asked(&groups, 1);
    let all: Vec<Observation> = groups[0].members.iter().map(|(_, of)| *of).collect();
    let exact = at_times(&all);
    let estimates = survival::survival(&exact, Leaving::After);
    let shown = sheets[0]
        .numbers("time")
        .into_iter()
        .zip(sheets[0].numbers("survival"));
    for (time, share) in shown {
        let at = exact.partition_point(|interval| interval.time <= time.unwrap());
        let expected = estimates[at - 1].share;
        assert!((share.unwrap() - expected).abs() < 0.015, "{time:?}");
    }
}

#[test]
fn a_curve_ends_where_few_are_at_risk() {
    let sheets = asked(&groups(&[people(300, 0.002)]), 1);
    let at_risk = sheets[0].numbers("at_risk");
    assert!(at_risk.iter().flatten().all(|&count| count >= 25.0));
}

#[test]
fn a_group_with_few_events_shows_no_curve() {
    let mut one_event = people(200, 0.002);
    one_event.iter_mut().skip(1).for_each(|of| of.1 = false);
    one_event[0].1 = true;
    let sheets = asked(
        &groups(&[people(200, 0.002), one_event, people(6, 0.002)]),
        1,
    );
    let shown: Vec<_> = sheets[0].rows().iter().map(|row| row[0].clone()).collect();
    let first = Entry::Text("group 0".to_owned());
    assert!(shown.iter().all(|word| *word == first), "{shown:?}");
    assert_eq!(sheets[1].numbers("events")[1], None);
    assert_eq!(sheets[1].numbers("median")[1..], [None, None]);
    // One group alone is compared with nothing.
    assert_eq!(sheets[2].numbers("statistic"), [None]);
}

#[test]
fn groups_that_are_shown_are_compared_and_the_others_are_not() {
    let alike = [people(300, 0.002), people(300, 0.002)];
    let unlike = [people(300, 0.002), people(300, 0.004)];
    let p = |of: &[Vec<(f64, bool)>]| asked(&groups(of), 1)[2].numbers("p")[0].unwrap();
    assert!(p(&alike) > 0.5 && p(&unlike) < 1e-6);
    // The second smallest is hidden with the smallest, which would follow from it else.
    let few = [people(40, 0.002), people(8, 0.1)];
    let with_few: Vec<_> = alike.iter().cloned().chain(few).collect();
    assert_eq!(p(&with_few), p(&alike));
    assert_eq!(
        asked(&groups(&with_few), 1)[2].numbers("degrees_of_freedom"),
        [Some(1.0)]
    );
}

/// Whoever knows all but one of a group learns nothing of that one from any number.
#[test]
fn one_person_more_moves_no_count_by_more_than_rounding() {
    let one = people(300, 0.002);
    for (time, event) in [(10.0, true), (400.0, true), (400.0, false), (3_000.0, true)] {
        let mut other = one.clone();
        other.push((time, event));
        let [a, b] = [&one, &other].map(|of| asked(&groups(std::slice::from_ref(of)), 1));
        for column in ["at_risk", "events"] {
            let pairs = a[0].numbers(column).into_iter().zip(b[0].numbers(column));
            let moved = pairs.map(|(a, b)| (a.unwrap() - b.unwrap()).abs());
            assert!(
                moved.clone().all(|by| by <= 10.0),
                "{column}: {time} {event}"
            );
        }
    }
}

/// Of another cut of the same times more could be told.
#[test]
fn longer_intervals_end_where_short_ones_do() {
    let groups = groups(&[people(400, 0.002)]);
    let ends = |interval| asked(&groups, interval)[0].numbers("time");
    let short = ends(1);
    for interval in [2, 3, 7, 12] {
        assert!(
            ends(interval).iter().all(|end| short.contains(end)),
            "{interval}"
        );
    }
}

/// Three or seven who are left would round to numbers of their own; they are few.
#[test]
fn few_who_are_left_look_like_nobody() {
    for left in [0, 3, 7] {
        let mut of: Vec<(f64, bool)> = (0..100).map(|at| (100.0, at % 2 == 0)).collect();
        of.extend((0..100).map(|at| (200.0, at % 2 == 0)));
        of.extend((0..left).map(|n| (5_000.0 + f64::from(n), false)));
        let sheets = asked(&groups(&[of]), 1);
        let last = |column| sheets[0].numbers(column).pop().unwrap().unwrap();
        assert_eq!(last("events") + last("censored"), last("at_risk"), "{left}");
    }
}
