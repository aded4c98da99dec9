//! Diseases, and which are kinds of which: a slice of the MONDO disease ontology, see
//! `policies/ontology`.

use std::{collections::HashMap, fmt, str::FromStr, sync::OnceLock};

use crate::{finding::Slip, words::Words};

/// A disease, by its number in MONDO.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Disease(u32);

/// How a disease that is studied relates to one that was consented to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    /// It is that disease, or a kind of it.
    Kind,
    /// It is wider.
    Wider,
    /// Neither is a kind of the other.
    Other,
    /// One of them is not in the ontology.
    Unknown,
}

impl Disease {
    /// Reads a disease as `MONDO:0004992`.
    pub(crate) fn read(text: &str) -> Result<Disease, Slip> {
        crate::characters::plain(text)?;
        text.parse()
            .map_err(|_| Slip::new(Words::of("no-disease").with("text", text)))
    }

    /// How it relates, being studied, to the one that was consented to.
    pub(crate) fn to(self, consented: Disease) -> Relation {
        if self == consented {
            return Relation::Kind;
        }
        let ontology = ontology();
        if !ontology.has(self) || !ontology.has(consented) {
            Relation::Unknown
        } else if ontology.is_kind_of(self, consented) {
            Relation::Kind
        } else if ontology.is_kind_of(consented, self) {
            Relation::Wider
        } else {
            Relation::Other
        }
    }

    /// Whether the ontology has it.
    pub(crate) fn is_known(self) -> bool {
        ontology().has(self)
    }

    /// The disease that took its place, if it is obsolete.
    pub(crate) fn replacement(self) -> Option<Disease> {
        ontology().replaced.get(&self).copied()
    }

    /// Its number with its name, as people read it.
    pub(crate) fn named(self) -> String {
        match ontology().diseases.get(&self) {
            Some(entry) => format!("{self} ({})", entry.label),
            None => self.to_string(),
        }
    }
}

impl fmt::Display for Disease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MONDO:{:07}", self.0)
    }
}

/// A text that is no MONDO number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not MONDO: and seven digits")]
pub struct NoDisease;

impl FromStr for Disease {
    type Err = NoDisease;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (prefix, digits) = text.split_once(':').ok_or(NoDisease)?;
        let seven = digits.len() == 7 && digits.bytes().all(|byte| byte.is_ascii_digit());
        match digits.parse() {
            Ok(number) if seven && prefix.eq_ignore_ascii_case("MONDO") => Ok(Disease(number)),
            _ => Err(NoDisease),
        }
    }
}

struct Ontology {
    diseases: HashMap<Disease, Entry>,
    replaced: HashMap<Disease, Disease>,
}

struct Entry {
    kinds_of: Vec<Disease>,
    label: &'static str,
}

impl Ontology {
    fn has(&self, disease: Disease) -> bool {
        self.diseases.contains_key(&disease)
    }

    fn is_kind_of(&self, disease: Disease, of: Disease) -> bool {
        let mut waiting = vec![disease];
        let mut seen = std::collections::HashSet::new();
        while let Some(next) = waiting.pop() {
            if next == of {
                return true;
            }
            if seen.insert(next) {
                let kinds_of = self.diseases.get(&next).map(|entry| &entry.kinds_of);
                waiting.extend(kinds_of.into_iter().flatten());
            }
        }
        false
    }
}

fn ontology() -> &'static Ontology {
    static ONTOLOGY: OnceLock<Ontology> = OnceLock::new();
    ONTOLOGY.get_or_init(|| {
        let diseases = rows(include_str!("../../ontology/mondo.csv")).filter_map(|row| {
            // A label may hold commas and is then quoted; numbers never are.
            let mut cells = row.splitn(3, ',');
            let disease = number(cells.next()?)?;
            let kinds_of = cells.next()?.split(';').filter_map(number).collect();
            let label = cells.next()?.trim_matches('"');
            Some((disease, Entry { kinds_of, label }))
        });
        let replaced = rows(include_str!("../../ontology/mondo-replaced.csv")).filter_map(|row| {
            let (old, new) = row.split_once(',')?;
            Some((number(old)?, number(new)?))
        });
        Ontology {
            diseases: diseases.collect(),
            replaced: replaced.collect(),
        }
    })
}

fn rows(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().skip(1)
}

fn number(text: &str) -> Option<Disease> {
    text.parse().ok().map(Disease)
}

#[cfg(test)]
mod tests;
