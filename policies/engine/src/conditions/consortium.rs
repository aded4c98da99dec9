//! The consortium's door: what its files must say for a request to pass.

use jiff::civil::Date;

use super::{
    Asked, Condition, decide,
    rules::{
        DATASET, DATES, ETHICS, GRANT, HOLDER, JURISDICTION, LEAD, MEMBER, MEMBERSHIP, OPERATION,
        PERSON, PROJECT, PURPOSE, ROLE, STATUS, TEAM,
    },
};
use crate::{
    decision::{Decision, Outcome, Place, Terms, Tier},
    duo,
    purpose::{Basis, DataUse, Judged, Purpose, Sector, SectorUse},
    record::{Dataset, Effect, Grant, Member, Period, Person, Project, Role, Scope, Stage},
    request::Request,
    set::PolicySet,
    words::Words,
};

/// All conditions of a request, in the order in which they are asked, and the decision they make.
pub(crate) fn examine(set: &PolicySet, request: &Request<'_>) -> (Vec<Condition>, Decision) {
    let mut asked = Asked::default();
    let terms = ask(set, request, &mut asked);
    let (outcome, reasons) = decide(&asked.0, terms.is_some());
    let decision = Decision {
        outcome,
        reasons,
        terms: terms.filter(|_| outcome == Outcome::Allow),
        digest: set.digest(),
    };
    (asked.0, decision)
}

/// Who asks, when they are known.
struct Visitor<'a> {
    person: &'a Person,
    member: &'a Member,
    day: Date,
}

/// Notes every condition that can be asked; the terms, if a grant in force covers the operation.
fn ask(set: &PolicySet, request: &Request<'_>, asked: &mut Asked) -> Option<Terms> {
    let day = set.day(request.at);
    let Some(person) = set.people.get(request.principal) else {
        asked.note(&PERSON, false, Place::of("people.csv", 1));
        return None;
    };
    let member = set.members.get(&person.organisation)?;
    let own = Place::of("people.csv", person.line);
    asked.note(&PERSON, person.period.holds(day), own);
    let own = Place::of("members.csv", member.line);
    asked.note(&MEMBER, member.in_force(day), own);
    let visitor = Visitor {
        person,
        member,
        day,
    };
    match set.projects.get(request.project) {
        Some(project) => ask_for_a_project(set, request, asked, &visitor, project),
        // Every member may plan in its own name, where a dataset is open to that.
        None if request.project == member.organisation => {
            ask_as_a_member(set, request, asked, &visitor)
        }
        None => {
            asked.note(&PROJECT, false, Place::of("projects.csv", 1));
            None
        }
    }
}

fn ask_for_a_project(
    set: &PolicySet,
    request: &Request<'_>,
    asked: &mut Asked,
    visitor: &Visitor<'_>,
    project: &Project,
) -> Option<Terms> {
    let day = visitor.day;
    asked.note(&PROJECT, true, Place::of("projects.csv", project.line));
    let team = set.teams.get(request.project);
    let mate = team.and_then(|team| team.people.get(request.principal));
    let line = mate.copied().unwrap_or(1);
    asked.note(&TEAM, mate.is_some(), Place::of("teams.csv", line));
    let dataset = dataset(set, request, asked)?;
    let grants = set.grants_of(request.project, request.dataset);
    let in_force = allowing(grants).find(|(grant, _)| grant.period.holds(day));
    let line = in_force.map_or(1, |(grant, _)| grant.line);
    asked.note(&GRANT, in_force.is_some(), Place::of("grants.csv", line));
    if mate.is_none() || in_force.is_none() {
        return None;
    }

    ask_of_the_role(asked, visitor.person);
    ask_of_the_project(set, asked, project, day);
    let basis = ask_of_the_country(set, asked, visitor.member, day);
    let data_use =
        set.use_by_a_project(visitor.person, visitor.member, project, dataset, basis, day);
    ask_of_the_dataset(set, asked, dataset, &data_use);

    let covers =
        |grant: &&Grant| grant.period.holds(day) && grant.operations.contains(&request.operation);
    let barring = grants
        .iter()
        .filter(covers)
        .find(|grant| grant.effect == Effect::Deny);
    let granting = allowing(grants).find(|(grant, _)| covers(grant));
    let line = barring
        .or(granting.map(|(grant, _)| grant))
        .map_or(1, |grant| grant.line);
    ask_casbin(set, request, asked, Place::of("grants.csv", line), day);
    let (_, scope) = granting?;
    let profile = scope.profile.as_ref().unwrap_or(&dataset.profile);
    Some(Terms {
        tier: scope.tier,
        profile: profile.clone(),
        query_budget: project.query_budget,
        columns: scope.columns.clone(),
        embargo_months: dataset.embargo_months,
        rules: asked.rules(),
        data_use,
    })
}

/// The overview that every member has of a dataset that is open to members.
fn ask_as_a_member(
    set: &PolicySet,
    request: &Request<'_>,
    asked: &mut Asked,
    visitor: &Visitor<'_>,
) -> Option<Terms> {
    let day = visitor.day;
    let dataset = dataset(set, request, asked)?;
    let place = Place::of("datasets.csv", dataset.line);
    let open = dataset.tiers.open_to_members;
    asked.note(&MEMBERSHIP, open, place.clone());
    if !open {
        return None;
    }
    ask_of_the_role(asked, visitor.person);
    let basis = ask_of_the_country(set, asked, visitor.member, day);
    let data_use = use_by_a_member(visitor, dataset, basis);
    ask_of_the_dataset(set, asked, dataset, &data_use);
    ask_casbin(set, request, asked, place, day);
    Some(Terms {
        tier: Tier::Overview,
        profile: dataset.profile.clone(),
        query_budget: set.overview_queries,
        columns: None,
        embargo_months: dataset.embargo_months,
        rules: asked.rules(),
        data_use,
    })
}

fn dataset<'a>(
    set: &'a PolicySet,
    request: &Request<'_>,
    asked: &mut Asked,
) -> Option<&'a Dataset> {
    let dataset = set.datasets.get(request.dataset);
    let line = dataset.map_or(1, |dataset| dataset.line);
    asked.note(&DATASET, dataset.is_some(), Place::of("datasets.csv", line));
    dataset
}

fn ask_of_the_role(asked: &mut Asked, person: &Person) {
    let own = Place::of("people.csv", person.line);
    asked.note(&ROLE, person.is(Role::Researcher), own);
}

/// The conditions that are the same for every dataset of the project.
fn ask_of_the_project(set: &PolicySet, asked: &mut Asked, project: &Project, day: Date) {
    let own = || Place::of("projects.csv", project.line);
    asked.note(&STATUS, project.stage == Stage::Approved, own());
    let Period { since, until } = project.period;
    let in_force = project.period.holds(day);
    let words = Words::of(if in_force { DATES.holds } else { DATES.fails });
    let words = words.with("since", since).with("until", until);
    asked.note_as(&DATES, in_force, own(), words);
    let lead = set.members.get(&project.lead);
    let line = lead.map_or(1, |lead| lead.line);
    let in_force = lead.is_some_and(|lead| lead.in_force(day));
    asked.note(&LEAD, in_force, Place::of("members.csv", line));
    asked.note(&ETHICS, project.has_ethics(), own());
    asked.note(&PURPOSE, !project.purpose.is_prohibited(), own());
}

/// Why data may be visited from the organisation's country.
fn ask_of_the_country(
    set: &PolicySet,
    asked: &mut Asked,
    member: &Member,
    day: Date,
) -> Option<Basis> {
    let bases = set
        .jurisdictions
        .get(&member.country)
        .map_or(&[][..], Vec::as_slice);
    let basis = bases.iter().find(|basis| basis.period.holds(day));
    let line = basis.or(bases.first()).map_or(1, |basis| basis.line);
    let place = Place::of("jurisdictions.csv", line);
    let words = match basis {
        Some(row) => Words::of(match row.basis {
            Basis::Domestic => "jurisdiction-domestic",
            Basis::Adequate => "jurisdiction-adequate",
            Basis::Contract => "jurisdiction-contract",
            Basis::Consent => "jurisdiction-consent",
        }),
        None => Words::of(JURISDICTION.fails).with("country", &member.country),
    };
    asked.note_as(&JURISDICTION, basis.is_some(), place, words);
    basis.map(|row| row.basis)
}

/// That its holder takes part, and what the individuals consented to.
fn ask_of_the_dataset(set: &PolicySet, asked: &mut Asked, dataset: &Dataset, data_use: &DataUse) {
    let holder = set.members.get(&dataset.holder);
    let line = holder.map_or(1, |holder| holder.line);
    let in_force = holder.is_some_and(|holder| holder.in_force(data_use.day));
    asked.note(&HOLDER, in_force, Place::of("members.csv", line));
    let answers = duo::answers(&dataset.consent, data_use);
    asked.note_consent(answers, &Place::of("datasets.csv", dataset.line));
}

/// casbin's answer, the last word; an error of it is a no.
fn ask_casbin(set: &PolicySet, request: &Request<'_>, asked: &mut Asked, place: Place, day: Date) {
    let project = match set.projects.contains_key(request.project) {
        true => Some(request.project),
        false => None,
    };
    let allowed = set.casbin.allow(
        request.principal,
        project,
        request.dataset,
        request.operation,
        day,
    );
    asked.note(&OPERATION, allowed == Ok(true), place);
}

/// The rows that allow, with what they allow.
fn allowing(grants: &[Grant]) -> impl Iterator<Item = (&Grant, &Scope)> {
    grants.iter().filter_map(|grant| match &grant.effect {
        Effect::Allow(scope) => Some((grant, scope)),
        Effect::Deny => None,
    })
}

fn use_by_a_member(visitor: &Visitor<'_>, dataset: &Dataset, basis: Option<Basis>) -> DataUse {
    let member = visitor.member;
    let industry = member.sector == Sector::Industry;
    DataUse {
        person: visitor.person.person.clone(),
        organisation: member.organisation.clone(),
        country: member.country.clone(),
        basis,
        sector: member.sector,
        project: member.organisation.clone(),
        purpose: Purpose::Planning,
        sector_use: match industry {
            true => SectorUse::Commercial,
            false => SectorUse::NonCommercial,
        },
        industry,
        // Nobody has approved anything yet.
        ethics: false,
        approved_on: visitor.day,
        day: visitor.day,
        holder_takes_part: member.organisation == dataset.holder,
        judged: Vec::new(),
    }
}

impl PolicySet {
    fn use_by_a_project(
        &self,
        person: &Person,
        member: &Member,
        project: &Project,
        dataset: &Dataset,
        basis: Option<Basis>,
        day: Date,
    ) -> DataUse {
        let lead = self.members.get(&project.lead);
        let of_industry = |member: &Member| member.sector == Sector::Industry;
        let commercial = project.sector_use == SectorUse::Commercial;
        let team = self.teams.get(&project.project);
        let judged = self.judgements_of(&project.project, &dataset.dataset);
        DataUse {
            person: person.person.clone(),
            organisation: member.organisation.clone(),
            country: member.country.clone(),
            basis,
            sector: member.sector,
            project: project.project.clone(),
            purpose: project.purpose,
            sector_use: project.sector_use,
            industry: commercial || of_industry(member) || lead.is_some_and(of_industry),
            ethics: project.has_ethics(),
            approved_on: project.period.since,
            day,
            holder_takes_part: project.lead == dataset.holder
                || team.is_some_and(|team| team.organisations.contains(&dataset.holder)),
            judged: judged
                .iter()
                .filter(|judgement| judgement.period.holds(day))
                .map(|judgement| Judged {
                    kind: judgement.kind,
                    met: judgement.met,
                })
                .collect(),
        }
    }
}
