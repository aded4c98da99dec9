//! Protection of all the tables of a query, each by its profile's mechanism.

use thiserror::Error;

use crate::{CellTable, Mechanism, Noise, Profile, Protected, cell_key, dp, suppress};

/// A query's tables cannot be protected as their profiles ask.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ProtectError {
    /// The mechanism does not protect tables like these.
    #[error("the `{mechanism}` mechanism cannot protect this query: {reason}")]
    Unprotectable {
        /// The mechanism's name.
        mechanism: &'static str,
        /// What of the query's shape it cannot take, and what to ask instead.
        reason: &'static str,
    },
}

/// Protects all the tables of one query together, in their order.
///
/// # Errors
///
/// When a mechanism cannot protect a table of such a shape. Nothing is released then.
pub fn protect(
    tables: &[(CellTable, Profile)],
    noise: &Noise,
) -> Result<Vec<Protected>, ProtectError> {
    let suppressed: Vec<(&CellTable, &Profile)> = tables
        .iter()
        .map(|(table, profile)| (table, profile))
        .filter(|(_, profile)| profile.mechanism == Mechanism::Suppress)
        .collect();
    let mut together = suppress::protect_all(&suppressed, noise)?.into_iter();
    tables
        .iter()
        .map(|(table, profile)| match profile.mechanism {
            Mechanism::Suppress => together.next().ok_or(ProtectError::Unprotectable {
                mechanism: "suppress",
                reason: "a table was lost",
            }),
            Mechanism::CellKey => cell_key::protect(table, profile, noise),
            Mechanism::Dp => dp::protect(table, profile, noise),
        })
        .collect()
}

#[cfg(test)]
#[path = "protect/tests.rs"]
mod tests;
