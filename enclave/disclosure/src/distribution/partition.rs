//! Parts of a declared grid that each hold a crowd.

use super::{Limit, Question};
use crate::rounding;

/// Where a partition may be cut beside limits: at `anchor`, and every `bin` from there.
pub(super) struct Grid {
    pub(super) anchor: f64,
    pub(super) bin: f64,
    /// Where its first part begins and its last ends.
    pub(super) bounds: [f64; 2],
}

/// A part of a partition.
pub(super) struct Part {
    pub(super) lower: f64,
    pub(super) upper: f64,
    /// How many come before it, and with it.
    pub(super) ranks: [usize; 2],
}

/// A place where a partition may be cut: values up to it, and with it or not.
#[derive(Clone, Copy, PartialEq)]
struct Cut {
    at: f64,
    /// Whether values on it lie below.
    with: bool,
    is_limit: bool,
}

impl Question<'_> {
    /// Cuts the grid into parts that each hold a crowd: first at limits, then between
    /// them. Nothing if there is no crowd at all.
    pub(super) fn partition(
        &self,
        grid: &Grid,
        limits: &[&Limit],
        values: &[(u32, f64)],
    ) -> Vec<Part> {
        let (Some((_, least)), Some((_, most))) = (values.first(), values.last()) else {
            return Vec::new();
        };
        let place = |value: f64| ((value - grid.anchor) / grid.bin).floor();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "bounded by what is declared"
        )]
        let (first, last) = (place(*least) as i64, place(*most) as i64);
        #[expect(clippy::cast_precision_loss, reason = "few parts")]
        let edge = |at: i64| tidy(grid.anchor + at as f64 * grid.bin);
        if last.saturating_sub(first) > MOST_PARTS {
            return Vec::new();
        }
        let rank = |cut: &Cut| {
            values.partition_point(|(_, value)| *value < cut.at || (cut.with && *value <= cut.at))
        };
        let of_limits = limits.iter().map(|limit| Cut {
            at: limit.at,
            with: limit.above != limit.inclusive,
            is_limit: true,
        });
        let of_grid = (first + 1..=last).map(edge);
        let of_grid = of_grid.filter(|at| *at < grid.bounds[1]).map(|at| Cut {
            at,
            with: false,
            is_limit: false,
        });
        let mut cuts: Vec<Cut> = of_limits.chain(of_grid).collect();
        cuts.sort_by(|a, b| a.at.total_cmp(&b.at).then(a.with.cmp(&b.with)));
        let mut taken: Vec<(usize, Cut)> = Vec::new();
        for of_limits in [true, false] {
            for cut in cuts.iter().filter(|cut| cut.is_limit == of_limits) {
                let here = rank(cut);
                // Ends and cuts that were taken, on both sides.
                let next = taken.partition_point(|(other, _)| *other < here);
                let below = match next.checked_sub(1).and_then(|at| taken.get(at)) {
                    Some((other, _)) => *other,
                    None => 0,
                };
                let above = taken.get(next).map_or(values.len(), |(other, _)| *other);
                let crowd = |from: usize, to: usize| {
                    values.get(from..to).is_some_and(|part| self.is_crowd(part))
                };
                if crowd(below, here) && crowd(here, above) {
                    taken.insert(next, (here, *cut));
                }
            }
        }
        let mut parts = Vec::new();
        let [lowest, highest] = grid.bounds;
        let (mut from, mut lower) = (0, lowest);
        for (rank, cut) in taken {
            parts.push(Part {
                lower,
                upper: cut.at,
                ranks: [from, rank],
            });
            (from, lower) = (rank, cut.at);
        }
        if self.is_crowd(values.get(from..).unwrap_or_default()) {
            parts.push(Part {
                lower,
                upper: highest,
                ranks: [from, values.len()],
            });
        }
        parts
    }
}

/// Parts of a grid between the least and the largest value.
const MOST_PARTS: i64 = 100_000;

/// A number of the grid without the remains of its computation.
pub(super) fn tidy(value: f64) -> f64 {
    rounding::to_significant(value, 12)
}
