//! Rows of two sets beside each other.

use std::collections::BTreeSet;

use super::{Change, Weight};
use crate::{
    access::Whom,
    record::{Dataset, Grant, Judgement, Jurisdiction, Member, Person, Project},
    set::PolicySet,
    words::Words,
};

/// Whether everything that a decision about somebody rests on says the same in both sets: then
/// nothing changes for them, and no day need be tried.
pub(super) fn same(old: &PolicySet, new: &PolicySet, whom: &Whom) -> bool {
    View::of(old, whom) == View::of(new, whom)
}

/// What decisions about somebody rest on, without the lines on which it stands.
#[derive(PartialEq, Eq)]
struct View {
    zone: Option<String>,
    overview_queries: u64,
    person: Option<Person>,
    project: Option<Project>,
    dataset: Option<Dataset>,
    /// The visitor's organisation, the lead's, the holder's.
    members: Vec<Option<Member>>,
    bases: Vec<Jurisdiction>,
    in_team: bool,
    partners: BTreeSet<String>,
    grants: Vec<Grant>,
    judgements: Vec<Judgement>,
}

/// A row without its line.
macro_rules! apart_from_line {
    ($row:expr) => {{
        let mut row = $row.clone();
        row.line = 0;
        row
    }};
}

impl View {
    fn of(set: &PolicySet, whom: &Whom) -> View {
        let person = set.people.get(&whom.person);
        let project = set.projects.get(&whom.project);
        let dataset = set.datasets.get(&whom.dataset);
        let member = person.and_then(|person| set.members.get(&person.organisation));
        let lead = project.and_then(|project| set.members.get(&project.lead));
        let holder = dataset.and_then(|dataset| set.members.get(&dataset.holder));
        let bases = member.and_then(|member| set.jurisdictions.get(&member.country));
        let team = set.teams.get(&whom.project);
        View {
            zone: set.zone.iana_name().map(str::to_owned),
            overview_queries: set.overview_queries,
            person: person.map(|row| apart_from_line!(row)),
            project: project.map(|row| apart_from_line!(row)),
            dataset: dataset.map(|row| apart_from_line!(row)),
            members: [member, lead, holder]
                .map(|row| row.map(|row| apart_from_line!(row)))
                .to_vec(),
            bases: (bases.into_iter().flatten())
                .map(|row| apart_from_line!(row))
                .collect(),
            in_team: team.is_some_and(|team| team.people.contains_key(&whom.person)),
            partners: team
                .map(|team| team.organisations.clone())
                .unwrap_or_default(),
            grants: (set.grants_of(&whom.project, &whom.dataset).iter())
                .map(|row| apart_from_line!(row))
                .collect(),
            judgements: (set.judgements_of(&whom.project, &whom.dataset).iter())
                .map(|row| apart_from_line!(row))
                .collect(),
        }
    }
}

/// Names that only one of two sets has.
pub(super) fn entered(old: &PolicySet, new: &PolicySet) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut compare = |file: &str, old: BTreeSet<&String>, new: BTreeSet<&String>| {
        let entered = new.difference(&old).map(|name| ("diff-entered", name));
        let taken_out = old.difference(&new).map(|name| ("diff-taken-out", name));
        changes.extend(entered.chain(taken_out).map(|(entry, name)| Change {
            weight: Weight::Other,
            whom: None,
            words: Words::of(entry).with("name", name).with("file", file),
        }));
    };
    macro_rules! names {
        ($file:literal, $of:ident) => {
            compare($file, old.$of.keys().collect(), new.$of.keys().collect())
        };
    }
    names!("members.csv", members);
    names!("people.csv", people);
    names!("datasets.csv", datasets);
    names!("projects.csv", projects);
    names!("jurisdictions.csv", jurisdictions);
    compare(
        "profiles",
        old.profiles.keys().collect(),
        new.profiles.keys().collect(),
    );
    changes
}
