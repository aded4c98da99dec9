//! How statistics of many tests are spread, in a fixed amount of memory.

use statrs::distribution::{ContinuousCDF as _, Normal};

/// Parts of one unit of a deviate.
const PARTS: f64 = 4096.0;

/// Deviates from here on are alike.
const MOST: usize = 9;

/// The median of χ² with one degree of freedom.
const MEDIAN_CHI_SQUARED: f64 = 0.454_936_423_119_572_8;

/// How many statistics lie where, whatever their sign.
#[derive(Clone, Debug)]
pub struct Spread {
    parts: Vec<u64>,
    tests: u64,
}

impl Default for Spread {
    fn default() -> Self {
        Self {
            parts: vec![0; MOST * 4096],
            tests: 0,
        }
    }
}

impl Spread {
    /// Adds a statistic.
    pub fn add(&mut self, statistic: f64) {
        let last = self.parts.len().saturating_sub(1);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "not negative, and what is too large is the last part"
        )]
        let part = (statistic.abs() * PARTS) as usize;
        if let Some(number) = self.parts.get_mut(part.min(last)) {
            *number += 1;
            self.tests += 1;
        }
    }

    /// Adds those of another.
    pub fn merge(&mut self, other: &Self) {
        for (number, more) in self.parts.iter_mut().zip(&other.parts) {
            *number += more;
        }
        self.tests += other.tests;
    }

    /// How many there are.
    #[must_use]
    pub fn tests(&self) -> u64 {
        self.tests
    }

    /// The size that a share of the statistics is at least; none without any.
    #[must_use]
    pub fn upper(&self, share: f64) -> Option<f64> {
        if self.tests == 0 {
            return None;
        }
        let wanted = share * real(self.tests);
        let mut above = 0.0;
        for (part, number) in self.parts.iter().enumerate().rev() {
            let within = real(*number);
            if *number > 0 && above + within >= wanted {
                let into = ((wanted - above) / within).clamp(0.0, 1.0);
                return Some((real(part as u64) + 1.0 - into) / PARTS);
            }
            above += within;
        }
        Some(0.0)
    }

    /// λ of genomic control: the median of the squares by what it is by chance.
    #[must_use]
    pub fn lambda(&self) -> Option<f64> {
        let median = self.upper(0.5)?;
        Some(median * median / MEDIAN_CHI_SQUARED)
    }

    /// −log₁₀ of the p that a share of the tests is at most.
    #[must_use]
    pub fn log_p(&self, share: f64) -> Option<f64> {
        let deviate = self.upper(share)?;
        Some(-(2.0 * Normal::standard().sf(deviate)).log10())
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of tests, below 2^52")]
fn real(n: u64) -> f64 {
    n as f64
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// Normal deviates at even quantiles have a λ of 1, and twice as large ones of 4.
    #[test]
    fn lambda_is_that_of_what_was_added() {
        let law = Normal::standard();
        let (mut chance, mut inflated) = (Spread::default(), Spread::default());
        for n in 0..100_000 {
            let deviate = law.inverse_cdf((f64::from(n) + 0.5) / 100_000.0);
            chance.add(deviate);
            let half = if n % 2 == 0 {
                &mut inflated
            } else {
                &mut chance
            };
            half.add(2.0 * deviate);
        }
        assert!((inflated.lambda().unwrap() - 4.0).abs() < 1e-3);
        assert_eq!(Spread::default().lambda(), None);
        assert_eq!(inflated.tests(), 50_000);
        let mut both = Spread::default();
        both.merge(&inflated);
        assert_eq!(both.upper(0.1), inflated.upper(0.1));
    }

    #[test]
    fn a_share_of_tests_has_as_small_a_probability() {
        let law = Normal::standard();
        let mut spread = Spread::default();
        for n in 0..1_000_000 {
            spread.add(law.inverse_cdf((f64::from(n) + 0.5) / 1_000_000.0));
        }
        assert!((spread.lambda().unwrap() - 1.0).abs() < 1e-3);
        for share in [0.5, 0.1, 0.01, 0.001] {
            let log_p = spread.log_p(share).unwrap();
            assert!((log_p + share.log10()).abs() < 2e-3, "{share} {log_p}");
        }
        spread.add(1e9);
        assert!(spread.upper(0.0).unwrap() >= 8.9);
    }
}
