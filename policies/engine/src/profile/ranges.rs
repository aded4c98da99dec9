//! What the parameters of a profile may be.

use super::Profile;

/// A parameter that protects nobody, or that no enclave can honour.
pub(super) struct Slip {
    pub(super) key: &'static str,
    pub(super) what: String,
    pub(super) instead: &'static str,
}

impl Profile {
    /// The first parameter that is out of range.
    pub(super) fn slip(&self) -> Option<Slip> {
        let Profile {
            cell_key,
            dp,
            exposure,
            channel,
            ..
        } = self;
        let approved = exposure
            .approved_by
            .as_ref()
            .map(|name| !name.trim().is_empty());
        // A count i moves to 0 or beyond `small` with mean 0 only with so much variance.
        let small = cell_key.small.min(1000);
        let least = (1..=small).map(|i| i * (small + 1 - i)).max().unwrap_or(0);
        #[expect(clippy::cast_precision_loss, reason = "both are below 1 000 000")]
        let (least, reach) = (least as f64, cell_key.reach.min(1_000_000) as f64);
        let share = |value: f64| value > 0.0 && value <= 1.0;
        let checks = [
            (
                self.threshold >= 3,
                "threshold",
                format!("a threshold of {} hides nobody", self.threshold),
                "threshold = 10",
            ),
            (
                self.threshold <= 1_000_000,
                "threshold",
                "a threshold of more than 1000000 shows nothing".to_owned(),
                "threshold = 10",
            ),
            (
                self.rounding_base >= 1,
                "rounding_base",
                "a rounding base of 0 has no multiples".to_owned(),
                "rounding_base = 5",
            ),
            (
                self.rounding_base <= 1000,
                "rounding_base",
                format!("a rounding base of {} is beyond 1000", self.rounding_base),
                "rounding_base = 5",
            ),
            (
                self.sum_significant_digits <= 15,
                "sum_significant_digits",
                format!(
                    "no number has {} significant digits",
                    self.sum_significant_digits
                ),
                "sum_significant_digits = <0 to 15>",
            ),
            (
                (1..=100).contains(&self.dominance_top2_percent),
                "dominance_top2_percent",
                format!(
                    "`dominance_top2_percent` is {}, not 1 to 100 percent",
                    self.dominance_top2_percent
                ),
                "dominance_top2_percent = <1 to 100>",
            ),
            (
                (1..=100).contains(&self.dominance_rest_percent),
                "dominance_rest_percent",
                format!(
                    "`dominance_rest_percent` is {}, not 1 to 100 percent",
                    self.dominance_rest_percent
                ),
                "dominance_rest_percent = <1 to 100>",
            ),
            (
                (1..=100).contains(&cell_key.reach),
                "reach",
                "counts cannot be moved that far, or not at all".to_owned(),
                "reach = <1 to 100>",
            ),
            (
                cell_key.small <= 18,
                "small",
                "that many small counts cannot be left out".to_owned(),
                "small = <0 to 18>",
            ),
            (
                cell_key.variance > 0.0 && cell_key.variance >= least && cell_key.variance < reach,
                "variance",
                "no noise has this variance, reach and small counts left out".to_owned(),
                "variance = <above 0, at least the largest i·(small + 1 − i), below reach>",
            ),
            (
                share(cell_key.magnitude),
                "magnitude",
                "sums would not be perturbed, or beyond themselves".to_owned(),
                "magnitude = <above 0, at most 1>",
            ),
            (
                dp.rho_statistic >= 1e-9,
                "rho_statistic",
                "budgets are counted in units of 1e-9".to_owned(),
                "rho_statistic = 0.005",
            ),
            (
                dp.rho_project >= dp.rho_statistic,
                "rho_project",
                "a project could not ask a single statistic".to_owned(),
                "rho_project = 0.25",
            ),
            (
                dp.rho_dataset >= dp.rho_project && dp.rho_dataset <= 100.0,
                "rho_dataset",
                "a dataset's budget is that of a project or more, and at most 100".to_owned(),
                "rho_dataset = 1.0",
            ),
            (
                (1..=100).contains(&dp.groups),
                "groups",
                "an individual counts in 1 to 100 groups".to_owned(),
                "groups = 3",
            ),
            (
                dp.delta > 0.0 && dp.delta <= 1e-9,
                "delta",
                "a delta above 1e-9 would show groups of one too often".to_owned(),
                "delta = 1e-9",
            ),
            (
                (1..=1000).contains(&dp.rows),
                "rows",
                "1 to 1000 rows of an individual count in a group".to_owned(),
                "rows = 10",
            ),
            (
                share(exposure.cap),
                "cap",
                "a cap is above 0 and at most 1".to_owned(),
                "cap = 0.25",
            ),
            (
                share(exposure.project_share),
                "project_share",
                "a share is above 0 and at most 1".to_owned(),
                "project_share = 0.1",
            ),
            (
                approved == Some(true) || (approved.is_none() && exposure.cap <= 0.25),
                "cap",
                "a cap above 0.25 says who approved it".to_owned(),
                "approved_by = \"<who approved the cap, and when>\"",
            ),
            (
                (1..=60_000).contains(&channel.tick_ms),
                "tick_ms",
                "the first tick is after 1 to 60000 milliseconds".to_owned(),
                "tick_ms = 10",
            ),
            (
                (2..=16).contains(&channel.factor),
                "factor",
                "a tick is 2 to 16 times as late as the one before".to_owned(),
                "factor = 2",
            ),
        ];
        let failed = checks.into_iter().find(|(holds, ..)| !holds);
        failed.map(|(_, key, what, instead)| Slip { key, what, instead })
    }
}
