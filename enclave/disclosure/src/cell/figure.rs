//! One figure of one group: who is behind it and what they add up to.

use roaring::RoaringBitmap;

use super::{
    Amount, Contribution, Measure,
    spread::{Spread, keep_largest},
};
use crate::{Noise, anchors::ContributionSketch};

/// What the contributions to a figure add up to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Totals {
    /// Rows, or values that are not NULL.
    pub count: u64,
    /// The sum of integers.
    pub integer: i128,
    /// The sum of fractions.
    pub fraction: f64,
    /// The sum of squares.
    pub square: f64,
    /// The sum of the absolute contributions.
    pub magnitude: f64,
    /// The two largest absolute contributions, the largest first.
    pub top: [f64; 2],
    /// The sum of the squared deviations from the mean, where the figure is a
    /// variance or deviation; else 0.
    pub deviations: f64,
    /// The squared deviations of the two individuals who deviate most.
    pub deviations_top: [f64; 2],
    /// Whether all of this is a number: nothing overflowed or came twice.
    pub sound: bool,
}

impl Default for Totals {
    fn default() -> Self {
        Self {
            count: 0,
            integer: 0,
            fraction: 0.0,
            square: 0.0,
            magnitude: 0.0,
            top: [0.0; 2],
            deviations: 0.0,
            deviations_top: [0.0; 2],
            sound: true,
        }
    }
}

impl Totals {
    fn add(&mut self, contribution: Contribution) {
        self.count = self.count.saturating_add(contribution.count);
        let magnitude = match contribution.amount {
            Amount::Integer(value) => {
                match self.integer.checked_add(value) {
                    Some(sum) => self.integer = sum,
                    None => self.sound = false,
                }
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "a magnitude is compared, never released"
                )]
                let magnitude = value.unsigned_abs() as f64;
                magnitude
            }
            Amount::Fraction(value) => {
                self.fraction += value;
                value.abs()
            }
        };
        self.square += contribution.square;
        self.magnitude += magnitude;
        keep_largest(&mut self.top, magnitude);
        self.sound &=
            self.fraction.is_finite() && self.square.is_finite() && self.magnitude.is_finite();
    }
}

/// One figure of one group.
#[derive(Clone, Debug, Default)]
pub struct Figure {
    set: RoaringBitmap,
    /// Those of them who contribute an amount that is not zero.
    adding: RoaringBitmap,
    totals: Totals,
    sketch: ContributionSketch,
    /// Rows or values of those who add alone.
    adding_count: u64,
    /// Of those who add alone.
    adding_sketch: ContributionSketch,
    spread: Option<Spread>,
}

impl Figure {
    /// A figure to which nobody contributes yet.
    pub(super) fn of(measure: Measure) -> Self {
        Self {
            spread: measure.is_spread().then(Spread::default),
            ..Self::default()
        }
    }

    /// Adds what one individual contributes. Call it once per individual and figure.
    pub(crate) fn add(&mut self, noise: &Noise, unit: u32, contribution: Contribution) {
        if contribution.count == 0 {
            return;
        }
        self.totals.add(contribution);
        if let Some(spread) = &mut self.spread {
            spread.add(&contribution);
        }
        self.sketch.add(noise.unit(unit), &contribution);
        if !contribution.is_of_nothing() {
            self.adding_sketch.add(noise.unit(unit), &contribution);
            self.adding_count = self.adding_count.saturating_add(contribution.count);
            self.adding.insert(unit);
        }
        // An individual seen twice would be counted once and summed twice.
        self.totals.sound &= self.set.insert(unit);
    }

    /// The individuals behind the figure.
    pub fn set(&self) -> &RoaringBitmap {
        &self.set
    }

    /// Those who contribute an amount that is not zero. What a sum tells, it tells
    /// of them: who adds nothing can be joined to them at will.
    pub fn adding(&self) -> &RoaringBitmap {
        &self.adding
    }

    /// What those who add come to: the same amounts over fewer rows.
    ///
    /// Cost: as of [`Figure::totals`].
    pub fn adding_totals(&self) -> Totals {
        Totals {
            count: self.adding_count,
            ..self.totals()
        }
    }

    /// Who of them contributes what.
    pub fn adding_sketch(&self) -> &ContributionSketch {
        &self.adding_sketch
    }

    /// n: how many individuals contribute.
    pub fn individuals(&self) -> u64 {
        self.set.len()
    }

    /// What they add up to.
    ///
    /// Cost: of a variance or deviation, one pass over its individuals.
    pub fn totals(&self) -> Totals {
        let mut totals = self.totals;
        if let Some(spread) = &self.spread {
            let deviations = spread.deviations();
            totals.deviations = deviations.sum;
            totals.deviations_top = deviations.top;
            totals.sound &= deviations.sum.is_finite();
        }
        totals
    }

    /// Which of two figures over one set differ in more than a few contributions.
    pub fn sketch(&self) -> &ContributionSketch {
        &self.sketch
    }

    /// Takes the set of an earlier release in place of one that differs from it
    /// by a few individuals only.
    pub fn snap(&mut self, set: RoaringBitmap) {
        self.set = set;
    }

    /// Takes the set of an earlier release in place of those who add.
    pub fn snap_adding(&mut self, adding: RoaringBitmap) {
        self.adding = adding;
    }

    /// Takes the figure out of what may be shown, whatever the mechanism: a set of
    /// nobody would be shown as nobody where that is harmless.
    pub fn withhold(&mut self) {
        self.set.clear();
        self.adding.clear();
        self.spread = None;
        self.totals.sound = false;
    }

    /// Takes what an earlier release over those who add came to. How many rows
    /// there are stays: others have some, too.
    pub fn settle_sum(&mut self, earlier: &Totals) {
        self.totals = Totals {
            count: self.totals.count,
            sound: self.totals.sound && earlier.sound,
            ..*earlier
        };
        self.spread = None;
    }

    /// Takes the totals of an earlier release over the same set.
    pub fn settle(&mut self, totals: Totals) {
        self.totals = totals;
        self.spread = None;
    }
}
