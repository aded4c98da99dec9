//! Tests of tables of counts.

use statrs::function::factorial::ln_factorial;

/// Logarithms of probabilities that differ by less are of equal ones: rounding.
const EQUAL: f64 = 1e-9;

/// Fisher's exact test of two by two counts, two-sided: the odds ratio of the sample, and
/// the probability of a table as unlikely, or more, with the same margins.
#[must_use]
pub fn fisher(table: [[u64; 2]; 2]) -> (f64, f64) {
    let [[a, b], [c, d]] = table;
    let (row, other_row, column) = (a + b, c + d, a + c);
    let odds = real(a) * real(d) / (real(b) * real(c));
    let choose = |n: u64, k: u64| ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k);
    let all = choose(row + other_row, column);
    let log_of = |first: u64| choose(row, first) + choose(other_row, column - first) - all;
    let least = column.saturating_sub(other_row);
    let most = row.min(column);
    let here = log_of(a);
    let as_unlikely = (least..=most)
        .map(log_of)
        .filter(|log| *log <= here + EQUAL);
    let p: f64 = as_unlikely.map(f64::exp).sum();
    (odds, p.min(1.0))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "numbers of people, far below 2^52"
)]
fn real(n: u64) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `scipy.stats.fisher_exact` has them (1.17).
    #[test]
    fn fishers_test_is_that_of_scipy() {
        for (table, odds, p) in [
            ([[8, 2], [1, 5]], 20.0, 0.034_965_034_965_034_975),
            ([[10, 20], [30, 15]], 0.25, 0.008_824_760_272_675_987),
            (
                [[95, 1_310], [300, 6_965]],
                1.683_651_399_491_094_2,
                3.487_377_600_332_661e-5,
            ),
            ([[0, 10], [12, 5]], 0.0, 0.000_363_785_718_476_794_05),
            (
                [[200, 800], [210, 790]],
                0.940_476_190_476_190_5,
                0.618_164_887_521_392_2,
            ),
        ] {
            let (ours, ours_p) = fisher(table);
            assert!((ours - odds).abs() <= 1e-9 * odds, "{table:?}: {ours}");
            assert!((ours_p - p).abs() <= 1e-9 * p, "{table:?}: {ours_p}");
        }
    }
}
