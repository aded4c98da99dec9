//! Release profiles, as far as the policies need them: that a name has a file that an enclave will
//! read, and which of two is the stricter.

mod ranges;

use serde::Deserialize;

use crate::{finding::Finding, words::Words};

/// A profile as its file says it. Enclaves read the same keys, and refuse what is refused here.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    name: String,
    source: String,
    #[serde(default)]
    mechanism: Mechanism,
    /// Individuals.
    threshold: u64,
    rounding_base: u64,
    /// 0 leaves sums as they are.
    sum_significant_digits: u64,
    /// Percent.
    dominance_top2_percent: u64,
    /// Percent.
    dominance_rest_percent: u64,
    #[serde(default)]
    allow_full_cells: bool,
    #[serde(default)]
    cell_key: CellKey,
    #[serde(default)]
    dp: Dp,
    #[serde(default)]
    exposure: Exposure,
    #[serde(default)]
    channel: Channel,
}

/// What is done to figures, the stricter one later.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Mechanism {
    #[default]
    Suppress,
    CellKey,
    Dp,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CellKey {
    reach: u64,
    variance: f64,
    small: u64,
    magnitude: f64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Dp {
    rho_statistic: f64,
    rho_project: f64,
    rho_dataset: f64,
    groups: u64,
    delta: f64,
    rows: u64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Exposure {
    cap: f64,
    project_share: f64,
    approved_by: Option<String>,
    publishes: bool,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Channel {
    tick_ms: u64,
    factor: u64,
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

impl Default for Exposure {
    fn default() -> Self {
        Self {
            cap: 0.25,
            project_share: 0.1,
            approved_by: None,
            publishes: false,
        }
    }
}

impl Default for Channel {
    fn default() -> Self {
        Self {
            tick_ms: 10,
            factor: 2,
        }
    }
}

impl Profile {
    /// Whether nothing that this profile withholds would be released under the other: whether it
    /// is as strict in every parameter.
    pub(crate) fn is_as_strict_as(&self, other: &Profile) -> bool {
        let digits = |profile: &Profile| match profile.sum_significant_digits {
            0 => u64::MAX,
            digits => digits,
        };
        self.mechanism >= other.mechanism
            && self.threshold >= other.threshold
            // A multiple of the one is one of the other only then.
            && self.rounding_base.is_multiple_of(other.rounding_base)
            && digits(self) <= digits(other)
            && self.dominance_top2_percent <= other.dominance_top2_percent
            && self.dominance_rest_percent >= other.dominance_rest_percent
            && self.allow_full_cells <= other.allow_full_cells
            && self.cell_key.is_as_strict_as(&other.cell_key)
            && self.dp.is_as_strict_as(&other.dp)
            && self.exposure.cap <= other.exposure.cap
            && self.exposure.project_share <= other.exposure.project_share
            && self.exposure.publishes <= other.exposure.publishes
            && self.channel.tick_ms >= other.channel.tick_ms
            && self.channel.factor >= other.channel.factor
    }
}

impl CellKey {
    fn is_as_strict_as(&self, other: &CellKey) -> bool {
        self.reach >= other.reach
            && self.variance >= other.variance
            && self.small >= other.small
            && self.magnitude >= other.magnitude
    }
}

impl Dp {
    fn is_as_strict_as(&self, other: &Dp) -> bool {
        self.rho_statistic <= other.rho_statistic
            && self.rho_project <= other.rho_project
            && self.rho_dataset <= other.rho_dataset
            && self.groups <= other.groups
            && self.delta <= other.delta
            && self.rows <= other.rows
    }
}

/// Reads the profile of the file `profiles/<name>.toml`.
pub(crate) fn read(file: &str, name: &str, text: &str) -> Result<Profile, Finding> {
    let at = |key, words| Finding::new(file, line_with(text, key), words);
    let profile: Profile = toml::from_str(text).map_err(|error| {
        let line = line_of(text, error.span());
        let words = Words::of("profile-unreadable").with("error", error.message());
        Finding::new(file, line, words)
    })?;
    if profile.name != name {
        let words = Words::of("profile-named-otherwise")
            .with("name", &profile.name)
            .with("file", name);
        return Err(at("name", words));
    }
    if let Err(slip) = crate::values::name(name) {
        return Err(Finding::new(file, 1, slip.words));
    }
    if profile.source.trim().is_empty() {
        return Err(at("source", Words::of("profile-without-source")));
    }
    match profile.slip() {
        Some(slip) => Err(at(slip.key, slip.words)),
        None => Ok(profile),
    }
}

/// The line, from 1, at which a span of a file begins.
pub(crate) fn line_of(text: &str, span: Option<std::ops::Range<usize>>) -> u64 {
    let before = span.and_then(|span| text.get(..span.start)).unwrap_or("");
    1 + before.matches('\n').count() as u64
}

/// The line, from 1, that sets a key; 1 if none does.
pub(crate) fn line_with(text: &str, key: &str) -> u64 {
    let sets = |line: &str| {
        let after = line.trim_start().strip_prefix(key);
        after.is_some_and(|after| after.trim_start().starts_with('='))
    };
    text.lines().position(sets).map_or(1, |at| at as u64 + 1)
}

#[cfg(test)]
#[path = "profile/tests.rs"]
mod tests;
