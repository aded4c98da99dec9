//! Rates of events over person-time, by group or period.
//!
//! All of it is protected cells, as the same question in SQL would have them.

use jiff::civil::Date;
use sekisho_disclosure::{
    Sheet,
    rates::{Against, Question},
};
use sekisho_proto::v1;
use sekisho_query::{cells::Finished, worker::Lost};
use sekisho_runtime::status::Failure;
use sekisho_tables::{Catalogue, ColumnType};

use super::{
    INDIVIDUALS, MOST_COLUMNS, column, columns,
    follow_up::{FollowUp, clause, condition},
    survival::are_groups,
    unfit, unplanned,
};
use crate::words::is_column;

/// Individuals, events, and times.
pub(super) const FIGURES: usize = 3;

/// The key of a split, and its values.
const PERIOD: &str = "period";
const PERIODS: [&str; 2] = ["before", "after"];

/// A question about rates, well formed.
#[derive(Debug)]
pub(crate) struct Asked {
    follow_up: FollowUp,
    condition: String,
    by: Vec<String>,
    split: Option<Split>,
}

/// Before a day, or from it on.
#[derive(Debug)]
struct Split {
    began: String,
    day: Date,
}

impl Asked {
    /// Reads a question.
    pub(super) fn read(asked: v1::Rates) -> Result<Self, Failure> {
        let v1::Rates {
            follow_up,
            r#where,
            by,
            split,
        } = asked;
        columns("analysis.rates.by", INDIVIDUALS, &by, MOST_COLUMNS)?;
        let split = split.map(Split::read).transpose()?;
        if split.is_some() && by.iter().any(|name| name == PERIOD) {
            let message = format!("`{PERIOD}` is what a split makes");
            return Err(Failure::invalid("analysis.rates.by", message)
                .help("leave it out, or ask without a split"));
        }
        Ok(Self {
            follow_up: FollowUp::read("analysis.rates.follow_up", follow_up)?,
            condition: condition("analysis.rates.where", &r#where)?,
            by,
            split,
        })
    }

    pub(super) fn canonical(&self) -> String {
        match &self.split {
            None => "rates".to_owned(),
            Some(Split { began, day }) => format!("rates split by {began} at {day}"),
        }
    }

    /// How many keys its groups have.
    pub(super) fn keys(&self) -> usize {
        self.by.len() + usize::from(self.split.is_some())
    }

    pub(super) fn sql(&self, catalogue: &Catalogue) -> Result<String, Failure> {
        self.follow_up.years(catalogue)?;
        let periods = self.split.as_ref().map_or(1, |_| PERIODS.len());
        are_groups(catalogue, &self.by, periods)?;
        let mut keys = self.by.clone();
        let mut needed = self.follow_up.is_followed();
        let mut named = self.by.clone();
        if let Some(split) = &self.split {
            split.is_of(catalogue)?;
            keys.push(split.period());
            named.push(format!("{} AS {PERIOD}", split.period()));
            needed += &format!(" AND {} IS NOT NULL", split.began);
        }
        let named: String = named.iter().map(|key| format!("{key}, ")).collect();
        let grouped = match keys.is_empty() {
            true => String::new(),
            false => format!(" GROUP BY {}", keys.join(", ")),
        };
        Ok(format!(
            "SELECT {named}count(DISTINCT individual_id) AS individuals, {} FROM individuals{}{grouped}",
            self.follow_up.figures(),
            clause(&self.condition, Some(needed))
        ))
    }

    pub(super) fn sheets(
        &self,
        catalogue: &Catalogue,
        finished: &[Finished],
    ) -> Result<Vec<Sheet>, Lost> {
        let [only] = finished else {
            return Err(Lost);
        };
        let rows = only.protected.rows().iter();
        let words: Vec<_> = rows.map(|row| only.keys.words(&row.key)).collect();
        let period = self.split.as_ref().map(|_| PERIOD.to_owned());
        let by: Vec<String> = self.by.iter().cloned().chain(period).collect();
        let question = Question {
            by: &by,
            against: match self.split {
                None => Against::FirstGroup,
                Some(_) => Against::FirstPeriod,
            },
            // It was planned with this catalogue.
            unit: self.follow_up.years(catalogue).map_err(unplanned)?,
        };
        Ok(question.sheets(&words, &only.protected))
    }
}

impl Split {
    fn read(asked: v1::Split) -> Result<Self, Failure> {
        let v1::Split { began, day } = asked;
        if !is_column(&began) {
            let message = "no column of dates is named";
            return Err(Failure::invalid("analysis.rates.split.began", message)
                .help("name a column of `individuals`: when the follow-up began"));
        }
        let is_written = day.len() == "2020-01-31".len();
        let day = day.parse().ok().filter(|_| is_written);
        let day = day.ok_or_else(|| {
            let message = "the day is none of the calendar";
            Failure::invalid("analysis.rates.split.day", message)
                .help("write it as YYYY-MM-DD, for example 2020-04-01")
        })?;
        Ok(Self { began, day })
    }

    fn is_of(&self, catalogue: &Catalogue) -> Result<(), Failure> {
        let began = &self.began;
        match column(catalogue, began)?.r#type {
            ColumnType::Date => Ok(()),
            _ => Err(unfit(&format!("column `{began}` has no dates"))),
        }
    }

    /// The period, as a key: of declared values, before first.
    fn period(&self) -> String {
        let Self { began, day } = self;
        let [before, after] = PERIODS;
        // An earlier set may have people without a date: they belong to neither.
        format!(
            "CASE WHEN {began} < DATE '{day}' THEN '{before}' \
             WHEN {began} >= DATE '{day}' THEN '{after}' END"
        )
    }
}
