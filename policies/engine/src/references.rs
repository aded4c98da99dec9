//! What the files say of each other: names that resolve, rows that do not contradict.

mod grants;
mod repeats;

pub(crate) use repeats::{meeting, once};

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{
    duo::Codes,
    finding::{Finding, Slip},
    mondo::Disease,
    profile::Profile,
    purpose::Purpose,
    record::{
        Case, Dataset, Effect, Grant, Judgement, Jurisdiction, Member, Person, Project, Role,
        Teammate,
    },
    table::Sheet,
    words::Words,
};

/// The files of a consortium, read but not yet compared.
#[derive(Debug)]
pub(crate) struct Tables {
    pub(crate) members: Sheet<Member>,
    pub(crate) people: Sheet<Person>,
    pub(crate) jurisdictions: Sheet<Jurisdiction>,
    pub(crate) datasets: Sheet<Dataset>,
    pub(crate) projects: Sheet<Project>,
    pub(crate) teams: Sheet<Teammate>,
    pub(crate) grants: Sheet<Grant>,
    pub(crate) judgements: Sheet<Judgement>,
    pub(crate) cases: Sheet<Case>,
    pub(crate) profiles: BTreeMap<String, Profile>,
}

/// Everything that does not resolve, stands twice or contradicts another row.
pub(crate) fn check(tables: &Tables) -> Vec<Finding> {
    let mut findings = Vec::new();
    names(tables, &mut findings);
    diseases(tables, &mut findings);
    repeats::check(tables, &mut findings);
    if findings.is_empty() {
        grants::check(tables, &mut findings);
        judges(tables, &mut findings);
    }
    findings
}

/// Every name that a row mentions stands in the file it belongs to.
fn names(tables: &Tables, findings: &mut Vec<Finding>) {
    let members = tables.members.records.iter();
    let members = Known::of("members.csv", members.map(|m| &m.organisation));
    let people = tables.people.records.iter();
    let people = Known::of("people.csv", people.map(|p| &p.person));
    let datasets = tables.datasets.records.iter();
    let datasets = Known::of("datasets.csv", datasets.map(|d| &d.dataset));
    let projects = tables.projects.records.iter();
    let projects = Known::of("projects.csv", projects.map(|p| &p.project));
    let profiles = Known::of("profiles/*.toml", tables.profiles.keys());

    let sheet = &tables.people;
    for row in &sheet.records {
        members.resolve(sheet, row.line, "organisation", &row.organisation, findings);
    }
    let sheet = &tables.datasets;
    for row in &sheet.records {
        members.resolve(sheet, row.line, "holder", &row.holder, findings);
        profiles.resolve(sheet, row.line, "profile", &row.profile, findings);
    }
    let sheet = &tables.projects;
    for row in &sheet.records {
        members.resolve(sheet, row.line, "lead", &row.lead, findings);
    }
    let sheet = &tables.teams;
    for row in &sheet.records {
        projects.resolve(sheet, row.line, "project", &row.project, findings);
        people.resolve(sheet, row.line, "person", &row.person, findings);
    }
    let sheet = &tables.grants;
    for row in &sheet.records {
        projects.resolve(sheet, row.line, "project", &row.project, findings);
        datasets.resolve(sheet, row.line, "dataset", &row.dataset, findings);
        if let Effect::Allow(scope) = &row.effect
            && let Some(profile) = &scope.profile
        {
            profiles.resolve(sheet, row.line, "profile", profile, findings);
        }
    }
    let sheet = &tables.judgements;
    for row in &sheet.records {
        projects.resolve(sheet, row.line, "project", &row.project, findings);
        datasets.resolve(sheet, row.line, "dataset", &row.dataset, findings);
        people.resolve(sheet, row.line, "judged_by", &row.judged_by, findings);
    }
}

/// No disease is an obsolete one.
fn diseases(tables: &Tables, findings: &mut Vec<Finding>) {
    for row in &tables.projects.records {
        if let Purpose::Disease(disease) = row.purpose
            && let Some(slip) = obsolete(disease, |new| format!("disease:{new}"))
        {
            findings.push(tables.projects.finding(row.line, "purpose", &slip));
        }
    }
    for row in &tables.datasets.records {
        findings.extend(obsolete_codes(
            &tables.datasets,
            row.line,
            "consent_codes",
            &row.consent,
        ));
    }
}

/// That a cell of consent codes names an obsolete disease.
pub(crate) fn obsolete_codes<T>(
    sheet: &Sheet<T>,
    line: u64,
    column: &str,
    codes: &Codes,
) -> Option<Finding> {
    let mended = |old: Disease, new: Disease| {
        codes
            .to_string()
            .replace(&old.to_string(), &new.to_string())
    };
    let slip = codes
        .diseases()
        .find_map(|old| obsolete(old, |new| mended(old, new)))?;
    Some(sheet.finding(line, column, &slip))
}

fn obsolete(disease: Disease, mended: impl FnOnce(Disease) -> String) -> Option<Slip> {
    let new = disease.replacement()?;
    let words = Words::of("disease-obsolete")
        .with("disease", disease)
        .with("new", new.named());
    Some(Slip::mended(words, mended(new)))
}

/// Who judges sits on the committee, and judges a condition that the dataset has.
fn judges(tables: &Tables, findings: &mut Vec<Finding>) {
    let sheet = &tables.judgements;
    let people = tables.people.records.iter();
    let people: HashMap<&str, &Person> = people.map(|p| (p.person.as_str(), p)).collect();
    let datasets = tables.datasets.records.iter();
    let datasets: HashMap<&str, &Dataset> = datasets.map(|d| (d.dataset.as_str(), d)).collect();
    for row in &sheet.records {
        let judge = people.get(row.judged_by.as_str());
        if !judge.is_some_and(|judge| judge.is(Role::Committee)) {
            let words = Words::of("judge-not-of-the-committee").with("person", &row.judged_by);
            findings.push(sheet.finding(row.line, "judged_by", &Slip::new(words)));
        }
        let dataset = datasets.get(row.dataset.as_str());
        let has_it = dataset.is_some_and(|d| d.consent.iter().any(|code| code.kind == row.kind));
        if !has_it {
            let words = Words::of("code-not-of-the-dataset")
                .with("code", row.kind)
                .with("dataset", &row.dataset);
            findings.push(sheet.finding(row.line, "code", &Slip::new(words)));
        }
    }
}

/// The names that a file defines.
pub(crate) struct Known<'a> {
    file: &'static str,
    names: BTreeSet<&'a str>,
}

impl<'a> Known<'a> {
    pub(crate) fn of(file: &'static str, names: impl Iterator<Item = &'a String>) -> Known<'a> {
        Known {
            file,
            names: names.map(String::as_str).collect(),
        }
    }

    /// Notes that a row's name stands nowhere.
    pub(crate) fn resolve<T>(
        &self,
        sheet: &Sheet<T>,
        line: u64,
        column: &str,
        name: &str,
        findings: &mut Vec<Finding>,
    ) {
        if self.names.contains(name) {
            return;
        }
        let close = self
            .names
            .iter()
            .find(|known| known.eq_ignore_ascii_case(name));
        let words = Words::of("name-does-not-resolve")
            .with("name", name)
            .with("file", self.file);
        let slip = match close {
            Some(known) => Slip::mended(words, *known),
            None => Slip::new(words),
        };
        findings.push(sheet.finding(line, column, &slip));
    }
}
