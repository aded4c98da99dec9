//! From files to a set: read, compared, indexed, tried.

use std::collections::{BTreeMap, HashMap};

use crate::{
    canary, cases,
    characters::decode,
    files::{self, CONSORTIUM, Files, Layout},
    finding::Finding,
    grants::Grants,
    page::{self, ConsortiumPage},
    profile,
    record::{Grant, Judgement, Jurisdiction},
    records,
    references::{self, Tables},
    set::{PolicySet, Team},
    table::Sheet,
    words::Words,
};

/// The texts of a folder's files.
pub(crate) struct Texts<'a>(HashMap<&'a str, String>);

impl<'a> Texts<'a> {
    /// Every file as text.
    pub(crate) fn of(files: &'a Files, layout: &Layout) -> Result<Self, Vec<Finding>> {
        let mut findings = layout.known(files);
        let mut texts = HashMap::new();
        for (name, bytes) in files {
            match decode(name, bytes) {
                Ok(text) => {
                    texts.insert(name.as_str(), text);
                }
                Err(finding) => findings.push(finding),
            }
        }
        if findings.is_empty() {
            Ok(Self(texts))
        } else {
            Err(findings)
        }
    }

    /// The text of a file that must be there; it is, or the files were refused.
    pub(crate) fn needed(&self, file: &str) -> &str {
        self.further(file).unwrap_or("")
    }

    /// The text of a file that may be there.
    pub(crate) fn further(&self, file: &str) -> Option<&str> {
        self.0.get(file).map(String::as_str)
    }
}

/// Reads the files of a consortium.
pub(crate) fn consortium(files: &Files) -> Result<PolicySet, Vec<Finding>> {
    let texts = Texts::of(files, &CONSORTIUM)?;
    let mut findings = Vec::new();
    let page = page::consortium(texts.needed("consortium.toml"), &mut findings);
    let default_profile = page.as_ref().map_or("", |page| &page.default_profile);
    let tables = tables(&texts, default_profile, &mut findings);
    let Some(page) = page.filter(|_| findings.is_empty()) else {
        return Err(findings);
    };
    if !tables.profiles.contains_key(&page.default_profile) {
        let line = profile::line_with(texts.needed("consortium.toml"), "default_profile");
        let words = Words::of("default-profile-missing").with("profile", &page.default_profile);
        return Err(vec![Finding::new("consortium.toml", line, words)]);
    }
    let findings = references::check(&tables);
    if !findings.is_empty() {
        return Err(findings);
    }
    let set = index(tables, page, files::digest(files))?;
    let mut findings = canary::findings(&set);
    findings.extend(cases::failures(&set));
    if findings.is_empty() {
        Ok(set)
    } else {
        Err(findings)
    }
}

fn tables(texts: &Texts<'_>, default_profile: &str, findings: &mut Vec<Finding>) -> Tables {
    let mut profiles = BTreeMap::new();
    for (file, text) in &texts.0 {
        let Some(name) = files::profile(file) else {
            continue;
        };
        match profile::read(file, name, text) {
            Ok(profile) => {
                profiles.insert(name.to_owned(), profile);
            }
            Err(finding) => findings.push(finding),
        }
    }
    let text = |file| texts.needed(file);
    let found = findings;
    Tables {
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
            records::dataset(cells, default_profile)
        }),
        projects: Sheet::read(
            &records::PROJECTS,
            text("projects.csv"),
            found,
            records::project_record,
        ),
        teams: Sheet::read(&records::TEAMS, text("teams.csv"), found, records::teammate),
        grants: Sheet::read(&records::GRANTS, text("grants.csv"), found, records::grant),
        judgements: Sheet::read_if(
            &records::JUDGEMENTS,
            texts.further("judgements.csv"),
            found,
            records::judgement,
        ),
        cases: Sheet::read_if(
            &records::TESTS,
            texts.further("tests.csv"),
            found,
            records::case,
        ),
        profiles,
    }
}

fn index(
    tables: Tables,
    page: ConsortiumPage,
    digest: [u8; 32],
) -> Result<PolicySet, Vec<Finding>> {
    let open = tables.datasets.records.iter();
    let open = open.filter(|dataset| dataset.tiers.open_to_members);
    let casbin = Grants::new(
        &tables.grants.records,
        tables
            .teams
            .records
            .iter()
            .map(|mate| (mate.project.as_str(), mate.person.as_str())),
        open.map(|dataset| dataset.dataset.as_str()),
        tables.people.records.iter().map(|p| p.person.as_str()),
    )
    .map_err(|error| {
        let words = Words::of("casbin-takes-no-rules").with("error", error);
        vec![Finding::new("grants.csv", 1, words)]
    })?;
    let people: HashMap<_, _> = keyed(tables.people.records, |row| row.person.clone());
    let mut teams: HashMap<String, Team> = HashMap::new();
    for mate in tables.teams.records {
        let team = teams.entry(mate.project).or_default();
        if let Some(person) = people.get(&mate.person) {
            team.organisations.insert(person.organisation.clone());
        }
        team.people.insert(mate.person, mate.line);
    }
    let mut jurisdictions: HashMap<String, Vec<Jurisdiction>> = HashMap::new();
    for row in tables.jurisdictions.records {
        let rows = jurisdictions.entry(row.country.clone()).or_default();
        rows.push(row);
    }
    let grant = |row: &Grant| (row.project.clone(), row.dataset.clone());
    let judgement = |row: &Judgement| (row.project.clone(), row.dataset.clone());
    Ok(PolicySet {
        digest,
        name: page.name,
        profiles: tables.profiles,
        zone: page.zone,
        overview_queries: page.overview_queries,
        signing: page.signing,
        members: keyed(tables.members.records, |row| row.organisation.clone()),
        people,
        jurisdictions,
        datasets: keyed(tables.datasets.records, |row| row.dataset.clone()),
        projects: keyed(tables.projects.records, |row| row.project.clone()),
        teams,
        grants: by_pair(tables.grants.records, grant),
        judgements: by_pair(tables.judgements.records, judgement),
        cases: tables.cases.records,
        casbin,
    })
}

fn keyed<T>(rows: Vec<T>, key: impl Fn(&T) -> String) -> HashMap<String, T> {
    rows.into_iter().map(|row| (key(&row), row)).collect()
}

/// By project, then dataset.
fn by_pair<T>(
    rows: Vec<T>,
    pair: impl Fn(&T) -> (String, String),
) -> HashMap<String, BTreeMap<String, Vec<T>>> {
    let mut pairs: HashMap<String, BTreeMap<String, Vec<T>>> = HashMap::new();
    for row in rows {
        let (project, dataset) = pair(&row);
        let datasets = pairs.entry(project).or_default();
        datasets.entry(dataset).or_default().push(row);
    }
    pairs
}
