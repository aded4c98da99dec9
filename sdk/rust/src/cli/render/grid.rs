//! Tables for people.

use std::{
    io::{self, Write},
    sync::Arc,
};

use arrow::{
    array::{ArrayRef, RecordBatch, StringArray},
    util::pretty::pretty_format_batches,
};

use unicode_width::UnicodeWidthStr as _;

/// A table of texts.
pub(super) struct Grid {
    names: Vec<String>,
    columns: Vec<Vec<String>>,
}

impl Grid {
    /// An empty table with these columns.
    pub(super) fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let names: Vec<_> = names.into_iter().map(plain).collect();
        Self {
            columns: vec![Vec::new(); names.len()],
            names,
        }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.push(plain(&cell));
        }
    }

    /// Aligns a column to the right, as figures are read.
    pub(super) fn align_right(&mut self, column: usize) {
        let (Some(cells), Some(name)) = (self.columns.get_mut(column), self.names.get(column))
        else {
            return;
        };
        let widest = cells
            .iter()
            .map(|cell| cell.width())
            .fold(name.width(), usize::max);
        for cell in cells {
            *cell = format!("{}{cell}", " ".repeat(widest - cell.width()));
        }
    }

    /// Prints it.
    pub(super) fn print(self, out: &mut impl Write) -> io::Result<()> {
        let columns = self.names.iter().zip(self.columns);
        let columns = columns.map(|(name, cells)| {
            let column: ArrayRef = Arc::new(StringArray::from(cells));
            (name, column)
        });
        let batch = RecordBatch::try_from_iter(columns).map_err(io::Error::other)?;
        let pretty = pretty_format_batches(&[batch]).map_err(io::Error::other)?;
        writeln!(out, "{pretty}")
    }
}

/// A text without control characters, which could move a terminal's cursor.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect()
}
