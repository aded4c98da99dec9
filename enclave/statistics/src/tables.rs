//! Tests of tables of counts.

use statrs::function::factorial::ln_factorial;

use crate::{chi_squared_p, normal_p};

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

/// The test for a trend of Cochran and Armitage: whether those with the outcome have more
/// copies than the others. Numbers of individuals with none, one and two copies; the deviate,
/// positive if they have, and its two-sided probability. Not a number where all have the same.
#[must_use]
pub fn trend(cases: [u64; 3], others: [u64; 3]) -> (f64, f64) {
    let moments = |of: [u64; 3]| {
        let [none, one, two] = of.map(real);
        (none + one + two, one + 2.0 * two, one + 4.0 * two)
    };
    let (n, copies, squares) = moments(cases);
    let (m, more_copies, more_squares) = moments(others);
    let (all, sum, squares) = (n + m, copies + more_copies, squares + more_squares);
    let above = all * copies - n * sum;
    let deviate = above * all.sqrt() / (n * m * (all * squares - sum * sum)).sqrt();
    (deviate, normal_p(deviate))
}

/// Pearson's χ² of two rows of counts, without a correction; columns of nobody count for
/// nothing. The statistic and its probability, not numbers of fewer than two columns or rows.
#[must_use]
pub fn independence(rows: [&[u64]; 2]) -> (f64, f64) {
    let [first, second] = rows.map(|row| real(row.iter().sum()));
    let all = first + second;
    let [upper, lower] = rows;
    let (mut statistic, mut columns) = (0.0, 0_u32);
    for (a, b) in upper.iter().zip(lower) {
        let column = real(a + b);
        if column > 0.0 {
            columns += 1;
            for (seen, row) in [(real(*a), first), (real(*b), second)] {
                let expected = row * column / all;
                statistic += (seen - expected) * (seen - expected) / expected;
            }
        }
    }
    if columns < 2 || !statistic.is_finite() {
        return (f64::NAN, f64::NAN);
    }
    (statistic, chi_squared_p(statistic, columns - 1))
}

/// The test of Cochran, Mantel and Haenszel over strata of two by two counts, without a
/// correction: the common odds ratio (Mantel and Haenszel), and the probability that it is 1.
#[must_use]
pub fn stratified(strata: &[[[u64; 2]; 2]]) -> (f64, f64) {
    let (mut above, mut below) = (0.0, 0.0);
    let (mut beyond, mut variance) = (0.0, 0.0);
    for table in strata {
        let [[a, b], [c, d]] = table.map(|row| row.map(real));
        let n = a + b + c + d;
        if n < 2.0 {
            continue;
        }
        above += a * d / n;
        below += b * c / n;
        beyond += a - (a + b) * (a + c) / n;
        variance += (a + b) * (c + d) * (a + c) * (b + d) / (n * n * (n - 1.0));
    }
    (above / below, chi_squared_p(beyond * beyond / variance, 1))
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

    fn near(ours: f64, theirs: f64) {
        assert!(
            (ours - theirs).abs() <= 1e-9 * theirs.abs(),
            "{ours} {theirs}"
        );
    }

    /// As `scipy.stats` has them (1.17): the correlation of copies and cases times the root of
    /// their number, and `chi2_contingency` without a correction.
    #[test]
    fn trend_and_independence_are_those_of_scipy() {
        for (cases, others, deviate, p, statistic, of_both) in [
            (
                [300, 150, 50],
                [400, 180, 40],
                2.098_633_080_779_353_4,
                0.035_849_257_880_929_04,
                5.328_119_908_765_068,
                0.069_664_810_862_153_7,
            ),
            (
                [95, 5, 0],
                [80, 18, 2],
                -3.250_353_242_054_719,
                0.001_152_617_417_136_424,
                10.633_540_372_670_808,
                0.004_908_581_955_436_24,
            ),
            (
                [10, 20, 30],
                [30, 20, 10],
                4.472_135_954_999_577,
                7.744_216_431_044_169e-6,
                20.0,
                4.539_992_976_248_486e-5,
            ),
        ] {
            let (ours, ours_p) = trend(cases, others);
            near(ours, deviate);
            near(ours_p, p);
            let (ours, ours_p) = independence([&cases, &others]);
            near(ours, statistic);
            near(ours_p, of_both);
        }
        assert!(trend([5, 0, 0], [7, 0, 0]).0.is_nan());
        assert!(independence([&[5, 0], &[7, 0]]).1.is_nan());
    }

    /// As `StratifiedTable` of statsmodels has it, without a correction.
    #[test]
    fn strata_are_those_of_statsmodels() {
        let strata = [
            [[30, 70], [20, 80]],
            [[12, 38], [9, 61]],
            [[5, 45], [3, 57]],
        ];
        let (odds, p) = stratified(&strata);
        near(odds, 1.867_870_332_375_872);
        near(p, 0.014_689_846_416_245_156);
        assert!(stratified(&[]).1.is_nan());
    }
}
