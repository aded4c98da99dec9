//! What a charge means where a dataset's mechanism is differential privacy.

/// The δ for which an ε is told.
pub const DELTA: f64 = 1e-9;

/// ρ of zero-concentrated differential privacy, from its form on the wire.
#[must_use]
pub fn rho(nano: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "budgets are far below 2⁵³ nano")]
    let nano = nano as f64;
    nano / 1e9
}

/// An upper bound on the ε that goes with a ρ at [`DELTA`]: ρ + 2·√(ρ·ln(1/δ)).
/// The least ε is smaller.
///
/// Source: Bun and Steinke 2016, proposition 1.3.
#[must_use]
pub fn epsilon_at_most(rho: f64) -> f64 {
    rho + 2.0 * (rho * (1.0 / DELTA).ln()).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_charge_has_an_epsilon_and_none_has_none() {
        // 0.25 + 2·√(0.25 · 20.723) = 4.802
        assert!((epsilon_at_most(rho(250_000_000)) - 4.802).abs() < 0.001);
        assert!(epsilon_at_most(rho(0)).abs() < f64::EPSILON);
        assert!(epsilon_at_most(0.1) < epsilon_at_most(0.2));
    }
}
