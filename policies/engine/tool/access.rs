//! `explain`, `diff`, `replay` and `who-can`: what the files decide.

use std::{io, path::Path, process::ExitCode};

use jiff::Timestamp;
use sekisho_policies::{
    Access, HolderRequest, HolderSet, PolicySet, Request, Weight, Whom, recorded,
};
use serde_json::json;

use crate::{
    arguments::Asked,
    output::{Output, outcome},
};

pub(crate) fn explain(
    out: &Output,
    dir: &Path,
    holder: Option<&Path>,
    asked: &Asked,
) -> io::Result<ExitCode> {
    let request = Request {
        principal: &asked.person,
        project: &asked.project,
        dataset: &asked.dataset,
        operation: asked.operation,
        at: asked.at.unwrap_or_else(Timestamp::now),
    };
    let set = match PolicySet::load(dir) {
        Ok(set) => set,
        Err(rejected) => return out.refused(&rejected),
    };
    let explanation = set.explain(&request);
    let decision = &explanation.decision;
    let mut lines = vec![outcome(decision.outcome).to_owned()];
    lines.extend(explanation.conditions.iter().flat_map(|c| out.condition(c)));
    if let Some(terms) = &decision.terms {
        let of = &terms.data_use;
        let columns = terms.columns.as_ref();
        lines.push(format!(
            "  terms: {} for {}, tier {}, profile {}, columns {}, budget {}, embargo {} months",
            of.organisation,
            of.purpose,
            terms.tier,
            terms.profile,
            columns.map_or("all".to_owned(), |columns| columns.join(";")),
            terms.query_budget,
            terms.embargo_months,
        ));
    }
    let mut json = json!({
        "request": request,
        "explanation": {
            "decision": out.decision(decision),
            "conditions": out.conditions(&explanation.conditions),
        },
    });
    // The second door is asked only what the first lets pass.
    if let (Some(holder), Some(terms)) = (holder, &decision.terms) {
        let holder = match HolderSet::load(holder) {
            Ok(set) => set,
            Err(rejected) => return out.refused(&rejected),
        };
        let (conditions, decision) = holder.explain(&HolderRequest {
            dataset: request.dataset,
            tier: terms.tier,
            data_use: &terms.data_use,
            at: request.at,
        });
        lines.push(format!("{}: {}", holder.name(), outcome(decision.outcome)));
        lines.extend(conditions.iter().flat_map(|c| out.condition(c)));
        if let Some(held) = json.as_object_mut() {
            let said = json!({
                "name": holder.name(),
                "outcome": decision.outcome,
                "reasons": out.reasons(&decision.reasons),
                "conditions": out.conditions(&conditions),
            });
            held.insert("holder".to_owned(), said);
        }
    }
    out.print(&json, &lines)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn diff(
    out: &Output,
    old: &Path,
    new: &Path,
    at: Option<Timestamp>,
) -> io::Result<ExitCode> {
    let sets = PolicySet::load(old).and_then(|old| Ok((old, PolicySet::load(new)?)));
    let (old, new) = match sets {
        Ok(sets) => sets,
        Err(rejected) => return out.refused(&rejected),
    };
    let at = at.unwrap_or_else(Timestamp::now);
    let changes = old.difference(&new, at).changes;
    let mut lines = Vec::new();
    let mut weight = None;
    for change in &changes {
        if weight != Some(change.weight) {
            weight = Some(change.weight);
            let heading = match change.weight {
                Weight::Widening => "wider:",
                Weight::Narrowing => "narrower:",
                Weight::Other => "neither:",
            };
            lines.push(heading.to_owned());
        }
        lines.push(format!("  {}", change.say(out.language)));
    }
    if changes.is_empty() {
        lines.push("nothing changes for anybody".to_owned());
    }
    let said = changes.iter().map(|change| {
        json!({
            "weight": change.weight,
            "person": change.whom.as_ref().map(|whom| &whom.person),
            "project": change.whom.as_ref().map(|whom| &whom.project),
            "dataset": change.whom.as_ref().map(|whom| &whom.dataset),
            "text": change.say(out.language),
        })
    });
    out.print(&json!({ "changes": said.collect::<Vec<_>>() }), &lines)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn replay(
    out: &Output,
    new: &Path,
    decisions: &Path,
    since: Timestamp,
) -> io::Result<ExitCode> {
    let set = match PolicySet::load(new) {
        Ok(set) => set,
        Err(rejected) => return out.refused(&rejected),
    };
    let recorded = match recorded(decisions, since) {
        Ok(recorded) => recorded,
        Err(error) => return out.failed(&format!("`{}`: {error}", decisions.display())),
    };
    let flips = set.replay(&recorded);
    let (all, kinds) = (recorded.len(), flips.len());
    let changed: usize = flips.iter().map(|flip| flip.times).sum();
    let mut lines = vec![format!(
        "{all} decisions, {changed} would be answered otherwise"
    )];
    for flip in &flips {
        let was = &flip.was;
        lines.push(format!(
            "  {} ({}) {} at {}, {} times since {}: {} instead of {}",
            was.person,
            was.project,
            was.operation,
            was.dataset,
            flip.times,
            was.at,
            outcome(flip.is.outcome),
            outcome(was.outcome)
        ));
        let reasons = flip.is.reasons.iter().take(3);
        lines.extend(reasons.map(|reason| {
            let (rule, place) = (reason.rule, &reason.place);
            format!("    {rule} ({place}): {}", reason.message.say(out.language))
        }));
    }
    let said = flips
        .iter()
        .map(|flip| json!({ "was": flip.was, "is": out.decision(&flip.is), "times": flip.times }));
    let said: Vec<_> = said.collect();
    out.print(
        &json!({ "decisions": all, "kinds": kinds, "flips": said }),
        &lines,
    )?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn who_can(
    out: &Output,
    dataset: &str,
    dir: &Path,
    at: Option<Timestamp>,
) -> io::Result<ExitCode> {
    let set = match PolicySet::load(dir) {
        Ok(set) => set,
        Err(rejected) => return out.refused(&rejected),
    };
    let at = at.unwrap_or_else(Timestamp::now);
    let Some(rows) = set.who_can(dataset, at) else {
        return out.failed(&format!("`{dataset}` does not stand in datasets.csv"));
    };
    let mut lines: Vec<String> = rows
        .iter()
        .map(|(whom, access)| line(whom, access))
        .collect();
    if rows.is_empty() {
        lines.push(format!("{dataset} is open to nobody"));
    }
    let said = rows.iter().map(|(whom, access)| {
        let allowed = access.allowed.iter().map(|(operation, terms)| {
            json!({
                "operation": operation,
                "tier": terms.tier,
                "profile": terms.profile,
                "columns": terms.columns,
                "query_budget": terms.query_budget,
                "embargo_months": terms.embargo_months,
            })
        });
        json!({
            "person": whom.person,
            "project": whom.project,
            "allowed": allowed.collect::<Vec<_>>(),
            "referred": access.referred,
        })
    });
    let json = json!({ "dataset": dataset, "who": said.collect::<Vec<_>>() });
    out.print(&json, &lines)?;
    Ok(ExitCode::SUCCESS)
}

fn line(whom: &Whom, access: &Access) -> String {
    let allowed: Vec<&str> = access.allowed.keys().map(|o| o.as_str()).collect();
    let mut line = format!("{}  {}  {}", whom.person, whom.project, allowed.join(", "));
    if let Some(terms) = access.allowed.values().next() {
        line += &format!("  ({}, {})", terms.tier, terms.profile);
    }
    if !access.referred.is_empty() {
        let referred: Vec<&str> = access.referred.iter().map(|o| o.as_str()).collect();
        line += &format!("  a person must judge: {}", referred.join(", "));
    }
    line
}
