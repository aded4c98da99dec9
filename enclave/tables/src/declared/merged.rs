//! Rows that tools' outputs make: one for each sample and stage.

use std::collections::{BTreeMap, HashMap};

use crate::ingest::Warnings;
use crate::inputs::Input;
use crate::manifest::{
    self, Captures, DeclaredColumn, DeclaredTable, Field, ManifestError, Source,
};
use crate::quality::{self, Computed, Reading, Value};
use crate::{IngestError, InputError, Role};

use super::{At, Owner, cell};

/// The most bytes of a sample's name in an error.
const MOST_NAME_BYTES: usize = 256;

/// A row whose cells are checked one by one.
pub(super) struct MergedRow<'a> {
    pub(super) cells: Vec<String>,
    /// Where it is named first.
    pub(super) at: At<'a>,
}

/// Reads the files of a table's sources, and puts together what they say of the
/// same sample at the same stage.
pub(super) fn rows<'a>(
    table: &'a DeclaredTable,
    files: &'a [Vec<Input>],
    computed: Option<&Computed>,
    samples: &'a HashMap<String, Owner>,
    warnings: &Warnings,
) -> Result<Vec<MergedRow<'a>>, IngestError> {
    let mut merge = Merge {
        table,
        samples,
        warnings,
        rows: BTreeMap::new(),
    };
    for (source, files) in table.sources.iter().zip(files) {
        if source.is_computed() {
            for reading in computed
                .iter()
                .flat_map(|computed| computed.readings(source))
            {
                let sample = reading.sample.clone().unwrap_or_default();
                let captures = Captures::from([("sample_id".to_owned(), sample.clone())]);
                let row = merge.row(source, manifest::FILE, &captures, reading);
                row.map_err(|error| error.of_sample(&sample))?;
            }
            continue;
        }
        let mut given = vec![false; source.fields.len()];
        for file in files {
            let mut any = false;
            quality::read(file, source, &mut |reading| {
                for value in &reading.values {
                    any = true;
                    if let Some(given) = given.get_mut(value.field) {
                        *given = true;
                    }
                }
                merge.add(source, file, reading)
            })?;
            if !any {
                return Err(none_of_fields(source, file).into());
            }
        }
        let mut fields = source.fields.iter().zip(given);
        if let Some((field, _)) = fields.find(|(_, given)| !given) {
            let message = format!(
                "no file of the source has the field `{}`; write it as the tool does",
                field.name
            );
            let line = source.line;
            return Err(ManifestError { line, message }.into());
        }
    }
    Ok(merge.close())
}

fn none_of_fields(source: &Source, file: &Input) -> InputError {
    let names: Vec<String> = (source.fields.iter())
        .map(|field| format!("`{}`", field.name))
        .collect();
    let message = format!(
        "expected a field of {}, found none; correct `columns`, `files` or `only`",
        names.join(", ")
    );
    InputError::new(&file.name, crate::Place::File, message)
}

/// Errors name samples, as those of [[variants]] do: they are for who has the files, and a
/// line is of many samples or of none. A text that no table `samples` could have is what
/// something else in the file says, and is not repeated.
pub(super) fn named(sample: &str) -> String {
    match sample.len() <= MOST_NAME_BYTES && !sample.contains(char::is_control) {
        true => format!("sample `{sample}`"),
        false => "a text that is no sample's name".to_owned(),
    }
}

struct Merge<'a, 'w> {
    table: &'a DeclaredTable,
    samples: &'a HashMap<String, Owner>,
    warnings: &'w Warnings,
    /// By sample and stage. There are at most as many as samples and stages, which
    /// are known.
    rows: BTreeMap<(String, String), Row<'a>>,
}

struct Row<'a> {
    cells: Vec<Option<Cell<'a>>>,
    at: At<'a>,
}

struct Cell<'a> {
    text: String,
    at: At<'a>,
}

impl<'a> Merge<'a, '_> {
    fn add(
        &mut self,
        source: &Source,
        file: &'a Input,
        reading: Reading,
    ) -> Result<(), InputError> {
        let Some(mut captures) = source.captures(&file.name) else {
            let message =
                "expected a name that gives each part in braces one value, which is not empty";
            return Err(InputError::new(&file.name, crate::Place::File, message));
        };
        if let (Some(pattern), Some(name)) = (&source.sample, &reading.sample)
            && !pattern.capture(name, &mut captures)
        {
            Warnings::count(&self.warnings.other_names, 1);
            return Ok(());
        }
        self.row(source, &file.name, &captures, reading)
    }

    /// Adds to the row of the sample and stage that `captures` make.
    fn row(
        &mut self,
        source: &Source,
        file: &'a str,
        captures: &Captures,
        reading: Reading,
    ) -> Result<(), InputError> {
        let at = At {
            file,
            place: reading.place,
        };
        let sample = source.sample_id.fill(captures);
        let stage = source.stage.as_ref().map(|stage| stage.fill(captures));
        let key = (sample, stage.unwrap_or_default());
        let table = self.table;
        if !self.rows.contains_key(&key) {
            let row = self.begin(&key, at)?;
            self.rows.insert(key.clone(), row);
        }
        let Some(row) = self.rows.get_mut(&key) else {
            return Ok(());
        };
        for value in reading.values {
            let Some(field) = source.fields.get(value.field) else {
                continue;
            };
            if let Some(column) = table.columns.get(field.column) {
                row.fill(&key, field, column, file, value)?;
            }
        }
        Ok(())
    }

    /// An empty row of a sample that is known, at a stage that is declared.
    fn begin(&self, key: &(String, String), at: At<'a>) -> Result<Row<'a>, InputError> {
        let (sample, stage) = key;
        let Some(owner) = self.samples.get(sample) else {
            let message = format!(
                "{} has no row in table `samples`; add one, or say with `sample` and `sample_id` \
                 how samples are named",
                named(sample)
            );
            return Err(at.error(message).in_field("sample_id"));
        };
        let mut row = Row {
            cells: Vec::new(),
            at,
        };
        for DeclaredColumn { column, .. } in &self.table.columns {
            let text = match column.name.as_str() {
                "sample_id" => Some(sample),
                "stage" => Some(stage),
                _ => (column.role == Role::Unit).then_some(&owner.individual),
            };
            if let Some(text) = text {
                cell::check(text, column)
                    .map_err(|expected| at.error(expected).in_field(&column.name))?;
            }
            row.cells.push(text.map(|text| Cell {
                text: text.clone(),
                at,
            }));
        }
        Ok(row)
    }

    fn close(self) -> Vec<MergedRow<'a>> {
        let merged = self.rows.into_values().map(|row| MergedRow {
            at: row.at,
            cells: (row.cells.into_iter())
                .map(|cell| cell.map_or_else(String::new, |cell| cell.text))
                .collect(),
        });
        merged.collect()
    }
}

impl<'a> Row<'a> {
    fn fill(
        &mut self,
        (sample, stage): &(String, String),
        field: &Field,
        column: &DeclaredColumn,
        file: &'a str,
        value: Value,
    ) -> Result<(), InputError> {
        let at = At {
            file,
            place: value.place,
        };
        // The field's name is the manifest's.
        let fail = |message: String| Err(at.error(message).in_field(&field.name));
        let mut text = value.text;
        if column.missing.contains(&text) {
            text.clear();
        }
        if let (Some(exponent), false) = (field.exponent, text.is_empty()) {
            match scaled(&text, exponent) {
                Ok(scaled) => text = scaled,
                Err(expected) => return fail(expected),
            }
        }
        cell::normalise(&mut text, column);
        if text.is_empty() {
            return Ok(());
        }
        if let Err(expected) = cell::check(&text, &column.column) {
            return fail(expected);
        }
        let Some(cell) = self.cells.get_mut(field.column) else {
            return Ok(());
        };
        if let Some(Cell { at: before, .. }) = cell {
            let stage = match stage.as_str() {
                "" => String::new(),
                stage => format!(" at stage `{stage}`"),
            };
            return fail(format!(
                "{}{stage} has `{}` already from {}{}; let one place give it",
                named(sample),
                column.column.name,
                before.file,
                before.place
            ));
        }
        *cell = Some(Cell { text, at });
        Ok(())
    }
}

/// A number times a power of ten, which moves its point and changes no digit.
fn scaled(text: &str, exponent: i32) -> Result<String, String> {
    let number = cell::float(text)?;
    let moved = match text.contains(['e', 'E']) {
        true => number * 10_f64.powi(exponent),
        false => cell::float(&format!("{text}e{exponent}"))?,
    };
    Ok(moved.to_string())
}
