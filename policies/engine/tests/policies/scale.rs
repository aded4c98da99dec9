//! What a decision costs does not grow with the number of grants.

use std::time::{Duration, Instant};

use sekisho_policies::{Operation, Outcome, PolicySet};

use crate::files::{TODAY, ask, base, load};

/// The base, and so many further projects that each hold a grant of four datasets.
fn grown(projects: usize) -> PolicySet {
    let mut files = base();
    let mut add = |file: &str, rows: String| files.get_mut(file).unwrap().extend(rows.into_bytes());
    let numbers = || 0..projects;
    let rest = "Title,acad,health,non-commercial,E,2026-01-01,2035-12-31,approved,10";
    add(
        "projects.csv",
        numbers().map(|n| format!("Q-{n},{rest}\n")).collect(),
    );
    add(
        "teams.csv",
        numbers()
            .map(|n| format!("Q-{n},spiffe://t.example/malice\n"))
            .collect(),
    );
    let rest = "detailed,*,*,,allow,2026-01-01,2035-12-31";
    let grants = numbers().flat_map(|n| (1..=4).map(move |d| format!("Q-{n},d{d},{rest}\n")));
    add("grants.csv", grants.collect());
    load(&files)
}

/// The shortest of many, which is the one that nothing else disturbed.
fn fastest(set: &PolicySet, person: &str, project: &str) -> Duration {
    let once = |_| {
        let start = Instant::now();
        let decision = ask(set, person, project, "d1", Operation::Query, TODAY);
        let took = start.elapsed();
        assert_eq!(decision.outcome, Outcome::Allow);
        took
    };
    (0..200).map(once).min().unwrap()
}

#[test]
fn a_decision_costs_the_same_among_few_grants_and_many() {
    let (few, many) = (grown(1), grown(5_000));
    let before = fastest(&few, "alice", "P-1");
    let after = fastest(&many, "alice", "P-1");
    assert!(
        after < before * 4,
        "{before:?} among 24 grants, {after:?} among 20 020"
    );
    let before = fastest(&few, "malice", "Q-0");
    let after = fastest(&many, "malice", "Q-4999");
    assert!(
        after < before * 4,
        "{before:?} in one team, {after:?} in 5 000"
    );
}
