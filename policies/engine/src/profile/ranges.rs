//! What the parameters of a profile may be.

use super::Profile;
use crate::words::Words;

/// A parameter that protects nobody, or that no enclave can honour.
pub(super) struct Slip {
    pub(super) key: &'static str,
    pub(super) words: Words,
}

/// Whether it is in range, its key, the entry that says so where it is not, and its value.
type Check = (bool, &'static str, &'static str, f64);

impl Profile {
    /// The first parameter that is out of range.
    pub(super) fn slip(&self) -> Option<Slip> {
        let checks = self.figures().into_iter().chain(self.noise());
        let mut failed = checks.chain(self.budgets()).filter(|(holds, ..)| !holds);
        failed.next().map(|(_, key, entry, value)| Slip {
            key,
            words: Words::of(entry).with("value", value),
        })
    }

    fn figures(&self) -> [Check; 7] {
        let value = whole;
        [
            (
                self.threshold >= 3,
                "threshold",
                "range-threshold-low",
                value(self.threshold),
            ),
            (
                self.threshold <= 1_000_000,
                "threshold",
                "range-threshold-high",
                value(self.threshold),
            ),
            (
                self.rounding_base >= 1,
                "rounding_base",
                "range-rounding-base-none",
                value(self.rounding_base),
            ),
            (
                self.rounding_base <= 1000,
                "rounding_base",
                "range-rounding-base-high",
                value(self.rounding_base),
            ),
            (
                self.sum_significant_digits <= 15,
                "sum_significant_digits",
                "range-digits",
                value(self.sum_significant_digits),
            ),
            (
                (1..=100).contains(&self.dominance_top2_percent),
                "dominance_top2_percent",
                "range-dominance-top2",
                value(self.dominance_top2_percent),
            ),
            (
                (1..=100).contains(&self.dominance_rest_percent),
                "dominance_rest_percent",
                "range-dominance-rest",
                value(self.dominance_rest_percent),
            ),
        ]
    }

    fn noise(&self) -> [Check; 10] {
        let (cell_key, dp) = (&self.cell_key, &self.dp);
        // A count i moves to 0 or beyond `small` with mean 0 only with so much variance.
        let small = cell_key.small.min(1000);
        let least = (1..=small).map(|i| i * (small + 1 - i)).max().unwrap_or(0);
        let variance = cell_key.variance;
        [
            (
                (1..=100).contains(&cell_key.reach),
                "reach",
                "range-reach",
                whole(cell_key.reach),
            ),
            (
                cell_key.small <= 18,
                "small",
                "range-small",
                whole(cell_key.small),
            ),
            (
                variance > 0.0 && variance >= whole(least) && variance < whole(cell_key.reach),
                "variance",
                "range-variance",
                variance,
            ),
            (
                share(cell_key.magnitude),
                "magnitude",
                "range-magnitude",
                cell_key.magnitude,
            ),
            (
                dp.rho_statistic >= 1e-9,
                "rho_statistic",
                "range-rho-statistic",
                dp.rho_statistic,
            ),
            (
                dp.rho_project >= dp.rho_statistic,
                "rho_project",
                "range-rho-project",
                dp.rho_project,
            ),
            (
                dp.rho_dataset >= dp.rho_project && dp.rho_dataset <= 100.0,
                "rho_dataset",
                "range-rho-dataset",
                dp.rho_dataset,
            ),
            (
                (1..=100).contains(&dp.groups),
                "groups",
                "range-groups",
                whole(dp.groups),
            ),
            (
                dp.delta > 0.0 && dp.delta <= 1e-9,
                "delta",
                "range-delta",
                dp.delta,
            ),
            (
                (1..=1000).contains(&dp.rows),
                "rows",
                "range-rows",
                whole(dp.rows),
            ),
        ]
    }

    fn budgets(&self) -> [Check; 6] {
        let (exposure, channel) = (&self.exposure, &self.channel);
        let approved = exposure
            .approved_by
            .as_ref()
            .map(|name| !name.trim().is_empty());
        [
            (
                exposure.cap > 0.0 && exposure.cap <= MOST_EXPOSURE,
                "cap",
                "range-cap",
                exposure.cap,
            ),
            (
                share(exposure.project_share),
                "project_share",
                "range-project-share",
                exposure.project_share,
            ),
            (
                approved == Some(true) || (approved.is_none() && exposure.cap <= 0.25),
                "cap",
                "range-cap-not-approved",
                exposure.cap,
            ),
            (
                approved == Some(true) || !exposure.publishes,
                "publishes",
                "range-publication-not-approved",
                exposure.cap,
            ),
            (
                (0..=60_000).contains(&channel.tick_ms),
                "tick_ms",
                "range-tick",
                whole(channel.tick_ms),
            ),
            (
                (2..=16).contains(&channel.factor),
                "factor",
                "range-factor",
                whole(channel.factor),
            ),
        ]
    }
}

/// The largest cap: with one of the order of the number of variants a panel of
/// frequencies is published.
const MOST_EXPOSURE: f64 = 1e6;

fn share(value: f64) -> bool {
    value > 0.0 && value <= 1.0
}

/// A whole number as a fraction; so large that it is inexact, it is out of range anyway.
#[expect(clippy::cast_precision_loss, reason = "for ranges and messages")]
fn whole(value: u64) -> f64 {
    value as f64
}
