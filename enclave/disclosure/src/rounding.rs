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
}
