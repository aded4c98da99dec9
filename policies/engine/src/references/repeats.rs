//! No key stands twice, in whatever case, and no row.

use std::{collections::HashMap, hash::Hash};

use super::Tables;
use crate::{finding::Finding, record::Period, table::Sheet, words::Words};

pub(super) fn check(tables: &Tables, findings: &mut Vec<Finding>) {
    once(
        &tables.members,
        |m| (m.line, m.organisation.clone()),
        findings,
    );
    once(
        &tables.people,
        |p| (p.line, p.person.to_ascii_lowercase()),
        findings,
    );
    once(&tables.datasets, |d| (d.line, d.dataset.clone()), findings);
    once(
        &tables.projects,
        |p| (p.line, p.project.to_ascii_lowercase()),
        findings,
    );
    once(
        &tables.teams,
        |t| (t.line, (t.project.clone(), t.person.clone())),
        findings,
    );
    let key = |case: &crate::record::Case| {
        let whom = (case.person.clone(), case.project.clone());
        (
            case.line,
            (whom, case.dataset.clone(), case.operation, case.day),
        )
    };
    once(&tables.cases, key, findings);
    named_like_members(tables, findings);
    let sheet = &tables.jurisdictions;
    let key = |row: &crate::record::Jurisdiction| (row.country.clone(), row.period);
    for (row, earlier) in meeting(sheet, key) {
        let words = Words::of("two-bases")
            .with("country", &row.country)
            .with("earlier", earlier.line);
        findings.push(sheet.line_finding(row.line, words));
    }
    let sheet = &tables.judgements;
    let key = |row: &crate::record::Judgement| {
        let of = (row.project.clone(), row.dataset.clone(), row.kind);
        (of, row.period)
    };
    for (row, earlier) in meeting(sheet, key) {
        let words = Words::of("two-judgements").with("earlier", earlier.line);
        findings.push(sheet.line_finding(row.line, words));
    }
}

/// A project that is called like a member would be taken for one that only plans.
fn named_like_members(tables: &Tables, findings: &mut Vec<Finding>) {
    let members = tables.members.records.iter();
    let members: HashMap<&str, u64> = members
        .map(|member| (member.organisation.as_str(), member.line))
        .collect();
    for project in &tables.projects.records {
        let lower = project.project.to_ascii_lowercase();
        if let Some(line) = members.get(lower.as_str()) {
            let words = Words::of("project-named-like-a-member").with("earlier", line);
            findings.push(tables.projects.line_finding(project.line, words));
        }
    }
}

/// The rows whose days meet those of another row of their key, each with one such. However many
/// rows share a key, they are compared in the order of their days.
pub(crate) fn meeting<T, K: Eq + Hash>(
    sheet: &Sheet<T>,
    key: impl Fn(&T) -> (K, Period),
) -> Vec<(&T, &T)> {
    let mut of_key: HashMap<K, Vec<(Period, &T)>> = HashMap::new();
    for row in &sheet.records {
        let (key, period) = key(row);
        of_key.entry(key).or_default().push((period, row));
    }
    let mut found = Vec::new();
    for mut rows in of_key.into_values() {
        // The sort keeps rows of one day in the order of their lines.
        rows.sort_by_key(|(period, _)| period.since);
        let mut longest: Option<(Period, &T)> = None;
        for (period, row) in rows {
            if let Some((_, earlier)) = longest.filter(|(longest, _)| longest.meets(&period)) {
                found.push((row, earlier));
            }
            if longest.is_none_or(|(longest, _)| period.until > longest.until) {
                longest = Some((period, row));
            }
        }
    }
    found
}

/// Every key stands once.
pub(crate) fn once<T, K: Eq + Hash>(
    sheet: &Sheet<T>,
    key: impl Fn(&T) -> (u64, K),
    findings: &mut Vec<Finding>,
) {
    let mut seen: HashMap<K, u64> = HashMap::new();
    for row in &sheet.records {
        let (line, key) = key(row);
        match seen.get(&key) {
            Some(earlier) => {
                let words = Words::of("name-stands-twice").with("earlier", earlier);
                findings.push(sheet.line_finding(line, words));
            }
            None => {
                seen.insert(key, line);
            }
        }
    }
}
