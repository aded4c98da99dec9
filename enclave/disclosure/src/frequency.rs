//! Figures about single variants: frequencies, carriers, presence.
//!
//! A variant's figures are released only where each of them stands for a crowd:
//! carriers and non-carriers, and every genotype that occurs.

use crate::{Noise, Profile, hardy_weinberg, rounding, suppress};

/// The smallest cohort of a frequency.
const SMALLEST: u64 = 100;

/// Beyond so many variants in one release the cohort must be larger,
const MANY_VARIANTS: u64 = 100;

/// namely of so many individuals.
const SMALLEST_OF_MANY: u64 = 1_000;

/// Allele numbers are rounded to multiples of this.
const NUMBER_BASE: u32 = 10;

/// Frequencies keep so many significant digits,
const FREQUENCY_DIGITS: u32 = 3;

/// and the probabilities of tests so many.
const P_DIGITS: u32 = 2;

/// Numbers of individuals by genotype.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Genotypes {
    /// With no copy of the allele.
    pub none: u64,
    /// With one.
    pub one: u64,
    /// With two.
    pub two: u64,
    /// Of whom it is not known.
    pub missing: u64,
}

/// Individuals who have something of a variant in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// No copy.
    None,
    /// One copy.
    One,
    /// Two copies.
    Two,
    /// One or two.
    Carriers,
    /// Of unknown genotype.
    Missing,
}

/// What a release about single variants is judged by.
#[derive(Clone, Copy)]
pub struct Sites<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// What the threshold's own noise is drawn from.
    pub noise: &'a Noise,
    /// Of how many variants the release tells.
    pub variants: u64,
}

/// The figures of a variant in a group, as they may be shown. Made by
/// [`Sites::frequency`] and by nothing else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frequency {
    number: u64,
    count: u64,
    frequency: f64,
    carriers: u64,
    homozygotes: u64,
    missing: Option<f64>,
    hardy_weinberg: Option<f64>,
}

impl Sites<'_> {
    /// The figures of a variant whose carriers and genotypes are numerous enough.
    /// `members` is asked for the members of a class only if they are few.
    ///
    /// `diploid` says that everybody has two copies of the chromosome: else there is
    /// no Hardy–Weinberg test.
    pub fn frequency(
        &self,
        genotypes: Genotypes,
        diploid: bool,
        members: impl Fn(Class) -> Vec<u32>,
    ) -> Option<Frequency> {
        let Genotypes {
            none,
            one,
            two,
            missing,
        } = genotypes;
        let carriers = one.checked_add(two)?;
        let called = none.checked_add(carriers)?;
        if !site_may_show(carriers, called, self.variants, self.profile) {
            return None;
        }
        let crowd = |n: u64, class: Class| {
            suppress::enough_of(n, self.profile.threshold, self.noise, || members(class))
        };
        let crowds = crowd(none, Class::None)
            && crowd(carriers, Class::Carriers)
            && (one == 0 || crowd(one, Class::One))
            && (two == 0 || crowd(two, Class::Two));
        if !crowds {
            return None;
        }
        let known = missing == 0 || crowd(missing, Class::Missing);
        let base = self.profile.rounding_base;
        let rounded = |n: u64, base: u32| {
            let rounded = rounding::to_base(i128::from(n), base)?;
            u64::try_from(rounded).ok()
        };
        let alleles = one.checked_add(two.checked_mul(2)?)?;
        let share = |part: u64, of: u64| rounding::share(part, of, FREQUENCY_DIGITS);
        let everybody = called.checked_add(missing)?;
        let p = || hardy_weinberg::exact_p(none, one, two);
        Some(Frequency {
            number: rounded(called.checked_mul(2)?, NUMBER_BASE)?,
            count: rounded(alleles, base)?,
            frequency: share(alleles, called.checked_mul(2)?),
            carriers: rounded(carriers, base)?,
            homozygotes: rounded(two, base)?,
            missing: match known {
                true => Some(share(rounded(missing, base)?, everybody)),
                false => None,
            },
            hardy_weinberg: diploid.then(|| rounding::probability(p(), P_DIGITS)),
        })
    }
}

impl Frequency {
    /// Alleles that were called, rounded to 10.
    pub fn allele_number(&self) -> u64 {
        self.number
    }

    /// Copies of the alternate allele, rounded as counts are.
    pub fn allele_count(&self) -> u64 {
        self.count
    }

    /// The share of called alleles that are the alternate one, to 3 significant
    /// digits.
    pub fn allele_frequency(&self) -> f64 {
        self.frequency
    }

    /// Individuals with one or two copies, rounded as counts are.
    pub fn carriers(&self) -> u64 {
        self.carriers
    }

    /// Individuals with two copies, rounded as counts are.
    pub fn homozygotes(&self) -> u64 {
        self.homozygotes
    }

    /// The share of individuals of unknown genotype; none if they are some, but
    /// too few.
    pub fn missing_rate(&self) -> Option<f64> {
        self.missing
    }

    /// The exact test for Hardy–Weinberg proportions, p to 2 significant digits;
    /// none where not everybody has two copies of the chromosome.
    pub fn hardy_weinberg_p(&self) -> Option<f64> {
        self.hardy_weinberg
    }
}

/// Whether a figure about one variant may be shown: carriers and the other
/// individuals of the cohort are each enough, and so is the cohort, for as many
/// variants as the release tells of.
pub fn site_may_show(carriers: u64, cohort: u64, variants: u64, profile: &Profile) -> bool {
    let enough = u64::from(profile.threshold);
    let others = cohort.saturating_sub(carriers);
    cohort >= smallest(variants) && carriers >= enough && others >= enough
}

/// Whether so many individuals are enough to tell of so many variants.
pub fn is_large_enough(individuals: u64, variants: u64) -> bool {
    individuals >= smallest(variants)
}

/// The smallest cohort of so many variants.
fn smallest(variants: u64) -> u64 {
    if variants > MANY_VARIANTS {
        SMALLEST_OF_MANY
    } else {
        SMALLEST
    }
}

#[cfg(test)]
#[path = "frequency/tests.rs"]
mod tests;
