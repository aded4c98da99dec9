//! What is answered: the outcome, the reasons, and the terms of an allow.

use std::fmt;

use serde::Serialize;

/// The answer to one [`Request`](crate::Request).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Allow, refer or deny.
    pub outcome: Outcome,
    /// The rules that made it so: on an allow all that were asked, else those that stood against
    /// it. For [`Denial::Unknown`] and [`Denial::NotAvailable`] it is always one and the same
    /// reason, so that only its `place` differs.
    pub reasons: Vec<Reason>,
    /// What was allowed; `Some` exactly on an allow.
    pub terms: Option<Terms>,
}

/// The three values of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything holds.
    Allow,
    /// A person must look: a condition of the consent that files cannot judge.
    Refer,
    /// Something does not hold.
    Deny(Denial),
}

/// How much a denied visitor may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Denial {
    /// The principal is not a person in force of a member in force.
    Unknown,
    /// The project or the dataset is absent, the dataset is not granted to the project, or the
    /// person is not in its team: all the same to the visitor.
    NotAvailable,
    /// A rule stands against it. Told only to somebody in the team of a project that holds a
    /// grant of the dataset on that day.
    Policy,
}

/// One rule that took part in a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The rule's name.
    pub rule: &'static str,
    /// What it says of this request; names no other party.
    pub message: String,
    /// What the visitor can do.
    pub help: String,
    /// Where the rule stands: for the committee and the audit, never for the visitor.
    pub place: Place,
}

/// A line of the policy files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file, relative to the consortium's folder.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// What an allow allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Terms {
    /// The member the visitor belongs to.
    pub organisation: String,
    /// The project's purpose, as in `projects.csv`.
    pub purpose: String,
    /// How deep the visitor may look.
    pub tier: Tier,
    /// The release profile: the dataset's, or the grant's stricter one.
    pub profile: String,
    /// How many units of budget the project has over its life.
    pub query_budget: u64,
    /// The columns that may be used; `None` for all.
    pub columns: Option<Vec<String>>,
    /// The names of the rules that held, for permit and ledger.
    pub rules: Vec<String>,
}

/// How deep a grant lets a project look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Counts and simple tables, for planning.
    Overview,
    /// Everything the guard lets out, for an approved project.
    Detailed,
}

impl Tier {
    /// The word for it in `grants.csv`.
    pub fn as_str(self) -> &'static str {
        match self {
            Tier::Overview => "overview",
            Tier::Detailed => "detailed",
        }
    }
}
