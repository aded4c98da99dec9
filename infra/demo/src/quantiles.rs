//! Distributions given by a few of their quantiles.

use rand::{Rng, rngs::StdRng};

/// A distribution as `(probability, value)` knots, linear between them; the
/// first knot is the smallest value, the last the largest.
#[derive(Clone, Copy)]
pub(crate) struct Quantiles(pub(crate) &'static [(f64, f64)]);

impl Quantiles {
    /// A draw.
    pub(crate) fn draw(self, rng: &mut StdRng) -> f64 {
        self.at(rng.random())
    }

    /// The value below which a share `probability` of the draws lies.
    pub(crate) fn at(self, probability: f64) -> f64 {
        for (low, high) in self.0.iter().zip(self.0.iter().skip(1)) {
            if probability <= high.0 {
                let within = (probability - low.0) / (high.0 - low.0);
                return low.1 + within * (high.1 - low.1);
            }
        }
        self.0.last().map_or(0.0, |knot| knot.1)
    }
}
