//! `check`, `fmt` and `test`: the files as files.

use std::{collections::BTreeMap, fs, io, path::Path, process::ExitCode};

use jiff::Timestamp;
use sekisho_policies::{
    Finding, HolderSet, Place, PolicySet, Rejected, files_of, formatted_consortium,
    formatted_holder,
};
use serde_json::{Value, json};

use crate::output::Output;

/// Whether a folder is a holder's.
fn is_holder(dir: &Path) -> bool {
    dir.join("holder.toml").is_file()
}

pub(crate) fn check(out: &Output, dir: &Path, at: Option<Timestamp>) -> io::Result<ExitCode> {
    let at = at.unwrap_or_else(Timestamp::now);
    let read = if is_holder(dir) {
        HolderSet::load(dir).map(|set| of_holder(&set, at))
    } else {
        PolicySet::load(dir).map(|set| of_consortium(&set, at))
    };
    let (summary, mut lines, warnings) = match read {
        Ok(read) => read,
        Err(rejected) => return out.refused(&rejected),
    };
    let said = warnings.iter().map(|warning| {
        let text = warning.said(out.language).text(out.language);
        format!("warning: {text}")
    });
    lines.extend(said);
    let json = json!({ "findings": out.findings(&warnings), "set": summary });
    out.print(&json, &lines)?;
    Ok(ExitCode::SUCCESS)
}

fn of_consortium(set: &PolicySet, at: Timestamp) -> (Value, Vec<String>, Vec<Finding>) {
    let summary = set.summary();
    let counts = format!(
        "  {} members, {} people, {} datasets, {} projects, {} grants, {} profiles, {} tests",
        summary.members,
        summary.people,
        summary.datasets,
        summary.projects,
        summary.grants,
        summary.profiles,
        summary.tests
    );
    let lines = vec![
        format!("{}: the files hold together", summary.name),
        counts,
        format!("  digest {}", summary.digest),
    ];
    (json!(summary), lines, set.warnings(at))
}

fn of_holder(set: &HolderSet, at: Timestamp) -> (Value, Vec<String>, Vec<Finding>) {
    let summary = set.summary();
    let lines = vec![
        format!("{}: the files hold together", summary.name),
        format!("  {} datasets, {} rules", summary.datasets, summary.rules),
        format!("  digest {}", summary.digest),
    ];
    (json!(summary), lines, set.warnings(at))
}

pub(crate) fn fmt(out: &Output, dir: &Path, check: bool) -> io::Result<ExitCode> {
    let formatted = files_of(dir).and_then(|files| {
        let formatted = match is_holder(dir) {
            true => formatted_holder(&files)?,
            false => formatted_consortium(&files)?,
        };
        Ok::<_, Rejected>((files, formatted))
    });
    let (before, after) = match formatted {
        Ok(both) => both,
        Err(rejected) => return out.refused(&rejected),
    };
    let changed: Vec<&String> = (after.iter())
        .filter(|(name, bytes)| before.get(*name) != Some(bytes))
        .map(|(name, _)| name)
        .collect();
    if !check {
        for name in &changed {
            if let Some(bytes) = after.get(*name) {
                replace(&dir.join(name), bytes)?;
            }
        }
    }
    let verb = if check { "would change" } else { "changed" };
    let lines: Vec<String> = changed
        .iter()
        .map(|name| format!("{verb} {name}"))
        .collect();
    out.print(&json!({ "changed": changed }), &lines)?;
    Ok(if check && !changed.is_empty() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// Replaces a file wholly or not at all.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    fs::write(&new, bytes)?;
    fs::rename(&new, path)
}

pub(crate) fn test(out: &Output, dir: &Path) -> io::Result<ExitCode> {
    let set = match PolicySet::load(dir) {
        Ok(set) => set,
        Err(rejected) => return out.refused(&rejected),
    };
    let coverage = set.coverage();
    let mut lines = vec![format!("{} tests hold", coverage.tests)];
    for (file, rows) in by_file(&coverage.untested_rows) {
        lines.push(format!(
            "  rows that no test reaches: {file}:{}",
            ranges(&rows)
        ));
    }
    if !coverage.untested_rules.is_empty() {
        let rules = coverage.untested_rules.join(", ");
        lines.push(format!("  rules that stand against no test: {rules}"));
    }
    let json = json!({
        "tests": coverage.tests,
        "untested_rows": coverage.untested_rows,
        "untested_rules": coverage.untested_rules,
    });
    out.print(&json, &lines)?;
    Ok(ExitCode::SUCCESS)
}

/// The lines of places, by file.
fn by_file(places: &[Place]) -> BTreeMap<&str, Vec<u64>> {
    let mut files: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for place in places {
        files.entry(&place.file).or_default().push(place.line);
    }
    files
}

/// Ascending numbers as `2-4,7`.
fn ranges(numbers: &[u64]) -> String {
    let runs = numbers.chunk_by(|a, b| a + 1 == *b);
    let runs = runs.filter_map(|run| match (run.first()?, run.last()?) {
        (first, last) if first == last => Some(first.to_string()),
        (first, last) => Some(format!("{first}-{last}")),
    });
    runs.collect::<Vec<_>>().join(",")
}
