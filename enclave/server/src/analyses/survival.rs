//! Survival by group.

use std::collections::HashMap;

use sekisho_disclosure::{
    Contribution, Sheet,
    survival::{Group, Question},
};
use sekisho_proto::v1;
use sekisho_query::worker::Lost;
use sekisho_runtime::status::Failure;
use sekisho_tables::Catalogue;

use super::{
    Ground, INDIVIDUALS, MOST_COLUMNS, column, columns,
    follow_up::{FollowUp, clause, condition},
    unfit,
};

/// Individuals, events, and times.
pub(super) const FIGURES: usize = 3;

/// The figure of events.
const EVENT: usize = 1;

/// The figure of times.
const TIME: usize = 2;

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
        let mut groups = 1_usize;
        for name in &self.by {
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
        // It was planned with this catalogue.
        let shortest = self.follow_up.shortest(&admission.catalogue);
        let interval = shortest.unwrap_or(f64::MAX) * f64::from(self.interval);
        let times: HashMap<u32, &Contribution> = (frame.rows.iter())
            .filter_map(|row| Some((row.unit, row.contributions.get(TIME)?)))
            .collect();
        // A set may be an earlier one: whoever is in it is of its group.
        let strata = frame.strata.by_words();
        let groups: Vec<Group> = (finished.protected.rows().iter())
            .map(|row| {
                let words = finished.keys.words(&row.key);
                let members = strata.get(&words).map(|stratum| {
                    let observed = stratum.everybody.iter().filter_map(|unit| {
                        let event = stratum.of(EVENT).contains(unit);
                        let observed = FollowUp::observation(event, times.get(&unit)?)?;
                        Some((unit, observed))
                    });
                    observed.collect()
                });
                Group {
                    words,
                    members: members.unwrap_or_default(),
                }
            })
            .collect();
        let question = Question {
            by: &self.by,
            interval,
            profile,
            noise: &admission.pinned.noise,
        };
        Ok(question.sheets(&groups, &finished.protected))
    }
}
