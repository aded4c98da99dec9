//! The noise against its distribution and against the privacy map.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

/// σ = 3.
fn noise() -> Gaussian {
    Gaussian::new(1, 3.0, 0.5)
}

/// The probability of every integer up to `reach` away from 0, from the definition.
fn probabilities(scale: f64, reach: i32) -> Vec<f64> {
    let weight = |x: i32| (-f64::from(x * x) / (2.0 * scale * scale)).exp();
    let total: f64 = (-200..=200).map(weight).sum();
    (-reach..=reach).map(|x| weight(x) / total).collect()
}

/// χ² over −8..=8 and the rest, 17 degrees of freedom: above 66.3 with
/// probability 10⁻⁷. Mean and variance within six standard errors.
#[test]
fn draws_are_distributed_as_the_discrete_gaussian() {
    const DRAWS: usize = 20_000;
    let draws = noise().perturb(&vec![0; DRAWS]).unwrap();
    let expected = probabilities(3.0, 8);
    let observed: Vec<usize> = (-8..=8)
        .map(|x| draws.iter().filter(|draw| **draw == x).count())
        .collect();
    let rest = (
        DRAWS - observed.iter().sum::<usize>(),
        1.0 - expected.iter().sum::<f64>(),
    );
    let cells = observed.into_iter().zip(expected).chain([rest]);
    let chi_square: f64 = cells
        .map(|(count, probability)| {
            let expected = probability * DRAWS as f64;
            (count as f64 - expected).powi(2) / expected
        })
        .sum();
    assert!(chi_square < 66.3, "{chi_square}");

    let moment = |power: i32| {
        let sum: f64 = draws.iter().map(|draw| (*draw as f64).powi(power)).sum();
        sum / DRAWS as f64
    };
    // At σ = 3 the discrete variance is σ² to 10⁻³⁰; the fourth moment is 3σ⁴.
    let error = (DRAWS as f64).sqrt();
    assert!(moment(1).abs() < 6.0 * 3.0 / error, "{}", moment(1));
    let off = (moment(2) - 9.0).abs();
    assert!(off < 6.0 * 9.0 * 2.0_f64.sqrt() / error, "{}", moment(2));
}

#[test]
fn noise_is_added_to_every_entry_and_drawn_afresh() {
    let vector: Vec<i128> = (0..64).map(|index| index * 1_000_000).collect();
    let noise = Gaussian::new(1, 1000.0, 0.5);
    let (first, second) = (
        noise.perturb(&vector).unwrap(),
        noise.perturb(&vector).unwrap(),
    );
    assert_eq!(first.len(), vector.len());
    assert_ne!(first, second);
    for (noisy, exact) in first.iter().zip(&vector) {
        assert!((noisy - exact).abs() < 12_000);
    }
    let moved = first.iter().zip(&vector).filter(|(a, b)| a != b);
    assert!(moved.count() > 50);
}

#[test]
fn the_scale_is_as_specified() {
    assert!((Gaussian::new(3, 1.0, 0.005).scale() - 300_f64.sqrt()).abs() < 1e-12);
    assert!((Gaussian::new(3, 1.0, 0.015).scale() - 10.0).abs() < 1e-12);
    assert!((Gaussian::new(4, 5.0, 0.5).scale() - 10.0).abs() < 1e-12);
}

/// `opendp`'s own account: never more than ρ, and less only by rounding.
#[test]
fn the_privacy_map_agrees() {
    for entries in [1, 2, 3, 7, 100] {
        for change in [1.0, 10.0, 1_048_576.0, 1e15] {
            for rho in [1e-9, 0.005, 0.1, 1.0] {
                let noise = Gaussian::new(entries, change, rho);
                let mechanism = noise.mechanism().unwrap();
                let spent = mechanism.map(&noise.sensitivity).unwrap();
                assert!(spent <= rho && spent > rho * (1.0 - 1e-13), "{noise:?}");
                assert!(noise.sensitivity.powi(2) >= f64::from(entries) * change.powi(2));
            }
        }
    }
}

#[test]
fn noise_that_would_spend_more_than_its_budget_is_not_drawn() {
    let mut noise = noise();
    assert!(noise.perturb(&vec![0]).is_ok());
    noise.rho = noise.mechanism().unwrap().map(&noise.sensitivity).unwrap();
    assert!(noise.perturb(&vec![0]).is_ok());
    noise.rho = noise.rho.next_down();
    assert_eq!(noise.perturb(&vec![0]), Err(NoiseError));
    noise = Gaussian::new(1, 3.0, 0.5);
    noise.scale *= 1.0 - 1e-12;
    assert_eq!(noise.perturb(&vec![0]), Err(NoiseError));
    for rho in [0.0, f64::INFINITY, f64::NAN, -1.0] {
        assert_eq!(
            Gaussian::new(1, 1.0, rho).perturb(&vec![0]),
            Err(NoiseError)
        );
    }
}

#[test]
fn the_threshold_is_as_specified() {
    assert_eq!(Gaussian::new(3, 1.0, 0.015).threshold(3, 1e-9), Some(63));
    assert_eq!(Gaussian::new(3, 1.0, 0.005).threshold(3, 1e-9), Some(108));
}

/// Summed from the definition, the discrete tail of σ = 10: above 62 it is
/// within the share of one of three groups, above 61 it is not.
#[test]
fn a_group_of_one_shows_no_more_often_than_delta_allows() {
    let weight = |x: i32| (-f64::from(x * x) / 200.0).exp();
    let total: f64 = (-400..=400).map(weight).sum();
    let above = |bound: i32| (bound + 1..=400).map(weight).sum::<f64>() / total;
    let noise = Gaussian::new(3, 1.0, 0.015);
    let threshold = i32::try_from(noise.threshold(3, 1e-9).unwrap()).unwrap();
    assert!(3.0 * above(threshold - 1) <= 1e-9);
    assert!(3.0 * above(threshold - 2) > 1e-9);
    for bound in [1, 10, 40, 62] {
        assert!(noise.exceeds(bound).unwrap() >= above(i32::try_from(bound).unwrap()));
    }
}

#[test]
fn a_threshold_beyond_all_reason_is_none() {
    assert_eq!(Gaussian::new(1, 1e12, 0.5).threshold(1, 1e-9), None);
    assert_eq!(Gaussian::new(1, 0.0, 0.0).threshold(1, 1e-9), None);
}
