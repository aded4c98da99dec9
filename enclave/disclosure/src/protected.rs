//! What the guard has protected.

use std::collections::BTreeMap;

use crate::{Key, Profile};

/// A released value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A count or a sum of integers.
    Integer(i64),
    /// A mean or another sum.
    Fraction(f64),
}

/// A group and its figures; a suppressed figure is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct ProtectedRow {
    /// The group.
    pub key: Key,
    /// One entry per measure.
    pub values: Vec<Option<Value>>,
}

/// Cells that may leave. Made by [`crate::protect`] and by nothing else: whoever
/// holds one holds the guard's word for every figure in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Protected {
    rows: Vec<ProtectedRow>,
    profile: Profile,
    released: u64,
    suppressed: u64,
}

impl Protected {
    pub(crate) fn new(rows: Vec<ProtectedRow>, profile: Profile) -> Self {
        let figures = rows.iter().flat_map(|row| &row.values);
        let (mut released, mut suppressed) = (0, 0);
        for figure in figures {
            *(if figure.is_some() {
                &mut released
            } else {
                &mut suppressed
            }) += 1;
        }
        Self {
            rows,
            profile,
            released,
            suppressed,
        }
    }

    /// The groups, by key.
    pub fn rows(&self) -> &[ProtectedRow] {
        &self.rows
    }

    /// The profile that protected them.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// By which parameters they were protected: names as in the profile's file.
    pub fn parameters(&self) -> BTreeMap<String, String> {
        self.profile.parameters()
    }

    /// How many figures are shown.
    pub fn released(&self) -> u64 {
        self.released
    }

    /// How many are not.
    pub fn suppressed(&self) -> u64 {
        self.suppressed
    }
}
