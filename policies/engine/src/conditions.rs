//! What must hold for a request, one condition after the other, and casbin's answer last.

mod rules;

use jiff::civil::Date;
use serde::Serialize;

use crate::{
    consent::{Fit, fit},
    decision::{Decision, Denial, Outcome, Place, Reason, Terms},
    record::{
        Dataset, Effect, Grant, Member, Period, Person, Project, Purpose, Role, Scope, Stage,
    },
    request::Request,
    set::PolicySet,
};

use rules::{
    CONSENT, DATASET, DATES, ETHICS, GRANT, HOLDER, JURISDICTION, LEAD, MEMBER, OPERATION, PERSON,
    PROJECT, PURPOSE, ROLE, Rule, STATUS, TEAM,
};

/// One condition of a request, and whether it held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Condition {
    /// The rule's name.
    pub rule: &'static str,
    /// Whether it held.
    pub verdict: Verdict,
    /// What it says of this request.
    pub message: String,
    /// What to do where it did not hold.
    pub help: String,
    /// The line that made it so.
    pub place: Place,
}

/// What became of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It held.
    Holds,
    /// A person must judge it.
    Refers,
    /// It did not hold.
    Fails(Denial),
}

/// All conditions of a request, in the order in which they are asked, and the decision they make.
pub(crate) fn examine(set: &PolicySet, request: &Request<'_>) -> (Vec<Condition>, Decision) {
    let mut asked = Asked(Vec::new());
    let terms = ask(set, request, &mut asked);
    let decision = decide(&asked.0, terms);
    (asked.0, decision)
}

/// The one reason an unknown visitor is given.
pub(crate) fn unknown(place: Place) -> Decision {
    constant(
        Denial::Unknown,
        "unknown-visitor",
        "the certificate names no visitor of this consortium",
        "ask your organisation's contact to have you entered, with the URI of your certificate",
        place,
    )
}

/// The one reason for everything that a visitor has no grant of, whether it exists or not.
pub(crate) fn not_available(place: Place) -> Decision {
    constant(
        Denial::NotAvailable,
        "not-available",
        "the dataset is not available to this project",
        "check the names of the project and the dataset, or apply to the data-use review committee",
        place,
    )
}

struct Asked(Vec<Condition>);

impl Asked {
    fn note(&mut self, rule: &Rule, holds: bool, place: Place) {
        self.verdict(
            rule,
            if holds {
                Verdict::Holds
            } else {
                Verdict::Fails(rule.denial)
            },
            place,
        );
    }

    fn verdict(&mut self, rule: &Rule, verdict: Verdict, place: Place) {
        let message = match verdict {
            Verdict::Holds => rule.holds,
            Verdict::Refers => "a condition of the individuals' consent must be judged by a person",
            Verdict::Fails(_) => rule.fails,
        };
        self.0.push(Condition {
            rule: rule.name,
            verdict,
            message: message.to_owned(),
            help: match verdict {
                Verdict::Holds => String::new(),
                Verdict::Refers => {
                    "ask the data-use review committee to look at the project and this dataset"
                        .to_owned()
                }
                Verdict::Fails(_) => rule.help.to_owned(),
            },
            place,
        });
    }
}

/// Notes every condition that can be asked; the terms, if a grant in force covers the operation.
fn ask(set: &PolicySet, request: &Request<'_>, asked: &mut Asked) -> Option<Terms> {
    let day = set.day(request.at);
    let Some(person) = set.people.get(request.principal) else {
        asked.note(&PERSON, false, place("people.csv", 1));
        return None;
    };
    let member = set.members.get(&person.organisation)?;
    asked.note(
        &PERSON,
        person.period.holds(day),
        place("people.csv", person.line),
    );
    asked.note(
        &MEMBER,
        member.in_force(day),
        place("members.csv", member.line),
    );

    let Some(project) = set.projects.get(request.project) else {
        asked.note(&PROJECT, false, place("projects.csv", 1));
        return None;
    };
    asked.note(&PROJECT, true, place("projects.csv", project.line));
    let mate = set
        .teams
        .get(request.project)
        .and_then(|team| team.get(request.principal));
    asked.note(
        &TEAM,
        mate.is_some(),
        place("teams.csv", mate.copied().unwrap_or(1)),
    );
    let Some(dataset) = set.datasets.get(request.dataset) else {
        asked.note(&DATASET, false, place("datasets.csv", 1));
        return None;
    };
    asked.note(&DATASET, true, place("datasets.csv", dataset.line));
    let grants = set.grants_of(request.project, request.dataset);
    let in_force = allowing(grants).find(|(grant, _)| grant.period.holds(day));
    let line = in_force.map_or(1, |(grant, _)| grant.line);
    asked.note(&GRANT, in_force.is_some(), place("grants.csv", line));
    if mate.is_none() || in_force.is_none() {
        return None;
    }

    ask_of_the_project(set, asked, person, member, project, day);
    let holder = set.members.get(&dataset.holder)?;
    asked.note(
        &HOLDER,
        holder.in_force(day),
        place("members.csv", holder.line),
    );
    let verdict = match fit(&dataset.consent, project, member.sector) {
        Fit::Permits => Verdict::Holds,
        Fit::Refers => Verdict::Refers,
        Fit::Forbids => Verdict::Fails(Denial::Policy),
    };
    asked.verdict(&CONSENT, verdict, place("datasets.csv", dataset.line));
    ask_casbin(set, request, asked, (person, member, project, dataset), day)
}

/// The conditions that are the same for every dataset of the project.
fn ask_of_the_project(
    set: &PolicySet,
    asked: &mut Asked,
    person: &Person,
    member: &Member,
    project: &Project,
    day: Date,
) {
    let own = || place("projects.csv", project.line);
    let researcher = person.roles.contains(&Role::Researcher);
    asked.note(&ROLE, researcher, place("people.csv", person.line));
    asked.note(&STATUS, project.stage == Stage::Approved, own());
    asked.note(&DATES, project.period.holds(day), own());
    if let Some(condition) = asked
        .0
        .last_mut()
        .filter(|last| last.verdict != Verdict::Holds)
    {
        let Period { since, until } = project.period;
        condition.message = format!("the project's approval runs from {since} to {until}");
    }
    let lead = set.members.get(&project.lead);
    asked.note(
        &LEAD,
        lead.is_some_and(|lead| lead.in_force(day)),
        place("members.csv", lead.map_or(1, |lead| lead.line)),
    );
    asked.note(&ETHICS, !project.ethics.trim().is_empty(), own());
    let prohibited = matches!(
        project.purpose,
        Purpose::Insurance | Purpose::Employment | Purpose::ReIdentification
    );
    asked.note(&PURPOSE, !prohibited, own());
    let bases = set
        .jurisdictions
        .get(&member.country)
        .map_or(&[][..], Vec::as_slice);
    let basis = bases.iter().find(|basis| basis.period.holds(day));
    let line = basis.or(bases.first()).map_or(1, |basis| basis.line);
    asked.note(
        &JURISDICTION,
        basis.is_some(),
        place("jurisdictions.csv", line),
    );
    if let (Some(basis), Some(condition)) = (basis, asked.0.last_mut()) {
        condition.message = format!("{}: {}", JURISDICTION.holds, basis.basis.text());
    }
}

/// casbin's answer; an error of it is a no.
fn ask_casbin(
    set: &PolicySet,
    request: &Request<'_>,
    asked: &mut Asked,
    (person, member, project, dataset): (&Person, &Member, &Project, &Dataset),
    day: Date,
) -> Option<Terms> {
    let operation = request.operation;
    let covers = |grant: &&Grant| grant.period.holds(day) && grant.operations.contains(&operation);
    let grants = set.grants_of(&project.project, &dataset.dataset);
    let allowed = set.casbin.allow(
        &person.person,
        &project.project,
        &dataset.dataset,
        operation,
        day,
    );
    let barring = grants
        .iter()
        .filter(covers)
        .find(|grant| grant.effect == Effect::Deny);
    let granting = allowing(grants).find(|(grant, _)| covers(grant));
    let line = barring
        .or(granting.map(|(grant, _)| grant))
        .map_or(1, |grant| grant.line);
    asked.note(&OPERATION, allowed == Ok(true), place("grants.csv", line));
    let (_, scope) = granting?;
    Some(Terms {
        organisation: member.organisation.clone(),
        purpose: project.purpose.text(),
        tier: scope.tier,
        profile: scope
            .profile
            .clone()
            .unwrap_or_else(|| dataset.profile.clone()),
        query_budget: project.query_budget,
        columns: scope.columns.clone(),
        rules: asked
            .0
            .iter()
            .map(|condition| condition.rule.to_owned())
            .collect(),
    })
}

/// The rows that allow, with what they allow.
fn allowing(grants: &[Grant]) -> impl Iterator<Item = (&Grant, &Scope)> {
    grants.iter().filter_map(|grant| match &grant.effect {
        Effect::Allow(scope) => Some((grant, scope)),
        Effect::Deny => None,
    })
}

/// The gravest verdict decides, and only as much is told as it lets be told.
fn decide(conditions: &[Condition], terms: Option<Terms>) -> Decision {
    let first = |verdict| {
        conditions
            .iter()
            .find(|condition| condition.verdict == verdict)
    };
    if let Some(condition) = first(Verdict::Fails(Denial::Unknown)) {
        return unknown(condition.place.clone());
    }
    if let Some(condition) = first(Verdict::Fails(Denial::NotAvailable)) {
        return not_available(condition.place.clone());
    }
    let (outcome, shown) = if first(Verdict::Fails(Denial::Policy)).is_some() {
        (
            Outcome::Deny(Denial::Policy),
            Verdict::Fails(Denial::Policy),
        )
    } else if first(Verdict::Refers).is_some() {
        (Outcome::Refer, Verdict::Refers)
    } else if terms.is_some() {
        (Outcome::Allow, Verdict::Holds)
    } else {
        return not_available(place("grants.csv", 1));
    };
    let shown = conditions
        .iter()
        .filter(|condition| condition.verdict == shown);
    let reasons = shown.map(|condition| Reason {
        rule: condition.rule,
        message: condition.message.clone(),
        help: condition.help.clone(),
        place: condition.place.clone(),
    });
    Decision {
        outcome,
        reasons: reasons.collect(),
        terms: terms.filter(|_| outcome == Outcome::Allow),
    }
}

pub(crate) fn place(file: &str, line: u64) -> Place {
    Place {
        file: file.to_owned(),
        line,
    }
}

fn constant(
    denial: Denial,
    rule: &'static str,
    message: &str,
    help: &str,
    place: Place,
) -> Decision {
    Decision {
        outcome: Outcome::Deny(denial),
        reasons: vec![Reason {
            rule,
            message: message.to_owned(),
            help: help.to_owned(),
            place,
        }],
        terms: None,
    }
}
