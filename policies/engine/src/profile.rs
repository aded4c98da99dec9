//! Release profiles, as far as the policies need them: that a name has a file, and which of two
//! is the stricter. Their other keys are the enclave's.

use serde::Deserialize;

use crate::finding::Finding;

/// The keys of a profile by which strictness is judged.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Profile {
    name: String,
    source: String,
    /// Individuals.
    threshold: u64,
    rounding_base: u64,
    /// 0 leaves sums as they are.
    sum_significant_digits: u64,
    /// Percent.
    dominance_top2_percent: u64,
    /// Percent.
    dominance_rest_percent: u64,
}

impl Profile {
    /// Whether nothing that this profile withholds would be released under the other.
    pub(crate) fn is_as_strict_as(&self, other: &Profile) -> bool {
        let digits = |profile: &Profile| match profile.sum_significant_digits {
            0 => u64::MAX,
            digits => digits,
        };
        self.threshold >= other.threshold
            && self.rounding_base >= other.rounding_base
            && digits(self) <= digits(other)
            && self.dominance_top2_percent <= other.dominance_top2_percent
            && self.dominance_rest_percent >= other.dominance_rest_percent
    }
}

/// Reads the profile of the file `profiles/<name>.toml`.
pub(crate) fn read(file: &str, name: &str, text: &str) -> Result<Profile, Finding> {
    let finding = |line, what: String, instead: &str| {
        Finding {
        file: file.to_owned(),
        line,
        what,
        why: "a dataset is released under the profile it names; one that cannot be read protects nothing".to_owned(),
        instead: instead.to_owned(),
    }
    };
    let profile: Profile = toml::from_str(text).map_err(|error| {
        let line = line_of(text, error.span());
        finding(line, error.message().to_owned(), "<name, source, threshold, rounding_base, sum_significant_digits, dominance_top2_percent, dominance_rest_percent, each as in policies/consortium/profiles/standard.toml>")
    })?;
    if profile.name != name {
        let what = format!(
            "the profile calls itself `{}` and its file `{name}`",
            profile.name
        );
        return Err(finding(
            line_with(text, "name"),
            what,
            &format!("name = \"{name}\""),
        ));
    }
    if let Err(slip) = crate::values::name(name) {
        return Err(finding(1, slip.what, &slip.instead));
    }
    if profile.source.trim().is_empty() {
        let what = "the profile does not say where its figures come from".to_owned();
        return Err(finding(
            line_with(text, "source"),
            what,
            "source = \"<the guideline it follows>\"",
        ));
    }
    if profile.threshold < 2 {
        let what = format!("a threshold of {} hides nobody", profile.threshold);
        return Err(finding(
            line_with(text, "threshold"),
            what,
            "threshold = 10",
        ));
    }
    if profile.rounding_base == 0 {
        let what = "a rounding base of 0 has no multiples".to_owned();
        return Err(finding(
            line_with(text, "rounding_base"),
            what,
            "rounding_base = 5",
        ));
    }
    for (key, percent) in [
        ("dominance_top2_percent", profile.dominance_top2_percent),
        ("dominance_rest_percent", profile.dominance_rest_percent),
    ] {
        if percent == 0 || percent > 100 {
            let what = format!("`{key}` is {percent}, not 1 to 100 percent");
            return Err(finding(
                line_with(text, key),
                what,
                &format!("{key} = <1 to 100>"),
            ));
        }
    }
    Ok(profile)
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
