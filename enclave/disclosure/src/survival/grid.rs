//! A curve's two series, rounded, on a grid of long intervals.

use sekisho_statistics::survival::{self, Interval, Leaving, Observation};

use crate::{
    Noise, Profile,
    sheet::{Column, Entry},
    suppress,
};

/// Counts of a curve are multiples of this, or of the profile's base if it is larger.
const BASE: u32 = 5;

/// A curve ends where fewer bases than this are at risk: what rounding does to events would
/// be more than the estimate says.
const FEWEST_AT_RISK: f64 = 5.0;

/// The most intervals of a curve.
const MOST_INTERVALS: usize = 500;

/// An individual, how long it was observed, and how much it counts.
pub(crate) type Member = (u32, Observation, f64);

/// Members, and the grid that their curve is told on.
#[derive(Clone, Copy)]
pub(crate) struct Grid<'a> {
    pub(crate) members: &'a [Member],
    /// The shortest interval that any curve has, in the unit of the times.
    pub(crate) shortest: f64,
    /// How many of them an interval is long, at least.
    pub(crate) interval: u32,
    pub(crate) profile: &'a Profile,
    pub(crate) noise: &'a Noise,
}

/// What counts of a curve are multiples of, where everybody counts one.
pub(super) fn base(profile: &Profile) -> f64 {
    f64::from(profile.rounding_base.max(BASE))
}

impl Grid<'_> {
    /// Whether members, and those of them with the event, are crowds.
    pub(crate) fn is_of_crowds(&self) -> bool {
        let members: Vec<&Member> = self.members.iter().collect();
        let events = self.members.iter().filter(|(_, of, _)| of.event);
        self.is_crowd(&members) && self.is_crowd(&events.collect::<Vec<_>>())
    }

    /// Intervals in each of which a crowd has the event or is last seen, while a crowd
    /// is at risk, with counts as they may be shown.
    pub(crate) fn intervals(&self) -> Vec<Interval> {
        let mut sorted: Vec<&Member> = self.members.iter().collect();
        sorted.sort_by(|(_, a, _), (_, b, _)| a.time.total_cmp(&b.time));
        // Where an interval ends, and how many have left by then.
        let mut ends = vec![(0.0, 0)];
        let (mut from, mut at) = (0_usize, 0_usize);
        // The end of the interval of the grid that a time lies in; 0 lies in the first.
        let end = |time: f64| (time / self.shortest).ceil().max(1.0);
        while at < sorted.len() && ends.len() <= MOST_INTERVALS {
            let Some((_, first, _)) = sorted.get(at) else {
                break;
            };
            let of_grid = end(first.time);
            let within = sorted.get(at..).unwrap_or_default();
            let within = within.iter();
            at += within
                .take_while(|(_, of, _)| end(of.time) <= of_grid)
                .count();
            let at_risk = sorted.get(from..).unwrap_or_default();
            if !self.is_crowd(at_risk) || self.rounded(at_risk) < FEWEST_AT_RISK * self.base() {
                break;
            }
            if self.is_crowd(sorted.get(from..at).unwrap_or_default()) {
                ends.push((of_grid, at));
                from = at;
            }
        }
        // Longer intervals end where short ones do: of another cut of the same times more
        // could be told.
        let mut last = 0.0;
        ends.retain(|(end, left)| {
            let keeps = *left == 0 || *end >= last + f64::from(self.interval);
            last = if keeps { *end } else { last };
            keeps
        });
        // Each count has a threshold's noise of its own; what adds up does not fall.
        let mut so_far = 0.0_f64;
        let shown = ends.iter().map(|(end, left)| {
            let gone = sorted.get(..*left).unwrap_or_default();
            let events: Vec<_> = gone.iter().filter(|(_, of, _)| of.event).copied().collect();
            let at_risk = self.rounded(sorted.get(*left..).unwrap_or_default());
            so_far = so_far.max(self.rounded(&events));
            (end * self.shortest, at_risk, so_far)
        });
        let shown: Vec<_> = shown.collect();
        let series = shown.windows(2);
        series
            .filter_map(|pair| match pair {
                [(_, before, had), (time, after, have)] => {
                    let events = (have - had).clamp(0.0, *before);
                    Some(Interval {
                        time: *time,
                        at_risk: *before,
                        events,
                        censored: (before - after - events).max(0.0),
                    })
                }
                _ => None,
            })
            .collect()
    }

    fn is_crowd(&self, of: &[&Member]) -> bool {
        let who = || of.iter().map(|(unit, ..)| *unit).collect();
        suppress::enough_of(of.len() as u64, self.profile.threshold, self.noise, who)
    }

    /// As many times larger as somebody counts more than one, in whole numbers: what is told
    /// of people's weights then is no more than that.
    fn base(&self) -> f64 {
        let most = self.members.iter().map(|(.., weight)| *weight);
        base(self.profile) * most.fold(1.0, f64::max).ceil()
    }

    /// A count as it may be shown; few look like nobody.
    fn rounded(&self, of: &[&Member]) -> f64 {
        let sum: f64 = of.iter().map(|(.., weight)| weight).sum();
        match self.is_crowd(of) {
            true => (sum / self.base()).round() * self.base(),
            false => 0.0,
        }
    }
}

/// The columns of a curve, after its keys.
pub(crate) fn curve_columns() -> impl Iterator<Item = Column> {
    let counts = ["at_risk", "events", "censored"].map(Column::count);
    let derived = ["survival", "lower", "upper"].map(Column::derived);
    std::iter::once(Column::figure("time"))
        .chain(counts)
        .chain(derived)
}

/// What is shown of each interval, and the estimate that follows from it.
pub(crate) fn curve_entries(intervals: &[Interval]) -> Vec<[Entry; 7]> {
    let estimates = survival::survival(intervals, Leaving::Midway);
    let entries = intervals.iter().zip(estimates).map(|(interval, estimate)| {
        [
            Some(interval.time).into(),
            whole(interval.at_risk),
            whole(interval.events),
            whole(interval.censored),
            Some(estimate.share).into(),
            Some(estimate.lower).into(),
            Some(estimate.upper).into(),
        ]
    });
    entries.collect()
}

fn whole(count: f64) -> Entry {
    #[expect(clippy::cast_possible_truncation, reason = "a rounded count")]
    let count = count as i64;
    Entry::Integer(count)
}
