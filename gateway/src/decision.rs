//! What the committee's files say, and the only way to something that a permit
//! can be signed for.

use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

use sekisho_policies::{
    Decision, Denial, Operation, Outcome, PolicySet, Reason as Rule, Rejected, Request, Terms, Tier,
};
use sekisho_runtime::status::{Failure, Reason};

use crate::{identity, identity::Principal, upstream::Enclave};

/// The policy set in force.
pub(crate) struct Policies {
    folder: PathBuf,
    current: RwLock<Arc<PolicySet>>,
}

/// An operation on a dataset that the policies allow, and the enclave that
/// holds it. Only [`Asked::approve`] makes one.
pub(crate) struct Approved {
    principal: String,
    project: String,
    dataset: String,
    operation: Operation,
    terms: Terms,
    policy_digest: [u8; 32],
    enclave: Arc<Enclave>,
}

/// A visitor, a project and a moment: what all decisions of one call share. The
/// policy set stays the same throughout the call.
pub(crate) struct Asked<'a> {
    policies: Arc<PolicySet>,
    principal: &'a Principal,
    project: &'a str,
    at: jiff::Timestamp,
}

impl Policies {
    /// Loads the committee's files; nothing is in force if they are rejected.
    pub(crate) fn load(folder: PathBuf) -> Result<Self, Rejected> {
        let current = RwLock::new(Arc::new(PolicySet::load(&folder)?));
        Ok(Self { folder, current })
    }

    /// Loads them again. If they are rejected, the last good set stays.
    pub(crate) fn reload(&self) -> Result<(), Rejected> {
        let fresh = Arc::new(PolicySet::load(&self.folder)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// SHA-256 of the files in force.
    pub(crate) fn digest(&self) -> [u8; 32] {
        self.current().digest()
    }

    /// Begins the decisions of one call.
    pub(crate) fn ask<'a>(
        &self,
        principal: &'a Principal,
        project: &'a str,
        now_ms: i64,
    ) -> Result<Asked<'a>, Failure> {
        let at = jiff::Timestamp::from_millisecond(now_ms)
            .map_err(|_| Failure::new(Reason::Internal, "the clock cannot be read"))?;
        Ok(Asked {
            policies: self.current(),
            principal,
            project,
            at,
        })
    }

    fn current(&self) -> Arc<PolicySet> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Asked<'_> {
    /// The datasets that the project may see, sorted.
    pub(crate) fn datasets(&self) -> Result<Vec<String>, Failure> {
        let mut seen = self
            .policies
            .datasets(self.principal.as_str(), self.project, self.at);
        if seen.is_empty() {
            // The empty name is no dataset: this tells strangers from people
            // without a grant, and no more.
            let decision = self.decide("", Operation::Catalog);
            return Err(refusal(&decision).unwrap_or_else(not_available));
        }
        seen.sort_unstable();
        Ok(seen)
    }

    /// Approves an operation on a dataset, or says why not.
    pub(crate) fn approve(
        &self,
        dataset: &str,
        operation: Operation,
        enclave: impl FnOnce(&str) -> Option<Arc<Enclave>>,
    ) -> Result<Approved, Failure> {
        let decision = self.decide(dataset, operation);
        if let Some(failure) = refusal(&decision) {
            return Err(failure);
        }
        let terms = decision.terms.ok_or_else(not_available)?;
        let reads = matches!(operation, Operation::Check | Operation::Query);
        if reads && terms.columns.is_some() {
            return Err(Failure::new(
                Reason::PolicyReferred,
                "the grant is limited to certain columns, which a permit cannot carry yet",
            )
            .help("ask the committee for a grant of all columns under a stricter profile"));
        }
        let enclave = enclave(dataset).ok_or_else(crate::upstream::away)?;
        Ok(Approved {
            principal: self.principal.as_str().to_owned(),
            project: self.project.to_owned(),
            dataset: dataset.to_owned(),
            operation,
            terms,
            policy_digest: self.policies.digest(),
            enclave,
        })
    }

    fn decide(&self, dataset: &str, operation: Operation) -> Decision {
        self.policies.decide(&Request {
            principal: self.principal.as_str(),
            project: self.project,
            dataset,
            operation,
            at: self.at,
        })
    }
}

impl Approved {
    pub(crate) fn principal(&self) -> &str {
        &self.principal
    }

    pub(crate) fn project(&self) -> &str {
        &self.project
    }

    pub(crate) fn dataset(&self) -> &str {
        &self.dataset
    }

    pub(crate) fn operation(&self) -> Operation {
        self.operation
    }

    pub(crate) fn terms(&self) -> &Terms {
        &self.terms
    }

    pub(crate) fn tier(&self) -> Tier {
        self.terms.tier
    }

    pub(crate) fn policy_digest(&self) -> &[u8; 32] {
        &self.policy_digest
    }

    pub(crate) fn audience(&self) -> &str {
        self.enclave.id()
    }

    pub(crate) fn enclave(&self) -> &Arc<Enclave> {
        &self.enclave
    }
}

/// What a visitor reads when the answer is not yes.
fn refusal(decision: &Decision) -> Option<Failure> {
    match decision.outcome {
        Outcome::Allow => None,
        Outcome::Refer => Some(explained(Reason::PolicyReferred, &decision.reasons)),
        Outcome::Deny(Denial::Policy) => Some(explained(Reason::PolicyDenied, &decision.reasons)),
        Outcome::Deny(Denial::Unknown) => Some(identity::unknown()),
        Outcome::Deny(Denial::NotAvailable) => Some(not_available()),
    }
}

/// The failure of every project and dataset that is not open to the visitor,
/// whether it exists or not: always the same bytes.
pub(crate) fn not_available() -> Failure {
    Failure::new(
        Reason::NotAvailable,
        "no such project or dataset is open to you",
    )
    .help("list the datasets of your project, or ask the committee for a grant")
}

/// The rules' own words; their place in the files is not for visitors.
fn explained(reason: Reason, rules: &[Rule]) -> Failure {
    let joined = |part: fn(&Rule) -> &str, between| {
        let mut parts: Vec<&str> = rules
            .iter()
            .map(part)
            .filter(|part| !part.is_empty())
            .collect();
        parts.dedup();
        parts.join(between)
    };
    let mut message = joined(|rule| &rule.message, "; ");
    if message.is_empty() {
        message = "the policies do not allow this visit".to_owned();
    }
    Failure::new(reason, message)
        .help(joined(|rule| &rule.help, "; "))
        .with("rule", joined(|rule| rule.rule, ","))
}
