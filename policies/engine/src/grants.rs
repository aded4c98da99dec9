//! Grants and teams in casbin: what decides whether an operation is granted.
//!
//! casbin asks every policy line of a section for each request. The lines are therefore filed in
//! a section of their own for each project and dataset, named by [`section`], and a request is
//! put to its section alone: a decision costs the same among ten grants and a hundred thousand.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use async_trait::async_trait;
use casbin::{
    Adapter, CoreApi as _, DefaultModel, EnforceContext, Enforcer, Filter, Model,
    error::AdapterError,
};
use jiff::civil::Date;

use crate::{
    record::{Effect, Grant, Teammate},
    request::Operation,
};

/// The model that decides; the same text as `policies/model.conf`.
const MODEL: &str = include_str!("../../model.conf");

/// An enforcer over all grants of a policy set.
pub(crate) struct Grants {
    enforcer: Enforcer,
}

impl Grants {
    pub(crate) fn new(grants: &[Grant], teams: &[Teammate]) -> Result<Grants, String> {
        let rules = Rules {
            lines: grants.iter().flat_map(lines).collect(),
            teams: teams.iter().map(team).collect(),
        };
        let enforcer = at_once(async {
            let model = DefaultModel::from_str(MODEL).await?;
            Enforcer::new(model, rules).await
        })?;
        enforcer
            .map(|enforcer| Grants { enforcer })
            .map_err(|error| error.to_string())
    }

    /// Whether casbin allows the operation on that day. A project and dataset without any line
    /// have no section, which is an error, which is a deny.
    pub(crate) fn allow(
        &self,
        person: &str,
        project: &str,
        dataset: &str,
        operation: Operation,
        day: Date,
    ) -> Result<bool, String> {
        let context = EnforceContext {
            r_type: "r".to_owned(),
            p_type: section(project, dataset),
            e_type: "e".to_owned(),
            m_type: "m".to_owned(),
        };
        let request = vec![
            actor(person),
            project.to_owned(),
            dataset.to_owned(),
            operation.as_str().to_owned(),
            day.to_string(),
        ];
        let allowed = self.enforcer.enforce_with_context(context, request);
        allowed.map_err(|error| error.to_string())
    }
}

/// The files' rows as casbin's policy lines.
struct Rules {
    /// Project, dataset, operation, since, until, effect.
    lines: Vec<[String; 6]>,
    /// Actor, `team`, project.
    teams: Vec<[String; 3]>,
}

/// One line for each operation of a row, so that the matcher compares and never interprets.
fn lines(grant: &Grant) -> impl Iterator<Item = [String; 6]> {
    let effect = match grant.effect {
        Effect::Allow(_) => "allow",
        Effect::Deny => "deny",
    };
    grant.operations.iter().map(move |operation| {
        [
            grant.project.clone(),
            grant.dataset.clone(),
            operation.as_str().to_owned(),
            grant.period.since.to_string(),
            grant.period.until.to_string(),
            effect.to_owned(),
        ]
    })
}

fn team(mate: &Teammate) -> [String; 3] {
    [actor(&mate.person), "team".to_owned(), mate.project.clone()]
}

/// The casbin policy type that holds the lines of a project and a dataset. Neither name can hold
/// the separator.
fn section(project: &str, dataset: &str) -> String {
    format!("p/{project}/{dataset}")
}

/// casbin's role graph links a name to itself, so a person must never be spelt like a role.
fn actor(person: &str) -> String {
    format!("person {person}")
}

/// The value of a future that waits for nothing: casbin's loading is async for the sake of
/// adapters that do.
fn at_once<T>(future: impl Future<Output = T>) -> Result<T, String> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Ok(value),
        Poll::Pending => Err("reading rules from memory had to wait".to_owned()),
    }
}

#[async_trait]
impl Adapter for Rules {
    async fn load_policy(&mut self, model: &mut dyn Model) -> casbin::Result<()> {
        let sections = model.get_mut_model();
        if let Some(roles) = sections.get_mut("g").and_then(|map| map.get_mut("g")) {
            roles
                .get_mut_policy()
                .extend(self.teams.iter().map(|team| team.to_vec()));
        }
        let Some(policies) = sections.get_mut("p") else {
            return Ok(());
        };
        let Some(template) = policies.get("p").cloned() else {
            return Ok(());
        };
        for line in &self.lines {
            let [project, dataset, ..] = line;
            // The template's column names stay: casbin finds the effect by the name `p_eft`.
            let section = policies
                .entry(section(project, dataset))
                .or_insert_with(|| template.clone());
            section.get_mut_policy().insert(line.to_vec());
        }
        Ok(())
    }

    async fn load_filtered_policy<'a>(
        &mut self,
        _model: &mut dyn Model,
        _filter: Filter<'a>,
    ) -> casbin::Result<()> {
        Err(read_only())
    }

    async fn save_policy(&mut self, _model: &mut dyn Model) -> casbin::Result<()> {
        Err(read_only())
    }

    async fn clear_policy(&mut self) -> casbin::Result<()> {
        Err(read_only())
    }

    fn is_filtered(&self) -> bool {
        false
    }

    async fn add_policy(
        &mut self,
        _sec: &str,
        _ptype: &str,
        _rule: Vec<String>,
    ) -> casbin::Result<bool> {
        Err(read_only())
    }

    async fn add_policies(
        &mut self,
        _sec: &str,
        _ptype: &str,
        _rules: Vec<Vec<String>>,
    ) -> casbin::Result<bool> {
        Err(read_only())
    }

    async fn remove_policy(
        &mut self,
        _sec: &str,
        _ptype: &str,
        _rule: Vec<String>,
    ) -> casbin::Result<bool> {
        Err(read_only())
    }

    async fn remove_policies(
        &mut self,
        _sec: &str,
        _ptype: &str,
        _rules: Vec<Vec<String>>,
    ) -> casbin::Result<bool> {
        Err(read_only())
    }

    async fn remove_filtered_policy(
        &mut self,
        _sec: &str,
        _ptype: &str,
        _field_index: usize,
        _field_values: Vec<String>,
    ) -> casbin::Result<bool> {
        Err(read_only())
    }
}

fn read_only() -> casbin::Error {
    let text = "rules change in the committee's files alone";
    AdapterError(text.into()).into()
}
