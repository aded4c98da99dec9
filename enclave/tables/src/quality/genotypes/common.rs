//! Common sites, which tell people apart: chosen while all variants are read.

use roaring::RoaringBitmap;

use crate::GenotypeBlock;

use super::cohort::Cohort;
use super::sites::{Region, Site};

/// The least share of an allele's copies; and of the reference's. The correlation of two
/// unrelated people's allele fractions grows with the spread of frequencies: from 0.1 on it
/// is near that of NGSCheckMate's sites.
const MIN_FREQUENCY: f64 = 0.1;

/// Of sites for kinship: the largest share of samples without a call.
const MAX_MISSING: f64 = 0.1;

/// Bases between sites for kinship, over most of which alleles are no longer correlated.
const APART: u32 = 50_000;

/// Sites that are looked at again, at most. NGSCheckMate has 21 067 for pairs.
const MOST_SITES: usize = 20_000;

/// Rows of variants that are common.
#[derive(Debug, Default)]
pub(super) struct Common {
    autosomal: Vec<u32>,
    /// Of those the ones that stand apart and are known of most.
    apart: Vec<u32>,
    last: Option<(u32, u32)>,
    x: Vec<u32>,
}

/// The sites that are looked at again, by what for.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub(super) pairs: RoaringBitmap,
    pub(super) kinship: RoaringBitmap,
    pub(super) x: RoaringBitmap,
}

impl Common {
    pub(super) fn add(&mut self, site: &Site, block: &GenotypeBlock, cohort: &Cohort) {
        let is_meant =
            site.is_biallelic_snv() && matches!(site.region, Region::Autosome | Region::X);
        if !is_meant || !is_common(block, &cohort.germline) {
            return;
        }
        if site.region == Region::X {
            self.x.push(block.variant);
            return;
        }
        self.autosomal.push(block.variant);
        let missing = block.missing.len() as f64;
        let (contig, pos) = site.place;
        let is_apart = self
            .last
            .is_none_or(|(of, last)| of != contig || pos.saturating_sub(last) >= APART);
        if is_apart && missing <= MAX_MISSING * cohort.samples() as f64 {
            self.last = Some(site.place);
            self.apart.push(block.variant);
        }
    }

    /// Chooses among them, evenly; so many for kinship.
    pub(super) fn choose(&self, kinship: usize) -> Chosen {
        Chosen {
            pairs: evenly(&self.autosomal, MOST_SITES),
            kinship: evenly(&self.apart, kinship),
            x: evenly(&self.x, MOST_SITES),
        }
    }
}

/// Whether enough samples have each allele; those without a call have neither. All with
/// two copies say much of one sample, of which nothing else is known.
fn is_common(block: &GenotypeBlock, germline: &RoaringBitmap) -> bool {
    let one = block.dosage_1.intersection_len(germline);
    let two = block.dosage_2.intersection_len(germline);
    let alleles = 2.0 * germline.len() as f64;
    let share = (one + 2 * two) as f64 / alleles;
    let highest = if germline.len() == 1 {
        1.0
    } else {
        1.0 - MIN_FREQUENCY
    };
    (MIN_FREQUENCY..=highest).contains(&share)
}

/// At most so many of them, from all over.
fn evenly(rows: &[u32], most: usize) -> RoaringBitmap {
    let chosen = rows.len().min(most);
    // Rows are fewer than 2^32, and chosen ones than 2^15.
    let at = |n: usize| rows.get(n * rows.len() / chosen.max(1));
    (0..chosen).filter_map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_are_chosen_from_all_over() {
        let rows: Vec<u32> = (0..10).collect();
        let chosen = |most| evenly(&rows, most).into_iter().collect::<Vec<_>>();
        assert_eq!(chosen(4), [0, 2, 5, 7]);
        assert_eq!(chosen(10), rows);
        assert_eq!(chosen(99), rows);
        assert_eq!(chosen(0), Vec::<u32>::new());
    }

    #[test]
    fn one_sample_says_what_is_common_by_what_it_carries() {
        let block = |one: &[u32], two: &[u32]| GenotypeBlock {
            dosage_1: one.iter().collect(),
            dosage_2: two.iter().collect(),
            ..GenotypeBlock::default()
        };
        let one: RoaringBitmap = (0..1).collect();
        assert!(is_common(&block(&[0], &[]), &one));
        assert!(is_common(&block(&[], &[0]), &one));
        assert!(!is_common(&block(&[1], &[2]), &one));
        let ten: RoaringBitmap = (0..10).collect();
        assert!(is_common(&block(&[0, 1], &[]), &ten));
        assert!(!is_common(&block(&[0], &[]), &ten));
        let all: Vec<u32> = (0..10).collect();
        assert!(!is_common(&block(&[], &all), &ten));
    }
}
