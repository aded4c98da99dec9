//! A policy set: the committee's files, loaded whole or not at all, and what they decide.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use jiff::{civil::Date, tz::TimeZone};
use serde::Serialize;

use crate::{
    conditions::{Condition, examine, not_available},
    decision::{Decision, Outcome, Place},
    demand::{self, Demand},
    files::Files,
    finding::{Finding, Rejected},
    grants::Grants,
    page::Signing,
    profile::Profile,
    read,
    record::{Case, Dataset, Grant, Judgement, Jurisdiction, Member, Person, Project},
    request::{Operation, Request},
    warnings,
};

/// An immutable set of policies, as its files stood when it was loaded.
pub struct PolicySet {
    pub(crate) digest: [u8; 32],
    pub(crate) name: String,
    pub(crate) profiles: BTreeMap<String, Profile>,
    pub(crate) zone: TimeZone,
    /// What an organisation may ask of each dataset that is open to members.
    pub(crate) overview_queries: u64,
    pub(crate) signing: Option<Signing>,
    pub(crate) members: HashMap<String, Member>,
    pub(crate) people: HashMap<String, Person>,
    /// By country.
    pub(crate) jurisdictions: HashMap<String, Vec<Jurisdiction>>,
    pub(crate) datasets: HashMap<String, Dataset>,
    pub(crate) projects: HashMap<String, Project>,
    /// By project.
    pub(crate) teams: HashMap<String, Team>,
    /// By project, then dataset.
    pub(crate) grants: HashMap<String, BTreeMap<String, Vec<Grant>>>,
    /// By project, then dataset.
    pub(crate) judgements: HashMap<String, BTreeMap<String, Vec<Judgement>>>,
    pub(crate) cases: Vec<Case>,
    pub(crate) casbin: Grants,
}

/// Who works in a project.
#[derive(Debug, Default)]
pub(crate) struct Team {
    /// By person: the line of `teams.csv`.
    pub(crate) people: HashMap<String, u64>,
    /// Where they are from.
    pub(crate) organisations: BTreeSet<String>,
}

/// A request, every condition that was asked of it, and the decision they made: for the
/// committee, never for the visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What the visitor would be told.
    pub decision: Decision,
    /// What was asked, in order. Where a name does not resolve, nothing is asked beyond it.
    pub conditions: Vec<Condition>,
}

/// What a set holds, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The consortium's name.
    pub name: String,
    /// The digest of the files, in hexadecimal.
    pub digest: String,
    /// Rows of `members.csv`.
    pub members: usize,
    /// Rows of `people.csv`.
    pub people: usize,
    /// Rows of `datasets.csv`.
    pub datasets: usize,
    /// Rows of `projects.csv`.
    pub projects: usize,
    /// Rows of `grants.csv`.
    pub grants: usize,
    /// Files in `profiles`.
    pub profiles: usize,
    /// Rows of `tests.csv`, all of which hold.
    pub tests: usize,
}

impl PolicySet {
    /// Reads the files of a folder.
    ///
    /// # Errors
    ///
    /// Everything in them that cannot be read as meant, a test of theirs that does not hold, and
    /// a set that fails its canaries.
    pub fn load(dir: &Path) -> Result<PolicySet, Rejected> {
        PolicySet::load_demanding(dir, None)
    }

    /// The same, if the files are signed as demanded.
    ///
    /// # Errors
    ///
    /// As [`PolicySet::load`], and what is missing or wrong about the signatures.
    pub fn load_demanding(dir: &Path, demand: Option<&Demand>) -> Result<PolicySet, Rejected> {
        demand::load(dir, demand, PolicySet::from_files)
    }

    /// The same from files in memory: names relative to the folder, with `/`, and their bytes.
    ///
    /// # Errors
    ///
    /// As [`PolicySet::load`].
    pub fn from_files(files: &Files) -> Result<PolicySet, Rejected> {
        read::consortium(files).map_err(Rejected::of)
    }

    /// SHA-256 over the names and bytes of the files, sorted by name.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// What is worth a look at this moment and no reason to refuse.
    pub fn warnings(&self, at: jiff::Timestamp) -> Vec<Finding> {
        warnings::of(self, self.day(at))
    }

    /// Who signs what comes into force; nobody need if it is none.
    pub fn signing(&self) -> Option<&Signing> {
        self.signing.as_ref()
    }

    /// Decides one request. Never panics: what goes wrong inside is a deny.
    pub fn decide(&self, request: &Request<'_>) -> Decision {
        self.explain(request).decision
    }

    /// Decides one request and shows every condition that was asked.
    pub fn explain(&self, request: &Request<'_>) -> Explanation {
        let asked = catch_unwind(AssertUnwindSafe(|| examine(self, request)));
        let (conditions, decision) = asked.unwrap_or_else(|_| {
            let (outcome, reasons) = not_available(Place::of("grants.csv", 1));
            let decision = Decision {
                outcome,
                reasons,
                terms: None,
                digest: self.digest,
            };
            (Vec::new(), decision)
        });
        Explanation {
            decision,
            conditions,
        }
    }

    /// The datasets, by name, of which the visitor may see in this project that they exist.
    pub fn datasets(&self, principal: &str, project: &str, at: jiff::Timestamp) -> Vec<String> {
        let granted = self.grants.get(project).into_iter();
        let mut named: BTreeSet<&String> = granted.flat_map(BTreeMap::keys).collect();
        if self.members.contains_key(project) {
            let open = self.datasets.values().filter(|d| d.tiers.open_to_members);
            named.extend(open.map(|dataset| &dataset.dataset));
        }
        let seen = named.into_iter().filter(|dataset| {
            let request = Request {
                principal,
                project,
                dataset,
                operation: Operation::Catalog,
                at,
            };
            self.decide(&request).outcome == Outcome::Allow
        });
        seen.cloned().collect()
    }

    /// What the set holds, in numbers.
    pub fn summary(&self) -> Summary {
        Summary {
            name: self.name.clone(),
            digest: hex::encode(self.digest),
            members: self.members.len(),
            people: self.people.len(),
            datasets: self.datasets.len(),
            projects: self.projects.len(),
            grants: self.every_grant().count(),
            profiles: self.profiles.len(),
            tests: self.cases.len(),
        }
    }

    /// The consortium's day at a moment.
    pub(crate) fn day(&self, at: jiff::Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    /// Noon of a day of the consortium.
    pub(crate) fn noon(&self, day: Date) -> Option<jiff::Timestamp> {
        let noon = day.at(12, 0, 0, 0).to_zoned(self.zone.clone()).ok()?;
        Some(noon.timestamp())
    }

    /// The rows about one project and dataset.
    pub(crate) fn grants_of(&self, project: &str, dataset: &str) -> &[Grant] {
        of_pair(&self.grants, project, dataset)
    }

    /// What people judged of one project and dataset.
    pub(crate) fn judgements_of(&self, project: &str, dataset: &str) -> &[Judgement] {
        of_pair(&self.judgements, project, dataset)
    }

    /// Every row that grants or denies.
    pub(crate) fn every_grant(&self) -> impl Iterator<Item = &Grant> {
        self.grants.values().flat_map(BTreeMap::values).flatten()
    }
}

fn of_pair<'a, T>(
    rows: &'a HashMap<String, BTreeMap<String, Vec<T>>>,
    project: &str,
    dataset: &str,
) -> &'a [T] {
    let rows = rows.get(project).and_then(|datasets| datasets.get(dataset));
    rows.map_or(&[], Vec::as_slice)
}

impl fmt::Debug for PolicySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PolicySet").field(&self.summary()).finish()
    }
}
