//! The report on quality control.

mod held;
mod measured;

use sekisho_disclosure::{
    Sheet,
    distribution::{FIGURES_PER_MEASURE, Group, Measured, Question},
};
use sekisho_proto::v1;
use sekisho_query::{Planned, worker::Lost};
use sekisho_runtime::status::{Failure, Reason};
use sekisho_tables::{Catalogue, Column, Role, Table};

use super::{Ground, MOST_COLUMNS, columns, follow_up::condition, unplanned};
use held::Held;
use measured::measured;

/// The table of measures, a row for each sample and stage.
const METRICS: &str = "qc_metrics";

/// The table that says what a sample is of.
const SAMPLES: &str = "samples";

/// What a report is always by, where the dataset has it.
const ALWAYS: [&str; 2] = [STAGE, "tissue"];

/// The key whose values are in the order in which samples pass through them.
const STAGE: &str = "stage";

/// Measures of one report.
const MOST_METRICS: usize = 14;

/// Groups that can be asked for.
const MOST_GROUPS: usize = 256;

/// A question about quality, well formed.
#[derive(Debug)]
pub(crate) struct Asked {
    metrics: Vec<String>,
    condition: String,
    by: Vec<String>,
}

/// What a question comes to with a catalogue.
struct Report<'c> {
    /// The keys, with the tables' aliases.
    keys: Vec<(&'static str, &'c Column)>,
    metrics: Vec<(&'c Column, [f64; 2])>,
}

impl Asked {
    /// Reads a question.
    pub(super) fn read(asked: v1::QcReport) -> Result<Self, Failure> {
        let v1::QcReport {
            metrics,
            r#where,
            by,
        } = asked;
        columns(
            "analysis.qc_report.metrics",
            METRICS,
            &metrics,
            MOST_METRICS,
        )?;
        columns("analysis.qc_report.by", SAMPLES, &by, MOST_COLUMNS)?;
        Ok(Self {
            metrics,
            condition: condition("analysis.qc_report.where", &r#where)?,
            by,
        })
    }

    pub(super) fn sql(&self, catalogue: &Catalogue) -> Result<String, Failure> {
        let report = self.report(catalogue)?;
        let key = |(alias, column): &(&str, &Column)| format!("{alias}.{}", column.name);
        let keys: Vec<String> = report.keys.iter().map(key).collect();
        let mut selected = keys.clone();
        selected.push("count(DISTINCT q.individual_id) AS individuals".to_owned());
        for (at, (column, _)) in report.metrics.iter().enumerate() {
            let name = &column.name;
            selected.push(format!(
                "count(DISTINCT q.individual_id) FILTER (WHERE q.{name} IS NOT NULL) AS n_{at}, \
                 avg(q.{name}) AS mean_{at}, stddev(q.{name}) AS deviation_{at}"
            ));
        }
        let mut from = format!("{METRICS} q");
        if report.keys.iter().any(|(alias, _)| *alias == "s") {
            from += &format!(
                " JOIN {SAMPLES} s ON s.individual_id = q.individual_id AND s.sample_id = q.sample_id"
            );
        }
        if !self.condition.is_empty() {
            from += &format!(
                " JOIN (SELECT individual_id FROM individuals WHERE (\n{}\n)) i \
                 ON i.individual_id = q.individual_id",
                self.condition
            );
        }
        let grouped = match keys.is_empty() {
            true => String::new(),
            false => format!(" GROUP BY {}", keys.join(", ")),
        };
        Ok(format!(
            "SELECT {} FROM {from}{grouped}",
            selected.join(", ")
        ))
    }

    pub(super) fn canonical(&self) -> String {
        format!("quality of {}", self.metrics.join(", "))
    }

    /// Whether what was planned is still what was meant.
    pub(super) fn fits(&self, planned: &Planned) -> bool {
        let [shape] = planned.shapes.as_slice() else {
            return false;
        };
        let tables = [METRICS, SAMPLES, super::INDIVIDUALS];
        let figures = shape.measures.len();
        shape.many
            && shape.sites.is_none()
            && shape
                .tables
                .iter()
                .all(|table| tables.contains(&table.as_str()))
            && figures > 1
            && (figures - 1).is_multiple_of(FIGURES_PER_MEASURE)
            && planned.as_is.is_some()
    }

    pub(super) fn sheets(&self, ground: &Ground<'_>) -> Result<Vec<Sheet>, Lost> {
        let report = self
            .report(&ground.admission.catalogue)
            .map_err(unplanned)?;
        let (finished, _) = ground.only()?;
        let names: Vec<&str> = (report.metrics.iter())
            .map(|(column, _)| column.name.as_str())
            .collect();
        let held = Held::read(ground, &names)?;
        let protected = &finished.protected;
        let groups: Vec<Group> = (protected.rows().iter())
            .map(|row| Group {
                words: finished.keys.words(&row.key),
                values: held.values(&row.key),
            })
            .collect();
        let by: Vec<String> = report
            .keys
            .iter()
            .map(|(_, column)| column.name.clone())
            .collect();
        let measures: Vec<Measured> = (report.metrics.iter())
            .map(|(column, bounds)| measured(column, *bounds))
            .collect();
        let question = Question {
            by: &by,
            measures: &measures,
            profile: ground.profile,
            noise: &ground.admission.pinned.noise,
        };
        let mut sheets = question.sheets(&groups, protected);
        // A table that has one stage has no next one, whatever its rows say.
        let stage = report.keys.iter().position(|(_, column)| {
            let stages = column.domain.as_ref().map_or(0, Vec::len);
            column.name == STAGE && stages > 1
        });
        if let Some(stage) = stage {
            let changes = held.changes(ground, stage)?;
            sheets.extend(question.changes(stage, &groups, &changes, protected));
        }
        Ok(sheets)
    }

    fn report<'c>(&self, catalogue: &'c Catalogue) -> Result<Report<'c>, Failure> {
        let metrics = catalogue
            .table(METRICS)
            .ok_or_else(|| unfit("the dataset offers this project no table `qc_metrics`"))?;
        let samples = catalogue.table(SAMPLES);
        let found = |name: &str| {
            let of = |table: &'c Table, alias| Some((alias, table.column(name)?));
            of(metrics, "q").or_else(|| of(samples?, "s"))
        };
        let mut keys: Vec<(&'static str, &Column)> = Vec::new();
        let further = self
            .by
            .iter()
            .map(String::as_str)
            .filter(|name| !ALWAYS.contains(name));
        for name in further {
            let key = found(name).filter(|(_, column)| column.domain.is_some());
            keys.push(key.ok_or_else(|| {
                let message = "of `qc_metrics` or `samples` has declared values";
                unfit(&format!("no column `{name}` {message}"))
            })?);
        }
        let always = ALWAYS.iter().filter_map(|name| found(name));
        let always = always.filter(|(_, column)| column.domain.is_some());
        keys.splice(0..0, always);
        let groups = keys.iter().fold(1_usize, |groups, (_, column)| {
            let values = column.domain.as_ref().map_or(1, |domain| domain.len() + 1);
            groups.saturating_mul(values)
        });
        if groups > MOST_GROUPS {
            let message = format!("`by` makes {groups} groups, which are more than {MOST_GROUPS}");
            return Err(unfit(&message));
        }
        let is_asked = |column: &&Column| match self.metrics.is_empty() {
            true => column.role == Role::Technical,
            false => self.metrics.contains(&column.name),
        };
        let bounded = |column: &'c Column| Some((column, column.bounds?));
        let of: Vec<_> = (metrics.columns.iter().filter(is_asked))
            .filter_map(bounded)
            .collect();
        if of.len() > MOST_METRICS {
            let message = format!("`qc_metrics` has {} technical columns", of.len());
            return Err(unfit(&message).help(format!("name at most {MOST_METRICS} as metrics")));
        }
        let missing = self
            .metrics
            .iter()
            .find(|name| !of.iter().any(|(column, _)| column.name == **name));
        match missing {
            Some(name) => Err(unfit(&format!(
                "no column `{name}` of `qc_metrics` has bounds"
            ))),
            None if of.is_empty() => Err(unfit("no column of `qc_metrics` has bounds")),
            None => Ok(Report { keys, metrics: of }),
        }
    }
}

fn unfit(what: &str) -> Failure {
    Failure::new(Reason::QueryRefused, what)
        .help("`tables` lists the columns of `qc_metrics` and `samples`, with bounds and values")
        .with("rule", "analysis.columns")
}
