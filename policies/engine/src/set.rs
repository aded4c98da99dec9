//! A policy set: the committee's files, loaded whole or not at all, and what they decide.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{
    canary,
    characters::decode,
    conditions::{Condition, examine, not_available, place},
    decision::{Decision, Outcome},
    finding::{Finding, Rejected},
    folder::{self, Files},
    grants::Grants,
    profile,
    record::{Dataset, Grant, Jurisdiction, Member, Person, Project},
    records,
    references::{self, Tables},
    request::{Operation, Request},
    table::Sheet,
};

/// An immutable set of policies, as its files stood when it was loaded.
pub struct PolicySet {
    digest: [u8; 32],
    name: String,
    profiles: usize,
    pub(crate) zone: TimeZone,
    pub(crate) members: HashMap<String, Member>,
    pub(crate) people: HashMap<String, Person>,
    /// By country.
    pub(crate) jurisdictions: HashMap<String, Vec<Jurisdiction>>,
    pub(crate) datasets: HashMap<String, Dataset>,
    pub(crate) projects: HashMap<String, Project>,
    /// By project, then person: the line of `teams.csv`.
    pub(crate) teams: HashMap<String, HashMap<String, u64>>,
    /// By project, then dataset.
    pub(crate) grants: HashMap<String, BTreeMap<String, Vec<Grant>>>,
    pub(crate) casbin: Grants,
}

/// A request, every condition that was asked of it, and the decision they made: for the
/// committee, never for the visitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
}

impl PolicySet {
    /// Reads the files of a folder.
    ///
    /// # Errors
    ///
    /// Everything in them that cannot be read as meant, and a set that fails its canaries.
    pub fn load(dir: &Path) -> Result<PolicySet, Rejected> {
        let files = folder::read(dir).map_err(rejected)?;
        PolicySet::from_files(&files)
    }

    /// The same from files in memory: names relative to the folder, with `/`, and their bytes.
    ///
    /// # Errors
    ///
    /// As [`PolicySet::load`].
    pub fn from_files(files: &BTreeMap<String, Vec<u8>>) -> Result<PolicySet, Rejected> {
        read(files).map_err(rejected)
    }

    /// SHA-256 over the names and bytes of the files, sorted by name.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Decides one request. Never panics: what goes wrong inside is a deny.
    pub fn decide(&self, request: &Request<'_>) -> Decision {
        self.explain(request).decision
    }

    /// Decides one request and shows every condition that was asked.
    pub fn explain(&self, request: &Request<'_>) -> Explanation {
        let asked = catch_unwind(AssertUnwindSafe(|| examine(self, request)));
        let (conditions, decision) =
            asked.unwrap_or_else(|_| (Vec::new(), not_available(place("grants.csv", 1))));
        Explanation {
            decision,
            conditions,
        }
    }

    /// The datasets, by name, of which the visitor may see in this project that they exist.
    pub fn datasets(&self, principal: &str, project: &str, at: jiff::Timestamp) -> Vec<String> {
        let granted = self
            .grants
            .get(project)
            .into_iter()
            .flat_map(BTreeMap::keys);
        let seen = granted.filter(|dataset| {
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
        let grants = self.grants.values().flat_map(BTreeMap::values);
        Summary {
            name: self.name.clone(),
            digest: hex::encode(self.digest),
            members: self.members.len(),
            people: self.people.len(),
            datasets: self.datasets.len(),
            projects: self.projects.len(),
            grants: grants.map(Vec::len).sum(),
            profiles: self.profiles,
        }
    }

    /// The consortium's day at a moment.
    pub(crate) fn day(&self, at: jiff::Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    /// The rows about one project and dataset.
    pub(crate) fn grants_of(&self, project: &str, dataset: &str) -> &[Grant] {
        let grants = self
            .grants
            .get(project)
            .and_then(|datasets| datasets.get(dataset));
        grants.map_or(&[], Vec::as_slice)
    }
}

impl fmt::Debug for PolicySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PolicySet").field(&self.summary()).finish()
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Consortium {
    name: String,
    time_zone: String,
    default_profile: String,
}

fn rejected(mut findings: Vec<Finding>) -> Rejected {
    findings.sort();
    findings.dedup();
    Rejected { findings }
}

fn read(files: &Files) -> Result<PolicySet, Vec<Finding>> {
    let mut findings = folder::known(files);
    let mut texts: HashMap<&str, String> = HashMap::new();
    for (name, bytes) in files {
        match decode(name, bytes) {
            Ok(text) => {
                texts.insert(name, text);
            }
            Err(finding) => findings.push(finding),
        }
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    let text = |file: &str| texts.get(file).map_or("", String::as_str);
    let consortium = consortium(text("consortium.toml"), &mut findings);
    // Where there is none, a finding says so, and the set is refused below.
    let (name, zone, default_profile) =
        consortium.unwrap_or_else(|| (String::new(), TimeZone::UTC, String::new()));
    let mut profiles = BTreeMap::new();
    for (file, text) in &texts {
        let Some(name) = folder::profile(file) else {
            continue;
        };
        match profile::read(file, name, text) {
            Ok(profile) => {
                profiles.insert(name.to_owned(), profile);
            }
            Err(finding) => findings.push(finding),
        }
    }
    let found = &mut findings;
    let tables = Tables {
        members: Sheet::read(
            &records::MEMBERS,
            text("members.csv"),
            found,
            records::member,
        ),
        people: Sheet::read(
            &records::PEOPLE,
            text("people.csv"),
            found,
            records::person_record,
        ),
        jurisdictions: Sheet::read(
            &records::JURISDICTIONS,
            text("jurisdictions.csv"),
            found,
            records::jurisdiction,
        ),
        datasets: Sheet::read(&records::DATASETS, text("datasets.csv"), found, |cells| {
            records::dataset(cells, &default_profile)
        }),
        projects: Sheet::read(
            &records::PROJECTS,
            text("projects.csv"),
            found,
            records::project_record,
        ),
        teams: Sheet::read(&records::TEAMS, text("teams.csv"), found, records::teammate),
        grants: Sheet::read(&records::GRANTS, text("grants.csv"), found, records::grant),
        profiles,
    };
    if findings.is_empty() && !tables.profiles.contains_key(&default_profile) {
        let line = profile::line_with(text("consortium.toml"), "default_profile");
        findings.push(Finding {
            file: "consortium.toml".to_owned(),
            line,
            what: format!("the default profile `{default_profile}` has no file in profiles"),
            why: "a dataset that names no profile is released under this one".to_owned(),
            instead: "default_profile = \"<a name of profiles/*.toml>\"".to_owned(),
        });
    }
    if findings.is_empty() {
        findings = references::check(&tables);
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    let set = index(tables, folder::digest(files), name, zone)?;
    let findings = canary::findings(&set);
    if findings.is_empty() {
        Ok(set)
    } else {
        Err(findings)
    }
}

fn consortium(text: &str, findings: &mut Vec<Finding>) -> Option<(String, TimeZone, String)> {
    let finding = |line, what: String, instead: &str| {
        Finding {
        file: "consortium.toml".to_owned(),
        line,
        what,
        why: "days begin and end at the consortium's midnight, and a dataset without a profile takes the default one".to_owned(),
        instead: instead.to_owned(),
    }
    };
    let read: Consortium = match toml::from_str(text) {
        Ok(read) => read,
        Err(error) => {
            let line = profile::line_of(text, error.span());
            let shape = "<name, time_zone and default_profile, and nothing else>";
            findings.push(finding(line, error.message().to_owned(), shape));
            return None;
        }
    };
    match TimeZone::get(&read.time_zone) {
        Ok(zone) => Some((read.name, zone, read.default_profile)),
        Err(_) => {
            let line = profile::line_with(text, "time_zone");
            let what = format!("`{}` is no time zone", read.time_zone);
            findings.push(finding(line, what, "time_zone = \"Asia/Tokyo\""));
            None
        }
    }
}

fn index(
    tables: Tables,
    digest: [u8; 32],
    name: String,
    zone: TimeZone,
) -> Result<PolicySet, Vec<Finding>> {
    let casbin = Grants::new(&tables.grants.records, &tables.teams.records).map_err(|error| {
        vec![Finding {
            file: "grants.csv".to_owned(),
            line: 1,
            what: format!("casbin does not take the rules: {error}"),
            why: "casbin decides; rules it does not take decide nothing".to_owned(),
            instead:
                "<report this set to the makers of this software; the set before it stays in force>"
                    .to_owned(),
        }]
    })?;
    let mut teams: HashMap<String, HashMap<String, u64>> = HashMap::new();
    for mate in tables.teams.records {
        teams
            .entry(mate.project)
            .or_default()
            .insert(mate.person, mate.line);
    }
    let mut jurisdictions: HashMap<String, Vec<Jurisdiction>> = HashMap::new();
    for row in tables.jurisdictions.records {
        jurisdictions
            .entry(row.country.clone())
            .or_default()
            .push(row);
    }
    let mut grants: HashMap<String, BTreeMap<String, Vec<Grant>>> = HashMap::new();
    for row in tables.grants.records {
        let datasets = grants.entry(row.project.clone()).or_default();
        datasets.entry(row.dataset.clone()).or_default().push(row);
    }
    let keyed = |rows: Vec<Member>| rows.into_iter().map(|row| (row.organisation.clone(), row));
    Ok(PolicySet {
        digest,
        name,
        profiles: tables.profiles.len(),
        zone,
        members: keyed(tables.members.records).collect(),
        people: tables
            .people
            .records
            .into_iter()
            .map(|row| (row.person.clone(), row))
            .collect(),
        jurisdictions,
        datasets: tables
            .datasets
            .records
            .into_iter()
            .map(|row| (row.dataset.clone(), row))
            .collect(),
        projects: tables
            .projects
            .records
            .into_iter()
            .map(|row| (row.project.clone(), row))
            .collect(),
        teams,
        grants,
        casbin,
    })
}
