//! Grants reach no further than their datasets, and do not contradict each other.

use std::collections::HashMap;

use super::Tables;
use crate::{
    finding::{Finding, Slip},
    record::{Dataset, Effect, Grant},
    words::Words,
};

/// So many rows may speak of one project and one dataset: a decision reads them all.
const MOST_GRANTS_OF_A_PAIR: usize = 64;

pub(super) fn check(tables: &Tables, findings: &mut Vec<Finding>) {
    reach(tables, findings);
    contradictions(tables, findings);
}

/// A grant reaches no further than its dataset allows.
fn reach(tables: &Tables, findings: &mut Vec<Finding>) {
    let datasets = tables.datasets.records.iter();
    let datasets: HashMap<&str, &Dataset> =
        datasets.map(|row| (row.dataset.as_str(), row)).collect();
    for row in &tables.grants.records {
        let (Effect::Allow(scope), Some(dataset)) =
            (&row.effect, datasets.get(row.dataset.as_str()))
        else {
            continue;
        };
        let deepest = dataset.tiers.deepest;
        if scope.tier > deepest {
            let words = Words::of("tier-too-deep").with("tier", deepest);
            let slip = Slip::mended(words, deepest.as_str());
            findings.push(tables.grants.finding(row.line, "tier", &slip));
        }
        if let Some(name) = &scope.profile
            && let Some(profile) = tables.profiles.get(name)
            && let Some(least) = tables.profiles.get(&dataset.profile)
            && !profile.is_as_strict_as(least)
        {
            let words = Words::of("profile-too-mild")
                .with("profile", name)
                .with("least", &dataset.profile);
            let slip = Slip::mended(words, "");
            findings.push(tables.grants.finding(row.line, "profile", &slip));
        }
    }
}

/// No two rows allow the same on the same days with other terms, and none stands twice.
fn contradictions(tables: &Tables, findings: &mut Vec<Finding>) {
    let sheet = &tables.grants;
    let mut seen: HashMap<(&str, &str), Vec<&Grant>> = HashMap::new();
    for row in &sheet.records {
        let earlier = seen.entry((&row.project, &row.dataset)).or_default();
        if earlier.len() == MOST_GRANTS_OF_A_PAIR {
            let words = Words::of("too-many-rows-of-a-pair").with("most", MOST_GRANTS_OF_A_PAIR);
            findings.push(sheet.line_finding(row.line, words));
            continue;
        }
        for other in earlier
            .iter()
            .filter(|other| other.period.meets(&row.period))
        {
            let same = other.operations == row.operations && other.period == row.period;
            let shared = row
                .operations
                .iter()
                .any(|operation| other.operations.contains(operation));
            if same && other.effect == row.effect {
                let words = Words::of("row-stands-twice").with("earlier", other.line);
                findings.push(sheet.line_finding(row.line, words));
            } else if let (Effect::Allow(scope), Effect::Allow(before)) =
                (&row.effect, &other.effect)
                && shared
                && scope != before
            {
                let words = Words::of("two-terms").with("earlier", other.line);
                findings.push(sheet.line_finding(row.line, words));
            }
        }
        earlier.push(row);
    }
}
