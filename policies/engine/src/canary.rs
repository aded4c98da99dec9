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
};

/// So many pairs of project and dataset are tried with a stranger; the answer for one more would
/// rest on the same code.
const PAIRS_TRIED: usize = 100;

/// What the set answers wrongly.
pub(crate) fn findings(set: &PolicySet) -> Vec<Finding> {
    let wrong = |line, what: &str| Finding {
        file: "grants.csv".to_owned(),
        line,
        what: what.to_owned(),
        why: "a set is used only once it has answered rightly what cannot be in doubt".to_owned(),
        instead:
            "<report this set to the makers of this software; the set before it stays in force>"
                .to_owned(),
    };
    let mut findings = Vec::new();
    let grants = || {
        set.grants
            .values()
            .flat_map(|datasets| datasets.values())
            .flatten()
    };
    let stranger = stranger(set);
    for grant in grants().take(PAIRS_TRIED) {
        for operation in Operation::ALL {
            let day = grant.period.since;
            let told = answer(set, &stranger, grant, operation, day);
            let casbin = allows(set, &stranger, grant, operation, day);
            if told != Some(Outcome::Deny(Denial::Unknown)) || casbin {
                findings.push(wrong(
                    grant.line,
                    "a person whom nobody entered is not denied",
                ));
            }
        }
    }
    for grant in grants().filter(|grant| grant.effect == Effect::Deny) {
        let team = set
            .teams
            .get(&grant.project)
            .and_then(|team| team.keys().next());
        for (person, operation) in team
            .iter()
            .flat_map(|p| grant.operations.iter().map(move |o| (p, o)))
        {
            let days = [grant.period.since, grant.period.until];
            if days
                .iter()
                .any(|day| allows(set, person, grant, *operation, *day))
            {
                findings.push(wrong(grant.line, "the deny bars nothing"));
            }
        }
    }
    if findings.is_empty() && !grants().any(|grant| somebody(set, grant)) {
        findings.push(nobody(set, grants().next()));
    }
    findings
}

/// That nothing is allowed, with what stands against the first row on its first day.
fn nobody(set: &PolicySet, first: Option<&Grant>) -> Finding {
    let against = first.and_then(|grant| {
        let person = set
            .teams
            .get(&grant.project)
            .and_then(|team| team.keys().min());
        let person = person.map_or("", String::as_str);
        let request = request(
            set,
            person,
            grant,
            *grant.operations.first()?,
            grant.period.since,
        )?;
        let conditions = set.explain(&request).conditions;
        let failed = conditions
            .into_iter()
            .find(|c| c.verdict != Verdict::Holds)?;
        let (day, place) = (grant.period.since, failed.place);
        Some((
            grant.line,
            format!("; here, on {day}: {} ({place})", failed.message),
        ))
    });
    let (line, against) = against.unwrap_or((1, String::new()));
    Finding {
        file: "grants.csv".to_owned(),
        line,
        what: format!("no row allows anybody anything on any day{against}"),
        why: "a set that denies everybody is a slip somewhere: a team, a status, a span of days, a country".to_owned(),
        instead: "<a row that allows, for a project with a team, an approval, an ethics approval and a country with a basis>".to_owned(),
    }
}

/// Whether the row allows somebody something on some day: if it does on any day, then on one on
/// which some span begins, or on the day after a deny ends.
fn somebody(set: &PolicySet, grant: &Grant) -> bool {
    let Some(team) = set.teams.get(&grant.project) else {
        return false;
    };
    if grant.effect == Effect::Deny {
        return false;
    }
    team.keys().any(|person| {
        let mut days: Vec<Date> = spans(set, person, grant).map(|span| span.since).collect();
        let denies = set.grants_of(&grant.project, &grant.dataset).iter();
        let denies = denies.filter(|row| row.effect == Effect::Deny);
        days.extend(denies.filter_map(|row| row.period.until.tomorrow().ok()));
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
    single.into_iter().flatten().chain(bases)
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
    let noon = day.at(12, 0, 0, 0).to_zoned(set.zone.clone()).ok()?;
    Some(Request {
        principal,
        project: &grant.project,
        dataset: &grant.dataset,
        operation,
        at: noon.timestamp(),
    })
}

fn allows(set: &PolicySet, person: &str, grant: &Grant, operation: Operation, day: Date) -> bool {
    let answer = set
        .casbin
        .allow(person, &grant.project, &grant.dataset, operation, day);
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
