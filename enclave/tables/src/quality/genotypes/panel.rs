//! Genotypes of some sites as bit planes of each sample, in which two samples are compared
//! by AND and popcount.

use crate::GenotypeBlock;

/// A bit for each site, sample after sample.
pub(super) struct Panel {
    samples: usize,
    sites: usize,
    words: usize,
    heterozygous: Vec<u64>,
    /// Two copies.
    alternate: Vec<u64>,
    unknown: Vec<u64>,
    /// Sites that were added.
    next: usize,
}

/// One sample's planes.
#[derive(Clone, Copy)]
pub(super) struct Row<'p> {
    pub(super) heterozygous: &'p [u64],
    pub(super) alternate: &'p [u64],
    pub(super) unknown: &'p [u64],
}

impl Panel {
    /// Room for so many sites.
    pub(super) fn new(samples: usize, sites: usize) -> Self {
        let words = sites.div_ceil(64);
        let plane = vec![0; samples * words];
        Self {
            samples,
            sites,
            words,
            heterozygous: plane.clone(),
            alternate: plane.clone(),
            unknown: plane,
            next: 0,
        }
    }

    pub(super) fn samples(&self) -> usize {
        self.samples
    }

    pub(super) fn sites(&self) -> usize {
        self.sites
    }

    pub(super) fn add(&mut self, block: &GenotypeBlock) {
        let (word, bit) = (self.next / 64, 1 << (self.next % 64));
        self.next += 1;
        for (plane, set) in [
            (&mut self.heterozygous, &block.dosage_1),
            (&mut self.alternate, &block.dosage_2),
            (&mut self.unknown, &block.missing),
        ] {
            for position in set {
                if let Some(word) = plane.get_mut(position as usize * self.words + word) {
                    *word |= bit;
                }
            }
        }
    }

    pub(super) fn row(&self, sample: usize) -> Row<'_> {
        let range = sample * self.words..(sample + 1) * self.words;
        let of = |plane| <[u64]>::get(plane, range.clone()).unwrap_or_default();
        Row {
            heterozygous: of(&self.heterozygous),
            alternate: of(&self.alternate),
            unknown: of(&self.unknown),
        }
    }

    /// At how many sites a sample has a call.
    pub(super) fn called(&self, sample: usize) -> usize {
        self.sites.saturating_sub(count(self.row(sample).unknown))
    }
}

/// The bits of a plane.
pub(super) fn count(plane: &[u64]) -> usize {
    plane.iter().map(|word| word.count_ones() as usize).sum()
}

/// The sites of a plane's bits.
pub(super) fn sites(plane: &[u64]) -> impl Iterator<Item = usize> {
    plane.iter().enumerate().flat_map(|(number, word)| {
        let mut rest = *word;
        std::iter::from_fn(move || {
            let bit = rest.trailing_zeros() as usize;
            rest &= rest.wrapping_sub(1);
            (bit < 64).then_some(number * 64 + bit)
        })
    })
}
