//! What an anchor remembers of the figures that were released over it.

use thiserror::Error;

use super::ContributionSketch;
use crate::{Measure, Totals};

/// Figures that can stand in for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Counts of rows or values.
    Count,
    /// Sums and means of integers.
    Integer,
    /// Sums and means of fractions.
    Fraction,
    /// Variances and deviations.
    Spread,
    /// The same of those who add nothing, too.
    PaddedSpread,
}

impl Class {
    /// The class of a measure; none for individuals, whom the set alone counts.
    pub fn of(measure: Measure) -> Option<Self> {
        match measure {
            Measure::Individuals => None,
            Measure::Count => Some(Self::Count),
            Measure::IntegerSum | Measure::IntegerMean => Some(Self::Integer),
            Measure::Sum | Measure::Mean => Some(Self::Fraction),
            Measure::Variance
            | Measure::VariancePopulation
            | Measure::Deviation
            | Measure::DeviationPopulation => Some(Self::Spread),
        }
    }
}

/// A figure that was computed over an anchor: who contributed what, as a sketch,
/// and what it added up to.
#[derive(Clone, Debug, PartialEq)]
pub struct Statistic {
    /// What it can stand in for.
    pub class: Class,
    /// Who contributed what.
    pub sketch: ContributionSketch,
    /// What it added up to.
    pub totals: Totals,
}

/// Bytes are not those of a statistic.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "the bytes are not those of an anchor's statistic; the ledger was written by another version"
)]
pub struct StatisticError;

/// The first byte of what [`Statistic::to_bytes`] writes.
const VERSION: u8 = 2;

impl Statistic {
    /// Its bytes, for the ledger.
    pub fn to_bytes(&self) -> Vec<u8> {
        let class = match self.class {
            Class::Count => 0,
            Class::Integer => 1,
            Class::Fraction => 2,
            Class::Spread => 3,
            Class::PaddedSpread => 4,
        };
        let totals = &self.totals;
        let mut bytes = vec![VERSION, class, u8::from(totals.sound)];
        bytes.extend(totals.count.to_le_bytes());
        bytes.extend(totals.integer.to_le_bytes());
        let ([first, second], [most, next]) = (totals.top, totals.deviations_top);
        for number in [
            totals.fraction,
            totals.square,
            totals.magnitude,
            first,
            second,
            totals.deviations,
            most,
            next,
        ] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(self.sketch.to_bytes());
        bytes
    }

    /// The statistic that [`Statistic::to_bytes`] wrote.
    ///
    /// # Errors
    ///
    /// When the bytes are of another version or cut off.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StatisticError> {
        let mut bytes = bytes;
        let [version, class, sound] = take(&mut bytes)?;
        let class = match (version, class) {
            (VERSION, 0) => Class::Count,
            (VERSION, 1) => Class::Integer,
            (VERSION, 2) => Class::Fraction,
            (VERSION, 3) => Class::Spread,
            (VERSION, 4) => Class::PaddedSpread,
            _ => return Err(StatisticError),
        };
        let count = u64::from_le_bytes(take(&mut bytes)?);
        let integer = i128::from_le_bytes(take(&mut bytes)?);
        let mut number = || take(&mut bytes).map(f64::from_le_bytes);
        let totals = Totals {
            count,
            integer,
            fraction: number()?,
            square: number()?,
            magnitude: number()?,
            top: [number()?, number()?],
            deviations: number()?,
            deviations_top: [number()?, number()?],
            sound: sound == 1,
        };
        let sketch = ContributionSketch::from_bytes(bytes).ok_or(StatisticError)?;
        Ok(Self {
            class,
            sketch,
            totals,
        })
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N], StatisticError> {
    let (taken, rest) = bytes.split_first_chunk::<N>().ok_or(StatisticError)?;
    *bytes = rest;
    Ok(*taken)
}

/// The figure that was computed over the same set before, if fewer than
/// `tolerance` individuals contributed something else to it: the nearest, of
/// equals the oldest. Its totals are released again.
pub fn settle<'a>(
    earlier: impl IntoIterator<Item = &'a Statistic>,
    fresh: &Statistic,
    tolerance: u64,
) -> Option<&'a Statistic> {
    let mut nearest: Option<(u64, &Statistic)> = None;
    for statistic in earlier {
        if statistic.class != fresh.class {
            continue;
        }
        let distance = statistic.sketch.distance(&fresh.sketch) as u64;
        if distance < tolerance && nearest.is_none_or(|(best, _)| distance < best) {
            nearest = Some((distance, statistic));
        }
    }
    nearest.map(|(_, statistic)| statistic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Contribution, noise::UnitKey};

    #[test]
    fn figures_of_one_kind_can_stand_in_for_each_other() {
        let of = |measures: &[Measure], class| {
            assert!(measures.iter().all(|measure| Class::of(*measure) == class));
        };
        of(&[Measure::Individuals], None);
        of(&[Measure::Count], Some(Class::Count));
        let integers = [Measure::IntegerSum, Measure::IntegerMean];
        of(&integers, Some(Class::Integer));
        of(&[Measure::Sum, Measure::Mean], Some(Class::Fraction));
        let spreads = [
            Measure::Variance,
            Measure::VariancePopulation,
            Measure::Deviation,
            Measure::DeviationPopulation,
        ];
        of(&spreads, Some(Class::Spread));
    }

    /// Individuals of counters of their own, of whom some contribute.
    fn statistic(who: std::ops::Range<u128>, count: u64) -> Statistic {
        let mut sketch = ContributionSketch::default();
        for sketch_key in who {
            let unit = UnitKey {
                set: 0,
                sketch: sketch_key,
            };
            sketch.add(unit, &Contribution::ROW);
        }
        Statistic {
            class: Class::Count,
            sketch,
            totals: Totals {
                count,
                ..Totals::default()
            },
        }
    }

    #[test]
    fn a_figure_to_which_as_many_as_the_tolerance_contribute_otherwise_is_its_own() {
        let earlier = [statistic(0..100, 1)];
        let settled = |who| settle(&earlier, &statistic(who, 2), 10).is_some();
        assert!(settled(0..109) && settled(9..100));
        assert!(!settled(0..110) && !settled(10..100));
    }

    #[test]
    fn of_earlier_figures_that_are_equally_near_the_oldest_is_taken() {
        let earlier = [statistic(0..99, 1), statistic(0..101, 2)];
        let settled = settle(&earlier, &statistic(0..100, 3), 10);
        assert_eq!(settled, earlier.first());
    }
}
