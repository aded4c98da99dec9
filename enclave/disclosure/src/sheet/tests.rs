//! What the tests of every analysis read of its sheets.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;

impl Sheet {
    /// The numbers under a column, row by row.
    pub(crate) fn numbers(&self, column: &str) -> Vec<Option<f64>> {
        let at = self.columns.iter().position(|of| of.name == column);
        let at = at.unwrap();
        let number = |row: &Vec<Entry>| match row[at] {
            Entry::Integer(value) => Some(value as f64),
            Entry::Fraction(value) => Some(value),
            Entry::Nothing | Entry::Text(_) => None,
        };
        self.rows.iter().map(number).collect()
    }
}
