//! What a release spends, and what that means.

use std::collections::BTreeMap;

use super::{
    bounding::Bounds,
    part::{Quantity, parts},
};
use crate::{Dimension, ProtectError, cell::Statistic, profile::Profile};

/// ρ is counted in units of 10⁻⁹.
const NANO: f64 = 1e9;

/// What a table of these statistics spends, in units of 10⁻⁹ of ρ: one share per
/// statistic, two of a mean, and one more where a dimension is of the data, for
/// the counts that decide which groups are shown. Charges of releases add up
/// (Bun and Steinke 2016, lemma 1.7).
///
/// # Errors
///
/// When the mechanism cannot protect such a statistic. It hangs on the query
/// and on what is declared alone: ask before anything is charged.
pub fn charge(
    dimensions: &[Dimension],
    statistics: &[Statistic],
    profile: &Profile,
) -> Result<u64, ProtectError> {
    let mut shares = u64::from(selects(dimensions));
    for statistic in statistics {
        shares += parts(statistic, profile)?.len() as u64;
    }
    Ok(shares.saturating_mul(nano(profile.dp.rho_statistic)))
}

/// ρ in units of 10⁻⁹, rounded up but for what the decimal is off by in binary.
fn nano(rho: f64) -> u64 {
    let exact = rho * NANO;
    let nearest = exact.round();
    let whole = if (exact - nearest).abs() <= exact * 4.0 * f64::EPSILON {
        nearest
    } else {
        exact.ceil()
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates, and what is no number is refused by the noise"
    )]
    let nano = whole as u64;
    nano
}

/// Whether the data have a say in which groups are shown.
pub(super) fn selects(dimensions: &[Dimension]) -> bool {
    dimensions.contains(&Dimension::Data)
}

/// The smallest ε known for which ρ-zCDP is (ε, δ)-differential privacy: Canonne,
/// Kamath and Steinke 2020, proposition 12, at the best order α.
///
/// Infinite for a δ of 0 or less.
pub fn epsilon(rho: f64, delta: f64) -> f64 {
    if rho <= 0.0 {
        return 0.0;
    }
    if delta <= 0.0 {
        return f64::INFINITY;
    }
    // Every order is a true bound: a search that is a little off costs nothing else,
    // and of two that are equally good either will do.
    let at = |exponent: f64| {
        let above_one = exponent.exp();
        let order = 1.0 + above_one;
        let gain = above_one * (above_one / order).ln() - order.ln() - delta.ln();
        order * rho + gain / above_one
    };
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (1e-3_f64.ln(), 1e12_f64.ln());
    for _ in 0..200 {
        let (left, right) = (high - golden * (high - low), low + golden * (high - low));
        if at(left) < at(right) {
            high = right;
        } else {
            low = left;
        }
    }
    at(low.midpoint(high)).max(0.0)
}

/// The noise of a release in words: per statistic its standard deviation, and
/// what one share of the budget means.
pub fn parameters(profile: &Profile, statistics: &[Statistic]) -> BTreeMap<String, String> {
    let figures = statistics
        .iter()
        .enumerate()
        .filter_map(|(index, statistic)| {
            let parts = parts(statistic, profile).ok()?;
            let noises: Vec<String> = parts
                .iter()
                .map(|part| {
                    let scale = part.noise(profile).scale();
                    match (part.quantity(), Bounds::of(statistic)) {
                        (Quantity::Individuals, _) => {
                            format!("of individuals: standard deviation {scale:.2}")
                        }
                        (Quantity::Rows, _) => format!("of rows: standard deviation {scale:.2}"),
                        (Quantity::Sum, bounds) => format!(
                            "of the sum: standard deviation {:.4}",
                            scale * bounds.map_or(f64::NAN, Bounds::quantum)
                        ),
                    }
                })
                .collect();
            Some((format!("noise.{:02}", index + 1), noises.join("; ")))
        });
    let rho = profile.dp.rho_statistic;
    let budget = (
        "rho_statistic".to_owned(),
        format!(
            "{rho}: alone (ε, δ) = ({:.3}, {:e})",
            epsilon(rho, profile.dp.delta),
            profile.dp.delta
        ),
    );
    figures.chain([budget]).collect()
}

#[cfg(test)]
#[path = "accounting/tests.rs"]
mod tests;
