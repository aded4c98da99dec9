//! Anchors: cohorts that earlier releases described.
//!
//! A new cohort that differs from an anchor by a few individuals would tell
//! about those few: so its figures are computed over the anchor instead. That
//! is snapping; nobody sees whether it happened.
//!
//! Of every anchor a [`SetSketch`], additive modulo two, is held in memory. It
//! never overstates a difference, so the anchors whose sketches are near are all
//! that can be near; only their sets are read.

mod contribution;
mod index;
mod sketch;
mod snap;
mod statistic;

pub use contribution::ContributionSketch;
pub use index::{Candidate, Index};
pub(crate) use sketch::PLACES;
pub use sketch::SetSketch;
pub use snap::{Cohort, Snap, most_tolerance, snap, tolerance};
pub use statistic::{Class, Statistic, StatisticError, settle};

#[cfg(test)]
mod tests;
