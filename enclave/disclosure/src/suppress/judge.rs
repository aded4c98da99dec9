//! Whether a figure may stand alone: threshold and dominance.

use roaring::RoaringBitmap;

use crate::{Figure, Measure, Noise, Profile, SetKey, Totals, dominance};

/// What figures are judged by.
#[derive(Clone, Copy)]
pub(super) struct Judge<'a> {
    pub(super) profile: &'a Profile,
    pub(super) noise: &'a Noise,
}

/// A figure and what was found of it.
#[derive(Clone, Copy)]
pub(super) struct Judged<'a> {
    pub(super) figure: &'a Figure,
    pub(super) totals: Totals,
    /// Whether enough individuals contribute.
    pub(super) enough: bool,
    /// Whether it may be shown as far as it alone is concerned.
    pub(super) stands: bool,
}

impl<'a> Judge<'a> {
    pub(super) fn judge(self, figure: &'a Figure, measure: Measure) -> Judged<'a> {
        let totals = figure.totals();
        let enough = self.enough(figure.set());
        // A sum with zeros of others added is the sum of the few who have an amount.
        let adding = !measure.is_of_amounts() || self.enough(figure.adding());
        Judged {
            figure,
            totals,
            enough,
            stands: totals.sound
                && enough
                && adding
                && !is_dominated(&totals, measure, self.profile),
        }
    }

    /// Whether a set reaches the threshold and its own noise on top of it.
    pub(crate) fn enough(self, set: &RoaringBitmap) -> bool {
        enough(set, self.profile.threshold, self.noise)
    }
}

impl Judged<'_> {
    pub(super) fn set(&self) -> &RoaringBitmap {
        self.figure.set()
    }

    /// Suppressed for another reason than few individuals.
    pub(super) fn is_withheld_though_large(&self) -> bool {
        self.enough && !self.stands
    }
}

/// No noise of the threshold reaches this: of 53 bits, |N(0, 1)| is below 8.6.
const BEYOND_NOISE: u64 = 9;

/// n ≥ k + ⌊|N(0, 1)|⌋, drawn from the set: the same individuals always get the
/// same answer, however they were asked for.
pub(crate) fn enough(set: &RoaringBitmap, threshold: u32, noise: &Noise) -> bool {
    is_enough(set.len(), threshold, noise, || noise.set(set))
}

/// As [`enough`], of so many individuals, who are asked for only if they are few.
pub(crate) fn enough_of(
    individuals: u64,
    threshold: u32,
    noise: &Noise,
    members: impl FnOnce() -> Vec<u32>,
) -> bool {
    is_enough(individuals, threshold, noise, || noise.set_of(&members()))
}

fn is_enough(
    individuals: u64,
    threshold: u32,
    noise: &Noise,
    key: impl FnOnce() -> SetKey,
) -> bool {
    let Some(spare) = individuals.checked_sub(u64::from(threshold)) else {
        return false;
    };
    spare >= BEYOND_NOISE || spare >= noise.half_normal("threshold", &[&key().to_bytes()], 1.0)
}

/// On absolute contributions, and on squared deviations where those are summed.
fn is_dominated(totals: &Totals, measure: Measure, profile: &Profile) -> bool {
    let (sum, top) = if measure.is_spread() {
        (totals.deviations, totals.deviations_top)
    } else {
        (totals.magnitude, totals.top)
    };
    dominance::is_dominated(sum, top, profile)
}

#[cfg(test)]
#[path = "judge/tests.rs"]
mod tests;
