//! Survival of groups: numbers at risk and events on a grid, and whether groups differ.
//!
//! A curve of Kaplan and Meier steps at every event, so it tells everybody's time. What is
//! released are two series of rounded counts at the ends of long intervals, as in OpenSAFELY's
//! output rules, and what follows from them; the series are of sets that are settled
//! with earlier releases. The grid is fixed: the same curve on many grids would tell
//! times to the day.

mod grid;

pub(crate) use grid::{Grid, Member, curve_columns, curve_entries};
pub use sekisho_statistics::survival::Observation;
use sekisho_statistics::survival::{self, Interval, Leaving};

use crate::{
    Noise, Profile, Protected, Value, rounding,
    sheet::{Column, Entry, Sheet},
};

/// Significant digits of a test's statistic.
const STATISTIC_DIGITS: u32 = 3;

/// Significant digits of its probability.
const P_DIGITS: u32 = 2;

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
                let members = group.members.iter();
                let members: Vec<Member> = members.map(|(unit, of)| (*unit, *of, 1.0)).collect();
                let grid = self.grid(&members);
                let is_shown = individuals.is_some() && events.is_some() && grid.is_of_crowds();
                Curve {
                    group,
                    individuals,
                    events,
                    intervals: if is_shown {
                        grid.intervals()
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

    fn grid<'m>(&'m self, members: &'m [Member]) -> Grid<'m> {
        Grid {
            members,
            shortest: self.shortest,
            interval: self.interval,
            profile: self.profile,
            noise: self.noise,
        }
    }

    fn over_time(&self, curves: &[Curve<'_>]) -> Sheet {
        let keys = self.by.iter().map(|name| Column::key(name));
        let mut sheet = Sheet::new("survival", keys.chain(curve_columns()).collect());
        for curve in curves {
            for figures in curve_entries(&curve.intervals) {
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
        let base = grid::base(self.profile);
        let test = survival::blurred_log_rank(&observed, base, draw).ok();
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

#[cfg(test)]
#[path = "survival/tests.rs"]
mod tests;
