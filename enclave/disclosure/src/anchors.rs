//! Anchors: cohorts that earlier releases described.

mod contribution;

pub use contribution::ContributionSketch;
