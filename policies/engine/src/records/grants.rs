//! What projects may do with datasets.

use super::{TIERS, period};
use crate::{
    finding::Slip,
    record::{Effect, Grant, Scope},
    request::Operation,
    table::{Cells, Schema},
    values::{any_or, choice, column, list, name, project},
    words::Words,
};

pub(crate) static GRANTS: Schema = Schema {
    file: "grants.csv",
    columns: &[
        "project",
        "dataset",
        "tier",
        "operations",
        "columns",
        "profile",
        "effect",
        "since",
        "until",
    ],
    private: false,
};

pub(crate) fn grant(cells: &mut Cells<'_>) -> Option<Grant> {
    let project = cells.read("project", project);
    let dataset = cells.read("dataset", name);
    let operations = cells.read("operations", operations);
    let allows = cells.read("effect", |text| {
        choice(text, &[("allow", true), ("deny", false)])
    });
    let period = period(cells, "since", "until");
    let effect = match allows? {
        true => allow(cells).map(Effect::Allow),
        false => deny(cells).map(|()| Effect::Deny),
    };
    Some(Grant {
        line: cells.row.line,
        project: project?,
        dataset: dataset?,
        effect: effect?,
        operations: operations?,
        period: period?,
    })
}

/// The operations of a cell, each once; `*` is all.
fn operations(text: &str) -> Result<Vec<Operation>, Slip> {
    if text == "*" {
        return Ok(Operation::ALL.to_vec());
    }
    let words = Operation::ALL.map(|operation| (operation.as_str(), operation));
    let mut operations = list(text, |part| choice(part, &words))?;
    operations.sort();
    operations.dedup();
    Ok(operations)
}

fn allow(cells: &mut Cells<'_>) -> Option<Scope> {
    let tier = cells.read("tier", |text| choice(text, &TIERS));
    let columns = cells.read("columns", |text| any_or(text, |text| list(text, column)));
    let profile = cells.read("profile", |text| match text {
        "" => Ok(None),
        text => name(text).map(Some),
    });
    Some(Scope {
        tier: tier?,
        columns: columns?,
        profile: profile?,
    })
}

/// A deny bars its operations wholly; one that seemed to bar a part would mislead its author.
fn deny(cells: &mut Cells<'_>) -> Option<()> {
    let whole = |column: &'static str, meant: &'static str| {
        move |text: &str| {
            if text == meant {
                return Ok(());
            }
            let words = Words::of("deny-of-a-part")
                .with("text", text)
                .with("meant", meant)
                .with("column", column);
            Err(Slip::mended(words, meant))
        }
    };
    let tier = cells.read("tier", whole("tier", "*"));
    let columns = cells.read("columns", whole("columns", "*"));
    let profile = cells.read("profile", whole("profile", ""));
    tier.and(columns).and(profile)
}
