//! What the chromosome X says.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use super::*;
use crate::GenotypeBlock;

/// Sites at which 40 samples have copies.
fn told(
    calls: impl Fn(usize, u32) -> Option<u8>,
    sexes: Vec<Option<Sex>>,
    tissue: Tissue,
) -> SexCheck {
    let sites = 160;
    let mut panel = Panel::new(40, sites);
    for site in 0..sites {
        let set = |copies: Option<u8>| (0..40).filter(|of| calls(site, *of) == copies).collect();
        panel.add(&GenotypeBlock {
            dosage_1: set(Some(1)),
            dosage_2: set(Some(2)),
            missing: set(None),
            ..GenotypeBlock::default()
        });
    }
    SexCheck::of(
        &panel,
        &Cohort {
            names: (0..40).map(|sample| sample.to_string()).collect(),
            units: Arc::new((0..40).collect()),
            tissues: vec![Some(tissue); 40],
            sexes,
            germline: (0..40).collect(),
        },
    )
}

/// Half of all alleles: women have two, men one, the first ten called as two alike.
fn calls(site: usize, sample: u32) -> Option<u8> {
    let allele = |salt: u64| {
        let mixed = (site as u64 * 80 + u64::from(sample) * 2 + salt) ^ 0x9e37_79b9;
        (mixed.wrapping_mul(0xbf58_476d_1ce4_e5b9).rotate_left(27) % 8191) as u8 % 2
    };
    match sample {
        0..10 => Some(2 * allele(0)),
        10..20 => Some(allele(0)),
        _ => Some(allele(0) + allele(1)),
    }
}

#[test]
fn men_are_told_from_women_however_their_calls_are_written() {
    let man_until =
        |last: u32| (0..40).map(move |of| Some(if of < last { Sex::Male } else { Sex::Female }));
    let right = told(calls, man_until(20).collect(), Tissue::Normal);
    assert_eq!(right.mismatches(), 0);
    for sample in 0..40 {
        let inbreeding = right.value(sample, Statistic::XInbreeding).unwrap();
        assert_eq!(inbreeding == 1.0, sample < 20, "{sample}: {inbreeding}");
    }
    assert_eq!(
        told(calls, man_until(17).collect(), Tissue::Normal).mismatches(),
        3
    );
    assert_eq!(right.value(0, Statistic::SexMismatch), Some(0.0));
    let unknown = told(calls, vec![None; 40], Tissue::Normal);
    assert_eq!(unknown.value(0, Statistic::SexMismatch), None);
    let tumors = told(calls, man_until(0).collect(), Tissue::Tumor);
    assert_eq!(tumors.mismatches(), 0);
    assert!(tumors.value(0, Statistic::XInbreeding).is_some());
}

#[test]
fn of_few_calls_nothing_is_said() {
    let few = |site: usize, sample: u32| calls(site, sample).filter(|_| sample > 0 || site < 99);
    let told = told(few, vec![Some(Sex::Male); 40], Tissue::Normal);
    assert_eq!(told.value(0, Statistic::XInbreeding), None);
    assert_eq!(told.value(0, Statistic::XHeterozygosity), None);
    assert_eq!(told.value(1, Statistic::XHeterozygosity), Some(0.0));
}
