//! Discrete Gaussian noise under zero-concentrated differential privacy.
//!
//! Sampler and privacy map are `opendp`'s, proven there, after Canonne, Kamath and
//! Steinke 2020. Draws come fresh from the system's cryptographic generator and
//! never from a key: a draw that could be made again would protect nothing.

use opendp::{
    accuracy::conservative_discrete_gaussian_tail_to_alpha,
    core::Measurement,
    domains::{AtomDomain, VectorDomain},
    measurements::make_gaussian,
    measures::ZeroConcentratedDivergence,
    metrics::L2Distance,
};
use thiserror::Error;

/// Noise of one scale, for a vector of integers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Gaussian {
    /// By how much one individual changes the vector, in the Euclidean norm.
    sensitivity: f64,
    /// What the release of one vector spends.
    rho: f64,
    /// σ.
    scale: f64,
}

/// There is no such noise, or the system had no randomness for it.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("noise could not be drawn")]
pub(crate) struct NoiseError;

type Vector = VectorDomain<AtomDomain<i128>>;
type Mechanism = Measurement<Vector, L2Distance<f64>, ZeroConcentratedDivergence, Vec<i128>>;

impl Gaussian {
    /// Noise for a vector of which one individual changes at most `entries`
    /// entries, each by `change` at most: σ = √entries·change/√(2ρ), rounded up.
    pub(crate) fn new(entries: u32, change: f64, rho: f64) -> Self {
        let sensitivity = (f64::from(entries).sqrt().next_up() * change).next_up();
        let scale = sensitivity / (2.0 * rho).sqrt() * (1.0 + 4.0 * f64::EPSILON);
        Self {
            sensitivity,
            rho,
            scale,
        }
    }

    /// σ: the standard deviation, in the unit of the entries.
    pub(crate) fn scale(self) -> f64 {
        self.scale
    }

    /// The vector with noise.
    ///
    /// # Errors
    ///
    /// When by `opendp`'s own account this would spend more than ρ, or the
    /// system has no randomness.
    pub(crate) fn perturb(self, vector: &Vec<i128>) -> Result<Vec<i128>, NoiseError> {
        let mechanism = self.mechanism()?;
        let spent = mechanism.map(&self.sensitivity).map_err(|_| NoiseError)?;
        if spent > self.rho {
            return Err(NoiseError);
        }
        mechanism.invoke(vector).map_err(|_| NoiseError)
    }

    fn mechanism(self) -> Result<Mechanism, NoiseError> {
        // A scale of 0 is no noise, and would be taken as that.
        if !(self.scale.is_finite() && self.scale > 0.0) {
            return Err(NoiseError);
        }
        let domain = VectorDomain::new(AtomDomain::<i128>::default());
        make_gaussian(domain, L2Distance::default(), self.scale, None).map_err(|_| NoiseError)
    }

    /// The number that a noisy count must be above to show a group that the
    /// data made known: a group of one individual is not above it but with
    /// probability `delta`, over all the `groups` that the individual is in.
    /// None when it is beyond 2³².
    pub(crate) fn threshold(self, groups: u32, delta: f64) -> Option<u64> {
        let share = delta / f64::from(groups);
        // 1 + noise > threshold.
        let is_enough = |threshold: u64| {
            self.exceeds(threshold - 1)
                .is_some_and(|probability| probability <= share)
        };
        let (mut short, mut enough) = (1, 1 << 32);
        if !is_enough(enough) {
            return None;
        }
        while enough - short > 1 {
            let middle = short + (enough - short) / 2;
            if is_enough(middle) {
                enough = middle;
            } else {
                short = middle;
            }
        }
        Some(enough)
    }

    /// No less than the probability that the noise is above `bound` (Canonne,
    /// Kamath and Steinke 2020, proposition 25).
    fn exceeds(self, bound: u64) -> Option<f64> {
        let scale = self.scale.try_into().ok()?;
        conservative_discrete_gaussian_tail_to_alpha(scale, bound.into()).ok()
    }
}

#[cfg(test)]
#[path = "gaussian/tests.rs"]
mod tests;
