//! What the committee's files say, and the only way to something that a permit
//! can be signed for.

use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

use sekisho_policies::{
    Decision, DecisionLog, Demand, Denial, Language, Operation, Outcome, PolicySet, Reason as Rule,
    Recorded, Rejected, Request, Telling, Terms, Tier, Words,
};
use sekisho_runtime::status::{Failure, Reason};

use crate::{identity, identity::Principal, upstream::Enclave};

/// The policy set in force.
pub(crate) struct Policies {
    folder: PathBuf,
    demand: Option<Demand>,
    log: Option<Arc<DecisionLog>>,
    current: RwLock<Arc<PolicySet>>,
}

/// An operation on a dataset that the policies allow, and the enclave that
/// holds it. Only [`Asked::approve`] makes one.
pub(crate) struct Approved {
    principal: Principal,
    project: String,
    dataset: String,
    operation: Operation,
    terms: Terms,
    policy_digest: [u8; 32],
    language: Language,
    enclave: Arc<Enclave>,
}

/// A visitor, a project and a moment: what all decisions of one call share. The
/// policy set stays the same throughout the call.
pub(crate) struct Asked<'a> {
    policies: Arc<PolicySet>,
    log: Option<Arc<DecisionLog>>,
    principal: &'a Principal,
    project: &'a str,
    at: jiff::Timestamp,
    language: Language,
}

impl Policies {
    /// Loads the committee's files; nothing is in force if they are rejected. Decisions are
    /// recorded in a log, if there is one.
    pub(crate) fn load(
        folder: PathBuf,
        demand: Option<Demand>,
        log: Option<DecisionLog>,
    ) -> Result<Self, Rejected> {
        let set = PolicySet::load_demanding(&folder, demand.as_ref())?;
        Ok(Self {
            folder,
            demand,
            log: log.map(Arc::new),
            current: RwLock::new(Arc::new(set)),
        })
    }

    /// Loads them again. If they are rejected, the last good set stays.
    pub(crate) fn reload(&self) -> Result<(), Rejected> {
        let fresh = PolicySet::load_demanding(&self.folder, self.demand.as_ref())?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
        Ok(())
    }

    /// The committee's folder.
    pub(crate) fn folder(&self) -> &std::path::Path {
        &self.folder
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
        language: Language,
        now_ms: i64,
    ) -> Result<Asked<'a>, Failure> {
        let at = jiff::Timestamp::from_millisecond(now_ms)
            .map_err(|_| Failure::new(Reason::Internal, "the clock cannot be read"))?;
        Ok(Asked {
            policies: self.current(),
            log: self.log.clone(),
            principal,
            project,
            at,
            language,
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
            self.record("", Operation::Catalog, &decision)?;
            return Err(
                refusal(&decision, self.language).unwrap_or_else(|| not_available(self.language))
            );
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
        self.record(dataset, operation, &decision)?;
        if let Some(failure) = refusal(&decision, self.language) {
            return Err(failure);
        }
        let terms = decision.terms.ok_or_else(|| not_available(self.language))?;
        let enclave = enclave(dataset).ok_or_else(crate::upstream::away)?;
        Ok(Approved {
            principal: self.principal.clone(),
            project: self.project.to_owned(),
            dataset: dataset.to_owned(),
            operation,
            terms,
            policy_digest: decision.digest,
            language: self.language,
            enclave,
        })
    }

    fn decide(&self, dataset: &str, operation: Operation) -> Decision {
        self.policies.decide(&self.request(dataset, operation))
    }

    fn request<'a>(&'a self, dataset: &'a str, operation: Operation) -> Request<'a> {
        Request {
            principal: self.principal.as_str(),
            project: self.project,
            dataset,
            operation,
            at: self.at,
        }
    }

    /// Puts a decision on record. One that cannot be is not acted on.
    fn record(
        &self,
        dataset: &str,
        operation: Operation,
        decision: &Decision,
    ) -> Result<(), Failure> {
        let Some(log) = &self.log else {
            return Ok(());
        };
        let recorded = Recorded::of(&self.request(dataset, operation), decision);
        log.append(&recorded).map_err(|error| {
            tracing::error!("a decision cannot be recorded, so nothing is decided: {error}");
            Failure::new(Reason::Internal, "the decision could not be recorded")
                .help("tell the operators of the gateway the time of the call")
        })
    }
}

impl Approved {
    /// Begins the decisions of the same visitor and project anew.
    pub(crate) fn asked_again(
        &self,
        policies: &Policies,
        now_ms: i64,
    ) -> Result<Asked<'_>, Failure> {
        policies.ask(&self.principal, &self.project, self.language, now_ms)
    }

    pub(crate) fn principal(&self) -> &str {
        self.principal.as_str()
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

    /// The language in which the visitor is told reasons.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    pub(crate) fn audience(&self) -> &str {
        self.enclave.id()
    }

    pub(crate) fn enclave(&self) -> &Arc<Enclave> {
        &self.enclave
    }
}

/// What a visitor reads when the answer is not yes.
fn refusal(decision: &Decision, language: Language) -> Option<Failure> {
    let explained = |reason| explained(reason, &decision.reasons, language);
    match decision.outcome {
        Outcome::Allow => None,
        Outcome::Refer => Some(explained(Reason::PolicyReferred)),
        Outcome::Deny(Denial::Policy) => Some(explained(Reason::PolicyDenied)),
        Outcome::Deny(Denial::Unknown) => Some(identity::unknown(language)),
        Outcome::Deny(Denial::NotAvailable) => Some(not_available(language)),
    }
}

/// The failure of every project and dataset that is not open to the visitor,
/// whether it exists or not: always the same bytes.
pub(crate) fn not_available(language: Language) -> Failure {
    told(Reason::NotAvailable, Denial::NotAvailable, language)
}

/// What everybody is told of whom no more may be said.
pub(crate) fn told(reason: Reason, denial: Denial, language: Language) -> Failure {
    let words = denial.words();
    let said = |part: fn(&Words, Language) -> String| {
        words
            .as_ref()
            .map(|words| part(words, language))
            .unwrap_or_default()
    };
    Failure::new(reason, said(Words::say)).help(said(Words::help))
}

/// The rules' own words; their place in the files is not for visitors.
fn explained(reason: Reason, rules: &[Rule], language: Language) -> Failure {
    let Telling {
        message,
        help,
        rules,
    } = Telling::of(rules, language);
    Failure::new(reason, message).help(help).with("rule", rules)
}
