//! Release profiles: how strictly a dataset's figures are protected.

use serde::Deserialize;
use thiserror::Error;

/// The parameters of the `suppress` mechanism.
///
/// A profile belongs to a dataset and never to a query. Where several apply,
/// [`Profile::stricter`] takes the stricter of each parameter.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name, for example `standard`.
    pub name: String,
    /// Where its numbers come from.
    pub source: String,
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

    fn checked(self) -> Result<Self, ProfileError> {
        let checks = [
            (self.threshold >= 3, "threshold", "3 or more"),
            (self.rounding_base >= 1, "rounding_base", "1 or more"),
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
                self.dominance_rest_percent <= 100,
                "dominance_rest_percent",
                "0 to 100",
            ),
        ];
        match checks.into_iter().find(|(holds, ..)| !holds) {
            Some((_, parameter, expected)) => Err(ProfileError::OutOfRange {
                parameter,
                expected,
            }),
            None => Ok(self),
        }
    }

    /// The profile that is at least as strict as both in every parameter.
    ///
    /// It keeps the name of the one that it equals, else both names, sorted.
    #[must_use]
    pub fn stricter(&self, other: &Self) -> Self {
        let mut strict = Self {
            name: String::new(),
            source: String::new(),
            threshold: self.threshold.max(other.threshold),
            rounding_base: coarser_base(self.rounding_base, other.rounding_base),
            sum_significant_digits: fewer_digits(
                self.sum_significant_digits,
                other.sum_significant_digits,
            ),
            dominance_top2_percent: self
                .dominance_top2_percent
                .min(other.dominance_top2_percent),
            dominance_rest_percent: self
                .dominance_rest_percent
                .max(other.dominance_rest_percent),
        };
        let (first, second) = if self.name <= other.name {
            (self, other)
        } else {
            (other, self)
        };
        let named = [first, second]
            .into_iter()
            .find(|profile| profile.same_parameters(&strict));
        match named {
            Some(profile) => {
                strict.name.clone_from(&profile.name);
                strict.source.clone_from(&profile.source);
            }
            None => {
                strict.name = format!("{}+{}", first.name, second.name);
                strict.source = format!("{}; {}", first.source, second.source);
            }
        }
        strict
    }

    fn same_parameters(&self, other: &Self) -> bool {
        self.threshold == other.threshold
            && self.rounding_base == other.rounding_base
            && self.sum_significant_digits == other.sum_significant_digits
            && self.dominance_top2_percent == other.dominance_top2_percent
            && self.dominance_rest_percent == other.dominance_rest_percent
    }

    /// The parameters in words, for a check and a receipt: rule and effect.
    pub fn rules(&self) -> Vec<(&'static str, String)> {
        vec![
            (
                "threshold",
                format!(
                    "figures of fewer than {} individuals are suppressed",
                    self.threshold
                ),
            ),
            (
                "dominance",
                format!(
                    "figures of which two individuals hold {} % or more, or the largest leaves the \
                     others less than {} % of its own, are suppressed",
                    self.dominance_top2_percent, self.dominance_rest_percent
                ),
            ),
            (
                "complementary",
                "a further figure is suppressed where a total would reveal a suppressed one".into(),
            ),
            ("rounding", self.rounding_in_words()),
            (
                "mean",
                "a mean is the quotient of its rounded sum and count: of few individuals it is coarse"
                    .into(),
            ),
        ]
    }

    fn rounding_in_words(&self) -> String {
        let counts = match self.rounding_base {
            1 => "counts are not rounded".to_owned(),
            base => format!("counts and sums of integers are rounded to {base}"),
        };
        match self.sum_significant_digits {
            0 => format!("{counts}; other sums are not rounded"),
            digits => format!("{counts}; other sums keep {digits} significant digits"),
        }
    }
}

/// A base that hides at least what either hides: their least common multiple,
/// so that a multiple of it is a multiple of both.
fn coarser_base(a: u32, b: u32) -> u32 {
    let (a, b) = (a.max(1), b.max(1));
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    (a / x).saturating_mul(b)
}

/// Zero means unrounded, so the smaller positive number wins.
fn fewer_digits(a: u32, b: u32) -> u32 {
    match (a, b) {
        (0, digits) | (digits, 0) => digits,
        (a, b) => a.min(b),
    }
}

#[cfg(test)]
#[path = "profile/tests.rs"]
mod tests;
