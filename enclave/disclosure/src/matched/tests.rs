//! What a matching shows, and of whom.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::collections::HashMap;

use super::*;
use crate::{
    Sheet,
    model::{Covariate, Values},
    sheet::Entry,
    suppress::tests::{noise, standard},
    survival::Observation,
};

/// Numbers that look drawn, from 0 to 1, and are the same each time.
fn drawn(at: usize, of: u64) -> f64 {
    let mut x = (at as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ of.wrapping_mul(0xD1B5_4A32);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// People of whom the older are treated more often, and die earlier; the treatment halves
/// their hazard. Of centres the last has few.
struct World {
    people: usize,
    ages: Vec<f64>,
    centres: Vec<usize>,
    treated: Vec<bool>,
    observed: HashMap<u32, Observation>,
}

impl World {
    fn of(people: usize) -> Self {
        let ages: Vec<f64> = (0..people).map(|at| 40.0 + 40.0 * drawn(at, 1)).collect();
        let centre = |at: usize| match drawn(at, 2) {
            of if of < 0.015 => 2,
            of if of < 0.4 => 1,
            _ => 0,
        };
        let treated: Vec<bool> = (ages.iter().enumerate())
            .map(|(at, age)| drawn(at, 3) < 0.15 + 0.5 * (age - 40.0) / 40.0)
            .collect();
        let observation = |at: usize| {
            let rate = 0.001 * (0.05 * (ages[at] - 60.0)).exp();
            let rate = if treated[at] { rate / 2.0 } else { rate };
            let death = -drawn(at, 4).ln() / rate;
            let seen = 400.0 + 1600.0 * drawn(at, 5);
            Observation {
                time: death.min(seen),
                event: death <= seen,
            }
        };
        Self {
            people,
            centres: (0..people).map(centre).collect(),
            observed: (0..people)
                .map(|at| (u32::try_from(at).unwrap(), observation(at)))
                .collect(),
            ages,
            treated,
        }
    }

    fn matching(&self, exact: &[&str]) -> Matching {
        let units: Vec<u32> = (0..u32::try_from(self.people).unwrap()).collect();
        let set = units.iter().copied().collect();
        let ages = self.ages.iter().copied().map(Some).collect();
        let levels = self.centres.iter().copied().map(Some).collect();
        let covariates = vec![
            Covariate {
                name: "centre".to_owned(),
                values: Values::Levels {
                    labels: ["a", "b", "c"].map(str::to_owned).to_vec(),
                    of: levels,
                },
            },
            Covariate {
                name: "age".to_owned(),
                values: Values::Numbers(ages),
            },
        ];
        let outcome = Outcome::Condition(self.treated.clone());
        let data = Data::new(units, "complete".to_owned(), outcome, covariates);
        let exact: Vec<String> = exact.iter().map(|&name| name.to_owned()).collect();
        Matching::new(&data, &exact, &set, rules(&standard()))
    }

    fn sheets(&self, matching: &Matching) -> Vec<Sheet> {
        let profile = standard();
        matching.sheets(Question {
            observed: &self.observed,
            shortest: 30.0,
            name: "days",
            rules: rules(&profile),
        })
    }
}

fn rules(profile: &crate::Profile) -> Rules<'_> {
    Rules {
        profile,
        noise: noise(),
    }
}

fn is_hidden(sheets: &[Sheet]) -> bool {
    sheets.iter().all(|sheet| sheet.released() == 0)
}

/// Per stratum, the treated and the controls in it.
fn sides(matching: &Matching) -> BTreeMap<usize, [usize; 2]> {
    let mut sides: BTreeMap<usize, [usize; 2]> = BTreeMap::new();
    for (subject, stratum) in matching.subjects.iter().zip(&matching.strata) {
        if let Some(stratum) = stratum {
            sides.entry(*stratum).or_default()[usize::from(!subject.treated)] += 1;
        }
    }
    sides
}

#[test]
fn weighted_controls_are_like_the_treated_and_the_effect_is_found() {
    let world = World::of(1500);
    let matching = world.matching(&["centre"]);
    let sheets = world.sheets(&matching);
    let [balance, survival, effect, fit] = sheets.as_slice() else {
        panic!("four sheets");
    };
    let (before, after) = (
        balance.numbers("difference"),
        balance.numbers("weighted_difference"),
    );
    // Of the last row, the age.
    assert!(before[3].unwrap() > 0.3, "{before:?}");
    assert!(after[3].unwrap().abs() < 0.1, "{after:?}");
    let ratio = effect.numbers("hazard_ratio")[0].unwrap();
    assert!((0.35..0.7).contains(&ratio), "{ratio}");
    let share = survival.numbers("survival");
    assert!(share.len() > 10 && share.iter().all(Option::is_some));
    let of = |name: &str| fit.numbers(name)[0].unwrap();
    assert_eq!(of("individuals"), 1500.0);
    assert!(of("effective_controls") < of("controls"));
    assert!(
        fit.rows()[0]
            .iter()
            .all(|of| matches!(of, Entry::Integer(n) if n % 5 == 0))
    );
}

#[test]
fn each_side_of_each_stratum_is_a_crowd_and_so_are_those_who_are_left() {
    for people in [150, 300, 600, 1500] {
        let world = World::of(people);
        for exact in [&[][..], &["centre"]] {
            let matching = world.matching(exact);
            assert_eq!(sides(&matching).len(), matching.used().len());
            for [treated, controls] in sides(&matching).values() {
                assert!(*treated >= 10 && *controls >= 10, "{people} {exact:?}");
            }
            for side in [true, false] {
                let of = matching.subjects.iter().zip(&matching.strata);
                let left = of.filter(|(of, at)| of.treated == side && at.is_none());
                let left = left.count();
                assert!(left == 0 || left >= 10, "{people} {exact:?}: {left}");
            }
        }
    }
}

#[test]
fn a_side_of_few_matches_nobody() {
    for few in [0, 1, 9] {
        for turned in [false, true] {
            let mut world = World::of(400);
            world.treated = (0..400).map(|at| (at < few) != turned).collect();
            let matching = world.matching(&[]);
            assert!(matching.matched(true).is_empty(), "{few} {turned}");
            let sheets = world.sheets(&matching);
            assert!(is_hidden(&sheets), "{few} {turned}");
        }
    }
}

#[test]
fn a_column_that_tells_who_is_treated_matches_nobody() {
    let mut world = World::of(400);
    world.treated = world.ages.iter().map(|age| *age > 60.0).collect();
    assert!(is_hidden(&world.sheets(&world.matching(&[]))));
}

#[test]
fn few_events_of_either_side_hide_the_effect_and_the_curve() {
    for side in [true, false] {
        let mut world = World::of(600);
        let matching = world.matching(&[]);
        for (few, unit) in matching.matched(side).into_iter().enumerate() {
            world.observed.get_mut(&unit).unwrap().event = few < 7;
        }
        let sheets = world.sheets(&matching);
        assert_eq!(sheets[2].numbers("coefficient"), [None]);
        let groups: Vec<&Entry> = sheets[1].rows().iter().map(|row| &row[0]).collect();
        let hidden = Entry::Text(if side { "treated" } else { "controls" }.to_owned());
        assert!(!groups.is_empty() && !groups.contains(&&hidden));
    }
}

/// A level that few of a side have, or all but few, and a number that few have at all.
#[test]
fn what_few_have_has_no_balance() {
    let world = World::of(600);
    let sheets = world.sheets(&world.matching(&[]));
    // Of the last centre a handful.
    assert_eq!(sheets[0].rows()[2][1], Entry::Text("c".to_owned()));
    assert!(
        sheets[0].rows()[2][2..]
            .iter()
            .all(|of| *of == Entry::Nothing)
    );

    let mut world = World::of(600);
    world.ages = (0..600)
        .map(|at| if at < 8 { 1000.0 } else { 0.0 })
        .collect();
    let sheets = world.sheets(&world.matching(&[]));
    assert!(
        sheets[0].rows()[3][2..]
            .iter()
            .all(|of| *of == Entry::Nothing)
    );
}

/// An earlier set has somebody who would not be matched now, or lacks somebody who would:
/// it is taken as it is, and strata stay crowds.
#[test]
fn a_settled_set_is_matched_whatever_strata_would_say() {
    let world = World::of(600);
    let mut matching = world.matching(&["centre"]);
    let everybody: Vec<u32> = matching.model.units().to_vec();
    let of = |matching: &Matching, side| matching.matched(side).into_iter().collect();
    let (mut treated, mut controls): (RoaringBitmap, RoaringBitmap) =
        (of(&matching, true), of(&matching, false));
    let left = |set: &RoaringBitmap, side: bool| {
        let of = everybody
            .iter()
            .filter(|unit| world.treated[**unit as usize] == side);
        of.copied()
            .filter(|unit| !set.contains(*unit))
            .collect::<Vec<u32>>()
    };
    for (set, side) in [(&mut treated, true), (&mut controls, false)] {
        let more = left(set, side);
        if more.len() > 20 {
            set.insert(more[0]);
        }
        let least = set.min().unwrap();
        set.remove(least);
    }
    matching.settle(&treated, &controls, rules(&standard()));
    for (set, side) in [(&treated, true), (&controls, false)] {
        let now: RoaringBitmap = of(&matching, side);
        // Of fewer than a crowd who would be left nobody is.
        assert!(now == *set || left(&now, side).is_empty());
    }
    for [treated, controls] in sides(&matching).values() {
        assert!(*treated >= 9 && *controls >= 9);
    }
}

/// Of two words the share of one is what the other leaves, and tells nothing more.
#[test]
fn shares_of_two_words_add_up_to_one() {
    let mut world = World::of(600);
    world.centres = (0..600).map(|at| usize::from(drawn(at, 2) < 0.4)).collect();
    let sheets = world.sheets(&world.matching(&["centre"]));
    for name in ["treated", "controls", "weighted_controls"] {
        let shares = sheets[0].numbers(name);
        let sum = shares[0].unwrap() + shares[1].unwrap();
        assert!((sum - 1.0).abs() < 0.002, "{shares:?}");
    }
}

#[test]
fn figures_have_few_digits_and_curves_multiples_of_the_base() {
    let world = World::of(600);
    let sheets = world.sheets(&world.matching(&[]));
    for name in [
        "treated",
        "controls",
        "matched_treated",
        "weighted_controls",
    ] {
        for value in sheets[0].numbers(name).into_iter().flatten() {
            assert_eq!(value, crate::rounding::to_significant(value, 3));
        }
    }
    for name in ["difference", "weighted_difference"] {
        for value in sheets[0].numbers(name).into_iter().flatten() {
            assert!((value * 100.0 - (value * 100.0).round()).abs() < 1e-9);
        }
    }
    for name in ["at_risk", "events"] {
        let counts = sheets[1].numbers(name);
        assert!(counts.iter().flatten().all(|count| count % 5.0 == 0.0));
    }
}
