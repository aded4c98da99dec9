//! Release profiles: how strictly a dataset's figures are protected.

mod ranges;
mod statement;
mod strictness;

use serde::Deserialize;
use thiserror::Error;

/// How figures are protected, and the parameters of that.
///
/// A profile belongs to a dataset and never to a query. Where several apply,
/// [`Profile::stricter`] takes the stricter of each parameter.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name, for example `standard`.
    pub name: String,
    /// Where its numbers come from.
    pub source: String,
    /// What is done to figures.
    #[serde(default)]
    pub mechanism: Mechanism,
    /// k: the smallest number of distinct contributing individuals of a figure.
    pub threshold: u32,
    /// Counts and sums of integers are rounded to multiples of this; 1 leaves them as they are.
    pub rounding_base: u32,
    /// Other sums are rounded to so many significant digits; 0 leaves them as they are.
    pub sum_significant_digits: u32,
    /// A figure is suppressed if the two largest contributors hold this share of it or more.
    pub dominance_top2_percent: u32,
    /// A figure is suppressed if what remains without the two largest
    /// contributors is less than this share of the largest (the p % rule).
    pub dominance_rest_percent: u32,
    /// Whether a declared group may be shown that holds all of its row or
    /// column, but for fewer individuals than the threshold.
    #[serde(default)]
    pub allow_full_cells: bool,
    /// The perturbation of the `cell-key` mechanism.
    #[serde(default)]
    pub cell_key: CellKey,
    /// The budgets and bounds of the `dp` mechanism.
    #[serde(default)]
    pub dp: Dp,
    /// How much of genomes may be told.
    #[serde(default)]
    pub exposure: Exposure,
    /// When replies leave.
    #[serde(default)]
    pub channel: Channel,
}

/// What is done to figures, the stricter one later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mechanism {
    /// Small and dominated figures are withheld, the others rounded.
    #[default]
    Suppress,
    /// Every figure is perturbed by a noise that hangs on its set of individuals.
    CellKey,
    /// Differential privacy for the individual.
    Dp,
}

/// Parameters of the `cell-key` mechanism. Its table exists if and only if
/// max i·(small + 1 − i) ≤ variance < reach.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CellKey {
    /// D: a count is moved by so much at most.
    pub reach: u32,
    /// V: the variance of the noise of a count.
    pub variance: f64,
    /// js: counts of 1 to this never come out.
    pub small: u32,
    /// m: the noise of a sum is its largest contribution times this times the noise of a count.
    pub magnitude: f64,
}

impl Default for CellKey {
    fn default() -> Self {
        Self {
            reach: 8,
            variance: 5.0,
            small: 3,
            magnitude: 0.05,
        }
    }
}

/// Parameters of the `dp` mechanism, under zero-concentrated differential privacy.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dp {
    /// ρ of one statistic of a table.
    pub rho_statistic: f64,
    /// ρ that one project may spend on a dataset.
    pub rho_project: f64,
    /// ρ that all projects together may spend on a dataset.
    pub rho_dataset: f64,
    /// κ: in how many groups of a table one individual counts.
    pub groups: u32,
    /// How likely a group that only one individual made known may show.
    pub delta: f64,
    /// How many rows of one individual count in one group.
    pub rows: u32,
}

impl Default for Dp {
    fn default() -> Self {
        Self {
            rho_statistic: 0.005,
            rho_project: 0.25,
            rho_dataset: 1.0,
            groups: 3,
            delta: 1e-9,
            rows: 10,
        }
    }
}

/// How much of genomes may be told: Σ m/n over the variant releases that an
/// individual is in (Sankararaman et al. 2009).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Exposure {
    /// What an individual may accrue over all projects.
    pub cap: f64,
    /// The share of the cap that one project may spend.
    pub project_share: f64,
    /// Who approved a cap above the default.
    pub approved_by: Option<String>,
    /// Whether frequencies that were told under it may become a public table.
    pub publishes: bool,
}

impl Exposure {
    /// The cap above which somebody must have approved it.
    pub const DEFAULT_CAP: f64 = 0.25;

    /// The largest cap: of the order of the number of variants, for a panel of
    /// frequencies that a committee decides to publish.
    pub const MOST_CAP: f64 = 1e6;
}

impl Default for Exposure {
    fn default() -> Self {
        Self {
            cap: Self::DEFAULT_CAP,
            project_share: 0.1,
            approved_by: None,
            publishes: false,
        }
    }
}

/// When replies leave: at tick_ms · factorⁿ milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Channel {
    /// The first tick, in milliseconds after the request; 0 for none: replies leave
    /// when they are ready, and how long they took may tell of the data.
    pub tick_ms: u64,
    /// How much later every further tick is than the one before.
    pub factor: u32,
}

impl Default for Channel {
    fn default() -> Self {
        Self {
            tick_ms: 10,
            factor: 2,
        }
    }
}

/// A profile's text is not a profile.
#[derive(Debug, Error)]
pub enum ProfileError {
    /// It is not the TOML of a profile.
    #[error("not a release profile: {0}")]
    Malformed(String),
    /// A parameter is outside what the mechanism can honour.
    #[error("`{parameter}` must be {expected}")]
    OutOfRange {
        /// The parameter.
        parameter: &'static str,
        /// What it may be.
        expected: &'static str,
    },
}

impl Profile {
    /// Reads a profile from TOML and checks it.
    ///
    /// # Errors
    ///
    /// When a key is missing or unknown, or a parameter could not protect.
    pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
        let profile: Self =
            toml::from_str(text).map_err(|error| ProfileError::Malformed(error.to_string()))?;
        profile.checked()
    }
}

impl Mechanism {
    /// Its name in files and receipts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Suppress => "suppress",
            Self::CellKey => "cell-key",
            Self::Dp => "dp",
        }
    }
}

#[cfg(test)]
#[path = "profile/tests.rs"]
mod tests;
