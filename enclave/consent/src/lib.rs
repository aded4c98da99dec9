//! What individuals consented to, change by change, and whose data a use may have.
//!
//! Pure: nothing here reads or writes. The ledger keeps each change as a sealed
//! [`Record`]; a [`State`] is what all of them come to; a [`Cohort`] draws from it
//! the individuals that a visit may count. Individuals are dense indices, as the
//! dataset's store gives them.

mod cohort;
mod record;
mod state;
#[cfg(test)]
mod tests;

pub use cohort::{Cohort, Use};
pub use record::{Group, Import, Individuals, Record, Summary};
pub use state::State;
