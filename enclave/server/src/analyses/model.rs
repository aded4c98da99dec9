//! Regression and Cox models.

use std::fmt::Write as _;

use roaring::RoaringBitmap;
use sekisho_disclosure::{
    Sheet,
    model::{Covariate, Data, Outcome, Rules, Values},
};
use sekisho_proto::v1;
use sekisho_query::worker::Lost;
use sekisho_runtime::status::Failure;
use sekisho_tables::{Catalogue, Column, ColumnType};

use super::{
    ANALYSED, Ground, INDIVIDUALS, column, columns,
    follow_up::{FollowUp, clause, condition},
    number, unfit, unplanned,
};
use crate::{
    private::Frame,
    words::{is_column, literal},
};

/// Columns that can explain an outcome.
const MOST_COVARIATES: usize = 16;

/// Numbers and levels of all covariates together: a figure each.
const MOST_TERMS: usize = 40;

/// A question about a model, well formed.
#[derive(Debug)]
pub(crate) struct Asked {
    outcome: Explained,
    covariates: Vec<String>,
    pub(super) condition: String,
}

/// What is explained.
#[derive(Debug)]
pub(super) enum Explained {
    FollowUp(FollowUp),
    Condition(String),
    Measure(String),
}

impl Asked {
    /// Reads a question.
    pub(super) fn read(asked: v1::Model) -> Result<Self, Failure> {
        let v1::Model {
            outcome,
            covariates,
            r#where,
        } = asked;
        let outcome = match outcome {
            Some(v1::model::Outcome::FollowUp(asked)) => {
                Explained::FollowUp(FollowUp::read("analysis.model.follow_up", Some(asked))?)
            }
            Some(v1::model::Outcome::Condition(text)) if !text.trim().is_empty() => {
                Explained::Condition(condition("analysis.model.condition", &text)?)
            }
            Some(v1::model::Outcome::Measure(name)) if is_column(&name) => Explained::Measure(name),
            _ => {
                return Err(Failure::invalid("analysis.model", "no outcome is named")
                    .help("give a follow-up, a condition, or a column of numbers"));
            }
        };
        if covariates.is_empty() {
            return Err(
                Failure::invalid("analysis.model.covariates", "none is named")
                    .help("name columns of `individuals` that may explain the outcome"),
            );
        }
        Self::of("analysis.model", outcome, covariates, &r#where)
    }

    /// Of an outcome that was read, with covariates that are read now, under a field's name.
    pub(super) fn of(
        field: &str,
        outcome: Explained,
        covariates: Vec<String>,
        condition: &str,
    ) -> Result<Self, Failure> {
        let of_covariates = format!("{field}.covariates");
        columns(&of_covariates, INDIVIDUALS, &covariates, MOST_COVARIATES)?;
        let explained = match &outcome {
            Explained::FollowUp(FollowUp { time, .. }) => Some(time),
            Explained::Measure(name) => Some(name),
            Explained::Condition(_) => None,
        };
        if let Some(name) = explained.filter(|name| covariates.contains(name)) {
            let message = format!("`{name}` is what is explained, and explains it");
            return Err(
                Failure::invalid(&of_covariates, message).help("leave it out of the covariates")
            );
        }
        Ok(Self {
            outcome,
            covariates,
            condition: self::condition(&format!("{field}.where"), condition)?,
        })
    }

    pub(super) fn canonical(&self) -> String {
        let outcome = match self.outcome {
            Explained::FollowUp(_) => "cox",
            Explained::Condition(_) => "logistic",
            Explained::Measure(_) => "linear",
        };
        format!("{outcome} of {}", self.covariates.join(", "))
    }

    /// Whether a query has its figures: individuals, the outcome's, those of covariates. Of
    /// two that are the same it would have one, and another's would be taken for it.
    pub(super) fn has(&self, catalogue: &Catalogue, figures: usize) -> bool {
        let width = |name: &String| {
            let of = column(catalogue, name).ok()?;
            Some(levels(of).map_or(1, |labels| labels.len()))
        };
        let terms: Option<usize> = self.covariates.iter().map(width).sum();
        terms.is_some_and(|terms| figures == 1 + self.of_outcome() + terms)
    }

    fn of_outcome(&self) -> usize {
        match self.outcome {
            Explained::FollowUp(_) => 2,
            Explained::Condition(_) | Explained::Measure(_) => 1,
        }
    }

    pub(super) fn sql(&self, catalogue: &Catalogue) -> Result<String, Failure> {
        let (figures, needed) = self.figures(catalogue)?;
        Ok(format!(
            "SELECT {figures} FROM individuals{}",
            clause(&self.condition, needed)
        ))
    }

    /// Its figures, and the condition without which nobody takes part.
    pub(super) fn figures(
        &self,
        catalogue: &Catalogue,
    ) -> Result<(String, Option<String>), Failure> {
        let (outcome, needed) = match &self.outcome {
            Explained::FollowUp(follow_up) => {
                follow_up.shortest(catalogue)?;
                (follow_up.figures(), Some(follow_up.is_followed()))
            }
            Explained::Condition(condition) => (
                format!("count(DISTINCT individual_id) FILTER (WHERE (\n{condition}\n)) AS cases"),
                None,
            ),
            Explained::Measure(name) => {
                let of = column(catalogue, name)?;
                if !is_number(of) {
                    return Err(unfit(&format!("column `{name}` has no numbers")));
                }
                (
                    format!("sum({name}) AS outcome"),
                    Some(format!("{name} IS NOT NULL")),
                )
            }
        };
        let mut covariates = String::new();
        let mut terms = 0_usize;
        for name in &self.covariates {
            for figure in terms_of(column(catalogue, name)?)? {
                // Writing to a string cannot fail.
                let _ = write!(covariates, ", {figure} AS term_{terms}");
                terms += 1;
            }
        }
        if terms > MOST_TERMS {
            let message =
                format!("the covariates make {terms} terms, which are more than {MOST_TERMS}");
            return Err(unfit(&message));
        }
        let figures =
            format!("count(DISTINCT individual_id) AS individuals, {outcome}{covariates}");
        Ok((figures, needed))
    }

    pub(super) fn sheets(&self, ground: &Ground<'_>) -> Result<Vec<Sheet>, Lost> {
        let rules = Rules {
            profile: ground.profile,
            noise: &ground.admission.pinned.noise,
        };
        let (data, complete) = self.settled(ground, None, rules)?;
        Ok(data.over(&complete, rules).sheets(rules))
    }

    /// The columns, and whose they are: those who have a value for everything, and what else
    /// is read of people.
    ///
    /// They are settled once more: else a column that one person lacks would leave out that
    /// person alone. And so are those of them who have the outcome: people were left out of
    /// whom conditions spoke.
    pub(super) fn settled(
        &self,
        ground: &Ground<'_>,
        read: Option<&RoaringBitmap>,
        rules: Rules<'_>,
    ) -> Result<(Data, RoaringBitmap), Lost> {
        let (_, frame) = ground.only()?;
        let mut data = self.data(frame, &ground.admission.catalogue)?;
        let everybody = &frame.strata.iter().next().ok_or(Lost)?.everybody;
        let mut complete = data.complete(everybody, rules);
        let mut having: RoaringBitmap = data.units().collect();
        if let Some(read) = read {
            complete &= read;
            having &= read;
        }
        ground.settle_among(ANALYSED, &having, [&mut complete].into_iter())?;
        if let Some(cases) = data.cases(&complete) {
            data.settle(&ground.settled_part(cases, &complete)?);
        }
        Ok((data, complete))
    }

    /// What is explained, in words that tell outcomes apart.
    fn name(&self) -> String {
        match &self.outcome {
            Explained::FollowUp(FollowUp { time, .. }) => format!("time:{time}"),
            Explained::Condition(_) => "complete".to_owned(),
            Explained::Measure(name) => format!("value:{name}"),
        }
    }

    /// The columns, of everybody who has an outcome.
    pub(super) fn data(&self, frame: &Frame, catalogue: &Catalogue) -> Result<Data, Lost> {
        let first = 1 + self.of_outcome();
        let (mut units, mut rows) = (Vec::new(), Vec::new());
        let mut observations = Vec::new();
        let mut cases = Vec::new();
        let mut numbers = Vec::new();
        for row in &frame.rows {
            let of = row.contributions.as_slice();
            let outcome = match (&self.outcome, of) {
                (Explained::FollowUp(_), [_, event, time, ..]) => {
                    let observed = FollowUp::observation(event.count > 0, time);
                    observed.map(|observed| observations.push(observed))
                }
                (Explained::Condition(_), [_, case, ..]) => {
                    cases.push(case.count > 0);
                    Some(())
                }
                (Explained::Measure(_), [_, value, ..]) => number(value).map(|of| numbers.push(of)),
                _ => return Err(Lost),
            };
            if outcome.is_some() {
                units.push(row.unit);
                rows.push(of.get(first..).unwrap_or_default());
            }
        }
        let mut covariates = Vec::new();
        let mut at = 0;
        for name in &self.covariates {
            let column = column(catalogue, name).map_err(unplanned)?;
            let width = levels(column).map_or(1, |labels| labels.len());
            let of = rows.iter();
            let of = of.map(|row| row.get(at..at + width).unwrap_or_default());
            let values = match levels(column) {
                None => Values::Numbers(of.map(|of| of.first().and_then(number)).collect()),
                Some(labels) => Values::Levels {
                    of: of.map(|of| of.iter().position(|of| of.count > 0)).collect(),
                    labels,
                },
            };
            at += width;
            covariates.push(Covariate {
                name: name.clone(),
                values,
            });
        }
        let outcome = match self.outcome {
            Explained::FollowUp(_) => Outcome::Survival(observations),
            Explained::Condition(_) => Outcome::Condition(cases),
            Explained::Measure(_) => Outcome::Number(numbers),
        };
        Ok(Data::new(units, self.name(), outcome, covariates))
    }
}

fn is_number(column: &Column) -> bool {
    matches!(column.r#type, ColumnType::Int | ColumnType::Float)
}

/// A column's levels; none of a column of numbers.
pub(super) fn levels(column: &Column) -> Option<Vec<String>> {
    match column.r#type {
        ColumnType::Bool => Some(["false", "true"].map(str::to_owned).to_vec()),
        _ => column.domain.clone().filter(|_| !is_number(column)),
    }
}

/// A column's figures: its numbers, or who has each of its levels.
fn terms_of(column: &Column) -> Result<Vec<String>, Failure> {
    let name = &column.name;
    if is_number(column) {
        return Ok(vec![format!("sum({name})")]);
    }
    let Some(levels) = levels(column) else {
        let message = format!("column `{name}` has neither numbers nor declared values");
        return Err(unfit(&message));
    };
    let term = |level: &String| {
        let value = match column.r#type {
            ColumnType::Bool => level.clone(),
            _ => literal(level),
        };
        format!("count(DISTINCT individual_id) FILTER (WHERE {name} = {value})")
    };
    Ok(levels.iter().map(term).collect())
}
