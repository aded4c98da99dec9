//! The sex that the chromosome X tells of, outside of its pseudo-autosomal regions: the
//! inbreeding coefficient as PLINK's `--check-sex` has it, (O - E) / (N - E) of the observed
//! and the expected number of homozygous calls; E of a site is 1 - 2pq n / (n - 1) with n
//! alleles.

use super::Statistic;
use super::cohort::{Cohort, Sex, Tissue};
use super::panel::{Panel, count, sites};

/// PLINK's: at most this much is a woman's, at least so much a man's.
const FEMALE_AT_MOST: f64 = 0.2;
const MALE_AT_LEAST: f64 = 0.8;

/// Sites with a call without which nothing is said of a sample.
const MIN_SITES: usize = 100;

/// Calls with two copies that are to be expected before their absence says something.
const MIN_EXPECTED: f64 = 10.0;

/// How many copies a sample's calls can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ploidy {
    /// Men's calls may be of one allele each, and then have one copy or none.
    Haploid,
    Diploid,
    /// Too few calls with a copy to say which.
    Unknown,
}

/// What the chromosome X tells, by a sample's position.
pub(super) struct SexCheck(Vec<Option<Told>>);

#[derive(Clone, Copy, Debug)]
struct Told {
    inbreeding: f64,
    heterozygosity: f64,
    mismatch: Option<bool>,
}

impl SexCheck {
    pub(super) fn of(panel: &Panel, cohort: &Cohort) -> Self {
        let pooled = frequencies(panel, cohort, |_| Ploidy::Diploid);
        let ploidies: Vec<Ploidy> = (0..panel.samples())
            .map(|sample| ploidy(panel, sample, &pooled))
            .collect();
        let of = |sample: usize| ploidies.get(sample).copied().unwrap_or(Ploidy::Unknown);
        let frequencies = frequencies(panel, cohort, of);
        let expected: Vec<f64> = frequencies.iter().map(|of| of.homozygosity()).collect();
        let all: f64 = expected.iter().sum();
        let told = (0..panel.samples()).map(|sample| {
            let called = panel.called(sample);
            if called < MIN_SITES {
                return None;
            }
            let row = panel.row(sample);
            let unknown = sites(row.unknown).filter_map(|site| expected.get(site));
            let expected = all - unknown.sum::<f64>();
            let heterozygous = match of(sample) {
                Ploidy::Haploid => 0.0,
                Ploidy::Diploid => count(row.heterozygous) as f64,
                Ploidy::Unknown => return None,
            };
            let called = called as f64;
            // Nobody is homozygous where nobody is expected to be.
            let inbreeding = (called - heterozygous - expected) / (called - expected);
            inbreeding.is_finite().then(|| Told {
                inbreeding,
                heterozygosity: heterozygous / called,
                mismatch: mismatch(inbreeding, sample, cohort),
            })
        });
        Self(told.collect())
    }

    pub(super) fn value(&self, sample: usize, statistic: Statistic) -> Option<f64> {
        let told = (*self.0.get(sample)?)?;
        match statistic {
            // Of far too many heterozygous calls it has no bound.
            Statistic::XInbreeding => Some(told.inbreeding.max(-1.0)),
            Statistic::XHeterozygosity => Some(told.heterozygosity),
            Statistic::SexMismatch => told.mismatch.map(|wrong| f64::from(u8::from(wrong))),
            _ => None,
        }
    }

    /// Samples of whose sex it tells otherwise.
    pub(super) fn mismatches(&self) -> u64 {
        let told = self.0.iter().flatten();
        told.filter(|told| told.mismatch == Some(true)).count() as u64
    }
}

/// Whether it is not the declared sex; nothing of tumours, which lose an X, and between the
/// two bounds.
fn mismatch(inbreeding: f64, sample: usize, cohort: &Cohort) -> Option<bool> {
    if *cohort.tissues.get(sample)? == Some(Tissue::Tumor) {
        return None;
    }
    let declared = (*cohort.sexes.get(sample)?)?;
    let told = if inbreeding <= FEMALE_AT_MOST {
        Sex::Female
    } else if inbreeding >= MALE_AT_LEAST {
        Sex::Male
    } else {
        return None;
    };
    Some(told != declared)
}

/// Copies of an allele among all alleles.
#[derive(Clone, Copy, Debug, Default)]
struct Frequency {
    copies: f64,
    alleles: f64,
}

impl Frequency {
    fn share(&self) -> f64 {
        if self.alleles > 0.0 {
            self.copies / self.alleles
        } else {
            0.0
        }
    }

    /// The share of homozygous calls that is expected of random mating.
    fn homozygosity(&self) -> f64 {
        let p = self.share();
        if self.alleles > 1.0 {
            1.0 - 2.0 * p * (1.0 - p) * self.alleles / (self.alleles - 1.0)
        } else {
            1.0
        }
    }
}

/// The frequencies at the panel's sites, in samples of no tumour.
fn frequencies(panel: &Panel, cohort: &Cohort, ploidy: impl Fn(usize) -> Ploidy) -> Vec<Frequency> {
    let mut frequencies = vec![Frequency::default(); panel.sites()];
    let mut alleles = 0.0;
    for position in &cohort.germline {
        let sample = position as usize;
        let of_call = match ploidy(sample) {
            Ploidy::Haploid => 1.0,
            Ploidy::Diploid | Ploidy::Unknown => 2.0,
        };
        alleles += of_call;
        let row = panel.row(sample);
        for (plane, copies, alleles) in [
            (row.heterozygous, 1.0, 0.0),
            (row.alternate, of_call, 0.0),
            (row.unknown, 0.0, -of_call),
        ] {
            for site in sites(plane) {
                if let Some(frequency) = frequencies.get_mut(site) {
                    frequency.copies += copies;
                    frequency.alleles += alleles;
                }
            }
        }
    }
    for frequency in &mut frequencies {
        frequency.alleles += alleles;
    }
    frequencies
}

/// Of calls of one allele none has two copies, where of a woman's a share p / (2 - p) of
/// those with a copy has two.
fn ploidy(panel: &Panel, sample: usize, frequencies: &[Frequency]) -> Ploidy {
    let row = panel.row(sample);
    let (one, two) = (count(row.heterozygous), count(row.alternate));
    let carried = sites(row.heterozygous).chain(sites(row.alternate));
    let expected: f64 = carried
        .filter_map(|site| frequencies.get(site))
        .map(|of| of.share() / (2.0 - of.share()))
        .sum();
    if one == 0 || two as f64 > 0.02 * expected {
        Ploidy::Diploid
    } else if expected >= MIN_EXPECTED {
        Ploidy::Haploid
    } else {
        Ploidy::Unknown
    }
}

#[cfg(test)]
mod tests;
