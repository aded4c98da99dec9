//! Limits and grids of measures, as the dataset declares them.

use sekisho_disclosure::distribution::{Limit, Measured};
use sekisho_tables::{self as tables, Beyond, Column, Quality};

/// A column, as distributions are told of it.
pub(super) fn measured(column: &Column, bounds: [f64; 2]) -> Measured {
    let limit = |limit: &tables::Limit| {
        let (above, inclusive) = match limit.beyond {
            Beyond::Below => (false, false),
            Beyond::AtMost => (false, true),
            Beyond::AtLeast => (true, true),
            Beyond::Above => (true, false),
        };
        Limit {
            words: format!("{} {}", limit.beyond.name().replace('_', " "), limit.at),
            at: limit.at,
            above,
            inclusive,
            of: limit
                .tissue
                .clone()
                .map(|tissue| ("tissue".to_owned(), tissue)),
        }
    };
    let quality = column.quality.clone().unwrap_or_else(|| Quality {
        bin: round_width(bounds),
        limits: Vec::new(),
    });
    Measured {
        name: column.name.clone(),
        bounds,
        bin: quality.bin,
        limits: quality.limits.iter().map(limit).collect(),
    }
}

/// Parts of a histogram whose grid is not declared.
const PARTS: f64 = 50.0;

/// 1, 2 or 5 times a power of ten: at least so wide that there are few parts.
fn round_width([lower, upper]: [f64; 2]) -> f64 {
    let least = ((upper - lower) / PARTS).max(f64::MIN_POSITIVE);
    let power = 10_f64.powf(least.log10().floor());
    let widths = [1.0, 2.0, 5.0, 10.0].map(|times| times * power);
    let wide = widths
        .into_iter()
        .find(|width| *width >= least * (1.0 - 1e-9));
    wide.unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_that_is_not_declared_is_of_round_numbers() {
        let widths = [
            [0.0, 100.0],
            [0.0, 1_000.0],
            [0.0, 1.0],
            [-5.0, 40.0],
            [0.0, 0.0],
        ];
        let widths = widths.map(round_width);
        assert_eq!(widths[..4], [2.0, 20.0, 0.02, 1.0]);
        assert!(widths[4] > 0.0);
    }
}
