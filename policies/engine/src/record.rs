//! What one row of each file says.

use jiff::civil::Date;

use crate::{consent::Code, decision::Tier, request::Operation};

/// A span of days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

#[derive(Debug)]
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
pub(crate) enum Sector {
    Academia,
    Industry,
    Public,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Active,
    Suspended,
    Removed,
}

#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) line: u64,
    pub(crate) person: String,
    pub(crate) organisation: String,
    pub(crate) roles: Vec<Role>,
    pub(crate) period: Period,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Researcher,
    Committee,
    Auditor,
    Operator,
}

#[derive(Debug)]
pub(crate) struct Jurisdiction {
    pub(crate) line: u64,
    pub(crate) country: String,
    pub(crate) basis: Basis,
    pub(crate) period: Period,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Basis {
    Domestic,
    Adequate,
    Contract,
}

impl Basis {
    /// What it means, in words.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Basis::Domestic => "it is domestic",
            Basis::Adequate => "its protection of personal data is recognised as adequate",
            Basis::Contract => "a contract covers it",
        }
    }
}

#[derive(Debug)]
pub(crate) struct Dataset {
    pub(crate) line: u64,
    pub(crate) dataset: String,
    pub(crate) holder: String,
    /// The profile named in the row, or the consortium's.
    pub(crate) profile: String,
    /// The deepest tier that may be granted.
    pub(crate) deepest: Tier,
    pub(crate) consent: Vec<Code>,
}

#[derive(Debug)]
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

/// What a project is for. The last three are prohibited everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Purpose {
    Research,
    Health,
    /// A MONDO id, as `MONDO:0004992`.
    Disease(String),
    PopulationOrigins,
    Methods,
    Insurance,
    Employment,
    ReIdentification,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SectorUse {
    NonCommercial,
    Commercial,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Draft,
    Approved,
    Suspended,
    Closed,
}

#[derive(Debug)]
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
