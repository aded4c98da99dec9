//! What names samples, and more, where a table's rows do not: its files' paths, and the
//! columns of a matrix.

use std::collections::HashSet;

use super::source::{Pattern, Template};
use crate::{Column, Role};

/// What names samples where rows do not.
#[derive(Debug, Default)]
pub(crate) struct Naming {
    /// Of a table whose lines are features and whose columns are samples.
    pub(crate) matrix: Option<Matrix>,
    /// The sample's identifier, made of what paths and columns name; none if rows have it.
    pub(crate) sample_id: Option<Template>,
    /// The columns that a part of the path fills: each one's place, and the part.
    pub(crate) parts: Vec<(usize, String)>,
}

/// A matrix.
#[derive(Debug)]
pub(crate) struct Matrix {
    /// How its columns name samples.
    pub(crate) sample: Pattern,
    /// Columns that are none.
    pub(crate) ignore: HashSet<String>,
    /// The place of the column that names features.
    pub(crate) feature: usize,
    /// Of the column of numbers.
    pub(crate) value: usize,
}

impl Naming {
    /// Whether a column is filled by what files and columns are named, and not by rows.
    pub(crate) fn gives(&self, place: usize, column: &Column) -> bool {
        let of_sample = column.name == "sample_id" || column.role == Role::Unit;
        self.parts.iter().any(|(filled, _)| *filled == place)
            || (self.sample_id.is_some() && of_sample)
    }
}
