//! Draws that are the same for the same seed.
//!
//! The generator is `rand` 0.9's `StdRng`, which is ChaCha12. Each part of a
//! dataset draws from a stream of its own, so that a change in one part leaves
//! the others as they were.

use rand::{Rng, SeedableRng, rngs::StdRng};

/// The stream of draws named `part`, for a seed.
pub(crate) fn stream(seed: u64, part: &str) -> StdRng {
    let mut key = [0; 32];
    let name = seed.to_le_bytes().into_iter().chain(part.bytes());
    for (slot, byte) in key.iter_mut().zip(name) {
        *slot = byte;
    }
    StdRng::from_seed(key)
}

/// Roughly normal: the sum of twelve uniform draws, within six deviations.
pub(crate) fn normal(rng: &mut StdRng, mean: f64, deviation: f64) -> f64 {
    let sum: f64 = (0..12).map(|_| rng.random::<f64>()).sum();
    mean + deviation * (sum - 6.0)
}

/// Exponential with this mean.
pub(crate) fn exponential(rng: &mut StdRng, mean: f64) -> f64 {
    -mean * (1.0 - rng.random::<f64>()).ln()
}

/// The position of one of the weights, drawn in proportion to them.
pub(crate) fn weighted(rng: &mut StdRng, weights: impl Iterator<Item = f64> + Clone) -> usize {
    let mut left = rng.random::<f64>() * weights.clone().sum::<f64>();
    let mut last = 0;
    for (index, weight) in weights.enumerate() {
        if left < weight {
            return index;
        }
        left -= weight;
        last = index;
    }
    last
}

/// One of the items, each equally likely; `None` of an empty list.
pub(crate) fn one_of<'a, T>(rng: &mut StdRng, items: &'a [T]) -> Option<&'a T> {
    if items.is_empty() {
        return None;
    }
    items.get(rng.random_range(0..items.len()))
}
