//! What one row of each file says.

use jiff::civil::Date;

use crate::{
    decision::{Outcome, Tier},
    duo::{Codes, Kind},
    purpose::{Basis, Purpose, Sector, SectorUse},
    request::Operation,
};

/// A span of days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Period {
    pub(crate) since: Date,
    pub(crate) until: Date,
}

impl Period {
    pub(crate) fn holds(&self, day: Date) -> bool {
        self.since <= day && day <= self.until
    }

    pub(crate) fn meets(&self, other: &Period) -> bool {
        self.since <= other.until && other.since <= self.until
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) line: u64,
    pub(crate) organisation: String,
    pub(crate) country: String,
    pub(crate) sector: Sector,
    pub(crate) standing: Standing,
    pub(crate) period: Period,
}

impl Member {
    pub(crate) fn in_force(&self, day: Date) -> bool {
        self.standing == Standing::Active && self.period.holds(day)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Active,
    Suspended,
    Removed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) line: u64,
    pub(crate) person: String,
    pub(crate) organisation: String,
    pub(crate) roles: Vec<Role>,
    pub(crate) period: Period,
}

impl Person {
    pub(crate) fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Researcher,
    Committee,
    Auditor,
    Operator,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Jurisdiction {
    pub(crate) line: u64,
    pub(crate) country: String,
    pub(crate) basis: Basis,
    pub(crate) period: Period,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dataset {
    pub(crate) line: u64,
    pub(crate) dataset: String,
    pub(crate) holder: String,
    /// The profile named in the row, or the consortium's.
    pub(crate) profile: String,
    pub(crate) tiers: TierRule,
    pub(crate) embargo_months: u16,
    pub(crate) consent: Codes,
}

/// How deep a dataset may be looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TierRule {
    /// The deepest tier that may be granted.
    pub(crate) deepest: Tier,
    /// Whether every member has the overview, without a project.
    pub(crate) open_to_members: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Project {
    pub(crate) line: u64,
    pub(crate) project: String,
    pub(crate) lead: String,
    pub(crate) purpose: Purpose,
    pub(crate) sector_use: SectorUse,
    /// The ethics approval; empty where there is none.
    pub(crate) ethics: String,
    /// From `approved_on` to `expires_on`.
    pub(crate) period: Period,
    pub(crate) stage: Stage,
    pub(crate) query_budget: u64,
}

impl Project {
    pub(crate) fn has_ethics(&self) -> bool {
        !self.ethics.trim().is_empty()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Draft,
    Approved,
    Suspended,
    Closed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Teammate {
    pub(crate) line: u64,
    pub(crate) project: String,
    pub(crate) person: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) line: u64,
    pub(crate) project: String,
    pub(crate) dataset: String,
    pub(crate) effect: Effect,
    pub(crate) operations: Vec<Operation>,
    pub(crate) period: Period,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    Allow(Scope),
    Deny,
}

/// What an allowing row allows, besides operations and days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) tier: Tier,
    /// `None` for all.
    pub(crate) columns: Option<Vec<String>>,
    /// A stricter profile than the dataset's.
    pub(crate) profile: Option<String>,
}

/// What a person judged of a condition that files cannot tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Judgement {
    pub(crate) line: u64,
    pub(crate) project: String,
    pub(crate) dataset: String,
    pub(crate) kind: Kind,
    pub(crate) met: bool,
    pub(crate) judged_by: String,
    pub(crate) period: Period,
}

/// A request whose answer is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) line: u64,
    pub(crate) person: String,
    pub(crate) project: String,
    pub(crate) dataset: String,
    pub(crate) operation: Operation,
    pub(crate) day: Date,
    pub(crate) expected: Expected,
    /// A rule that is among the reasons; any where it is empty.
    pub(crate) rule: String,
}

/// An answer, as far as tests tell answers apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    Allow,
    Deny,
    Refer,
}

impl From<Outcome> for Expected {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Allow => Expected::Allow,
            Outcome::Refer => Expected::Refer,
            Outcome::Deny(_) => Expected::Deny,
        }
    }
}
