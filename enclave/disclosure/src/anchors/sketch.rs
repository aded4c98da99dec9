//! A keyed sketch of a set of individuals.

use roaring::RoaringBitmap;

use crate::{Noise, noise::UnitKey};

/// How many places a sketch has: a power of two, as many as an index's 64 bytes
/// have bits, times four.
pub(crate) const PLACES: usize = 2048;

/// The bits of a word.
const WORD: usize = 64;

/// Whether an odd number of a set's members falls into each of 2048 keyed
/// places. The places in which two sets differ are at most as many as the
/// individuals by which they differ, and hardly fewer while these are few.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetSketch([u64; PLACES / WORD]);

impl Default for SetSketch {
    fn default() -> Self {
        Self([0; PLACES / WORD])
    }
}

impl SetSketch {
    /// The sketch of a set.
    ///
    /// Cost: one step per member, or per individual outside, whichever are fewer.
    pub fn of(noise: &Noise, set: &RoaringBitmap) -> Self {
        noise.described(set).1
    }

    /// Adds a member, or takes one out.
    pub fn toggle(&mut self, unit: UnitKey) {
        self.toggle_place(unit.place());
    }

    /// Adds or takes out a member who falls into a place.
    #[inline]
    pub(crate) fn toggle_place(&mut self, place: u16) {
        let place = usize::from(place);
        if let Some(word) = self.0.get_mut(place / WORD) {
            *word ^= 1 << (place % WORD);
        }
    }

    /// The sketch of the members of one of two sets, but not of both.
    pub(crate) fn without(mut self, other: &Self) -> Self {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word ^= other;
        }
        self
    }

    /// A sketch with a fourth of the places, four falling into one. It never
    /// overstates a difference either.
    pub(super) fn folded(&self) -> [u64; PLACES / WORD / 4] {
        let mut folded = [0; PLACES / WORD / 4];
        for row in self.0.as_chunks::<{ PLACES / WORD / 4 }>().0 {
            for (word, other) in folded.iter_mut().zip(row) {
                *word ^= other;
            }
        }
        folded
    }

    /// A bound from below on the number of individuals by which two sets differ.
    pub fn distance(&self, other: &Self) -> u64 {
        distance(&self.0, &other.0)
    }

    /// Its bytes, little-endian, 256 of them.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// The sketch that [`SetSketch::to_bytes`] wrote; none if it did not.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (words, rest) = bytes.as_chunks::<8>();
        let words: Vec<u64> = words.iter().map(|word| u64::from_le_bytes(*word)).collect();
        let words = words.try_into().ok()?;
        rest.is_empty().then_some(Self(words))
    }
}

/// In how many bits two words differ, without a branch, so that it is vectorised.
pub(super) fn distance<const N: usize>(a: &[u64; N], b: &[u64; N]) -> u64 {
    a.iter()
        .zip(b)
        .map(|(a, b)| u64::from((a ^ b).count_ones()))
        .sum()
}
