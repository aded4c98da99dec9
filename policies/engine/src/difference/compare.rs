//! What changes for one person, project and dataset.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Change, Weight};
use crate::{
    access::{Access, AccessTerms, Whom},
    purpose::Basis,
    request::Operation,
    set::PolicySet,
    words::Words,
};

/// A change of one kind on one day, and the operations that it is about.
type Changes = BTreeMap<Kind, BTreeSet<Operation>>;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Gained(String),
    Lost(String),
    Referred,
    NoLongerReferred,
    /// An entry, what was, and what is.
    Terms(Weight, &'static str, String, String),
}

/// The changes, each with the days on which it holds.
pub(super) fn changes(old: &PolicySet, new: &PolicySet, whom: &Whom, today: Date) -> Vec<Change> {
    let mut days = old.turns(whom);
    days.extend(new.turns(whom));
    days.retain(|day| *day > today);
    days.insert(today);
    let mut spans: Vec<(Date, Option<Date>, Changes)> = Vec::new();
    for day in days {
        let found = compare(new, &old.access(whom, day), &new.access(whom, day));
        match spans.last_mut() {
            Some((_, _, before)) if *before == found => {}
            last => {
                if let Some((_, until, _)) = last {
                    *until = day.yesterday().ok();
                }
                spans.push((day, None, found));
            }
        }
    }
    let said = spans.into_iter().flat_map(|(since, until, changes)| {
        (changes.into_iter())
            .map(move |(kind, operations)| said(whom, kind, &operations, since, until))
    });
    said.collect()
}

fn compare(new: &PolicySet, before: &Access, after: &Access) -> Changes {
    let mut changes = Changes::new();
    for operation in Operation::ALL {
        let mut note = |kind| {
            changes.entry(kind).or_default().insert(operation);
        };
        let allowed = (
            before.allowed.get(&operation),
            after.allowed.get(&operation),
        );
        match allowed {
            (None, Some(terms)) => note(Kind::Gained(in_words(terms))),
            (Some(terms), None) => note(Kind::Lost(in_words(terms))),
            (Some(was), Some(is)) => terms(new, was, is).into_iter().for_each(&mut note),
            (None, None) => {}
        }
        let referred = |access: &Access| access.referred.contains(&operation);
        match (referred(before), referred(after)) {
            (false, true) => note(Kind::Referred),
            // What is allowed or denied instead is said already, but for a plain denial.
            (true, false) if after.allowed.contains_key(&operation) => {}
            (true, false) => note(Kind::NoLongerReferred),
            _ => {}
        }
    }
    changes
}

/// How the terms of an operation change.
fn terms(new: &PolicySet, was: &AccessTerms, is: &AccessTerms) -> Vec<Kind> {
    let mut kinds = Vec::new();
    let mut note = |weight, entry, was: String, is: String| {
        kinds.push(Kind::Terms(weight, entry, was, is));
    };
    if was.tier != is.tier {
        let weight = wider(is.tier > was.tier);
        note(
            weight,
            "diff-tier",
            was.tier.to_string(),
            is.tier.to_string(),
        );
    }
    if was.profile != is.profile {
        let (old, new) = (
            new.profiles.get(&was.profile),
            new.profiles.get(&is.profile),
        );
        let stricter = old
            .zip(new)
            .is_some_and(|(old, new)| new.is_as_strict_as(old));
        let weight = wider(!stricter);
        note(
            weight,
            "diff-profile",
            was.profile.clone(),
            is.profile.clone(),
        );
    }
    if was.columns != is.columns {
        let narrower = match (&was.columns, &is.columns) {
            (None, Some(_)) => true,
            (Some(was), Some(is)) => is.is_subset(was),
            (_, None) => false,
        };
        let weight = wider(!narrower);
        note(weight, "diff-columns", columns(was), columns(is));
    }
    if was.query_budget != is.query_budget {
        let weight = wider(is.query_budget > was.query_budget);
        let (was, is) = (was.query_budget.to_string(), is.query_budget.to_string());
        note(weight, "diff-budget", was, is);
    }
    if was.embargo_months != is.embargo_months {
        let weight = wider(is.embargo_months < was.embargo_months);
        let (was, is) = (
            was.embargo_months.to_string(),
            is.embargo_months.to_string(),
        );
        note(weight, "diff-embargo", was, is);
    }
    if was.purpose != is.purpose {
        // Individuals may have consented to the one and not to the other.
        let said = |(purpose, sector_use)| format!("{purpose}, {sector_use}");
        let (was, is) = (said(was.purpose), said(is.purpose));
        note(Weight::Widening, "diff-purpose", was, is);
    }
    if was.from != is.from {
        let said =
            |(organisation, country): &(String, String)| format!("{organisation} ({country})");
        let (was, is) = (said(&was.from), said(&is.from));
        note(Weight::Widening, "diff-from", was, is);
    }
    if was.industry != is.industry {
        let entry = match is.industry {
            true => "diff-with-industry",
            false => "diff-without-industry",
        };
        note(wider(!is.industry), entry, String::new(), String::new());
    }
    if was.basis != is.basis {
        let weight = match (was.basis, is.basis) {
            (Some(Basis::Consent), _) => Weight::Widening,
            (_, Some(Basis::Consent)) => Weight::Narrowing,
            _ => Weight::Other,
        };
        let said = |basis: Option<Basis>| basis.map_or_else(String::new, |basis| basis.to_string());
        note(weight, "diff-basis", said(was.basis), said(is.basis));
    }
    kinds
}

fn wider(wider: bool) -> Weight {
    if wider {
        Weight::Widening
    } else {
        Weight::Narrowing
    }
}

fn in_words(terms: &AccessTerms) -> String {
    format!("{}, {}, {}", terms.tier, terms.profile, columns(terms))
}

fn columns(terms: &AccessTerms) -> String {
    match &terms.columns {
        None => "*".to_owned(),
        Some(columns) => columns.iter().cloned().collect::<Vec<_>>().join(";"),
    }
}

fn said(
    whom: &Whom,
    kind: Kind,
    operations: &BTreeSet<Operation>,
    since: Date,
    until: Option<Date>,
) -> Change {
    let (weight, words) = match kind {
        Kind::Gained(terms) => (
            Weight::Widening,
            Words::of("diff-gains").with("terms", terms),
        ),
        Kind::Lost(terms) => (
            Weight::Narrowing,
            Words::of("diff-loses").with("terms", terms),
        ),
        Kind::Referred => (Weight::Other, Words::of("diff-referred")),
        Kind::NoLongerReferred => (Weight::Other, Words::of("diff-not-referred")),
        Kind::Terms(weight, entry, was, is) => {
            (weight, Words::of(entry).with("was", was).with("is", is))
        }
    };
    let operations: Vec<&str> = operations.iter().map(|o| o.as_str()).collect();
    let days = match until {
        Some(until) => Words::of("days-from-to").with("until", until),
        None => Words::of("days-from"),
    };
    Change {
        weight,
        whom: Some(whom.clone()),
        words: words
            .with("person", &whom.person)
            .with("project", &whom.project)
            .with("dataset", &whom.dataset)
            .with("operations", operations.join(", "))
            .with_words("days", days.with("since", since)),
    }
}
