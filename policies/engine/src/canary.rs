//! Requests whose answer is known, put to a set before it is used: a stranger gets nothing, every
//! deny bars what it names, and something is allowed to somebody.

use jiff::civil::Date;

use crate::{
    conditions::Verdict,
    decision::{Denial, Outcome},
    finding::Finding,
    record::{Effect, Grant, Period},
    request::{Operation, Request},
    set::PolicySet,
    words::Words,
};

/// So many pairs of project and dataset are tried with a stranger; the answer for one more would
/// rest on the same code.
const PAIRS_TRIED: usize = 100;

/// What the set answers wrongly.
pub(crate) fn findings(set: &PolicySet) -> Vec<Finding> {
    let wrong = |line, id| Finding::new("grants.csv", line, Words::of(id));
    let mut findings = Vec::new();
    let stranger = stranger(set);
    for grant in set.every_grant().take(PAIRS_TRIED) {
        for operation in Operation::ALL {
            let day = grant.period.since;
            let told = answer(set, &stranger, grant, operation, day);
            let casbin = allows(set, &stranger, grant, operation, day);
            if told != Some(Outcome::Deny(Denial::Unknown)) || casbin {
                findings.push(wrong(grant.line, "canary-stranger"));
            }
        }
    }
    for grant in set
        .every_grant()
        .filter(|grant| grant.effect == Effect::Deny)
    {
        let team = set.teams.get(&grant.project);
        let person = team.and_then(|team| team.people.keys().next());
        for (person, operation) in person
            .iter()
            .flat_map(|p| grant.operations.iter().map(move |o| (p, o)))
        {
            let days = [grant.period.since, grant.period.until];
            if days
                .iter()
                .any(|day| allows(set, person, grant, *operation, *day))
            {
                findings.push(wrong(grant.line, "canary-deny"));
            }
        }
    }
    if findings.is_empty() && !set.every_grant().any(|grant| somebody(set, grant)) {
        findings.push(nobody(set));
    }
    findings
}

/// That nothing is allowed, with what stands against the first row on its first day.
fn nobody(set: &PolicySet) -> Finding {
    let first = set.every_grant().min_by_key(|grant| grant.line);
    let against = first.and_then(|grant| {
        let team = set.teams.get(&grant.project);
        let person = team.and_then(|team| team.people.keys().min());
        let person = person.map_or("", String::as_str);
        let operation = *grant.operations.first()?;
        let request = request(set, person, grant, operation, grant.period.since)?;
        let conditions = set.explain(&request).conditions;
        let failed = conditions
            .into_iter()
            .find(|c| c.verdict != Verdict::Holds)?;
        let words = Words::of("canary-nobody-because")
            .with("day", grant.period.since)
            .with("place", failed.place)
            .with_words("because", failed.message);
        Some((grant.line, words))
    });
    let (line, words) = against.unwrap_or((1, Words::of("canary-nobody")));
    Finding::new("grants.csv", line, words)
}

/// Whether the row allows somebody something on some day: if it does on any day, then on one on
/// which some span begins, or on the day after a deny or a moratorium ends.
pub(crate) fn somebody(set: &PolicySet, grant: &Grant) -> bool {
    let Some(team) = set.teams.get(&grant.project) else {
        return false;
    };
    if grant.effect == Effect::Deny {
        return false;
    }
    team.people.keys().any(|person| {
        let mut days: Vec<Date> = spans(set, person, grant).map(|span| span.since).collect();
        let denies = set.grants_of(&grant.project, &grant.dataset).iter();
        let denies = denies.filter(|row| row.effect == Effect::Deny);
        days.extend(denies.filter_map(|row| row.period.until.tomorrow().ok()));
        let dataset = set.datasets.get(&grant.dataset).into_iter();
        let limits = dataset.flat_map(|dataset| dataset.consent.limits_in_time());
        days.extend(limits.flatten().filter_map(|day| day.tomorrow().ok()));
        days.retain(|day| grant.period.holds(*day));
        grant.operations.iter().any(|operation| {
            days.iter()
                .any(|day| answer(set, person, grant, *operation, *day) == Some(Outcome::Allow))
        })
    })
}

/// The spans of days that an allow of the row to this person depends on.
fn spans(set: &PolicySet, person: &str, grant: &Grant) -> impl Iterator<Item = Period> {
    let person = set.people.get(person);
    let member = person.and_then(|person| set.members.get(&person.organisation));
    let project = set.projects.get(&grant.project);
    let lead = project.and_then(|project| set.members.get(&project.lead));
    let dataset = set.datasets.get(&grant.dataset);
    let holder = dataset.and_then(|dataset| set.members.get(&dataset.holder));
    let bases = member.and_then(|member| set.jurisdictions.get(&member.country));
    let single = [
        Some(grant.period),
        person.map(|person| person.period),
        member.map(|member| member.period),
        project.map(|project| project.period),
        lead.map(|lead| lead.period),
        holder.map(|holder| holder.period),
    ];
    let bases = bases.into_iter().flatten().map(|basis| basis.period);
    let judgements = set.judgements_of(&grant.project, &grant.dataset).iter();
    let judgements = judgements.map(|judgement| judgement.period);
    single.into_iter().flatten().chain(bases).chain(judgements)
}

fn answer(
    set: &PolicySet,
    principal: &str,
    grant: &Grant,
    operation: Operation,
    day: Date,
) -> Option<Outcome> {
    let request = request(set, principal, grant, operation, day)?;
    Some(set.decide(&request).outcome)
}

/// What the row is about, asked by somebody at noon of a day.
fn request<'a>(
    set: &PolicySet,
    principal: &'a str,
    grant: &'a Grant,
    operation: Operation,
    day: Date,
) -> Option<Request<'a>> {
    Some(Request {
        principal,
        project: &grant.project,
        dataset: &grant.dataset,
        operation,
        at: set.noon(day)?,
    })
}

fn allows(set: &PolicySet, person: &str, grant: &Grant, operation: Operation, day: Date) -> bool {
    let project = Some(grant.project.as_str());
    let answer = set
        .casbin
        .allow(person, project, &grant.dataset, operation, day);
    answer == Ok(true)
}

/// A URI that no row names.
fn stranger(set: &PolicySet) -> String {
    let mut name = "spiffe://canary.invalid/nobody".to_owned();
    while set.people.contains_key(&name) {
        name.push('x');
    }
    name
}
