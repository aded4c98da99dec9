//! Groups of individuals, as genotypes know them.

use std::sync::Arc;

use roaring::RoaringBitmap;

use super::{Snapshot, SnapshotError};

/// A group of individuals, as genotypes know them: those who have a sample.
#[derive(Clone, Debug)]
pub struct GenotypeGroup {
    /// The positions of their samples, one bit each.
    pub(super) plane: Vec<u64>,
    pub(super) individuals: RoaringBitmap,
    /// Whose each position is.
    units: Arc<Vec<u32>>,
    /// The number of samples of each individual, by dense index, if anybody has several.
    pub(super) several: Option<Vec<u32>>,
}

impl GenotypeGroup {
    /// The group of these individuals.
    ///
    /// # Errors
    ///
    /// If the snapshot has no genotypes or a file cannot be read.
    pub fn new(snapshot: &Snapshot, individuals: &RoaringBitmap) -> Result<Self, SnapshotError> {
        let units = snapshot.genotype_units()?;
        let mut plane = vec![0_u64; units.len().div_ceil(64)];
        let mut genotyped = RoaringBitmap::new();
        let last = units.iter().max().map_or(0, |last| *last as usize + 1);
        let mut number = vec![0_u32; last];
        let mut several = false;
        for (position, unit) in units.iter().enumerate() {
            if individuals.contains(*unit) {
                if let Some(word) = plane.get_mut(position / 64) {
                    *word |= 1 << (position % 64);
                }
                if !genotyped.insert(*unit) {
                    several = true;
                }
                if let Some(number) = number.get_mut(*unit as usize) {
                    *number += 1;
                }
            }
        }
        Ok(Self {
            plane,
            individuals: genotyped,
            units,
            several: several.then_some(number),
        })
    }

    /// Those of the group who have a sample.
    pub fn individuals(&self) -> &RoaringBitmap {
        &self.individuals
    }

    /// Whose the samples are, of each position.
    pub(super) fn units(&self) -> &[u32] {
        &self.units
    }

    /// Whether anybody has several samples.
    pub(super) fn has_several(&self) -> bool {
        self.several.is_some()
    }

    pub(super) fn has(&self, position: u32) -> bool {
        let word = self.plane.get(position as usize / 64);
        word.is_some_and(|word| word >> (position % 64) & 1 == 1)
    }

    pub(super) fn unit(&self, position: u32) -> Option<u32> {
        self.units.get(position as usize).copied()
    }
}
