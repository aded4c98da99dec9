//! What a predicate speaks of.

use crate::label::Origin;

/// Whether a predicate speaks of individuals, of their rows, or of both.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Individuals,
    Rows,
    Both,
}

impl Level {
    /// The level of a column.
    pub(super) fn of(origin: &Origin) -> Self {
        if origin.is_of_individuals() {
            Self::Individuals
        } else {
            Self::Rows
        }
    }

    /// The level of two predicates together.
    pub(super) fn and(self, other: Self) -> Self {
        if self == other { self } else { Self::Both }
    }
}
