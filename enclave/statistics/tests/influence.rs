//! What individuals do to a coefficient, beside fits without them.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use sekisho_statistics::{
    cox,
    regression::{leverage, linear, logistic},
    survival::Observation,
};

const PEOPLE: usize = 150;

/// Numbers that look drawn, from 0 to 1, and are the same each time.
fn drawn(at: usize, of: u64) -> f64 {
    let mut x = (at as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ of.wrapping_mul(0xD1B5_4A32);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Covariates of other sizes, off zero.
fn covariates() -> Vec<Vec<f64>> {
    let row = |at| {
        vec![
            40.0 + 30.0 * drawn(at, 1),
            drawn(at, 2).round(),
            5.0 - drawn(at, 3),
        ]
    };
    (0..PEOPLE).map(row).collect()
}

fn without<T: Clone>(all: &[T], at: usize) -> Vec<T> {
    let mut others = all.to_vec();
    others.remove(at);
    others
}

/// Influence is as of a refit to first order: alike in size and sign, person by person.
#[track_caller]
fn alike(influence: &[Vec<f64>], refits: &[Vec<f64>]) {
    for (coefficient, of) in influence.iter().enumerate() {
        let exact: Vec<f64> = refits.iter().map(|refit| refit[coefficient]).collect();
        let product: f64 = of.iter().zip(&exact).map(|(a, b)| a * b).sum();
        let [own, theirs] = [of, &exact].map(|of| of.iter().map(|x| x * x).sum::<f64>());
        let correlation = product / (own * theirs).sqrt();
        let slope = product / own;
        assert!(correlation > 0.98, "{coefficient}: {correlation}");
        assert!((0.9..1.25).contains(&slope), "{coefficient}: {slope}");
    }
}

#[track_caller]
fn beside_refits(whole: (&[f64], &[Vec<f64>]), refit: impl Fn(usize) -> Vec<f64>) {
    let (coefficients, influence) = whole;
    assert!(influence.iter().all(|of| of.len() == PEOPLE));
    let moved = |at: usize| -> Vec<f64> {
        let others = refit(at);
        coefficients
            .iter()
            .zip(others)
            .map(|(all, others)| all - others)
            .collect()
    };
    alike(influence, &(0..PEOPLE).map(moved).collect::<Vec<_>>());
}

#[test]
fn of_a_linear_model() {
    let rows = covariates();
    let outcome: Vec<f64> = (0..PEOPLE)
        .map(|at| 0.3 * rows[at][0] - 2.0 * rows[at][1] + 5.0 * drawn(at, 4))
        .collect();
    let whole = linear(&outcome, &rows).unwrap();
    beside_refits((&whole.coefficients, &whole.influence), |at| {
        linear(&without(&outcome, at), &without(&rows, at))
            .unwrap()
            .coefficients
    });
    // Leverages add up to the parameters, and are those of the covariates.
    let sum: f64 = whole.leverage.iter().sum();
    assert!((sum - 4.0).abs() < 1e-9);
    let alone = leverage(&rows).unwrap();
    assert!(
        whole
            .leverage
            .iter()
            .zip(alone)
            .all(|(a, b)| (a - b).abs() < 1e-9)
    );
}

#[test]
fn of_a_logistic_model() {
    let rows = covariates();
    let outcome: Vec<bool> = (0..PEOPLE)
        .map(|at| drawn(at, 5) < 1.0 / (1.0 + (3.0 - 0.06 * rows[at][0]).exp()))
        .collect();
    let whole = logistic(&outcome, &rows).unwrap();
    beside_refits((&whole.coefficients, &whole.influence), |at| {
        logistic(&without(&outcome, at), &without(&rows, at))
            .unwrap()
            .coefficients
    });
    assert!((whole.leverage.iter().sum::<f64>() - 4.0).abs() < 1e-6);
}

#[test]
fn of_coxs_model_with_ties() {
    let rows = covariates();
    let observations: Vec<Observation> = (0..PEOPLE)
        .map(|at| Observation {
            time: (-drawn(at, 6).ln() * 40.0 / (0.03 * rows[at][0]).exp()).ceil(),
            event: drawn(at, 7) < 0.7,
        })
        .collect();
    let whole = cox::fit(&observations, &rows).unwrap();
    beside_refits((&whole.coefficients, &whole.influence), |at| {
        cox::fit(&without(&observations, at), &without(&rows, at))
            .unwrap()
            .coefficients
    });
}
