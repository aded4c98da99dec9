//! Survival: the product-limit estimate and the log-rank test.

use std::collections::BTreeMap;

use nalgebra::{DMatrix, DVector};

use crate::{Unfit, Z95, chi_squared_p};

/// How long an individual was observed, and how that ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation {
    /// The time to the event, or to the last contact. Finite, from 0.
    pub time: f64,
    /// Whether the event happened then; else the individual is censored.
    pub event: bool,
}

/// What happened in an interval that ends at `time`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Its end.
    pub time: f64,
    /// Individuals under observation when it begins.
    pub at_risk: f64,
    /// Events in it.
    pub events: f64,
    /// Individuals who were last seen in it.
    pub censored: f64,
}

/// When those who are censored in an interval leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// After its events: the product-limit estimate of Kaplan and Meier, where an
    /// interval is a single time.
    After,
    /// On average in its middle: the life-table (actuarial) estimate, where it is longer.
    Midway,
}

/// An estimate of survival to the end of an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Survival {
    /// The share who have not had the event.
    pub share: f64,
    /// The lower limit of its 95 % confidence interval, on the log(−log) scale.
    pub lower: f64,
    /// The upper one.
    pub upper: f64,
}

/// The distinct times as intervals, in their order.
#[must_use]
pub fn at_times(observations: &[Observation]) -> Vec<Interval> {
    let mut at_risk = count(observations.len());
    let mut intervals = Vec::new();
    for (time, events, censored) in tallied(observations) {
        intervals.push(Interval {
            time,
            at_risk,
            events,
            censored,
        });
        at_risk -= events + censored;
    }
    intervals
}

/// Times with their events and censored, in their order.
fn tallied(observations: &[Observation]) -> Vec<(f64, f64, f64)> {
    let mut sorted: Vec<&Observation> = observations.iter().collect();
    sorted.sort_by(|a, b| a.time.total_cmp(&b.time));
    let mut tallied: Vec<(f64, f64, f64)> = Vec::new();
    for observation in sorted {
        let of_event = f64::from(u8::from(observation.event));
        match tallied.last_mut() {
            Some((time, events, censored)) if *time >= observation.time => {
                *events += of_event;
                *censored += 1.0 - of_event;
            }
            // Two zeros are one time.
            _ => tallied.push((observation.time + 0.0, of_event, 1.0 - of_event)),
        }
    }
    tallied
}

/// Survival to the end of each interval, with limits after Greenwood's variance.
#[must_use]
pub fn survival(intervals: &[Interval], leaving: Leaving) -> Vec<Survival> {
    let (mut share, mut variance) = (1.0_f64, 0.0_f64);
    let estimate = |interval: &Interval| {
        let exposed = match leaving {
            Leaving::After => interval.at_risk,
            Leaving::Midway => interval.at_risk - interval.censored / 2.0,
        };
        let survivors = exposed - interval.events;
        if exposed > 0.0 {
            share *= (survivors / exposed).max(0.0);
            variance += interval.events / (exposed * survivors);
        }
        let (lower, upper) = limits(share, variance);
        Survival {
            share,
            lower,
            upper,
        }
    };
    intervals.iter().map(estimate).collect()
}

/// Limits that stay between 0 and 1. At 1 nothing is known of the variance, and at 0
/// nothing is left to vary.
fn limits(share: f64, variance: f64) -> (f64, f64) {
    if share >= 1.0 || share <= 0.0 {
        return (share, share);
    }
    let log = share.ln();
    let reach = Z95 * variance.sqrt() / log;
    let limit = |reach: f64| (-((-log).ln() + reach).exp()).exp();
    (limit(-reach), limit(reach))
}

/// The first time at which survival is no more than a half; none if it stays above.
#[must_use]
pub fn median(intervals: &[Interval], survival: &[Survival]) -> Option<f64> {
    let at = survival
        .iter()
        .position(|at| at.share <= 0.5 + f64::EPSILON)?;
    intervals.get(at).map(|interval| interval.time)
}

/// The outcome of a log-rank test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogRank {
    /// χ².
    pub statistic: f64,
    /// Its degrees of freedom: one less than there are groups.
    pub degrees: u32,
    /// The probability of a χ² as large by chance.
    pub p: f64,
}

/// Whether groups differ in survival: the log-rank test of Mantel and Cox.
///
/// # Errors
///
/// [`Unfit`] when fewer than two groups are observed together at any event.
pub fn log_rank(groups: &[Vec<Observation>]) -> Result<LogRank, Unfit> {
    blurred_log_rank(groups, 0.0, |_| 0.0)
}

/// The same, whose excesses of events are moved by `draws` (of groups, by number) times
/// what so many individuals move them by; the variance is as much larger.
///
/// # Errors
///
/// As [`log_rank`].
pub fn blurred_log_rank(
    groups: &[Vec<Observation>],
    individuals: f64,
    draws: impl Fn(usize) -> f64,
) -> Result<LogRank, Unfit> {
    let all = groups.len();
    let degrees = all.checked_sub(1).filter(|&degrees| degrees > 0);
    let degrees = degrees.ok_or(Unfit::TooLittle)?;
    // Per time: events and everybody leaving, by group.
    let mut times: BTreeMap<u64, (Vec<f64>, Vec<f64>)> = BTreeMap::new();
    for (number, group) in groups.iter().enumerate() {
        for (time, events, censored) in tallied(group) {
            // Times are not negative, so their bits are in their order.
            let at = times.entry(time.to_bits());
            let at = at.or_insert_with(|| (vec![0.0; all], vec![0.0; all]));
            if let (Some(of_events), Some(left)) = (at.0.get_mut(number), at.1.get_mut(number)) {
                *of_events += events;
                *left += events + censored;
            }
        }
    }
    let mut at_risk: Vec<f64> = groups.iter().map(|group| count(group.len())).collect();
    let mut excess: DVector<f64> = DVector::zeros(degrees);
    let mut variance: DMatrix<f64> = DMatrix::zeros(degrees, degrees);
    for (events, left) in times.values() {
        let everybody: f64 = at_risk.iter().sum();
        let events_of_all: f64 = events.iter().sum();
        if events_of_all > 0.0 && everybody > 0.0 {
            let rate = events_of_all / everybody;
            let spread = match everybody > 1.0 {
                true => rate * (everybody - events_of_all) / (everybody - 1.0),
                false => 0.0,
            };
            // One group follows from the others.
            let of = |values: &[f64]| {
                DVector::from_iterator(degrees, values.iter().copied().take(degrees))
            };
            let risk = of(&at_risk);
            excess += of(events) - &risk * rate;
            let shared = &risk * risk.transpose() / everybody;
            variance += (DMatrix::from_diagonal(&risk) - shared) * spread;
        }
        for (of_risk, left) in at_risk.iter_mut().zip(left) {
            *of_risk -= left;
        }
    }
    let everybody: usize = groups.iter().map(Vec::len).sum();
    let per_individual = variance.diagonal() / count(everybody.max(1));
    // No less than rounding each group's events would.
    let rounding = individuals / 12_f64.sqrt();
    let blur = per_individual.map(|of: f64| rounding.max(individuals * of.max(0.0).sqrt()));
    for (number, (excess, blur)) in excess.iter_mut().zip(blur.iter()).enumerate() {
        *excess += blur * draws(number);
    }
    variance += DMatrix::from_diagonal(&blur.map(|of| of * of));
    let solved = variance.cholesky().ok_or(Unfit::TooLittle)?.solve(&excess);
    let statistic = excess.dot(&solved);
    let degrees = u32::try_from(degrees).map_err(|_| Unfit::TooLittle)?;
    Ok(LogRank {
        statistic,
        degrees,
        p: chi_squared_p(statistic, degrees),
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "numbers of people, far below 2^52"
)]
pub(crate) fn count(n: usize) -> f64 {
    n as f64
}
