//! Which of two profiles is the stricter: per parameter.

use super::{CellKey, Channel, Dp, Exposure, Profile};

impl Profile {
    /// The profile that is at least as strict as both in every parameter.
    ///
    /// In the parameters it is a least upper bound: commutative, associative,
    /// idempotent. It keeps the name of the one that it equals, else both
    /// names, sorted.
    #[must_use]
    pub fn stricter(&self, other: &Self) -> Self {
        let mut strict = Self {
            name: String::new(),
            source: String::new(),
            mechanism: self.mechanism.max(other.mechanism),
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
            allow_full_cells: self.allow_full_cells && other.allow_full_cells,
            cell_key: self.cell_key.stricter(&other.cell_key),
            dp: self.dp.stricter(&other.dp),
            exposure: self.exposure.stricter(&other.exposure),
            channel: self.channel.stricter(&other.channel),
        };
        let (first, second) = if (&self.name, &self.source) <= (&other.name, &other.source) {
            (self, other)
        } else {
            (other, self)
        };
        let named = [first, second]
            .into_iter()
            .find(|profile| profile.has_parameters_of(&strict));
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

    /// Whether nothing that this profile withholds would be released under the
    /// other: whether it is as strict in every parameter.
    #[must_use]
    pub fn is_as_strict_as(&self, other: &Self) -> bool {
        self.has_parameters_of(&self.stricter(other))
    }

    /// Whether the two differ in name and source at most.
    fn has_parameters_of(&self, other: &Self) -> bool {
        let named = Self {
            name: other.name.clone(),
            source: other.source.clone(),
            ..self.clone()
        };
        named == *other
    }
}

impl CellKey {
    /// Where both have a table, so has this: its variance is at least what
    /// either `small` asks for, and below a reach.
    fn stricter(&self, other: &Self) -> Self {
        Self {
            reach: self.reach.max(other.reach),
            variance: self.variance.max(other.variance),
            small: self.small.max(other.small),
            magnitude: self.magnitude.max(other.magnitude),
        }
    }
}

impl Dp {
    /// Less ρ and δ is a stronger guarantee. Groups and rows do not change the
    /// guarantee; of them the fewer are taken, so that less of anybody is read.
    fn stricter(&self, other: &Self) -> Self {
        Self {
            rho_statistic: self.rho_statistic.min(other.rho_statistic),
            rho_project: self.rho_project.min(other.rho_project),
            rho_dataset: self.rho_dataset.min(other.rho_dataset),
            groups: self.groups.min(other.groups),
            delta: self.delta.min(other.delta),
            rows: self.rows.min(other.rows),
        }
    }
}

impl Exposure {
    /// Who approved goes with the cap that was approved.
    fn stricter(&self, other: &Self) -> Self {
        let approved = |exposure: &Self| exposure.approved_by.clone();
        let approved_by = match self.cap.total_cmp(&other.cap) {
            std::cmp::Ordering::Less => approved(self),
            std::cmp::Ordering::Greater => approved(other),
            std::cmp::Ordering::Equal => approved(self).min(approved(other)),
        };
        Self {
            cap: self.cap.min(other.cap),
            project_share: self.project_share.min(other.project_share),
            approved_by,
            publishes: self.publishes && other.publishes,
        }
    }
}

impl Channel {
    fn stricter(&self, other: &Self) -> Self {
        Self {
            tick_ms: self.tick_ms.max(other.tick_ms),
            factor: self.factor.max(other.factor),
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
#[path = "strictness/tests.rs"]
mod tests;
