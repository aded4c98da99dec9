//! Survival by group.

use std::collections::HashMap;

use roaring::RoaringBitmap;
use sekisho_disclosure::{
    Sheet,
    survival::{Group, Observation, Question},
};
use sekisho_proto::v1;
use sekisho_query::worker::Lost;
use sekisho_runtime::status::Failure;
use sekisho_tables::Catalogue;

use super::{
    ANALYSED, Ground, INDIVIDUALS, MOST_COLUMNS, column, columns,
    follow_up::{FollowUp, clause, condition},
    unfit, unplanned,
};

/// Individuals, events, and times.
pub(super) const FIGURES: usize = 3;

/// Groups that can be asked for.
const MOST_GROUPS: usize = 64;

/// Shortest intervals that one may be as long as.
const LONGEST: u32 = 1_200;

/// A question about survival, well formed.
#[derive(Debug)]
pub(crate) struct Asked {
    follow_up: FollowUp,
    condition: String,
    pub(super) by: Vec<String>,
    interval: u32,
}

impl Asked {
    /// Reads a question.
    pub(super) fn read(asked: v1::Survival) -> Result<Self, Failure> {
        let v1::Survival {
            follow_up,
            r#where,
            by,
            interval,
        } = asked;
        columns("analysis.survival.by", INDIVIDUALS, &by, MOST_COLUMNS)?;
        if interval > LONGEST {
            let message = format!("an interval of {interval} is too long");
            let help = format!("take at most {LONGEST}; 1 is about a month");
            return Err(Failure::invalid("analysis.survival.interval", message).help(help));
        }
        Ok(Self {
            follow_up: FollowUp::read("analysis.survival.follow_up", follow_up)?,
            condition: condition("analysis.survival.where", &r#where)?,
            by,
            interval: interval.max(1),
        })
    }

    pub(super) fn canonical(&self) -> String {
        format!("survival by {}", self.interval)
    }

    pub(super) fn sql(&self, catalogue: &Catalogue) -> Result<String, Failure> {
        self.follow_up.shortest(catalogue)?;
        are_groups(catalogue, &self.by, 1)?;
        let keys: String = self.by.iter().map(|name| format!("{name}, ")).collect();
        let grouped = match self.by.is_empty() {
            true => String::new(),
            false => format!(" GROUP BY {}", self.by.join(", ")),
        };
        Ok(format!(
            "SELECT {keys}count(DISTINCT individual_id) AS individuals, {} FROM individuals{}{grouped}",
            self.follow_up.figures(),
            clause(&self.condition, Some(self.follow_up.is_followed()))
        ))
    }

    pub(super) fn sheets(&self, ground: &Ground<'_>) -> Result<Vec<Sheet>, Lost> {
        let (finished, frame) = ground.only()?;
        let Ground {
            admission, profile, ..
        } = ground;
        let shortest = self.follow_up.shortest(&admission.catalogue);
        let observed: HashMap<u32, Observation> = (frame.rows.iter())
            .filter_map(|row| match row.contributions.as_slice() {
                [_, event, time] => {
                    let of = FollowUp::observation(event.count > 0, time)?;
                    Some((row.unit, of))
                }
                _ => None,
            })
            .collect();
        // A set may be an earlier one, that has people of whom no time is known.
        let strata = frame.strata.by_words();
        let having: RoaringBitmap = observed.keys().copied().collect();
        let words = finished.protected.rows().iter();
        let words: Vec<_> = words.map(|row| finished.keys.words(&row.key)).collect();
        let of_words = |words: &Vec<_>| {
            let stratum = strata.get(words);
            stratum.map_or_else(RoaringBitmap::new, |of| &of.everybody & &having)
        };
        let mut sets: Vec<RoaringBitmap> = words.iter().map(of_words).collect();
        ground.settle_among(ANALYSED, &having, sets.iter_mut())?;
        let mut groups = Vec::new();
        for (words, set) in words.into_iter().zip(sets) {
            let has = |unit: &u32| observed.get(unit).is_some_and(|of| of.event);
            let events = ground.settled_part(set.iter().filter(has).collect(), &set)?;
            let member = |unit: u32| {
                let event = events.contains(unit);
                let time = observed.get(&unit)?.time;
                Some((unit, Observation { time, event }))
            };
            groups.push(Group {
                words,
                members: set.iter().filter_map(member).collect(),
            });
        }
        let question = Question {
            by: &self.by,
            // It was planned with this catalogue.
            shortest: shortest.map_err(unplanned)?,
            interval: self.interval,
            profile,
            noise: &admission.pinned.noise,
        };
        Ok(question.sheets(&groups, &finished.protected))
    }
}

/// Whether columns have declared values, and make groups that are not too many, each in so
/// many periods.
pub(super) fn are_groups(
    catalogue: &Catalogue,
    by: &[String],
    periods: usize,
) -> Result<(), Failure> {
    let mut groups = periods;
    for name in by {
        let domain = column(catalogue, name)?.domain.as_ref();
        let Some(domain) = domain else {
            return Err(unfit(&format!(
                "column `{name}` of `by` has no declared values"
            )));
        };
        groups = groups.saturating_mul(domain.len() + 1);
    }
    if groups > MOST_GROUPS {
        let message = format!("`by` makes {groups} groups, which are more than {MOST_GROUPS}");
        return Err(unfit(&message));
    }
    Ok(())
}
