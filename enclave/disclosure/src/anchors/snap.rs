//! Snapping: a cohort that is nearly an earlier one becomes that one.

use roaring::RoaringBitmap;

use super::{Candidate, Index, SetSketch};
use crate::{Noise, SetKey, suppress::enough};

/// σ of the noise on the tolerance.
const SIGMA: f64 = 2.0;

/// The most that the noise adds to a tolerance: five σ, which one draw in two
/// million reaches. Beyond the sum no anchor needs a look.
const MOST_NOISE: u64 = 10;

/// How often a narrowed cohort is compared anew before it is given up.
const ROUNDS: usize = 8;

/// A set of individuals with what it is found by.
#[derive(Clone, Debug, PartialEq)]
pub struct Cohort {
    /// The individuals.
    pub set: RoaringBitmap,
    /// The set's key.
    pub key: SetKey,
    /// The set's sketch.
    pub sketch: SetSketch,
}

impl Cohort {
    /// A set with its key and sketch.
    ///
    /// Cost: one step per member, or per individual outside, whichever are fewer.
    pub fn new(noise: &Noise, set: RoaringBitmap) -> Self {
        let (key, sketch) = noise.described(&set);
        Self { set, key, sketch }
    }
}

/// What becomes of a cohort.
#[derive(Clone, Debug, PartialEq)]
pub enum Snap {
    /// It is an anchor, or has become one that was near.
    Anchor {
        /// The anchor.
        id: u64,
        /// Its individuals.
        cohort: Cohort,
    },
    /// It is near to no anchor, and may become one.
    New(Cohort),
    /// It is too small to be released, so it is compared with nothing.
    Small(Cohort),
    /// It cannot be kept apart from those who may no longer be used. Nothing is
    /// released of it.
    Withheld,
}

impl Snap {
    /// The individuals of whom figures are computed.
    pub fn cohort(&self) -> Option<&Cohort> {
        match self {
            Self::Anchor { cohort, .. } | Self::New(cohort) | Self::Small(cohort) => Some(cohort),
            Self::Withheld => None,
        }
    }
}

/// T: by how many individuals two cohorts must differ for both to be released:
/// k + ⌊|N(0, 2)|⌋, drawn from both, in whichever order they come.
pub fn tolerance(noise: &Noise, threshold: u32, a: SetKey, b: SetKey) -> u64 {
    let (low, high) = (a.min(b).to_bytes(), a.max(b).to_bytes());
    let drawn = noise.half_normal("tolerance", &[&low, &high], SIGMA);
    u64::from(threshold) + drawn.min(MOST_NOISE)
}

/// The most that a [`tolerance`] is.
pub fn most_tolerance(threshold: u32) -> u64 {
    u64::from(threshold) + MOST_NOISE
}

/// Compares a cohort with every anchor.
///
/// # Postcondition
///
/// The cohort returned is within `permitted`, and it is an anchor's, or differs
/// from each anchor by at least their [`tolerance`], or has fewer individuals
/// than are shown and will be suppressed. An anchor that holds somebody
/// outside `permitted` is never returned: instead a keyed choice of further
/// individuals is left out, so that what differs is never one person.
///
/// # Errors
///
/// When `load` cannot read an anchor's set.
pub fn snap<E>(
    index: &Index,
    noise: &Noise,
    threshold: u32,
    permitted: &RoaringBitmap,
    set: &RoaringBitmap,
    mut load: impl FnMut(u64) -> Result<RoaringBitmap, E>,
) -> Result<Snap, E> {
    let mut cohort = Cohort::new(noise, set & permitted);
    for _ in 0..ROUNDS {
        let size = cohort.set.len();
        // The same draw as when the figure is judged. With a sharp limit, nine of
        // an anchor's people would be told from nine and one more.
        if !enough(&cohort.set, threshold, noise) {
            return Ok(Snap::Small(cohort));
        }
        if let Some(id) = index.exact(cohort.key) {
            return Ok(Snap::Anchor { id, cohort });
        }
        let within = most_tolerance(threshold) + 1;
        let mut nearest: Option<(u64, u64, Cohort)> = None;
        let mut forbidden = None;
        for candidate in index.candidates(size, &cohort.sketch, within) {
            let Candidate {
                at_least,
                id,
                key,
                sketch,
            } = candidate;
            if nearest.as_ref().is_some_and(|(best, ..)| *best < at_least) {
                break;
            }
            // Before its set is read: most that may be near are not near enough.
            let tolerance = tolerance(noise, threshold, key, cohort.key);
            if at_least >= tolerance {
                continue;
            }
            let anchor = load(id)?;
            let difference = anchor.symmetric_difference_len(&cohort.set);
            if difference >= tolerance {
                continue;
            }
            if !anchor.is_subset(permitted) {
                forbidden = forbidden.or(Some((key, anchor)));
            } else if nearest
                .as_ref()
                .is_none_or(|(best, oldest, _)| (difference, id) < (*best, *oldest))
            {
                let sketch = sketch.clone();
                let set = anchor;
                nearest = Some((difference, id, Cohort { set, key, sketch }));
            }
        }
        match (nearest, forbidden) {
            (Some((_, id, cohort)), _) => return Ok(Snap::Anchor { id, cohort }),
            (None, None) => return Ok(Snap::New(cohort)),
            (None, Some((key, anchor))) => {
                let tolerance = tolerance(noise, threshold, key, cohort.key);
                let narrowed = without_some(noise, &cohort.set, &anchor, key, tolerance);
                cohort = Cohort::new(noise, narrowed);
            }
        }
    }
    Ok(Snap::Withheld)
}

/// The set without further members of the anchor, as many as it takes for the
/// two to differ beyond any tolerance; which ones is drawn from the anchor.
fn without_some(
    noise: &Noise,
    set: &RoaringBitmap,
    anchor: &RoaringBitmap,
    key: SetKey,
    tolerance: u64,
) -> RoaringBitmap {
    // The narrowed set draws another tolerance, so the most it can be is left out.
    let leave = usize::try_from(tolerance + MOST_NOISE).unwrap_or(usize::MAX);
    let mut members: Vec<(u128, u32)> = (set & anchor)
        .iter()
        .map(|unit| (noise.unit(unit).set ^ key.0, unit))
        .collect();
    members.sort_unstable();
    let left_out: RoaringBitmap = members.iter().take(leave).map(|(_, unit)| *unit).collect();
    set - left_out
}
