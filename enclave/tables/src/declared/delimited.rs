//! Rows of CSV and TSV files.

use std::io::BufRead;

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};

use crate::compressed::{self, Inflate};
use crate::inputs::Input;
use crate::manifest::DeclaredTable;
use crate::{IngestError, InputError, Place};

use super::RowSource;

/// Rows of a delimited file. `.csv` has commas and quotes; any other has tabs and
/// no quotes, unless the manifest names a delimiter.
pub(super) struct DelimitedRows<'a> {
    lines: Lines<'a>,
    /// For each declared column, which field of a record it is, or what it is in all.
    fields: Vec<Cell>,
}

/// Where a cell comes from.
enum Cell {
    Field(usize),
    Given(String),
}

/// A delimited file behind its header.
pub(super) struct Lines<'a> {
    file: &'a Input,
    reader: Reader<Box<dyn BufRead + Send>>,
    /// The line that was read last.
    pub(super) record: StringRecord,
    /// The names of the header's fields.
    pub(super) names: Vec<String>,
    /// The header's line.
    pub(super) header: u64,
    /// Fields in the header, without empty ones at its end.
    pub(super) width: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn open(file: &'a Input, table: &DeclaredTable) -> Result<Self, IngestError> {
        let bytes = compressed::open(&file.path, &Default::default(), Inflate::Here)
            .map_err(IngestError::io(&file.path))?;
        let name = file.name.strip_suffix(".gz").unwrap_or(&file.name);
        let default = if name.ends_with(".csv") { b',' } else { b'\t' };
        let delimiter = table.delimiter.unwrap_or(default);
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .comment(table.comment)
            .quoting(delimiter != b'\t')
            .has_headers(true)
            .flexible(true)
            .from_reader(bytes);
        let header = reader.headers().map_err(|error| unreadable(file, &error))?;
        let names: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        let width = names
            .iter()
            .rposition(|name| !name.is_empty())
            .map_or(0, |last| last + 1);
        let header = header.position().map_or(1, csv::Position::line);
        Ok(Self {
            file,
            reader,
            record: StringRecord::new(),
            names,
            header,
            width,
        })
    }

    /// Reads the next line, which has as many fields as the header.
    pub(super) fn read(&mut self) -> Result<Option<Place>, InputError> {
        let more = self
            .reader
            .read_record(&mut self.record)
            .map_err(|error| unreadable(self.file, &error))?;
        if !more {
            return Ok(None);
        }
        let line = self.record.position().map_or(0, csv::Position::line);
        let place = Place::Line(line);
        let stray = self.record.iter().skip(self.width).any(|f| !f.is_empty());
        if self.record.len() < self.width || stray {
            return Err(InputError::new(
                &self.file.name,
                place,
                format!(
                    "expected {} fields as in the header, found {}",
                    self.width,
                    self.record.len()
                ),
            ));
        }
        Ok(Some(place))
    }

    /// Which field has this name.
    pub(super) fn field(&self, from: &str) -> Result<usize, InputError> {
        field(&self.names, from, self.file, self.header)
    }
}

impl<'a> DelimitedRows<'a> {
    pub(super) fn open(
        file: &'a Input,
        table: &DeclaredTable,
        given: Vec<Option<String>>,
    ) -> Result<Self, IngestError> {
        let lines = Lines::open(file, table)?;
        let cells = table.columns.iter().zip(given);
        let fields = cells.map(|(column, given)| match given {
            Some(text) => Ok(Cell::Given(text)),
            None => lines.field(&column.from).map(Cell::Field),
        });
        Ok(Self {
            fields: fields.collect::<Result<_, _>>()?,
            lines,
        })
    }
}

impl RowSource for DelimitedRows<'_> {
    fn read(&mut self, cells: &mut Vec<String>) -> Result<Option<Place>, InputError> {
        let Some(place) = self.lines.read()? else {
            return Ok(None);
        };
        cells.resize_with(self.fields.len(), String::new);
        for (cell, field) in cells.iter_mut().zip(&self.fields) {
            let text = match field {
                Cell::Field(field) => self.lines.record.get(*field).unwrap_or(""),
                Cell::Given(text) => text,
            };
            text.clone_into(cell);
        }
        Ok(Some(place))
    }
}

fn field(names: &[String], from: &str, file: &Input, line: u64) -> Result<usize, InputError> {
    let fail =
        |message: &str| Err(InputError::new(&file.name, Place::Line(line), message).in_field(from));
    let mut found = (0..names.len()).filter(|i| names.get(*i).is_some_and(|name| name == from));
    match (found.next(), found.next()) {
        (Some(index), None) => Ok(index),
        (None, _) => fail("the header has no such column; correct `from` or `delimiter`"),
        (Some(_), Some(_)) => fail("the header has the column twice; rename one"),
    }
}

fn unreadable(file: &Input, error: &csv::Error) -> InputError {
    let place = error
        .position()
        .map_or(Place::File, |position| Place::Line(position.line()));
    let message = match error.kind() {
        ErrorKind::Utf8 { .. } => "expected UTF-8; convert the file, for instance with iconv",
        ErrorKind::Io(_) => "the file cannot be read to its end; copy it again",
        _ => "the line cannot be read as delimited text",
    };
    InputError::new(&file.name, place, message)
}
