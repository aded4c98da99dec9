//! Exposure: what releases about genomes let a membership test gain.
//!
//! With exact frequencies of m independent variants over n people, a test at
//! false-positive rate α tells a member with power Φ(√(m/n) − z₁₋α)
//! (Sankararaman et al. 2009); rounding hardly helps against it. So every
//! release about variants adds m/n to the exposure of its cohort, and a cap
//! ends it. Amounts are integers of 10⁻⁹.

use roaring::RoaringBitmap;

/// One in the unit of exposures.
pub const NANO: u64 = 1_000_000_000;

/// m/n in units of 10⁻⁹, rounded up; of nobody all that there is.
pub fn amount(variants: u64, individuals: u64) -> u64 {
    match individuals {
        0 => u64::MAX,
        _ => variants.saturating_mul(NANO).div_ceil(individuals),
    }
}

/// A bound on the exposure of anybody in a cohort: what the releases add up to
/// whose cohorts meet it. It hangs on cohorts alone, never on one person's tally,
/// since a refusal for one person's sake would tell of that person.
pub fn bound<'a>(
    earlier: impl IntoIterator<Item = (&'a RoaringBitmap, u64)>,
    cohort: &RoaringBitmap,
) -> u64 {
    let meeting = earlier
        .into_iter()
        .filter(|(set, _)| !set.is_disjoint(cohort))
        .map(|(_, amount)| amount);
    meeting.fold(0, u64::saturating_add)
}

/// The power of the best membership test at a false-positive rate, for an
/// exposure m/n.
///
/// Source: Sankararaman, Obozinski, Jordan and Halperin 2009.
pub fn power(exposure: f64, false_positives: f64) -> f64 {
    phi(exposure.max(0.0).sqrt() + quantile(false_positives))
}

/// Φ, by its complementary error function; |error| < 1.2·10⁻⁷ (Press et al.,
/// Numerical Recipes, erfcc).
fn phi(x: f64) -> f64 {
    let z = x.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.5 * z);
    const COEFFICIENTS: [f64; 10] = [
        0.170_872_77,
        -0.822_152_23,
        1.488_515_87,
        -1.135_203_98,
        0.278_868_07,
        -0.186_288_06,
        0.096_784_18,
        0.374_091_96,
        1.000_023_68,
        -1.265_512_23,
    ];
    let polynomial = COEFFICIENTS.iter().fold(0.0, |sum, c| sum * t + c);
    let complement = t * (polynomial - z * z).exp() / 2.0;
    if x >= 0.0 {
        1.0 - complement
    } else {
        complement
    }
}

/// The quantile of Φ, by bisection.
fn quantile(probability: f64) -> f64 {
    let (mut low, mut high) = (-9.0, 9.0);
    for _ in 0..64 {
        let middle = f64::midpoint(low, high);
        // Where it is met exactly, either half closes in on it.
        if phi(middle) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_the_number_of_variants_a_head_rounded_up() {
        assert_eq!(amount(1, 4), 250_000_000);
        assert_eq!(amount(1, 3), 333_333_334);
        assert_eq!(amount(0, 3), 0);
        assert_eq!(amount(7, 0), u64::MAX);
        assert_eq!(amount(0, 0), u64::MAX);
        assert_eq!(amount(200, 2_504), 79_872_205);
    }

    #[test]
    fn only_releases_whose_cohorts_meet_count() {
        let set = |from: u32, to: u32| (from..to).collect::<RoaringBitmap>();
        let (low, high) = (set(0, 50), set(40, 90));
        let earlier = [(&low, 5), (&high, 7), (&high, 11)];
        assert_eq!(bound(earlier, &set(0, 40)), 5);
        assert_eq!(bound(earlier, &set(0, 41)), 23);
        assert_eq!(bound(earlier, &set(50, 200)), 18);
        assert_eq!(bound(earlier, &set(90, 200)), 0);
        assert_eq!(bound([(&low, u64::MAX), (&low, 9)], &low), u64::MAX);
    }

    /// The specification's point, and what a test without any release does.
    #[test]
    fn the_power_is_the_published_one() {
        let close = |a: f64, b: f64| assert!((a - b).abs() < 5e-4, "{a} {b}");
        close(power(0.0, 0.05), 0.05);
        close(power(0.25, 0.05), 0.126);
        close(power(1.0, 0.05), 0.2595);
        close(power(4.0, 0.01), 0.3721);
        close(power(-1.0, 0.05), 0.05);
        close(phi(1.959_964), 0.975);
        close(phi(-1.959_964), 0.025);
    }
}
