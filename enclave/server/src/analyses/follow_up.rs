//! Times and events, read strictly.

use sekisho_disclosure::{Contribution, survival::Observation};
use sekisho_proto::v1;
use sekisho_runtime::status::Failure;
use sekisho_tables::{Catalogue, ColumnType};

use super::{column, number, unfit};
use crate::words::{is_closed, is_column};

/// Who has an event, and when.
#[derive(Debug)]
pub(super) struct FollowUp {
    pub(super) time: String,
    pub(super) event: String,
}

/// The units that a time may have. Of each the shortest interval of a curve, 30 days or
/// what comes nearest, since times to the day would be somebody's; and its length in years.
const UNITS: [(&str, f64, f64); 4] = [
    ("d", 30.0, 1.0 / 365.25),
    ("wk", 5.0, 7.0 / 365.25),
    ("mo", 1.0, 1.0 / 12.0),
    ("a", 1.0 / 12.0, 1.0),
];

impl FollowUp {
    pub(super) fn read(field: &str, asked: Option<v1::FollowUp>) -> Result<Self, Failure> {
        let v1::FollowUp { time, event } = asked.unwrap_or_default();
        if !is_column(&time) {
            let message = "no column of times is named";
            return Err(Failure::invalid(&format!("{field}.time"), message).help(
                "name a column of `individuals`: the time to the event or the last contact",
            ));
        }
        let event = condition(&format!("{field}.event"), &event)?;
        if event.is_empty() {
            let message = "no event is named";
            return Err(Failure::invalid(&format!("{field}.event"), message)
                .help("write a condition, for example `vital_status = 'dead'`"));
        }
        Ok(Self { time, event })
    }

    /// The shortest interval, in the unit of the times.
    pub(super) fn shortest(&self, catalogue: &Catalogue) -> Result<f64, Failure> {
        self.unit(catalogue).map(|(shortest, _)| shortest)
    }

    /// The unit of the times, in years.
    pub(super) fn years(&self, catalogue: &Catalogue) -> Result<f64, Failure> {
        self.unit(catalogue).map(|(_, years)| years)
    }

    fn unit(&self, catalogue: &Catalogue) -> Result<(f64, f64), Failure> {
        let column = column(catalogue, &self.time)?;
        let is_number = matches!(column.r#type, ColumnType::Int | ColumnType::Float);
        let unit = column.unit.as_deref();
        let of = UNITS.iter().find(|(name, ..)| Some(*name) == unit);
        match of.filter(|_| is_number) {
            Some((_, shortest, years)) => Ok((*shortest, *years)),
            None => Err(unfit(&format!(
                "column `{}` is no time: its declared unit is not one of d, wk, mo and a",
                self.time
            ))),
        }
    }

    /// The condition without which nobody takes part.
    pub(super) fn is_followed(&self) -> String {
        format!("{} >= 0", self.time)
    }

    /// The two figures that tell them of everybody: who has the event, and the times.
    pub(super) fn figures(&self) -> String {
        format!(
            "count(DISTINCT individual_id) FILTER (WHERE (\n{}\n)) AS events, sum({}) AS times",
            self.event, self.time
        )
    }

    /// What these figures say of somebody; none of whom no time is known.
    pub(super) fn observation(event: bool, time: &Contribution) -> Option<Observation> {
        let time = number(time).filter(|time| *time >= 0.0)?;
        Some(Observation { time, event })
    }
}

/// Reads a condition, which may be empty.
pub(super) fn condition(field: &str, text: &str) -> Result<String, Failure> {
    let text = text.trim();
    match is_closed(text) {
        true => Ok(text.to_owned()),
        false => Err(Failure::invalid(
            field,
            "the condition has parentheses or quotes that do not match, a comment, or one of \\ ; $ # \
             and the backtick",
        )
        .help("write a condition on columns of `individuals`, in SQL")),
    }
}

/// All conditions at once, as a clause; nothing without any.
pub(super) fn clause(visitors: &str, ours: Option<String>) -> String {
    let visitors = (!visitors.is_empty()).then(|| format!("(\n{visitors}\n)"));
    let all: Vec<String> = visitors.into_iter().chain(ours).collect();
    match all.is_empty() {
        true => String::new(),
        false => format!(" WHERE {}", all.join(" AND ")),
    }
}
