//! A digest of a table's rows: by it a receipt vouches for a table that the ledger
//! does not keep.

use sha2::{Digest as _, Sha256};

use crate::Digest;

/// The parameter of a release that holds the digest.
pub const ROWS_SHA256: &str = "rows_sha256";

/// What of a table's own metadata holds the salt, in hexadecimal: leaves do not, so that
/// nobody who reads them can guess a small table until the digest is right.
pub const ROWS_SALT: &str = "sekisho.rows_salt";

/// Bytes that are gathered before they are hashed.
const GATHERED: usize = 1 << 16;

/// SHA-256 over the names of a table's columns and then its cells, row by row, as
/// `FORMAT.md` describes it.
#[derive(Debug)]
pub struct RowsDigest {
    hash: Sha256,
    waiting: Vec<u8>,
}

impl RowsDigest {
    /// Of a table with these columns, and no rows yet.
    pub fn of(columns: &[&str]) -> Self {
        let mut rows = Self {
            hash: Sha256::new(),
            waiting: Vec::with_capacity(2 * GATHERED),
        };
        rows.waiting.extend(b"sekisho rows 1\0");
        rows.length(columns.len());
        for column in columns {
            rows.length(column.len());
            rows.waiting.extend(column.as_bytes());
        }
        rows
    }

    /// The next cell, a text.
    pub fn text(&mut self, cell: Option<&str>) {
        if let Some(text) = self.some(1, cell) {
            self.length(text.len());
            self.waiting.extend(text.as_bytes());
        }
    }

    /// The next cell, a whole number.
    pub fn integer(&mut self, cell: Option<i64>) {
        if let Some(number) = self.some(2, cell) {
            self.waiting.extend(number.to_be_bytes());
        }
    }

    /// The next cell, a fraction.
    pub fn number(&mut self, cell: Option<f64>) {
        if let Some(number) = self.some(3, cell) {
            self.waiting.extend(number.to_bits().to_be_bytes());
        }
    }

    /// The rows of a batch, whose columns are texts, whole numbers and fractions. False
    /// if a column is something else.
    #[cfg(feature = "arrow")]
    #[must_use]
    pub fn batch(&mut self, batch: &arrow::array::RecordBatch) -> bool {
        use arrow::array::{Array as _, AsArray as _};
        use arrow::datatypes::{DataType, Float64Type, Int64Type};
        for row in 0..batch.num_rows() {
            for column in batch.columns() {
                let has = column.is_valid(row);
                match column.data_type() {
                    DataType::Utf8 => {
                        let cells = column.as_string::<i32>();
                        self.text(has.then(|| cells.value(row)));
                    }
                    DataType::Int64 => {
                        let cells = column.as_primitive::<Int64Type>();
                        self.integer(has.then(|| cells.value(row)));
                    }
                    DataType::Float64 => {
                        let cells = column.as_primitive::<Float64Type>();
                        self.number(has.then(|| cells.value(row)));
                    }
                    _ => return false,
                }
            }
        }
        true
    }

    /// Of all cells so far, without a salt. Not for anybody who does not see the rows.
    pub fn finish(mut self) -> Digest {
        self.hash.update(&self.waiting);
        crate::Hex(self.hash.finalize().into())
    }

    fn some<T>(&mut self, kind: u8, cell: Option<T>) -> Option<T> {
        if self.waiting.len() >= GATHERED {
            self.hash.update(&self.waiting);
            self.waiting.clear();
        }
        self.waiting.push(if cell.is_some() { kind } else { 0 });
        cell
    }

    fn length(&mut self, length: usize) {
        self.waiting.extend((length as u64).to_be_bytes());
    }
}

/// What a leaf holds of rows with this digest: nobody who has not the salt can tell
/// which rows it may be of. Both are in hexadecimal.
pub fn salted_rows(salt: &str, rows: &str) -> Digest {
    let mut hash = Sha256::new();
    hash.update(salt);
    hash.update(b"\0");
    hash.update(rows);
    crate::Hex(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns, then cells that are texts if they are not numbers.
    fn digest(columns: &[&str], cells: &[Option<&str>]) -> String {
        let mut rows = RowsDigest::of(columns);
        for cell in cells {
            match cell.map(str::parse::<i64>) {
                Some(Ok(number)) => rows.integer(Some(number)),
                _ => rows.text(*cell),
            }
        }
        rows.finish().to_string()
    }

    #[test]
    fn no_two_tables_share_their_digest() {
        let tables: [(&[&str], &[Option<&str>]); 8] = [
            (&["a"], &[]),
            (&["a", "b"], &[]),
            (&["ab"], &[]),
            (&["a"], &[Some("x")]),
            (&["a"], &[Some("")]),
            (&["a"], &[None]),
            (&["a"], &[Some("7")]),
            (&["a"], &[Some("x"), Some("x")]),
        ];
        let digests: std::collections::HashSet<String> = tables
            .iter()
            .map(|(columns, cells)| digest(columns, cells))
            .collect();
        assert_eq!(digests.len(), tables.len());
    }

    #[test]
    fn the_vector_of_the_format_is_what_comes_out() {
        let page = include_str!("../FORMAT.md").trim_end();
        let page = page.trim_end_matches("```").trim_end();
        let mut rows = RowsDigest::of(&["variant_id", "carriers", "missing_rate"]);
        for (id, carriers, rate) in [("22:5:C:T", Some(-5), Some(0.5)), ("", None, None)] {
            rows.text(Some(id));
            rows.integer(carriers);
            rows.number(rate);
        }
        let rows = rows.finish().to_string();
        assert!(page.ends_with(&salted_rows("00ff", &rows).to_string()));
        assert!(!page.ends_with(&salted_rows("00fe", &rows).to_string()));
    }

    #[test]
    fn the_digest_is_that_of_the_bytes_as_described() {
        let mut rows = RowsDigest::of(&["v", "n"]);
        let mut bytes = b"sekisho rows 1\0".to_vec();
        bytes.extend([0, 0, 0, 0, 0, 0, 0, 2]);
        bytes.extend([0, 0, 0, 0, 0, 0, 0, 1, b'v', 0, 0, 0, 0, 0, 0, 0, 1, b'n']);
        for row in 0..5_000_i64 {
            rows.text(Some("ab"));
            rows.number((row % 2 == 0).then_some(0.5));
            bytes.extend([1, 0, 0, 0, 0, 0, 0, 0, 2, b'a', b'b']);
            if row % 2 == 0 {
                bytes.extend([3, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0]);
            } else {
                bytes.push(0);
            }
        }
        let expected: [u8; 32] = Sha256::digest(&bytes).into();
        assert_eq!(rows.finish(), crate::Hex(expected));
    }
}
