//! Rows as casbin's rules. Nothing else names casbin.
//!
//! casbin reads its own files forgivingly: a slip there drops a rule, and a dropped deny denies
//! nothing. So it is given rows that were read strictly, through an adapter that only loads.

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

/// A model with its rules, loaded once and asked ever after.
pub(crate) struct Judge {
    enforcer: Enforcer,
}

/// The rules of a judge.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    /// Policy lines, each in a section. casbin asks every line of a section for each request, so
    /// sections keep a decision as cheap among a hundred thousand lines as among ten.
    pub(crate) lines: Vec<(String, Vec<String>)>,
    /// Role lines.
    pub(crate) roles: Vec<Vec<String>>,
}

/// The section of lines that are asked for every request.
pub(crate) const ONLY: &str = "p";

impl Judge {
    pub(crate) fn new(model: &str, rules: Rules) -> Result<Judge, String> {
        let enforcer = at_once(async {
            let model = DefaultModel::from_str(model).await?;
            Enforcer::new(model, rules).await
        })?;
        enforcer
            .map(|enforcer| Judge { enforcer })
            .map_err(|error| error.to_string())
    }

    /// casbin's answer over the lines of one section. One without any line does not exist, which
    /// is an error, which is a deny.
    pub(crate) fn allows(&self, section: &str, request: Vec<String>) -> Result<bool, String> {
        let context = EnforceContext {
            r_type: "r".to_owned(),
            p_type: section.to_owned(),
            e_type: "e".to_owned(),
            m_type: "m".to_owned(),
        };
        let allowed = self.enforcer.enforce_with_context(context, request);
        allowed.map_err(|error| error.to_string())
    }
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
            roles.get_mut_policy().extend(self.roles.drain(..));
        }
        let Some(policies) = sections.get_mut("p") else {
            return Ok(());
        };
        let Some(template) = policies.get(ONLY).cloned() else {
            return Ok(());
        };
        for (section, line) in self.lines.drain(..) {
            // The template's column names stay: casbin finds the effect by the name `p_eft`.
            let section = policies.entry(section).or_insert_with(|| template.clone());
            section.get_mut_policy().insert(line);
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
