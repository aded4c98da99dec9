//! Charges, and what they mean, against `opendp`'s accounts.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

use opendp::{
    combinators::make_zCDP_to_approxDP, domains::AtomDomain, measurements::make_gaussian,
    measures::ZeroConcentratedDivergence, metrics::AbsoluteDistance,
};

use super::*;
use crate::Measure;

fn profile(rho: f64) -> Profile {
    let text = "name='x'\nsource='y'\nmechanism='dp'\nthreshold=10\nrounding_base=5\n\
                sum_significant_digits=3\ndominance_top2_percent=90\ndominance_rest_percent=10\n";
    let mut profile = Profile::from_toml(text).unwrap();
    profile.dp.rho_statistic = rho;
    profile
}

fn statistic(measure: Measure) -> Statistic {
    Statistic {
        measure,
        bounds: Some([0.0, 90.0]),
    }
}

#[test]
fn a_statistic_spends_one_share_and_a_mean_two() {
    let spends = |measures: &[Measure]| {
        let statistics: Vec<Statistic> = measures.iter().copied().map(statistic).collect();
        charge(&[Dimension::Declared(4)], &statistics, &profile(0.005)).unwrap()
    };
    assert_eq!(spends(&[]), 0);
    assert_eq!(spends(&[Measure::Individuals]), 5_000_000);
    assert_eq!(spends(&[Measure::Count]), 5_000_000);
    assert_eq!(spends(&[Measure::IntegerSum, Measure::Sum]), 10_000_000);
    assert_eq!(spends(&[Measure::Mean]), 10_000_000);
    assert_eq!(spends(&[Measure::IntegerMean, Measure::Count]), 15_000_000);
}

#[test]
fn to_choose_the_groups_that_are_shown_spends_a_share() {
    let spends = |dimensions: &[Dimension]| {
        charge(dimensions, &[statistic(Measure::Count)], &profile(0.005)).unwrap()
    };
    assert_eq!(spends(&[]), 5_000_000);
    assert_eq!(spends(&[Dimension::Data]), 10_000_000);
    assert_eq!(
        spends(&[Dimension::Declared(2), Dimension::Data]),
        10_000_000
    );
}

#[test]
fn what_cannot_be_protected_is_refused_before_it_is_charged() {
    let refused = |measure, bounds| {
        let statistics = [Statistic { measure, bounds }];
        let error = charge(&[], &statistics, &profile(0.005)).unwrap_err();
        error.to_string()
    };
    assert!(refused(Measure::Sum, None).contains("declared bounds"));
    assert!(refused(Measure::IntegerMean, Some([1.0, 1.0])).contains("declared bounds"));
    for measure in [
        Measure::Variance,
        Measure::VariancePopulation,
        Measure::Deviation,
        Measure::DeviationPopulation,
    ] {
        assert!(refused(measure, Some([0.0, 1.0])).contains("variances"));
    }
}

#[test]
fn a_share_is_charged_to_the_next_unit_above() {
    let share = |rho| charge(&[], &[statistic(Measure::Count)], &profile(rho)).unwrap();
    assert_eq!(share(1e-9), 1);
    assert_eq!(share(1.2e-9), 2);
    assert_eq!(share(0.123_456_789), 123_456_789);
    assert_eq!(share(0.123_456_789_1), 123_456_790);
    assert_eq!(
        [0.1, 0.2, 0.3, 0.7, 1.0, 64.0].map(share),
        [
            100_000_000,
            200_000_000,
            300_000_000,
            700_000_000,
            1_000_000_000,
            64_000_000_000
        ]
    );
}

#[test]
fn charges_of_releases_add_up_to_their_rho() {
    for (rho, releases) in [(0.005, 50_u32), (0.003, 333), (0.1, 7)] {
        let charged: u64 = (0..releases)
            .map(|_| charge(&[], &[statistic(Measure::Count)], &profile(rho)).unwrap())
            .sum();
        let spent = rho * f64::from(releases);
        assert!((charged as f64 / 1e9 - spent).abs() < 1e-9);
    }
}

/// Proposition 12 minimised over a fine grid of orders, elsewhere.
#[test]
fn epsilon_has_the_values_of_the_proposition() {
    for (rho, delta, expected) in [
        (2.56, 1e-10, 17.158_309),
        (0.07, 1e-10, 2.387_275),
        (0.5, 1e-6, 5.221_534),
        (0.1, 1e-5, 1.914_239),
        (1.0, 1e-9, 9.521_464),
        (0.25, 1e-9, 4.436_684),
        (0.005, 1e-9, 0.564_893),
    ] {
        let found = epsilon(rho, delta);
        assert!((found - expected).abs() < 1e-6, "{rho}: {found}");
        // Bun and Steinke 2016, proposition 1.3, is simpler and larger.
        assert!(found < rho + 2.0 * (rho * (1.0 / delta).ln()).sqrt());
    }
}

#[test]
fn epsilon_agrees_with_another_account() {
    for rho in [0.005_f64, 0.25, 1.0, 4.0] {
        let scale = 1.0 / (2.0 * rho).sqrt();
        let domain = AtomDomain::<i64>::default();
        let distance = AbsoluteDistance::<f64>::default();
        let mechanism =
            make_gaussian::<_, _, ZeroConcentratedDivergence>(domain, distance, scale, None);
        let approximate = make_zCDP_to_approxDP(mechanism.unwrap()).unwrap();
        for delta in [1e-6, 1e-9] {
            let theirs = approximate.map(&1.0).unwrap().epsilon(delta).unwrap();
            let ours = epsilon(rho, delta);
            assert!((ours - theirs).abs() < 1e-5, "{ours} and {theirs}");
        }
    }
}

#[test]
fn epsilon_of_nothing_is_nothing_and_without_delta_there_is_none() {
    assert_eq!(epsilon(0.0, 1e-9), 0.0);
    assert_eq!(epsilon(0.1, 0.0), f64::INFINITY);
    assert_eq!(epsilon(1e-9, 0.5), 0.0);
}

#[test]
fn the_noise_of_every_statistic_is_stated() {
    let statistics = [
        statistic(Measure::Individuals),
        statistic(Measure::Count),
        statistic(Measure::Mean),
        statistic(Measure::Variance),
    ];
    let words = parameters(&profile(0.005), &statistics);
    assert_eq!(
        words["noise.01"],
        "of individuals: standard deviation 17.32"
    );
    assert_eq!(words["noise.02"], "of rows: standard deviation 173.21");
    assert_eq!(
        words["noise.03"],
        "of the sum: standard deviation 1558.8457; of individuals: standard deviation 17.32"
    );
    assert_eq!(
        words["rho_statistic"],
        "0.005: alone (ε, δ) = (0.565, 1e-9)"
    );
    assert_eq!(words.len(), 4);
}

/// A budget is written as a decimal, and what that is off by in binary is not charged.
#[test]
fn a_charge_is_the_decimal_that_was_written_and_else_rounded_up() {
    let mut above = 0;
    for written in 1..5_000_u64 {
        let rho: f64 = format!("{written}e-9").parse().unwrap();
        above += u32::from(rho * 1e9 > written as f64);
        assert_eq!(super::nano(rho), written);
    }
    assert!(above > 100, "{above}");
    assert_eq!([2.1e-9, 2.5e-9, 2.9e-9].map(super::nano), [3; 3]);
    assert_eq!(super::nano(2.000_001e-9), 3);
}
