//! An additive sketch of a set of individuals.

use roaring::RoaringBitmap;

use crate::{Noise, noise::UnitKey};

/// How many counters a sketch has.
pub(super) const COUNTERS: usize = 64;

/// How many members of a set fall into each of 64 keyed buckets. The sum of the
/// counters' differences is at most the number of individuals by which two sets
/// differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetSketch([u32; COUNTERS]);

impl Default for SetSketch {
    fn default() -> Self {
        Self([0; COUNTERS])
    }
}

impl SetSketch {
    /// The sketch of a set.
    ///
    /// Cost: one addition per member.
    pub fn of(noise: &Noise, set: &RoaringBitmap) -> Self {
        let mut sketch = Self::default();
        for unit in set {
            sketch.add(noise.unit(unit));
        }
        sketch
    }

    /// Adds a member.
    pub fn add(&mut self, unit: UnitKey) {
        // Other bits than those that a contribution's counter hangs on.
        let bucket = (unit.sketch >> 32) as usize % COUNTERS;
        if let Some(counter) = self.0.get_mut(bucket) {
            *counter = counter.saturating_add(1);
        }
    }

    /// The counters.
    pub(super) fn counters(&self) -> &[u32; COUNTERS] {
        &self.0
    }

    /// A bound from below on the number of individuals by which two sets differ.
    pub fn distance(&self, other: &Self) -> u64 {
        let differences = self.0.iter().zip(&other.0).map(|(a, b)| a.abs_diff(*b));
        differences.map(u64::from).sum()
    }

    /// Its bytes, little-endian, 256 of them.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0
            .iter()
            .flat_map(|counter| counter.to_le_bytes())
            .collect()
    }

    /// The sketch that [`SetSketch::to_bytes`] wrote; none if it did not.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (words, rest) = bytes.as_chunks::<4>();
        let counters = words.iter().map(|word| u32::from_le_bytes(*word));
        let counters: Vec<u32> = counters.collect();
        let counters = counters.try_into().ok()?;
        rest.is_empty().then_some(Self(counters))
    }
}
