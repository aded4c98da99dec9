//! What the loader takes and somebody should still look at: rows that are over, that another one
//! covers, or that give nobody anything.

use jiff::civil::Date;

use crate::{
    canary::somebody,
    conditions::Verdict,
    decision::Outcome,
    finding::Finding,
    purpose::Purpose,
    record::{Effect, Grant},
    request::{Operation, Request},
    set::PolicySet,
    words::Words,
};

/// Everything worth a look on a day.
pub(crate) fn of(set: &PolicySet, today: Date) -> Vec<Finding> {
    let mut findings = Vec::new();
    for grant in set.every_grant() {
        findings.extend(of_grant(set, grant, today));
    }
    for judgement in set.judgements.values().flat_map(|of| of.values().flatten()) {
        if judgement.period.until < today {
            let words = Words::of("judgement-over").with("until", judgement.period.until);
            findings.push(Finding::warning("judgements.csv", judgement.line, words));
        }
    }
    for project in set.projects.values() {
        if let Purpose::Disease(disease) = project.purpose
            && !disease.is_known()
        {
            let words = Words::of("disease-not-known").with("disease", disease);
            findings.push(Finding::warning("projects.csv", project.line, words));
        }
    }
    for dataset in set.datasets.values() {
        for disease in dataset.consent.diseases().filter(|d| !d.is_known()) {
            let words = Words::of("disease-not-known").with("disease", disease);
            findings.push(Finding::warning("datasets.csv", dataset.line, words));
        }
        if dataset.tiers.open_to_members && !is_open_to_somebody(set, &dataset.dataset, today) {
            let words = Words::of("open-to-nobody");
            findings.push(Finding::warning("datasets.csv", dataset.line, words));
        }
    }
    if set.cases.is_empty() {
        findings.push(Finding::warning("tests.csv", 1, Words::of("no-tests")));
    }
    findings.sort();
    findings
}

fn of_grant(set: &PolicySet, grant: &Grant, today: Date) -> Option<Finding> {
    let warning = |words| Some(Finding::warning("grants.csv", grant.line, words));
    if grant.period.until < today {
        return warning(Words::of("grant-over").with("until", grant.period.until));
    }
    let others = || {
        let rows = set.grants_of(&grant.project, &grant.dataset).iter();
        rows.filter(|other| other.line != grant.line)
    };
    if let Effect::Deny = grant.effect {
        let met = others().any(|other| {
            let allows = matches!(other.effect, Effect::Allow(_));
            let shared = other
                .operations
                .iter()
                .any(|o| grant.operations.contains(o));
            allows && shared && other.period.meets(&grant.period)
        });
        return if met {
            None
        } else {
            warning(Words::of("deny-of-nothing"))
        };
    }
    let covering = others().find(|other| covers(other, grant));
    if let Some(covering) = covering {
        let id = match covering.effect {
            Effect::Deny => "allow-denied",
            Effect::Allow(_) => "allow-covered",
        };
        return warning(Words::of(id).with("line", covering.line));
    }
    if somebody(set, grant) {
        return None;
    }
    match against(set, grant) {
        Some(because) => warning(Words::of("grant-to-nobody").with_words("because", because)),
        None => warning(Words::of("grant-without-team")),
    }
}

/// Whether one row leaves nothing for another to do.
fn covers(one: &Grant, other: &Grant) -> bool {
    let same_terms = match (&one.effect, &other.effect) {
        (Effect::Deny, _) => true,
        (Effect::Allow(a), Effect::Allow(b)) => a == b,
        (Effect::Allow(_), Effect::Deny) => false,
    };
    same_terms
        && one.period.since <= other.period.since
        && other.period.until <= one.period.until
        && other.operations.iter().all(|o| one.operations.contains(o))
        // Of two that say the same, the later is the one too many.
        && (one.effect != other.effect || one.line < other.line || one.period != other.period)
}

/// What stands against the first of the team on the first day of the row.
fn against(set: &PolicySet, grant: &Grant) -> Option<Words> {
    let person = set.teams.get(&grant.project)?.people.keys().min()?;
    let explanation = set.explain(&Request {
        principal: person,
        project: &grant.project,
        dataset: &grant.dataset,
        operation: *grant.operations.first()?,
        at: set.noon(grant.period.since)?,
    });
    let mut conditions = explanation.conditions.into_iter();
    let failed = conditions.find(|asked| asked.verdict != Verdict::Holds)?;
    Some(failed.message)
}

fn is_open_to_somebody(set: &PolicySet, dataset: &str, today: Date) -> bool {
    let Some(at) = set.noon(today) else {
        return false;
    };
    set.people.values().any(|person| {
        let request = Request {
            principal: &person.person,
            project: &person.organisation,
            dataset,
            operation: Operation::Query,
            at,
        };
        set.decide(&request).outcome == Outcome::Allow
    })
}
