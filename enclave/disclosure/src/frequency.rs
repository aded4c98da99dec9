//! Figures about single variants: frequencies, carriers, presence.
//!
//! A variant's figures are released only where each of them stands for a crowd:
//! carriers and non-carriers, and every genotype that occurs.

use crate::{Profile, rounding};

/// The smallest cohort of a frequency.
const SMALLEST: u64 = 100;

/// Beyond so many variants in one release the cohort must be larger,
const MANY_VARIANTS: u64 = 100;

/// namely of so many individuals.
const SMALLEST_OF_MANY: u64 = 1_000;

/// Allele numbers are rounded to multiples of this.
const NUMBER_BASE: u32 = 10;

/// Frequencies keep so many significant digits.
const FREQUENCY_DIGITS: u32 = 3;

/// An allele's frequency, as it may be shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frequency {
    /// Alleles that were called, rounded to 10.
    pub number: u64,
    /// The share of them that are the alternate allele, to 3 significant digits.
    pub frequency: f64,
}

/// Whether a figure about one variant may be shown: carriers and the other
/// individuals of the cohort are each enough, and so is the cohort, for as many
/// variants as the release tells of.
pub fn site_may_show(carriers: u64, cohort: u64, variants: u64, profile: &Profile) -> bool {
    let enough = u64::from(profile.threshold);
    let smallest = if variants > MANY_VARIANTS {
        SMALLEST_OF_MANY
    } else {
        SMALLEST
    };
    let others = cohort.saturating_sub(carriers);
    cohort >= smallest && carriers >= enough && others >= enough
}

/// The frequency of an alternate allele from the numbers of individuals with no,
/// one and two copies, if it may be shown in a release of so many variants.
pub fn frequency(genotypes: [u64; 3], variants: u64, profile: &Profile) -> Option<Frequency> {
    let [none, one, two] = genotypes;
    let called = none.checked_add(one)?.checked_add(two)?;
    let enough = u64::from(profile.threshold);
    let crowds = genotypes.iter().all(|&n| n == 0 || n >= enough);
    if !crowds || !site_may_show(one.checked_add(two)?, called, variants, profile) {
        return None;
    }
    let alleles = one.checked_add(two.checked_mul(2)?)?;
    #[expect(
        clippy::cast_precision_loss,
        reason = "rounded to three digits right away"
    )]
    let share = alleles as f64 / (2 * called) as f64;
    let number = rounding::to_base(i128::from(called) * 2, NUMBER_BASE)?;
    Some(Frequency {
        number: u64::try_from(number).ok()?,
        frequency: rounding::to_significant(share, FREQUENCY_DIGITS),
    })
}

/// Whether a variant is said to be present: only with a crowd of carriers. What
/// is not present and what few carry are the same answer.
pub fn is_present(carriers: u64, profile: &Profile) -> bool {
    carriers >= u64::from(profile.threshold)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn standard() -> Profile {
        let text = include_str!("../../../policies/consortium/profiles/standard.toml");
        Profile::from_toml(text).unwrap()
    }

    #[test]
    fn carriers_others_and_cohort_must_each_be_enough() {
        let shows =
            |carriers, cohort, variants| site_may_show(carriers, cohort, variants, &standard());
        assert!(shows(10, 100, 1) && !shows(9, 100, 1));
        assert!(shows(90, 100, 1) && !shows(91, 100, 1));
        assert!(!shows(50, 99, 1));
        assert!(shows(50, 100, 100) && !shows(50, 999, 101) && shows(50, 1_000, 101));
        assert!(!shows(200, 100, 1));
    }

    #[test]
    fn a_frequency_needs_a_crowd_behind_every_genotype_that_occurs() {
        let of = |genotypes| frequency(genotypes, 1, &standard());
        assert_eq!(
            of([80, 40, 13]),
            Some(Frequency {
                number: 270,
                frequency: 0.248
            })
        );
        assert_eq!(of([80, 40, 9]), None);
        assert_eq!(of([80, 40, 0]).map(|f| f.number), Some(240));
        assert_eq!(of([80, 9, 20]), None);
        assert_eq!(of([9, 80, 20]), None);
        assert_eq!(of([0, 80, 40]), None);
        assert_eq!(of([120, 0, 0]), None);
        assert_eq!(of([79, 20, 0]), None);
        assert_eq!(of([u64::MAX, 20, 20]), None);
        assert!(frequency([900, 90, 10], 101, &standard()).is_some());
        assert!(frequency([899, 90, 10], 101, &standard()).is_none());
    }

    #[test]
    fn presence_takes_a_crowd() {
        assert!(is_present(10, &standard()) && !is_present(9, &standard()));
        assert!(!is_present(0, &standard()));
    }
}
