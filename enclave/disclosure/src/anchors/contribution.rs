//! A keyed sketch of who contributed what.

use crate::{Contribution, cell::Amount, noise::UnitKey};

/// How many counters a sketch has.
const COUNTERS: usize = 256;

/// A keyed sketch of a figure's contributions: two figures whose sketches differ
/// in few counters differ in few individuals' contributions. It is additive and
/// does not hang on the order of the individuals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContributionSketch(Vec<u16>);

impl ContributionSketch {
    /// Adds what one individual contributes.
    pub fn add(&mut self, unit: UnitKey, contribution: &Contribution) {
        if self.0.is_empty() {
            self.0.resize(COUNTERS, 0);
        }
        let (tag, amount) = match contribution.amount {
            Amount::Integer(value) => (1_u64, value as u64 ^ (value >> 64) as u64),
            Amount::Fraction(value) => (2, value.to_bits()),
        };
        let square = contribution.square.to_bits();
        let mixed = [tag, contribution.count, amount, square]
            .into_iter()
            .fold((unit.sketch >> 64) as u64, |state, word| mix(state ^ word));
        let bucket = unit.sketch as usize % COUNTERS;
        if let Some(counter) = self.0.get_mut(bucket) {
            *counter = counter.wrapping_add((mixed >> 48) as u16 | 1);
        }
    }

    /// Its bytes, little-endian; none of an empty sketch.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0
            .iter()
            .flat_map(|counter| counter.to_le_bytes())
            .collect()
    }

    /// The sketch that [`ContributionSketch::to_bytes`] wrote; none if it did not.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (words, rest) = bytes.as_chunks::<2>();
        let counters: Vec<u16> = words.iter().map(|word| u16::from_le_bytes(*word)).collect();
        let whole = rest.is_empty() && (counters.is_empty() || counters.len() == COUNTERS);
        whole.then_some(Self(counters))
    }

    /// In how many counters two sketches differ: at most as many as individuals
    /// who contribute something else.
    pub fn distance(&self, other: &Self) -> usize {
        if self.0.is_empty() || other.0.is_empty() {
            return self
                .0
                .iter()
                .chain(&other.0)
                .filter(|counter| **counter != 0)
                .count();
        }
        self.0.iter().zip(&other.0).filter(|(a, b)| a != b).count()
    }
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first draws of `SplitMix64` from seed 0, whose state grows by γ.
    #[test]
    fn words_are_mixed_as_published() {
        let gamma = 0x9e37_79b9_7f4a_7c15_u64;
        let mixed = [1, 2, 3].map(|step| mix(gamma.wrapping_mul(step)));
        let published = [
            0xe220_a839_7b1d_cdaf,
            0x6e78_9e6a_a1b9_65f4,
            0x06c4_5d18_8009_454f,
        ];
        assert_eq!(mixed, published);
    }

    /// What is written where one contributes so many rows with an amount.
    fn written(sketch: u128, count: u64, amount: i128) -> u16 {
        let mut of = ContributionSketch::default();
        let contribution = Contribution {
            count,
            amount: Amount::Integer(amount),
            square: 0.0,
        };
        of.add(UnitKey { set: 0, sketch }, &contribution);
        of.0.iter().sum()
    }

    #[test]
    fn what_is_written_hangs_on_the_individual_and_is_never_nothing() {
        let mut different = std::collections::BTreeSet::new();
        for seed in 0..1_000 {
            let counter = written(seed << 64, 1, 1);
            assert_eq!(counter % 2, 1);
            different.insert(counter);
        }
        assert!(different.len() > 950, "{}", different.len());
    }

    #[test]
    fn what_is_written_hangs_on_every_bit_of_count_and_amount() {
        let seed = 0x0123_4567_89ab_cdef_u128 << 64;
        let mut different = std::collections::BTreeSet::new();
        for bit in 0..64 {
            different.insert(written(seed, 1 << bit, 0));
            different.insert(written(seed, 1, 1 << bit));
        }
        assert!(different.len() > 120, "{}", different.len());
    }
}
