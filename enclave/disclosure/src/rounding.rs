//! Rounding of what is released.

/// The multiple of `base` nearest to `value`; halves go away from zero.
///
/// `None` if the result does not fit.
pub(crate) fn to_base(value: i128, base: u32) -> Option<i64> {
    let base = i128::from(base.max(1));
    let half = base / 2;
    let shifted = if value >= 0 {
        value.checked_add(half)?
    } else {
        value.checked_sub(half)?
    };
    i64::try_from((shifted / base).checked_mul(base)?).ok()
}

/// `value` to so many significant digits; 0 leaves it as it is.
pub(crate) fn to_significant(value: f64, digits: u32) -> f64 {
    if digits == 0 {
        return value;
    }
    // Through decimal text, so that the result is the double nearest to the
    // rounded decimal and not the remains of a division.
    let text = format!("{value:.*e}", (digits as usize).saturating_sub(1));
    text.parse().unwrap_or(f64::NAN)
}

/// Powers of ten that a double has exactly.
const EXACT_POWERS: u32 = 22;

/// `part` of `of` to so many significant digits, at most 18; halves go up.
///
/// Much faster than through text, and as exact: whole numbers are divided once.
pub(crate) fn share(part: u64, of: u64, digits: u32) -> f64 {
    if part == 0 || of == 0 {
        return 0.0;
    }
    let (part, of) = (u128::from(part), u128::from(of));
    let enough = 10_u128.pow(digits.saturating_sub(1));
    let mut power = 0;
    let mut scaled = part;
    while scaled < enough.saturating_mul(of) && power < EXACT_POWERS {
        scaled = scaled.saturating_mul(10);
        power += 1;
    }
    #[expect(clippy::cast_precision_loss, reason = "few digits and an exact power")]
    let share = ((2 * scaled + of) / (2 * of)) as f64 / 10_u128.pow(power) as f64;
    share
}

/// A number from 0 to 1 to so many significant digits.
pub(crate) fn probability(value: f64, digits: u32) -> f64 {
    let mut power = 0;
    let enough = 10_f64.powi(digits.saturating_sub(1).try_into().unwrap_or(0));
    let mut scaled = value;
    while scaled < enough {
        scaled *= 10.0;
        power += 1;
        if power > EXACT_POWERS {
            return to_significant(value, digits);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "an exact power")]
    let rounded = scaled.round() / 10_u128.pow(power) as f64;
    rounded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_round_to_the_nearest_multiple() {
        let rounded = [0, 2, 3, 7, 8, 661, 347, 504, 503, 489].map(|n| to_base(n, 5));
        assert_eq!(rounded, [0, 0, 5, 5, 10, 660, 345, 505, 505, 490].map(Some));
        assert_eq!(to_base(-8, 5), Some(-10));
        assert_eq!(to_base(7, 1), Some(7));
        assert_eq!(to_base(i128::from(i64::MAX) + 6, 5), None);
    }

    #[test]
    fn sums_keep_their_significant_digits() {
        assert_eq!(to_significant(123_456.0, 3), 123_000.0);
        assert_eq!(to_significant(-0.001_239, 3), -0.001_24);
        assert_eq!(to_significant(0.1 + 0.2, 0), 0.1 + 0.2);
        assert_eq!(to_significant(0.0, 3), 0.0);
        assert_eq!(to_significant(f64::NEG_INFINITY, 3), f64::NEG_INFINITY);
        assert!(to_significant(f64::NAN, 3).is_nan());
    }

    #[test]
    fn shares_and_probabilities_are_those_that_text_would_give() {
        for (part, of) in [
            (1, 3),
            (80, 282),
            (2, 3),
            (1, 10_016),
            (999_999, 1_000_000),
            (7, 7),
        ] {
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let exact = part as f64 / of as f64;
            assert_eq!(share(part, of, 3), to_significant(exact, 3), "{part} {of}");
            assert_eq!(
                probability(exact, 2),
                to_significant(exact, 2),
                "{part} {of}"
            );
        }
        assert_eq!([share(0, 9, 3), share(3, 0, 3)], [0.0, 0.0]);
        assert_eq!(share(1, 8, 2), 0.13);
        assert_eq!(share(u64::MAX, 1, 3), 18_446_744_073_709_551_615.0);
        assert_eq!(probability(1.234e-300, 2), 1.2e-300);
        assert_eq!([probability(0.0, 2), probability(1.0, 2)], [0.0, 1.0]);
    }
}
