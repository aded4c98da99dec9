//! What a profile says of itself: in words, as parameters, as a digest.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::{Mechanism, Profile};

/// The parameter that says, in a receipt too, that what is told may be published.
const PUBLISHES: &str = "exposure.publishes";

impl Profile {
    /// The parameters in words, for a check and a receipt: rule and effect.
    pub fn rules(&self) -> Vec<(&'static str, String)> {
        let mut rules = match self.mechanism {
            Mechanism::Suppress => self.suppress_in_words(),
            Mechanism::CellKey => self.cell_key_in_words(),
            Mechanism::Dp => self.dp_in_words(),
        };
        rules.push((
            "exposure",
            format!(
                "variant releases of an individual's cohorts add up to an m/n of {} at most, of \
                 one project to {} of that",
                self.exposure.cap, self.exposure.project_share
            ),
        ));
        rules.push((
            "channel",
            format!(
                "a reply leaves at {} ms or at a tick {} times as late as the one before",
                self.channel.tick_ms, self.channel.factor
            ),
        ));
        rules
    }

    /// The parameters that the mechanism of this profile goes by, each as a
    /// name of the profile's file and its value.
    pub fn parameters(&self) -> BTreeMap<String, String> {
        let read = |name: &str| {
            let of_mechanism: &[&str] = match self.mechanism {
                Mechanism::Suppress => &[
                    "threshold",
                    "rounding_base",
                    "sum_significant_digits",
                    "dominance_",
                    "allow_full_cells",
                ],
                Mechanism::CellKey => &[
                    "threshold",
                    "sum_significant_digits",
                    "dominance_",
                    "cell_key.",
                ],
                Mechanism::Dp => &["dp."],
            };
            let always = ["mechanism", "exposure.", "channel."];
            let mut names = of_mechanism.iter().chain(&always);
            names.any(|prefix| name.starts_with(prefix))
        };
        self.entries()
            .into_iter()
            .filter(|(name, _)| read(name))
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// SHA-256 over every parameter, each as name and value with their lengths.
    /// Profiles of one digest protect alike, whatever they are called.
    pub fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update(b"sekisho profile 1\0");
        for (name, value) in self.entries() {
            for text in [name, &value] {
                digest.update((text.len() as u64).to_be_bytes());
                digest.update(text.as_bytes());
            }
        }
        digest.finalize().into()
    }

    /// Every parameter. A fraction is written as the shortest decimal that reads back as it.
    fn entries(&self) -> Vec<(&'static str, String)> {
        let Self {
            name: _,
            source: _,
            mechanism,
            threshold,
            rounding_base,
            sum_significant_digits,
            dominance_top2_percent,
            dominance_rest_percent,
            allow_full_cells,
            cell_key,
            dp,
            exposure,
            channel,
        } = self;
        let approved_by = exposure.approved_by.clone().unwrap_or_default();
        let mut entries = vec![
            ("mechanism", mechanism.name().to_owned()),
            ("threshold", threshold.to_string()),
            ("rounding_base", rounding_base.to_string()),
            ("sum_significant_digits", sum_significant_digits.to_string()),
            ("dominance_top2_percent", dominance_top2_percent.to_string()),
            ("dominance_rest_percent", dominance_rest_percent.to_string()),
            ("allow_full_cells", allow_full_cells.to_string()),
            ("cell_key.reach", cell_key.reach.to_string()),
            ("cell_key.variance", cell_key.variance.to_string()),
            ("cell_key.small", cell_key.small.to_string()),
            ("cell_key.magnitude", cell_key.magnitude.to_string()),
            ("dp.rho_statistic", dp.rho_statistic.to_string()),
            ("dp.rho_project", dp.rho_project.to_string()),
            ("dp.rho_dataset", dp.rho_dataset.to_string()),
            ("dp.groups", dp.groups.to_string()),
            ("dp.delta", dp.delta.to_string()),
            ("dp.rows", dp.rows.to_string()),
            ("exposure.cap", exposure.cap.to_string()),
            ("exposure.project_share", exposure.project_share.to_string()),
            ("exposure.approved_by", approved_by),
            ("channel.tick_ms", channel.tick_ms.to_string()),
            ("channel.factor", channel.factor.to_string()),
        ];
        // Left out where it is not so, as profiles had it before there was the word.
        if exposure.publishes {
            entries.push((PUBLISHES, "true".to_owned()));
        }
        entries
    }

    fn suppress_in_words(&self) -> Vec<(&'static str, String)> {
        let full = if self.allow_full_cells {
            "a declared group may be shown that holds all of its row or column".to_owned()
        } else {
            format!(
                "a group is suppressed that holds all but about {} individuals of its row or column",
                self.threshold
            )
        };
        vec![
            (
                "threshold",
                format!(
                    "figures of fewer than {} individuals are suppressed, or to whose sum fewer add \
                     anything but 0, and at random but always alike those of a few more",
                    self.threshold
                ),
            ),
            self.dominance_in_words(),
            (
                "complementary",
                "a further figure is suppressed where a total would reveal a suppressed one".into(),
            ),
            ("full", full),
            ("rounding", self.rounding_in_words()),
            (
                "mean",
                "a mean is the quotient of its rounded sum and count: of few individuals it is coarse"
                    .into(),
            ),
        ]
    }

    fn cell_key_in_words(&self) -> Vec<(&'static str, String)> {
        let cell_key = &self.cell_key;
        vec![
            (
                "threshold",
                format!(
                    "figures of fewer than {} individuals, before or after they are perturbed, are \
                     suppressed, and so are sums and means to which fewer add anything but 0",
                    self.threshold
                ),
            ),
            self.dominance_in_words(),
            (
                "perturbation",
                format!(
                    "counts are moved by {} at most, with variance {}, and never to 1 to {}; sums \
                     by as many times their largest contribution times {}, or times the whole of it \
                     where the sum may be a count in disguise, and in steps of 1 at least where they \
                     are of integers; the same individuals always get the same move; {}",
                    cell_key.reach,
                    cell_key.variance,
                    cell_key.small,
                    cell_key.magnitude,
                    match self.sum_significant_digits {
                        0 => "sums of fractions are not rounded".to_owned(),
                        digits => format!("sums of fractions keep {digits} significant digits"),
                    }
                ),
            ),
        ]
    }

    fn dp_in_words(&self) -> Vec<(&'static str, String)> {
        let dp = &self.dp;
        vec![
            (
                "budget",
                format!(
                    "every statistic spends ρ = {}; a project has {}, a dataset {}",
                    dp.rho_statistic, dp.rho_project, dp.rho_dataset
                ),
            ),
            (
                "contribution",
                format!(
                    "an individual counts in {} groups of a table at most, with {} rows in each, \
                     and values are clamped to their declared bounds",
                    dp.groups, dp.rows
                ),
            ),
            (
                "noise",
                "discrete Gaussian noise is added to every figure".into(),
            ),
            (
                "groups",
                format!(
                    "a group that only data know is shown if its noisy count passes a threshold \
                     for δ = {}",
                    dp.delta
                ),
            ),
        ]
    }

    fn dominance_in_words(&self) -> (&'static str, String) {
        let text = format!(
            "figures of which two individuals hold {} % or more, or the largest leaves the \
             others less than {} % of its own, are suppressed",
            self.dominance_top2_percent, self.dominance_rest_percent
        );
        ("dominance", text)
    }

    fn rounding_in_words(&self) -> String {
        let counts = match self.rounding_base {
            1 => "counts are not rounded".to_owned(),
            base => format!("counts and sums of integers are rounded to {base}"),
        };
        match self.sum_significant_digits {
            0 => format!("{counts}; other sums and variances are not rounded"),
            digits => {
                format!("{counts}; other sums and variances keep {digits} significant digits")
            }
        }
    }
}
