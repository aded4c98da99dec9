//! casbin and the conditions around it agree with a small evaluator that knows neither, on random
//! consortia, random holders and random requests.

mod expected;
mod world;
mod written;

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use sekisho_policies::{Denial, HolderRequest, HolderSet, Operation, Outcome, PolicySet, Request};

use expected::{Asked, expected, expected_of_holder};
use world::{LAST, World, holder, world};
use written::{consortium_files, holder_files, name_of_project, person};

/// So many worlds are drawn; some allow nobody anything and are refused.
const WORLDS: u32 = 2_400;
/// So many requests are made in each world that loads.
const REQUESTS: usize = 150;
/// So many decisions are compared at least.
const DECISIONS: u64 = 100_000;

fn asked() -> impl Strategy<Value = (Asked, i64)> {
    let often = |few: usize, all: usize| prop_oneof![9 => 0..few, 1 => 0..all];
    (
        often(3, 4),
        often(2, 6),
        often(2, 3),
        0..5_u8,
        -1..=LAST + 1,
        0..24_i64,
    )
        .prop_map(|(who, project, dataset, operation, day, hour)| {
            let asked = Asked {
                who,
                project,
                dataset,
                operation,
                day,
            };
            (asked, hour)
        })
}

/// A moment of a day; midnight in Tokyo of the first day is 15:00 UTC of the day before.
fn moment(day: i32, hour: i64) -> jiff::Timestamp {
    let first: jiff::Timestamp = "2025-12-31T15:00:00Z".parse().unwrap();
    first + jiff::SignedDuration::from_hours(i64::from(day) * 24 + hour)
}

fn decided(set: &PolicySet, asked: Asked, at: jiff::Timestamp) -> sekisho_policies::Decision {
    set.decide(&Request {
        principal: &person(asked.who),
        project: &name_of_project(asked.project),
        dataset: &format!("d{}", asked.dataset),
        operation: Operation::ALL[usize::from(asked.operation)],
        at,
    })
}

fn agrees(
    world: &World,
    own: &world::Holder,
    requests: &[(Asked, i64)],
    count: &RefCell<BTreeMap<String, u64>>,
) -> Result<(), TestCaseError> {
    let loaded = PolicySet::from_files(&consortium_files(world));
    let because = || loaded.as_ref().err().map(ToString::to_string);
    prop_assert_eq!(loaded.is_ok(), expected::loads(world), "{:?}", because());
    let loads = HolderSet::from_files(&holder_files(own));
    let because = || loads.as_ref().err().map(ToString::to_string);
    prop_assert_eq!(
        loads.is_ok(),
        expected::holder_loads(own),
        "{:?}",
        because()
    );
    let Ok(set) = &loaded else { return Ok(()) };
    let counted = |key: String| *count.borrow_mut().entry(key).or_default() += 1;
    for &(asked, hour) in requests {
        let at = moment(asked.day, hour);
        let decision = decided(set, asked, at);
        let outcome = expected(world, asked);
        prop_assert_eq!(decision.outcome, outcome, "{:?}: {:?}", asked, decision);
        prop_assert_eq!(decision.terms.is_some(), outcome == Outcome::Allow);
        counted(format!("consortium {outcome:?}"));
        let (Some(terms), Ok(door)) = (decision.terms, &loads) else {
            continue;
        };
        let second = door.decide(&HolderRequest {
            dataset: &format!("d{}", asked.dataset),
            tier: terms.tier,
            data_use: &terms.data_use,
            at,
        });
        let outcome = expected_of_holder(world, own, asked);
        prop_assert_eq!(second.outcome, outcome, "{:?}: {:?}", asked, second);
        prop_assert_eq!(second.terms.is_some(), outcome == Outcome::Allow);
        counted(format!("holder {outcome:?}"));
    }
    Ok(())
}

#[test]
fn decisions_agree_with_the_rules_as_stated() {
    let count = RefCell::new(BTreeMap::new());
    let config = Config {
        cases: WORLDS,
        failure_persistence: None,
        ..Config::default()
    };
    let drawn = (world(), holder(), prop::collection::vec(asked(), REQUESTS));
    TestRunner::new(config)
        .run(&drawn, |(world, own, requests)| {
            agrees(&world, &own, &requests, &count)
        })
        .unwrap_or_else(|error| panic!("{error}"));
    let count = count.into_inner();
    let decisions: u64 = count
        .iter()
        .filter(|(of, _)| of.starts_with("consortium"))
        .map(|(_, n)| n)
        .sum();
    assert!(decisions >= DECISIONS, "{decisions} decisions: {count:?}");
    // Nothing is agreed upon that never came up.
    let policy = Outcome::Deny(Denial::Policy);
    let absent = Outcome::Deny(Denial::NotAvailable);
    for outcome in [Outcome::Allow, Outcome::Refer, policy, absent] {
        for door in ["consortium", "holder"] {
            let of = count.get(&format!("{door} {outcome:?}"));
            assert!(
                of.is_some_and(|n| *n >= 100),
                "{door} {outcome:?}: {count:?}"
            );
        }
    }
}
