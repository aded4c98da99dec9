//! What the files say of each other: names that resolve, rows that do not contradict.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{
    finding::{Finding, Slip},
    profile::Profile,
    record::{Dataset, Effect, Grant, Jurisdiction, Member, Person, Project, Teammate},
    table::Sheet,
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
    pub(crate) profiles: BTreeMap<String, Profile>,
}

/// So many rows may speak of one project and one dataset: a decision reads them all.
const MOST_GRANTS_OF_A_PAIR: usize = 64;

/// Everything that does not resolve, stands twice or contradicts another row.
pub(crate) fn check(tables: &Tables) -> Vec<Finding> {
    let mut findings = Vec::new();
    names(tables, &mut findings);
    repeats(tables, &mut findings);
    if findings.is_empty() {
        reach(tables, &mut findings);
        contradictions(tables, &mut findings);
    }
    findings
}

/// Every name that a row mentions stands in the file it belongs to.
fn names(tables: &Tables, findings: &mut Vec<Finding>) {
    let members = Known::of(
        "members.csv",
        tables.members.records.iter().map(|m| &m.organisation),
    );
    let people = Known::of(
        "people.csv",
        tables.people.records.iter().map(|p| &p.person),
    );
    let datasets = Known::of(
        "datasets.csv",
        tables.datasets.records.iter().map(|d| &d.dataset),
    );
    let projects = Known::of(
        "projects.csv",
        tables.projects.records.iter().map(|p| &p.project),
    );
    let profiles = Known::of("profiles/*.toml", tables.profiles.keys());

    for row in &tables.people.records {
        members.resolve(
            &tables.people,
            row.line,
            "organisation",
            &row.organisation,
            findings,
        );
    }
    for row in &tables.datasets.records {
        members.resolve(&tables.datasets, row.line, "holder", &row.holder, findings);
        profiles.resolve(
            &tables.datasets,
            row.line,
            "profile",
            &row.profile,
            findings,
        );
    }
    for row in &tables.projects.records {
        members.resolve(&tables.projects, row.line, "lead", &row.lead, findings);
    }
    for row in &tables.teams.records {
        projects.resolve(&tables.teams, row.line, "project", &row.project, findings);
        people.resolve(&tables.teams, row.line, "person", &row.person, findings);
    }
    for row in &tables.grants.records {
        projects.resolve(&tables.grants, row.line, "project", &row.project, findings);
        datasets.resolve(&tables.grants, row.line, "dataset", &row.dataset, findings);
        if let Effect::Allow(scope) = &row.effect
            && let Some(profile) = &scope.profile
        {
            profiles.resolve(&tables.grants, row.line, "profile", profile, findings);
        }
    }
}

/// No key stands twice, in whatever case, and no row.
fn repeats(tables: &Tables, findings: &mut Vec<Finding>) {
    once(
        &tables.members,
        |m| (m.line, m.organisation.clone()),
        findings,
    );
    once(
        &tables.people,
        |p| (p.line, p.person.to_ascii_lowercase()),
        findings,
    );
    once(&tables.datasets, |d| (d.line, d.dataset.clone()), findings);
    once(
        &tables.projects,
        |p| (p.line, p.project.to_ascii_lowercase()),
        findings,
    );
    once(
        &tables.teams,
        |t| (t.line, (t.project.clone(), t.person.clone())),
        findings,
    );
    let sheet = &tables.jurisdictions;
    for (row, earlier) in pairs(sheet, |row| row.country.clone()) {
        if row.period.meets(&earlier.period) {
            let what = format!(
                "{} has a basis on the same days in line {}",
                row.country, earlier.line
            );
            findings.push(sheet.line_finding(row.line, &what, TWICE, &instead_of(earlier.line)));
        }
    }
}

/// A grant reaches no further than its dataset allows.
fn reach(tables: &Tables, findings: &mut Vec<Finding>) {
    let datasets: HashMap<&str, &Dataset> = tables
        .datasets
        .records
        .iter()
        .map(|row| (row.dataset.as_str(), row))
        .collect();
    for row in &tables.grants.records {
        let (Effect::Allow(scope), Some(dataset)) =
            (&row.effect, datasets.get(row.dataset.as_str()))
        else {
            continue;
        };
        if scope.tier > dataset.deepest {
            let slip = Slip::new(
                format!(
                    "the dataset may be granted up to `{}`",
                    dataset.deepest.as_str()
                ),
                "the tier rule of a dataset is its holder's word; a grant does not reach beyond it",
                dataset.deepest.as_str(),
            );
            findings.push(tables.grants.finding(row.line, "tier", &slip));
        }
        if let Some(name) = &scope.profile
            && let Some(profile) = tables.profiles.get(name)
            && let Some(least) = tables.profiles.get(&dataset.profile)
            && !profile.is_as_strict_as(least)
        {
            let slip = Slip::new(
                format!(
                    "`{name}` is not as strict as the dataset's `{}`",
                    dataset.profile
                ),
                "a grant may only withhold more than its dataset does",
                "",
            );
            findings.push(tables.grants.finding(row.line, "profile", &slip));
        }
    }
}

/// No two rows allow the same on the same days with other terms, and none stands twice.
fn contradictions(tables: &Tables, findings: &mut Vec<Finding>) {
    let sheet = &tables.grants;
    let mut seen: HashMap<(&str, &str), Vec<&Grant>> = HashMap::new();
    for row in &sheet.records {
        let earlier = seen.entry((&row.project, &row.dataset)).or_default();
        if earlier.len() == MOST_GRANTS_OF_A_PAIR {
            let what =
                format!("more than {MOST_GRANTS_OF_A_PAIR} rows for one project and dataset");
            let why = "each decision reads them all";
            findings.push(sheet.line_finding(
                row.line,
                &what,
                why,
                "<fewer rows with longer spans>",
            ));
            continue;
        }
        for other in earlier
            .iter()
            .filter(|other| other.period.meets(&row.period))
        {
            let same = other.operations == row.operations && other.period == row.period;
            let shared = row
                .operations
                .iter()
                .any(|operation| other.operations.contains(operation));
            if same && other.effect == row.effect {
                let what = format!("the row stands already in line {}", other.line);
                findings.push(sheet.line_finding(row.line, &what, TWICE, &instead_of(other.line)));
            } else if let (Effect::Allow(scope), Effect::Allow(before)) =
                (&row.effect, &other.effect)
                && shared
                && scope != before
            {
                let what = format!(
                    "line {} allows the same operation on the same days with other terms",
                    other.line
                );
                let why = "which of the two holds would depend on the order of the lines";
                findings.push(sheet.line_finding(
                    row.line,
                    &what,
                    why,
                    "<the same row with days, or operations, that the other one leaves open>",
                ));
            }
        }
        earlier.push(row);
    }
}

const TWICE: &str = "of two rows about the same, one is changed one day and the other forgotten";

fn instead_of(line: u64) -> String {
    format!("<nothing: take this line out, or line {line}>")
}

/// The rows that share a key with an earlier one, each with that earlier one.
fn pairs<T>(sheet: &Sheet<T>, key: impl Fn(&T) -> String) -> Vec<(&T, &T)> {
    let mut seen: HashMap<String, Vec<&T>> = HashMap::new();
    let mut pairs = Vec::new();
    for row in &sheet.records {
        let earlier = seen.entry(key(row)).or_default();
        pairs.extend(earlier.iter().map(|before| (row, *before)));
        earlier.push(row);
    }
    pairs
}

fn once<T, K: Eq + std::hash::Hash>(
    sheet: &Sheet<T>,
    key: impl Fn(&T) -> (u64, K),
    findings: &mut Vec<Finding>,
) {
    let mut seen: HashMap<K, u64> = HashMap::new();
    for row in &sheet.records {
        let (line, key) = key(row);
        match seen.get(&key) {
            Some(earlier) => {
                let what = format!(
                    "the name stands already in line {earlier}; names that differ in case alone are the same to a reader"
                );
                findings.push(sheet.line_finding(line, &what, TWICE, &instead_of(*earlier)));
            }
            None => {
                seen.insert(key, line);
            }
        }
    }
}

/// The names that a file defines.
struct Known<'a> {
    file: &'static str,
    names: BTreeSet<&'a str>,
}

impl<'a> Known<'a> {
    fn of(file: &'static str, names: impl Iterator<Item = &'a String>) -> Known<'a> {
        Known {
            file,
            names: names.map(String::as_str).collect(),
        }
    }

    fn resolve<T>(
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
        let instead = match close {
            Some(known) => (*known).to_owned(),
            None => format!("<a name of {}>", self.file),
        };
        let slip = Slip::new(
            format!("`{name}` does not stand in {}", self.file),
            "a rule about a name that does not exist meets nobody: an allow is lost, and a deny bars nothing",
            instead,
        );
        findings.push(sheet.finding(line, column, &slip));
    }
}
