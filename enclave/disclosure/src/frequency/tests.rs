//! Figures of variants, and what is withheld of them.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn standard() -> Profile {
    let text = include_str!("../../../../policies/consortium/profiles/standard.toml");
    Profile::from_toml(text).unwrap()
}

fn genotypes([none, one, two]: [u64; 3]) -> Genotypes {
    Genotypes {
        none,
        one,
        two,
        missing: 0,
    }
}

/// Members of a class, when it is asked for: one of which the noise is 0.
fn nobody(_: Class) -> Vec<u32> {
    Vec::new()
}

fn shown(genotypes: Genotypes, variants: u64) -> Option<Frequency> {
    let (profile, noise) = (standard(), Noise::new([7; 32], 0));
    let sites = Sites {
        profile: &profile,
        noise: &noise,
        variants,
        tests: &Tests::default(),
    };
    sites.frequency(genotypes, || true, nobody)
}

#[test]
fn carriers_others_and_cohort_must_each_be_enough() {
    let shows = |carriers, cohort, variants| site_may_show(carriers, cohort, variants, &standard());
    assert!(shows(10, 100, 1) && !shows(9, 100, 1));
    assert!(shows(90, 100, 1) && !shows(91, 100, 1));
    assert!(!shows(50, 99, 1));
    assert!(shows(50, 100, 100) && !shows(50, 999, 101) && shows(50, 1_000, 101));
    assert!(!shows(200, 100, 1));
}

#[test]
fn a_frequency_needs_a_crowd_of_carriers_and_a_crowd_of_others() {
    let of = |counts| shown(genotypes(counts), 1);
    // 20 are beyond any noise of the threshold.
    let figures = of([81, 40, 20]).unwrap();
    assert_eq!(figures.allele_number(), Some(280));
    assert_eq!(figures.allele_count(), 80);
    assert_eq!(figures.allele_frequency(), Some(0.286));
    assert_eq!((figures.carriers(), figures.homozygotes()), (60, Some(20)));
    assert_eq!(figures.missing_rate(), 0.0);
    assert_eq!(figures.hardy_weinberg_p(), Some(0.000_7));
    for counts in [
        [0, 80, 40],
        [9, 80, 20],
        [120, 0, 0],
        [120, 5, 4],
        [79, 20, 0],
        [u64::MAX, 20, 20],
    ] {
        assert_eq!(of(counts), None, "{counts:?}");
    }
    assert!(shown(genotypes([900, 80, 20]), 101).is_some());
    assert!(shown(genotypes([899, 80, 20]), 101).is_none());
}

/// Else it would be a test of membership, with one question per homozygote.
#[test]
fn nobody_with_two_copies_looks_like_a_few() {
    let of = |two: u64| shown(genotypes([100, 40 - two, two]), 1).unwrap();
    let nobody = of(0);
    assert_eq!((nobody.carriers(), nobody.homozygotes()), (40, None));
    assert_eq!(nobody.allele_count(), 40);
    assert_eq!(nobody.hardy_weinberg_p(), None);
    for two in 1..10 {
        assert_eq!(of(two), nobody, "{two}");
    }
    // Nor are they told by those with one copy, where these are few.
    let of = |one: u64| shown(genotypes([100, one, 40 - one]), 1).unwrap();
    assert_eq!((of(0).allele_count(), of(0).homozygotes()), (80, None));
    for one in 1..10 {
        assert_eq!(of(one), of(0), "{one}");
    }
}

#[test]
fn nobody_of_unknown_genotype_looks_like_a_few() {
    let of = |missing| {
        let genotypes = Genotypes {
            missing,
            ..genotypes([100 - missing.min(9), 40, 20])
        };
        shown(genotypes, 1).unwrap()
    };
    assert_eq!(of(0).missing_rate(), 0.0);
    for missing in 1..10 {
        assert_eq!(of(missing), of(0), "{missing}");
    }
    assert_eq!(of(41).missing_rate(), 0.208);
    assert_eq!(of(41).allele_number(), Some(300));
}

#[test]
fn of_a_chromosome_that_not_everybody_has_twice_only_copies_are_counted() {
    let (profile, noise) = (standard(), Noise::new([7; 32], 0));
    let sites = Sites {
        profile: &profile,
        noise: &noise,
        variants: 1,
        tests: &Tests::default(),
    };
    let figures = sites.frequency(genotypes([81, 40, 20]), || false, nobody);
    let figures = figures.unwrap();
    assert_eq!(figures.hardy_weinberg_p(), None);
    // Nor is it known how many alleles were called.
    assert_eq!(figures.allele_number(), None);
    assert_eq!(figures.allele_frequency(), None);
    assert_eq!((figures.allele_count(), figures.carriers()), (80, 60));
    assert!(!figures.is_diploid());
}

/// Of small classes the threshold has a noise of its own, the same for the same
/// people whatever the variant.
#[test]
fn the_threshold_of_small_classes_moves_with_their_members() {
    let (profile, noise) = (standard(), Noise::new([7; 32], 500));
    let sites = Sites {
        profile: &profile,
        noise: &noise,
        variants: 1,
        tests: &Tests::default(),
    };
    let shows = |first: u32| {
        let who = move |class: Class| -> Vec<u32> {
            assert!(matches!(class, Class::Carriers | Class::One | Class::Two));
            (first..first + 11).collect()
        };
        sites
            .frequency(genotypes([200, 11, 0]), || true, who)
            .is_some()
    };
    let shown: Vec<bool> = (0..400).map(shows).collect();
    let rate = shown.iter().filter(|shown| **shown).count();
    // ⌊|N(0, 1)|⌋ ≤ 1 with probability 0.954.
    assert!((360..400).contains(&rate), "{rate}");
    assert_eq!(shown, (0..400).map(shows).collect::<Vec<_>>());
}
