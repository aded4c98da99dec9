//! Figures about single variants: frequencies, carriers, presence.
//!
//! A variant's figures are released only where they stand for a crowd of carriers
//! and a crowd of others; what tells one genotype from another, where each has one.

pub use crate::hardy_weinberg::Tests;
use crate::{Noise, Profile, rounding, suppress};

/// Individuals below which no frequency is shown.
const SMALLEST: u64 = 100;

/// Variants of one release above which [`SMALLEST_OF_MANY`] holds.
const MANY_VARIANTS: u64 = 100;

/// Individuals below which a release of more than [`MANY_VARIANTS`] shows nothing.
const SMALLEST_OF_MANY: u64 = 1_000;

/// Allele numbers are rounded to multiples of this.
const NUMBER_BASE: u32 = 10;

/// Significant digits of frequencies and of rates.
const FREQUENCY_DIGITS: u32 = 3;

/// Significant digits of a test's probability.
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
    /// The tests so far.
    pub tests: &'a Tests,
}

/// The figures of a variant in a group, as they may be shown. Made by
/// [`Sites::frequency`] and by nothing else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frequency {
    diploid: bool,
    number: Option<u64>,
    count: u64,
    frequency: Option<f64>,
    carriers: u64,
    homozygotes: Option<u64>,
    missing: f64,
    hardy_weinberg: Option<f64>,
}

impl Sites<'_> {
    /// The figures of a variant whose carriers and other individuals are numerous
    /// enough. `members` is asked for the members of a class only if they are few.
    ///
    /// Nothing tells nobody from few: whether figures are shown hangs on carriers and
    /// others alone. Those of unknown genotype who are few count as called. Where few
    /// have two copies, or one, what separates them is withheld, and copies are counted
    /// as if every carrier had one, or two: as those have who are not few. What it is off
    /// is less than the threshold and its noise.
    ///
    /// `diploid` says whether everybody has two copies of the chromosome. Else it is not
    /// known how many alleles were called, and there are no number and no frequency of
    /// alleles and no Hardy–Weinberg test.
    pub fn frequency(
        &self,
        genotypes: Genotypes,
        diploid: impl FnOnce() -> bool,
        members: impl Fn(Class) -> Vec<u32>,
    ) -> Option<Frequency> {
        let Genotypes {
            none,
            one,
            two,
            missing,
        } = genotypes;
        let carriers = one.checked_add(two)?;
        let everybody = none.checked_add(carriers)?.checked_add(missing)?;
        let crowd = |n: u64, class: Class| {
            suppress::enough_of(n, self.profile.threshold, self.noise, || members(class))
        };
        let missing = match missing > 0 && crowd(missing, Class::Missing) {
            true => missing,
            false => 0,
        };
        let called = everybody.checked_sub(missing)?;
        let shown = site_may_show(carriers, called, self.variants, self.profile)
            && crowd(none, Class::None)
            && crowd(carriers, Class::Carriers);
        if !shown {
            return None;
        }
        let diploid = diploid();
        let base = self.profile.rounding_base;
        let rounded = |n: u64, base: u32| {
            let rounded = rounding::to_base(i128::from(n), base)?;
            u64::try_from(rounded).ok()
        };
        let share = |part: u64, of: u64| rounding::share(part, of, FREQUENCY_DIGITS);
        let number = rounded(called.checked_mul(2)?, NUMBER_BASE)?;
        let (one_is_crowd, two_is_crowd) = (crowd(one, Class::One), crowd(two, Class::Two));
        let apart = one_is_crowd && two_is_crowd;
        let copies = match (one_is_crowd, two_is_crowd) {
            (true, true) => carriers.checked_add(two)?,
            (_, false) => carriers,
            (false, true) => carriers.checked_mul(2)?,
        };
        let count = rounded(copies, base)?;
        let carriers = rounded(carriers, base)?;
        let two = rounded(two, base)?;
        // From what is shown, so that it tells no more.
        let p = || {
            let none = (number / 2).saturating_sub(carriers);
            self.tests.p(none, carriers.saturating_sub(two), two)
        };
        Some(Frequency {
            diploid,
            number: diploid.then_some(number),
            count,
            frequency: diploid.then(|| share(count, number)),
            carriers,
            homozygotes: apart.then_some(two),
            missing: share(rounded(missing, base)?, everybody),
            hardy_weinberg: (diploid && apart).then(|| rounding::probability(p(), P_DIGITS)),
        })
    }
}

impl Frequency {
    /// Whether everybody has two copies of the chromosome. Where not, figures that
    /// need it are not withheld, but unknown.
    pub fn is_diploid(&self) -> bool {
        self.diploid
    }

    /// Alleles that were called, rounded to 10; none where not everybody has two
    /// copies of the chromosome.
    pub fn allele_number(&self) -> Option<u64> {
        self.number
    }

    /// Copies of the alternate allele, rounded as counts are. Where homozygotes are
    /// withheld, one of each carrier, or two if only those with one are few.
    pub fn allele_count(&self) -> u64 {
        self.count
    }

    /// The allele count by the allele number, to 3 significant digits; none where
    /// that is.
    pub fn allele_frequency(&self) -> Option<f64> {
        self.frequency
    }

    /// Individuals with one or two copies, rounded as counts are.
    pub fn carriers(&self) -> u64 {
        self.carriers
    }

    /// Individuals with two copies, rounded as counts are; none where they are few or
    /// nobody, or where those with one are.
    pub fn homozygotes(&self) -> Option<u64> {
        self.homozygotes
    }

    /// The share of individuals of unknown genotype, whose number is rounded as counts
    /// are, to 3 significant digits; 0 where they are few.
    pub fn missing_rate(&self) -> f64 {
        self.missing
    }

    /// The exact test for Hardy–Weinberg proportions of the rounded numbers, p to 2
    /// significant digits; none where homozygotes are withheld, or where not everybody
    /// has two copies of the chromosome.
    pub fn hardy_weinberg_p(&self) -> Option<f64> {
        self.hardy_weinberg
    }
}

/// The share of an allele among called individuals, of numbers as they are shown: what hangs on
/// it tells no more.
pub fn share(copies: u64, called: u64, profile: &Profile) -> f64 {
    let rounded = |n: u64, base| {
        let rounded = rounding::to_base(i128::from(n), base);
        rounded.and_then(|n| u64::try_from(n).ok()).unwrap_or(0)
    };
    let number = rounded(called.saturating_mul(2), NUMBER_BASE);
    let count = rounded(copies, profile.rounding_base);
    rounding::share(count, number, FREQUENCY_DIGITS)
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
