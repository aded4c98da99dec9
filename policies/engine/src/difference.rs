//! What changes from one set to another: not which lines, but who gains and who loses what.

mod compare;
mod rows;

use std::collections::BTreeMap;

use crate::{
    access::Whom,
    page::Signing,
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
        changes.extend(signing(self.signing(), new.signing()));
        changes.sort();
        Difference { changes }
    }
}

/// Who must sign what comes next.
fn signing(old: Option<&Signing>, new: Option<&Signing>) -> Vec<Change> {
    let change = |weight, words| Change {
        weight,
        whom: None,
        words,
    };
    let (old, new) = match (old, new) {
        (None, None) => return Vec::new(),
        (Some(_), None) => return vec![change(Weight::Widening, Words::of("diff-signing-lost"))],
        (None, Some(new)) => {
            let words = Words::of("diff-signing-new").with("threshold", new.threshold);
            return vec![change(Weight::Narrowing, words)];
        }
        (Some(old), Some(new)) => (old, new),
    };
    let mut changes = Vec::new();
    if old.threshold != new.threshold {
        let fewer = new.threshold < old.threshold;
        let words = Words::of("diff-signing-threshold")
            .with("before", old.threshold)
            .with("after", new.threshold);
        let weight = if fewer {
            Weight::Widening
        } else {
            Weight::Narrowing
        };
        changes.push(change(weight, words));
    }
    let joined = new
        .keys
        .iter()
        .filter(|(name, key)| old.keys.get(*name) != Some(*key));
    changes.extend(joined.map(|(name, _)| {
        change(
            Weight::Widening,
            Words::of("diff-signer-joins").with("name", name),
        )
    }));
    let left = old
        .keys
        .iter()
        .filter(|(name, key)| new.keys.get(*name) != Some(*key));
    changes.extend(left.map(|(name, _)| {
        change(
            Weight::Narrowing,
            Words::of("diff-signer-leaves").with("name", name),
        )
    }));
    changes
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
