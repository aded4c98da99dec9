//! What changes from one set to another: not which lines, but who gains and who loses what.

mod compare;
mod rows;

use std::collections::BTreeMap;

use crate::{
    access::Whom,
    profile::Profile,
    set::PolicySet,
    words::{Language, Words},
};

/// Everything that changes, what widens access first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// By weight, then by whom.
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Which way it goes.
    pub weight: Weight,
    /// Whom it is about, if not everybody.
    pub whom: Option<Whom>,
    words: Words,
}

/// Which way a change goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// Somebody may do more, or is told more.
    Widening,
    /// Somebody may do less.
    Narrowing,
    /// Nobody may do more or less.
    Other,
}

impl Change {
    /// The change in a language.
    pub fn say(&self, language: Language) -> String {
        self.words.say(language)
    }
}

impl PolicySet {
    /// What changes from this set to another, from a moment on.
    pub fn difference(&self, new: &PolicySet, at: jiff::Timestamp) -> Difference {
        let today = new.day(at);
        let mut changes = profiles(&self.profiles, &new.profiles);
        let mut everybody = self.everybody();
        everybody.extend(new.everybody());
        for whom in everybody {
            if !rows::same(self, new, &whom) {
                changes.extend(compare::changes(self, new, &whom, today));
            }
        }
        changes.extend(rows::entered(self, new));
        changes.sort();
        Difference { changes }
    }
}

/// Profiles whose parameters change, for all who are released under them.
fn profiles(old: &BTreeMap<String, Profile>, new: &BTreeMap<String, Profile>) -> Vec<Change> {
    let changed = old.iter().filter_map(|(name, before)| {
        let after = new.get(name)?;
        let (weight, entry) = match (after.is_as_strict_as(before), before.is_as_strict_as(after)) {
            (true, true) => return None,
            (true, false) => (Weight::Narrowing, "diff-profile-file-stricter"),
            (false, true) => (Weight::Widening, "diff-profile-file-milder"),
            (false, false) => (Weight::Widening, "diff-profile-file-otherwise"),
        };
        Some(Change {
            weight,
            whom: None,
            words: Words::of(entry).with("profile", name),
        })
    });
    changed.collect()
}
