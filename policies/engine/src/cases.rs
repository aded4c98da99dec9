//! The committee's tests: requests whose answers it wrote down, and what they cover.

use std::collections::BTreeSet;

use crate::{
    conditions::rules,
    decision::Place,
    finding::Finding,
    record::{Case, Expected},
    records::TESTS,
    request::Request,
    set::{Explanation, PolicySet},
    words::Words,
};

/// What the tests of a set reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// How many tests there are.
    pub tests: usize,
    /// Rows that some decision could rest on and no test's does, by file and line.
    pub untested_rows: Vec<Place>,
    /// Rules that stand against no test's request.
    pub untested_rules: Vec<&'static str>,
}

/// The tests that do not hold.
pub(crate) fn failures(set: &PolicySet) -> Vec<Finding> {
    let failures = set.cases.iter().filter_map(|case| {
        let Some(Explanation { decision, .. }) = explained(set, case) else {
            let words = Words::of("test-of-no-day").with("day", case.day);
            return Some(Finding::new(TESTS.file, case.line, words));
        };
        let found = Expected::from(decision.outcome);
        let named = || {
            decision
                .reasons
                .iter()
                .any(|reason| reason.rule == case.rule)
        };
        if found == case.expected && (case.rule.is_empty() || named()) {
            return None;
        }
        let reasons: Vec<&str> = decision.reasons.iter().map(|reason| reason.rule).collect();
        let words = Words::of("test-does-not-hold")
            .with("expected", word(case.expected))
            .with(
                "rule",
                if case.rule.is_empty() {
                    "*"
                } else {
                    &case.rule
                },
            )
            .with("found", word(found))
            .with("reasons", reasons.join(", "));
        Some(Finding::new(TESTS.file, case.line, words))
    });
    failures.collect()
}

impl PolicySet {
    /// Which rows and rules the tests reach.
    pub fn coverage(&self) -> Coverage {
        let mut places = BTreeSet::new();
        let mut against = BTreeSet::new();
        for case in &self.cases {
            let Some(explanation) = explained(self, case) else {
                continue;
            };
            places.extend(explanation.conditions.into_iter().map(|asked| asked.place));
            let rules = explanation
                .decision
                .reasons
                .iter()
                .map(|reason| reason.rule);
            if case.expected != Expected::Allow {
                against.extend(rules);
            }
        }
        // Of a person who is unknown, and of what is not available, one rule speaks for all.
        let told = rules::CONSORTIUM
            .iter()
            .filter(|rule| rule.denial == crate::decision::Denial::Policy)
            .map(|rule| rule.name)
            .chain([rules::UNKNOWN_VISITOR, rules::NOT_AVAILABLE]);
        let rows = self.places_of_rows();
        Coverage {
            tests: self.cases.len(),
            untested_rows: rows.difference(&places).cloned().collect(),
            untested_rules: told.filter(|rule| !against.contains(rule)).collect(),
        }
    }

    /// Every row that a decision can rest on.
    fn places_of_rows(&self) -> BTreeSet<Place> {
        let mut places = BTreeSet::new();
        let mut add = |file: &str, line| places.insert(Place::of(file, line));
        for row in self.members.values() {
            add("members.csv", row.line);
        }
        for row in self.people.values() {
            add("people.csv", row.line);
        }
        for row in self.jurisdictions.values().flatten() {
            add("jurisdictions.csv", row.line);
        }
        for row in self.datasets.values() {
            add("datasets.csv", row.line);
        }
        for row in self.projects.values() {
            add("projects.csv", row.line);
        }
        for line in self.teams.values().flat_map(|team| team.people.values()) {
            add("teams.csv", *line);
        }
        for row in self.every_grant() {
            add("grants.csv", row.line);
        }
        places
    }
}

fn explained(set: &PolicySet, case: &Case) -> Option<Explanation> {
    Some(set.explain(&Request {
        principal: &case.person,
        project: &case.project,
        dataset: &case.dataset,
        operation: case.operation,
        at: set.noon(case.day)?,
    }))
}

fn word(expected: Expected) -> &'static str {
    match expected {
        Expected::Allow => "allow",
        Expected::Deny => "deny",
        Expected::Refer => "refer",
    }
}
