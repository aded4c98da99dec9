//! What the parameters of a profile may be.

use super::{CellKey, Channel, Dp, Exposure, Profile, ProfileError};

/// Whether a parameter holds, its name, and what it may be.
type Check = (bool, &'static str, &'static str);

impl Profile {
    /// The profile, if every parameter can protect; else the first that cannot.
    pub(super) fn checked(self) -> Result<Self, ProfileError> {
        let own = [
            (
                !self.name.trim().is_empty() && !self.name.contains('+'),
                "name",
                "a name without `+`, which joins names",
            ),
            (
                !self.source.trim().is_empty(),
                "source",
                "the guideline that the profile follows",
            ),
            (
                (3..=1_000_000).contains(&self.threshold),
                "threshold",
                "3 or more",
            ),
            (
                (1..=1000).contains(&self.rounding_base),
                "rounding_base",
                "1 to 1000",
            ),
            (
                self.sum_significant_digits <= 15,
                "sum_significant_digits",
                "0 (unrounded) or 1 to 15",
            ),
            (
                (1..=100).contains(&self.dominance_top2_percent),
                "dominance_top2_percent",
                "1 to 100",
            ),
            (
                (1..=100).contains(&self.dominance_rest_percent),
                "dominance_rest_percent",
                "1 to 100",
            ),
        ];
        let failed = own
            .into_iter()
            .chain(self.cell_key.checks())
            .chain(self.dp.checks())
            .chain(self.exposure.checks())
            .chain(self.channel.checks())
            .find(|(holds, ..)| !holds);
        match failed {
            Some((_, parameter, expected)) => Err(ProfileError::OutOfRange {
                parameter,
                expected,
            }),
            None => Ok(self),
        }
    }
}

impl CellKey {
    fn checks(&self) -> [Check; 4] {
        // A count i moves to 0 or beyond js. With mean 0, the distribution on just
        // 0 and js + 1 has the least variance: i·(js + 1 − i).
        let least = (1..=self.small)
            .map(|i| i.saturating_mul(self.small + 1 - i))
            .max()
            .unwrap_or(0);
        [
            (
                (1..=100).contains(&self.reach),
                "cell_key.reach",
                "1 to 100",
            ),
            (self.small <= 18, "cell_key.small", "0 to 18"),
            (
                self.variance > 0.0
                    && self.variance >= f64::from(least)
                    && self.variance < f64::from(self.reach),
                "cell_key.variance",
                "above 0, at least the largest i·(small + 1 − i), and below `reach`",
            ),
            (
                self.magnitude > 0.0 && self.magnitude <= 1.0,
                "cell_key.magnitude",
                "above 0 and at most 1",
            ),
        ]
    }
}

impl Dp {
    fn checks(&self) -> [Check; 6] {
        [
            (
                self.rho_statistic >= 1e-9,
                "dp.rho_statistic",
                "1e-9 or more, the unit in which budgets are counted",
            ),
            (
                self.rho_project >= self.rho_statistic,
                "dp.rho_project",
                "at least `rho_statistic`",
            ),
            (
                self.rho_dataset >= self.rho_project && self.rho_dataset <= 100.0,
                "dp.rho_dataset",
                "at least `rho_project`, and at most 100",
            ),
            ((1..=100).contains(&self.groups), "dp.groups", "1 to 100"),
            (
                self.delta > 0.0 && self.delta <= 1e-9,
                "dp.delta",
                "above 0 and at most 1e-9",
            ),
            ((1..=1000).contains(&self.rows), "dp.rows", "1 to 1000"),
        ]
    }
}

impl Exposure {
    fn checks(&self) -> [Check; 4] {
        let approved = self
            .approved_by
            .as_ref()
            .is_some_and(|name| !name.trim().is_empty());
        [
            (
                self.cap > 0.0 && self.cap <= Self::MOST_CAP,
                "exposure.cap",
                "above 0 and at most 1000000",
            ),
            (
                self.project_share > 0.0 && self.project_share <= 1.0,
                "exposure.project_share",
                "above 0 and at most 1",
            ),
            (
                approved || (self.approved_by.is_none() && self.cap <= Self::DEFAULT_CAP),
                "exposure.approved_by",
                "who approved it, for a cap above 0.25",
            ),
            (
                approved || !self.publishes,
                "exposure.approved_by",
                "who approved that what is told may be published",
            ),
        ]
    }
}

impl Channel {
    fn checks(&self) -> [Check; 2] {
        [
            (
                (0..=60_000).contains(&self.tick_ms),
                "channel.tick_ms",
                "0 to 60000",
            ),
            ((2..=16).contains(&self.factor), "channel.factor", "2 to 16"),
        ]
    }
}
