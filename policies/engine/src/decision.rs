//! What is answered: the outcome, the reasons, and the terms of an allow.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    conditions::rules::{NOT_AVAILABLE, UNKNOWN_VISITOR},
    purpose::{DataUse, UnknownWord},
    words::{Language, Words},
};

/// The answer to one [`Request`](crate::Request).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Allow, refer or deny.
    pub outcome: Outcome,
    /// The rules that made it so: on an allow all that were asked, else those that stood against
    /// it. For [`Denial::Unknown`] and [`Denial::NotAvailable`] it is always one and the same
    /// reason, so that only its `place` differs.
    pub reasons: Vec<Reason>,
    /// What was allowed; `Some` exactly on an allow.
    pub terms: Option<Terms>,
    /// SHA-256 of the files that decided.
    pub digest: [u8; 32],
}

/// The three values of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Denial {
    /// The principal is not a person in force of a member in force.
    Unknown,
    /// The project or the dataset is absent, the dataset is not granted to the project, or the
    /// person is not in its team: all the same to the visitor.
    NotAvailable,
    /// A rule stands against it. Told only to somebody in the team of a project that holds a
    /// grant of the dataset on that day, or to a member where the dataset is open to members.
    Policy,
}

impl Denial {
    /// What everybody is told of whom no more may be said; none where the rules are told.
    pub fn words(self) -> Option<Words> {
        match self {
            Denial::Unknown => Some(Words::of(UNKNOWN_VISITOR)),
            Denial::NotAvailable => Some(Words::of(NOT_AVAILABLE)),
            Denial::Policy => None,
        }
    }
}

/// One rule that took part in a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The rule's name.
    pub rule: &'static str,
    /// What it says of this request; names no other party. Its `help` says what to do.
    pub message: Words,
    /// Where the rule stands: for the committee and the audit, never for the visitor.
    pub place: Place,
}

impl Reason {
    /// What the visitor can do; empty where nothing need be done.
    pub fn help(&self, language: Language) -> String {
        self.message.help(language)
    }
}

/// A line of the policy files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The file, relative to the folder.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
}

impl Place {
    pub(crate) fn of(file: &str, line: u64) -> Place {
        Place {
            file: file.to_owned(),
            line,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// What an allow allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// How deep the visitor may look.
    pub tier: Tier,
    /// The release profile: the dataset's, or the grant's stricter one.
    pub profile: String,
    /// How many queries the project may ask of the dataset over its life.
    pub query_budget: u64,
    /// The columns that may be used; `None` for all.
    pub columns: Option<Vec<String>>,
    /// Months after registration in which an individual is not counted.
    pub embargo_months: u16,
    /// The names of the rules that held, for permit and ledger.
    pub rules: Vec<String>,
    /// Who uses the data for what: what the consent of individuals is asked about.
    pub data_use: DataUse,
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

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Tier {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Tier::Overview, Tier::Detailed]
            .into_iter()
            .find(|tier| tier.as_str() == text)
            .ok_or(UnknownWord)
    }
}
