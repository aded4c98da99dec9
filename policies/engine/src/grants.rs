//! Grants and teams as casbin decides them: whether an operation is granted.

use jiff::civil::Date;

use crate::{
    casbin::{Judge, Rules},
    record::{Effect, Grant},
    request::Operation,
};

/// The model that decides; the same text as `policies/model.conf`.
const MODEL: &str = include_str!("../../model.conf");

/// What takes the place of a project where a member asks in its own name. No project can be
/// called so.
const MEMBERS: &str = "members of the consortium";

/// Every grant of a policy set. The lines of each project and dataset stand in a section of
/// their own.
pub(crate) struct Grants(Judge);

impl Grants {
    /// Of the rows that grant and deny, of who stands in which team, and of the datasets that are
    /// open to these people without a project.
    pub(crate) fn new<'a>(
        grants: &[Grant],
        teams: impl Iterator<Item = (&'a str, &'a str)>,
        open: impl Iterator<Item = &'a str>,
        people: impl Iterator<Item = &'a str>,
    ) -> Result<Grants, String> {
        let teams = teams.chain(people.map(|person| (MEMBERS, person)));
        let rules = Rules {
            lines: grants
                .iter()
                .flat_map(of_grant)
                .chain(open.flat_map(of_members))
                .collect(),
            roles: teams
                .map(|(project, person)| vec![actor(person), "team".to_owned(), project.to_owned()])
                .collect(),
        };
        Judge::new(MODEL, rules).map(Grants)
    }

    /// Whether casbin allows the operation on that day, in a project or, without one, as a member.
    pub(crate) fn allow(
        &self,
        person: &str,
        project: Option<&str>,
        dataset: &str,
        operation: Operation,
        day: Date,
    ) -> Result<bool, String> {
        let project = project.unwrap_or(MEMBERS);
        let request = vec![
            actor(person),
            project.to_owned(),
            dataset.to_owned(),
            operation.as_str().to_owned(),
            day.to_string(),
        ];
        self.0.allows(&section(project, dataset), request)
    }
}

/// One line for each operation of a row, so that the matcher compares and never interprets.
fn of_grant(grant: &Grant) -> impl Iterator<Item = (String, Vec<String>)> {
    let effect = match grant.effect {
        Effect::Allow(_) => "allow",
        Effect::Deny => "deny",
    };
    let (project, dataset) = (grant.project.as_str(), grant.dataset.as_str());
    grant.operations.iter().map(move |operation| {
        let line = vec![
            project.to_owned(),
            dataset.to_owned(),
            operation.as_str().to_owned(),
            grant.period.since.to_string(),
            grant.period.until.to_string(),
            effect.to_owned(),
        ];
        (section(project, dataset), line)
    })
}

/// What every member may do with a dataset that is open to members.
fn of_members(dataset: &str) -> impl Iterator<Item = (String, Vec<String>)> {
    Operation::ALL.into_iter().map(move |operation| {
        let operation = operation.as_str();
        let line = [
            MEMBERS,
            dataset,
            operation,
            "0000-01-01",
            "9999-12-31",
            "allow",
        ];
        (section(MEMBERS, dataset), line.map(str::to_owned).to_vec())
    })
}

/// Neither name can hold the separator.
fn section(project: &str, dataset: &str) -> String {
    format!("p/{project}/{dataset}")
}

/// casbin's role graph links a name to itself, so a person must never be spelt like a role.
fn actor(person: &str) -> String {
    format!("person {person}")
}
