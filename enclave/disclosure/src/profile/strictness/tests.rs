//! Which of two profiles is the stricter.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::profile::{Mechanism, tests::profile};

#[test]
fn the_stricter_of_two_profiles_keeps_the_name_of_the_one_it_equals() {
    let standard = profile("standard", 10, 5, 3);
    let technical = profile("technical", 5, 1, 0);
    assert_eq!(standard.stricter(&technical), standard);
    assert_eq!(technical.stricter(&standard), standard);
}

#[test]
fn the_stricter_of_two_crossing_profiles_is_stricter_than_both() {
    let a = profile("a", 21, 4, 2);
    let b = profile("b", 5, 6, 4);
    let strict = a.stricter(&b);
    assert_eq!(
        (strict.name.as_str(), strict.source.as_str()),
        ("a+b", "y; y")
    );
    assert_eq!(strict.threshold, 21);
    assert_eq!(strict.rounding_base, 12);
    assert_eq!(strict.sum_significant_digits, 2);
}

#[test]
fn who_approved_goes_with_the_cap_that_was_approved() {
    let of = |cap: f64, name: &str| {
        let mut profile = profile("a", 10, 5, 3);
        profile.exposure.cap = cap;
        profile.exposure.approved_by = Some(name.into());
        profile
    };
    let approved = |a: &Profile, b: &Profile| a.stricter(b).exposure.approved_by.unwrap();
    assert_eq!(approved(&of(0.5, "A"), &of(0.75, "B")), "A");
    assert_eq!(approved(&of(0.75, "A"), &of(0.5, "B")), "B");
    assert_eq!(approved(&of(0.5, "B"), &of(0.5, "A")), "A");
}

/// Profiles with few values for each parameter, so that two often agree in some.
fn any_profile() -> impl Strategy<Value = Profile> {
    let own = (
        3_u32..6,
        1_u32..13,
        0_u32..4,
        88_u32..91,
        9_u32..12,
        any::<bool>(),
        0_usize..3,
    );
    let dp = (1_u32..4, 1_u32..4, 1_u32..4, 1_u32..4, 1_u32..4);
    let others = (1_u32..4, 1_u32..4, 1_u32..4, 1_u64..4, 2_u32..4, 0_usize..3);
    (own, dp, others, 0_u32..5).prop_map(|(own, dp, others, small)| {
        let mut profile = profile("p", own.0, own.1, own.2);
        profile.dominance_top2_percent = own.3;
        profile.dominance_rest_percent = own.4;
        profile.allow_full_cells = own.5;
        profile.mechanism = [Mechanism::Suppress, Mechanism::CellKey, Mechanism::Dp][own.6];
        let variance = [1, 1, 2, 4, 6][small as usize] + others.0;
        profile.cell_key = CellKey {
            reach: variance + others.1,
            variance: f64::from(variance),
            small,
            magnitude: 0.05 * f64::from(others.2),
        };
        let rho_statistic = 0.001 * f64::from(dp.0);
        let rho_project = rho_statistic * f64::from(dp.1);
        profile.dp = Dp {
            rho_statistic,
            rho_project,
            rho_dataset: rho_project * f64::from(dp.2),
            groups: dp.3,
            delta: 1e-9 / f64::from(dp.4),
            rows: dp.3 * dp.4,
        };
        profile.exposure = Exposure {
            cap: 0.25 * f64::from(others.0),
            project_share: 0.1 * f64::from(others.1),
            approved_by: Some(["A", "B", "C"][others.5].to_owned()),
            publishes: others.5 == 0,
        };
        profile.channel = Channel {
            tick_ms: others.3,
            factor: others.4,
        };
        profile
    })
}

/// Without what they are called.
fn parameters(profile: &Profile) -> Profile {
    Profile {
        name: "p".into(),
        source: "y".into(),
        ..profile.clone()
    }
}

proptest! {
    #[test]
    fn the_stricter_is_a_least_upper_bound(
        a in any_profile(), b in any_profile(), c in any_profile(),
    ) {
        let ab = a.stricter(&b);
        prop_assert_eq!(&ab, &b.stricter(&a));
        prop_assert_eq!(&a.stricter(&a), &a);
        prop_assert_eq!(parameters(&ab.stricter(&c)), parameters(&a.stricter(&b.stricter(&c))));
        prop_assert_eq!(parameters(&ab.stricter(&a)), parameters(&ab));
        prop_assert!(parameters(&ab).checked().is_ok());
        for one in [&a, &b] {
            prop_assert!(ab.mechanism >= one.mechanism);
            prop_assert!(ab.threshold >= one.threshold);
            prop_assert!(ab.rounding_base % one.rounding_base == 0);
            prop_assert!(one.sum_significant_digits == 0
                || (1..=one.sum_significant_digits).contains(&ab.sum_significant_digits));
            prop_assert!(ab.dominance_top2_percent <= one.dominance_top2_percent);
            prop_assert!(ab.dominance_rest_percent >= one.dominance_rest_percent);
            prop_assert!(one.allow_full_cells || !ab.allow_full_cells);
            prop_assert!(ab.cell_key.reach >= one.cell_key.reach);
            prop_assert!(ab.cell_key.variance >= one.cell_key.variance);
            prop_assert!(ab.cell_key.small >= one.cell_key.small);
            prop_assert!(ab.cell_key.magnitude >= one.cell_key.magnitude);
            prop_assert!(ab.dp.rho_statistic <= one.dp.rho_statistic);
            prop_assert!(ab.dp.rho_project <= one.dp.rho_project);
            prop_assert!(ab.dp.rho_dataset <= one.dp.rho_dataset);
            prop_assert!(ab.dp.groups <= one.dp.groups);
            prop_assert!(ab.dp.delta <= one.dp.delta);
            prop_assert!(ab.dp.rows <= one.dp.rows);
            prop_assert!(ab.exposure.cap <= one.exposure.cap);
            prop_assert!(ab.exposure.project_share <= one.exposure.project_share);
            prop_assert!(ab.channel.tick_ms >= one.channel.tick_ms);
            prop_assert!(ab.channel.factor >= one.channel.factor);
        }
    }
}
