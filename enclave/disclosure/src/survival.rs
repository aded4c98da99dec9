//! Survival of groups: numbers at risk and events on a grid, and whether groups differ.
//!
//! A curve of Kaplan and Meier steps at every event, so it tells everybody's time. What is
//! released are two series of rounded counts at the ends of long intervals, as in OpenSAFELY's
//! output rules, and what follows from them; the series are of sets that are settled
//! with earlier releases. The grid is fixed: the same curve on many grids would tell
//! times to the day.

pub use sekisho_statistics::survival::Observation;
use sekisho_statistics::survival::{self, Interval, Leaving};

use crate::{
    Noise, Profile, Protected, Value, rounding,
    sheet::{Column, Entry, Sheet},
    suppress,
};

/// Counts of a curve are multiples of this, or of the profile's base if it is larger.
const BASE: u32 = 5;

/// A curve ends where fewer bases than this are at risk: what rounding does to events would
/// be more than the estimate says.
const FEWEST_AT_RISK: f64 = 5.0;

/// Significant digits of a test's statistic.
const STATISTIC_DIGITS: u32 = 3;

/// Significant digits of its probability.
const P_DIGITS: u32 = 2;

/// The most intervals of a curve.
const MOST_INTERVALS: usize = 500;

/// A group, and how long each of its individuals was observed.
#[derive(Clone, Debug)]
pub struct Group {
    /// The values of its keys.
    pub words: Vec<Option<String>>,
    /// Its individuals.
    pub members: Vec<(u32, Observation)>,
}

/// What is asked of survival.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The names of the groups' keys.
    pub by: &'a [String],
    /// The shortest interval that any curve has, in the unit of the times. All of them end
    /// on its grid, and where its intervals end.
    pub shortest: f64,
    /// How many of them an interval is long, at least.
    pub interval: u32,
    /// The profile.
    pub profile: &'a Profile,
    /// What the threshold's own noise is drawn from.
    pub noise: &'a Noise,
}

/// What a group comes to.
struct Curve<'g> {
    group: &'g Group,
    individuals: Option<i64>,
    events: Option<i64>,
    /// What is shown of it over time; nothing if the group is not shown.
    intervals: Vec<Interval>,
    is_shown: bool,
}

impl Question<'_> {
    /// The sheets `survival` (by interval), `groups` and `tests`.
    ///
    /// `protected` are the same groups as cells, in the order of `groups`: how many
    /// individuals, and how many of them with the event. Only of groups of which both
    /// are shown anything else is.
    pub fn sheets(&self, groups: &[Group], protected: &Protected) -> Vec<Sheet> {
        let rows = groups.iter().zip(protected.rows());
        let curves: Vec<Curve<'_>> = rows
            .map(|(group, row)| {
                let count = |at: usize| match row.values.get(at) {
                    Some(Some(Value::Integer(count))) => Some(*count),
                    _ => None,
                };
                let (individuals, events) = (count(0), count(1));
                // The sets of the curve may be others than those of the cells.
                let members: Vec<_> = group.members.iter().collect();
                let with_event = members.iter().filter(|(_, of)| of.event);
                let with_event: Vec<_> = with_event.copied().collect();
                let is_shown = individuals.is_some()
                    && events.is_some()
                    && self.is_crowd(&members)
                    && self.is_crowd(&with_event);
                Curve {
                    group,
                    individuals,
                    events,
                    intervals: if is_shown {
                        self.intervals(&group.members)
                    } else {
                        Vec::new()
                    },
                    is_shown,
                }
            })
            .collect();
        vec![
            self.over_time(&curves),
            self.of_groups(&curves),
            self.tests(&curves),
        ]
    }

    /// Intervals in each of which a crowd has the event or is last seen, while a crowd
    /// is at risk, with counts as they may be shown.
    fn intervals(&self, members: &[(u32, Observation)]) -> Vec<Interval> {
        let mut sorted: Vec<&(u32, Observation)> = members.iter().collect();
        sorted.sort_by(|(_, a), (_, b)| a.time.total_cmp(&b.time));
        // Where an interval ends, and how many have left by then.
        let mut ends = vec![(0.0, 0)];
        let (mut from, mut at) = (0_usize, 0_usize);
        // The end of the interval of the grid that a time lies in; 0 lies in the first.
        let end = |time: f64| (time / self.shortest).ceil().max(1.0);
        while at < sorted.len() && ends.len() <= MOST_INTERVALS {
            let Some((_, first)) = sorted.get(at) else {
                break;
            };
            let of_grid = end(first.time);
            let within = sorted.get(at..).unwrap_or_default();
            let within = within.iter();
            at += within.take_while(|(_, of)| end(of.time) <= of_grid).count();
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
            let events: Vec<_> = gone.iter().filter(|(_, of)| of.event).copied().collect();
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

    fn is_crowd(&self, of: &[&(u32, Observation)]) -> bool {
        let who = || of.iter().map(|(unit, _)| *unit).collect();
        suppress::enough_of(of.len() as u64, self.profile.threshold, self.noise, who)
    }

    fn base(&self) -> f64 {
        f64::from(self.profile.rounding_base.max(BASE))
    }

    /// A count as it may be shown; few look like nobody.
    fn rounded(&self, of: &[&(u32, Observation)]) -> f64 {
        let base = self.profile.rounding_base.max(BASE);
        let count = i128::try_from(of.len()).ok().filter(|_| self.is_crowd(of));
        #[expect(clippy::cast_precision_loss, reason = "a number of people")]
        let rounded = count
            .and_then(|n| rounding::to_base(n, base))
            .unwrap_or_default() as f64;
        rounded
    }

    fn over_time(&self, curves: &[Curve<'_>]) -> Sheet {
        let mut columns: Vec<Column> = self.by.iter().map(|name| Column::key(name)).collect();
        columns.extend([
            Column::figure("time"),
            Column::count("at_risk"),
            Column::count("events"),
            Column::count("censored"),
            Column::derived("survival"),
            Column::derived("lower"),
            Column::derived("upper"),
        ]);
        let mut sheet = Sheet::new("survival", columns);
        for curve in curves {
            let estimates = survival::survival(&curve.intervals, Leaving::Midway);
            for (interval, estimate) in curve.intervals.iter().zip(estimates) {
                let figures = [
                    Some(interval.time).into(),
                    whole(interval.at_risk),
                    whole(interval.events),
                    whole(interval.censored),
                    Some(estimate.share).into(),
                    Some(estimate.lower).into(),
                    Some(estimate.upper).into(),
                ];
                sheet.add(words(curve.group).chain(figures));
            }
        }
        sheet
    }

    fn of_groups(&self, curves: &[Curve<'_>]) -> Sheet {
        let mut columns: Vec<Column> = self.by.iter().map(|name| Column::key(name)).collect();
        columns.extend([
            Column::count("individuals"),
            Column::count("events"),
            Column::derived("median"),
        ]);
        let mut sheet = Sheet::new("groups", columns);
        for curve in curves {
            let estimates = survival::survival(&curve.intervals, Leaving::Midway);
            let median = survival::median(&curve.intervals, &estimates);
            let figures = [curve.individuals.into(), curve.events.into(), median.into()];
            sheet.add(words(curve.group).chain(figures));
        }
        sheet
    }

    /// Whether the groups that are shown differ; they alone take part. The excess of events
    /// of each is moved by what a rounding of counts would move it by, since those who leave
    /// before the first event could be added at will.
    fn tests(&self, curves: &[Curve<'_>]) -> Sheet {
        let columns = vec![
            Column::key("test"),
            Column::figure("statistic"),
            Column::count("degrees_of_freedom"),
            Column::derived("p"),
        ];
        let mut sheet = Sheet::new("tests", columns);
        if curves.len() < 2 {
            return sheet;
        }
        let shown: Vec<&Group> = (curves.iter())
            .filter(|curve| curve.is_shown)
            .map(|curve| curve.group)
            .collect();
        let observed = |group: &&Group| group.members.iter().map(|(_, of)| *of).collect();
        let observed: Vec<Vec<Observation>> = shown.iter().map(observed).collect();
        let draw = |number: usize| {
            let members = shown.get(number).map_or(&[][..], |group| &group.members);
            let units = |which: &dyn Fn(&Observation) -> bool| -> Vec<u32> {
                let of = members.iter().filter(|(_, of)| which(of));
                of.map(|(unit, _)| *unit).collect()
            };
            let sets = [units(&|_| true), units(&|of| of.event)];
            let [everybody, events] = sets.map(|set| self.noise.set_of(&set).to_bytes());
            self.noise.normal("log-rank", &[&everybody, &events])
        };
        let test = survival::blurred_log_rank(&observed, self.base(), draw).ok();
        let statistic = test.map(|test| rounding::to_significant(test.statistic, STATISTIC_DIGITS));
        let degrees = test.map(|test| test.degrees);
        let p = statistic.zip(degrees).map(|(statistic, degrees)| {
            let p = sekisho_statistics::chi_squared_p(statistic, degrees);
            rounding::to_significant(p, P_DIGITS)
        });
        sheet.add([
            Entry::Text("log-rank".to_owned()),
            statistic.into(),
            degrees.map(i64::from).into(),
            p.into(),
        ]);
        sheet
    }
}

fn words(group: &Group) -> impl Iterator<Item = Entry> {
    group.words.iter().map(|word| word.as_deref().into())
}

fn whole(count: f64) -> Entry {
    #[expect(clippy::cast_possible_truncation, reason = "a rounded count")]
    let count = count as i64;
    Entry::Integer(count)
}

#[cfg(test)]
#[path = "survival/tests.rs"]
mod tests;
