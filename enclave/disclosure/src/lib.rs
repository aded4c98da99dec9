//! What may leave an enclave, and how it is protected on the way out.
//!
//! Pure: no input or output, no async, no Arrow. A table of cells, each with
//! the set of individuals behind it, goes in; a [`Protected`] comes out, and
//! nowhere else can one be made.
//!
//! The rules follow the guard's specification; where they have a public
//! source it is named beside the rule.

pub mod anchors;
pub mod association;
mod cell;
pub mod cell_key;
pub mod counts;
pub mod difference;
pub mod distribution;
mod dominance;
pub mod dp;
pub mod exposure;
pub mod frequency;
mod gaussian;
mod hardy_weinberg;
pub mod matched;
pub mod model;
mod noise;
mod profile;
mod protect;
mod protected;
mod ptable;
pub mod rates;
mod rounding;
pub mod sheet;
pub mod site_frequencies;
mod suppress;
pub mod survival;

pub use cell::{
    Amount, Cell, CellTable, Contribution, Dimension, Figure, Key, Measure, ShapeError, Statistic,
    Totals,
};
pub use dp::UnitRow;
pub use noise::{Noise, SetKey, UnitKey};
pub use profile::{CellKey, Channel, Dp, Exposure, Mechanism, Profile, ProfileError};
pub use protect::{ProtectError, protect};
pub use protected::{Protected, ProtectedRow, Value};
pub use sheet::Sheet;
