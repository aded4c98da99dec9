//! Estimators and tests of the typed analyses.
//!
//! Pure, and of people: what comes out of here is not protected, and leaves an
//! enclave only through `sekisho-disclosure`. Each estimator is held against the
//! package that its field uses (`tests/`).

pub mod association;
pub mod components;
pub mod cox;
mod design;
pub mod matching;
mod newton;
pub mod rates;
pub mod regression;
pub mod survival;
pub mod tables;

use statrs::distribution::{ChiSquared, ContinuousCDF as _, Normal};
use thiserror::Error;

/// The quantile of the normal distribution behind limits of 95 % confidence.
pub const Z95: f64 = 1.959_963_984_540_054;

/// A model or a test that these data cannot be put to.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Unfit {
    /// Fewer groups, events or individuals than the question needs.
    #[error("there is too little to compute it from")]
    TooLittle,
    /// Columns that say the same, or one that is constant.
    #[error("the covariates do not determine the coefficients")]
    Singular,
    /// The likelihood has no maximum, as where a covariate tells the outcome.
    #[error("the estimate does not converge")]
    Diverges,
}

/// The probability of a χ² as large, or larger, by chance.
#[must_use]
pub fn chi_squared_p(statistic: f64, degrees: u32) -> f64 {
    ChiSquared::new(f64::from(degrees)).map_or(f64::NAN, |law| law.sf(statistic))
}

/// The probability of a normal deviate as far from zero, or farther, by chance.
#[must_use]
pub fn normal_p(deviate: f64) -> f64 {
    2.0 * Normal::standard().sf(deviate.abs())
}
