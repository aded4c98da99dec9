//! Genotypes of each sample, counted variant by variant.

use roaring::RoaringBitmap;

use crate::GenotypeBlock;

use super::Statistic;
use super::cohort::Cohort;
use super::sites::{Class, Region, Site};

/// Of one sample.
#[derive(Clone, Copy, Debug, Default)]
struct Carried {
    /// Alleles with a copy or more, by class.
    classes: [u64; 5],
    /// Of biallelic autosomal SNVs.
    heterozygous: u64,
    homozygous: u64,
    singletons: u64,
}

/// Of every sample, by position.
pub(super) struct Counts {
    carried: Vec<Carried>,
    /// All variants but those of Y, and those of them of unknown genotype.
    variants: (u64, Runs),
    /// Biallelic autosomal SNVs.
    snvs: (u64, Runs),
}

impl Counts {
    pub(super) fn of(samples: usize) -> Self {
        Self {
            carried: vec![Carried::default(); samples],
            variants: (0, Runs::of(samples)),
            snvs: (0, Runs::of(samples)),
        }
    }

    pub(super) fn add(&mut self, site: &Site, block: &GenotypeBlock, cohort: &Cohort) {
        let GenotypeBlock {
            dosage_1,
            dosage_2,
            missing,
            ..
        } = block;
        // Women have no call there.
        if site.region != Region::Y {
            self.variants.0 += 1;
            self.variants.1.add(missing);
        }
        let counts = site.region == Region::Autosome && site.is_biallelic_snv();
        if counts {
            self.snvs.0 += 1;
            self.snvs.1.add(missing);
        }
        let class = site.class as usize;
        let single = is_singleton(block, cohort);
        for position in dosage_1 {
            if let Some(carried) = self.carried.get_mut(position as usize) {
                if let Some(n) = carried.classes.get_mut(class) {
                    *n += 1;
                }
                carried.heterozygous += u64::from(counts);
                carried.singletons += u64::from(single);
            }
        }
        for position in dosage_2 {
            if let Some(carried) = self.carried.get_mut(position as usize) {
                if let Some(n) = carried.classes.get_mut(class) {
                    *n += 1;
                }
                carried.homozygous += u64::from(counts);
            }
        }
    }

    /// The figures of every sample.
    pub(super) fn close(self) -> Vec<Figures> {
        let unknown = self.variants.1.close().into_iter();
        let unknown_snvs = self.snvs.1.close().into_iter();
        let missing = unknown.zip(unknown_snvs);
        let samples = self.carried.into_iter().zip(missing);
        let figures = samples.map(|(carried, (unknown, unknown_snvs))| Figures {
            carried,
            called: self.variants.0.saturating_sub(unknown),
            variants: self.variants.0,
            called_snvs: self.snvs.0.saturating_sub(unknown_snvs),
        });
        figures.collect()
    }
}

/// Whether an allele has one copy, or one copy in each carrier of a single individual's
/// samples.
fn is_singleton(block: &GenotypeBlock, cohort: &Cohort) -> bool {
    let mut carriers = block.dosage_1.iter();
    let Some(first) = carriers.next() else {
        return false;
    };
    let unit = cohort.unit(first as usize);
    block.dosage_2.is_empty() && carriers.all(|other| cohort.unit(other as usize) == unit)
}

/// What was counted of one sample.
#[derive(Clone, Debug)]
pub(super) struct Figures {
    carried: Carried,
    called: u64,
    variants: u64,
    called_snvs: u64,
}

impl Figures {
    pub(super) fn value(&self, statistic: Statistic) -> Option<f64> {
        let Carried {
            classes,
            heterozygous,
            homozygous,
            singletons,
        } = self.carried;
        let carried = |class: Class| classes.get(class as usize).copied().unwrap_or(0);
        match statistic {
            Statistic::CallRate => ratio(self.called, self.variants),
            Statistic::Heterozygosity => ratio(heterozygous, self.called_snvs),
            Statistic::TiTv => ratio(carried(Class::Transition), carried(Class::Transversion)),
            Statistic::HetHom => ratio(heterozygous, homozygous),
            Statistic::InsertionDeletion => {
                ratio(carried(Class::Insertion), carried(Class::Deletion))
            }
            Statistic::Singletons => Some(singletons as f64),
            Statistic::NonReference => Some(classes.iter().sum::<u64>() as f64),
            _ => None,
        }
    }
}

/// Counts are of variants, far below 2^53.
fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// How many sets each position was in. Sets of most positions have few runs, and cost as
/// much as those of few positions.
struct Runs(Vec<i64>);

impl Runs {
    fn of(samples: usize) -> Self {
        Self(vec![0; samples + 1])
    }

    fn add(&mut self, set: &RoaringBitmap) {
        let mut runs = set.iter();
        while let Some(run) = runs.next_range() {
            let (first, behind) = (*run.start() as usize, *run.end() as usize + 1);
            for (at, step) in [(first, 1), (behind, -1)] {
                if let Some(difference) = self.0.get_mut(at) {
                    *difference += step;
                }
            }
        }
    }

    fn close(self) -> Vec<u64> {
        let mut n = 0_i64;
        let mut all: Vec<u64> = (self.0.into_iter())
            .map(|difference| {
                n += difference;
                n.unsigned_abs()
            })
            .collect();
        all.pop();
        all
    }
}
