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
    };
    sites.frequency(genotypes, true, nobody)
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
fn a_frequency_needs_a_crowd_behind_every_genotype_that_occurs() {
    let of = |counts| shown(genotypes(counts), 1);
    // 20 are beyond any noise of the threshold.
    let figures = of([81, 40, 20]).unwrap();
    assert_eq!(figures.allele_number(), 280);
    assert_eq!(figures.allele_count(), 80);
    assert_eq!(figures.allele_frequency(), 0.284);
    assert_eq!((figures.carriers(), figures.homozygotes()), (60, 20));
    assert_eq!(figures.missing_rate(), Some(0.0));
    assert_eq!(figures.hardy_weinberg_p(), Some(0.000_68));
    assert_eq!(of([80, 40, 9]), None);
    assert_eq!(of([80, 40, 0]).map(|f| f.homozygotes()), Some(0));
    for counts in [
        [80, 9, 20],
        [9, 80, 20],
        [0, 80, 40],
        [120, 0, 0],
        [79, 20, 0],
        [u64::MAX, 20, 20],
    ] {
        assert_eq!(of(counts), None, "{counts:?}");
    }
    assert!(shown(genotypes([900, 80, 20]), 101).is_some());
    assert!(shown(genotypes([899, 80, 20]), 101).is_none());
}

#[test]
fn few_of_unknown_genotype_hide_their_share_and_no_more() {
    let of = |missing| {
        let genotypes = Genotypes {
            missing,
            ..genotypes([100, 40, 20])
        };
        shown(genotypes, 1).map(|figures| figures.missing_rate())
    };
    assert_eq!(of(0), Some(Some(0.0)));
    assert_eq!(of(9), Some(None));
    assert_eq!(of(41), Some(Some(0.199)));
}

#[test]
fn a_chromosome_that_not_everybody_has_twice_is_not_tested() {
    let (profile, noise) = (standard(), Noise::new([7; 32], 0));
    let sites = Sites {
        profile: &profile,
        noise: &noise,
        variants: 1,
    };
    let figures = sites.frequency(genotypes([81, 40, 20]), false, nobody);
    assert_eq!(figures.unwrap().hardy_weinberg_p(), None);
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
    };
    let shows = |first: u32| {
        let who = move |class: Class| -> Vec<u32> {
            assert!(matches!(class, Class::Carriers | Class::One));
            (first..first + 11).collect()
        };
        sites
            .frequency(genotypes([200, 11, 0]), true, who)
            .is_some()
    };
    let shown: Vec<bool> = (0..400).map(shows).collect();
    let rate = shown.iter().filter(|shown| **shown).count();
    // ⌊|N(0, 1)|⌋ ≤ 1 with probability 0.954.
    assert!((360..400).contains(&rate), "{rate}");
    assert_eq!(shown, (0..400).map(shows).collect::<Vec<_>>());
}
