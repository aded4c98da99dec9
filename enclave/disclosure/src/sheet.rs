//! Protected tables of typed analyses, as they are sent.

/// A table whose figures the guard protected. Made in this crate and nowhere else:
/// whoever holds one holds the guard's word for every figure in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    name: &'static str,
    columns: Vec<Column>,
    rows: Vec<Vec<Entry>>,
}

/// A column of a sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What stands in it.
    pub kind: ColumnKind,
    /// The type of what stands in it.
    pub r#type: EntryType,
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// What a row is of.
    Key,
    /// A figure; nothing where it is suppressed.
    Figure,
    /// What was computed from figures that are shown.
    Derived,
}

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryType {
    /// Words.
    Text,
    /// Whole numbers.
    Integer,
    /// Fractions.
    Fraction,
}

/// What stands in a row under a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// Nothing: a key without a value, or a figure that is not shown.
    Nothing,
    /// A word.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A fraction.
    Fraction(f64),
}

impl Sheet {
    pub(crate) fn new(name: &'static str, columns: Vec<Column>) -> Self {
        Self {
            name,
            columns,
            rows: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, row: impl IntoIterator<Item = Entry>) {
        self.rows.push(row.into_iter().collect());
    }

    /// Its name among the sheets of an analysis.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Its rows, an entry for each column.
    pub fn rows(&self) -> &[Vec<Entry>] {
        &self.rows
    }

    /// How many figures are shown.
    pub fn released(&self) -> u64 {
        self.figures(|entry| *entry != Entry::Nothing)
    }

    /// How many are not.
    pub fn suppressed(&self) -> u64 {
        self.figures(|entry| *entry == Entry::Nothing)
    }

    fn figures(&self, which: impl Fn(&Entry) -> bool) -> u64 {
        let figures = self.rows.iter().flat_map(|row| {
            let columns = self.columns.iter().zip(row);
            columns.filter(|(column, _)| column.kind == ColumnKind::Figure)
        });
        figures.filter(|(_, entry)| which(entry)).count() as u64
    }
}

impl Column {
    pub(crate) fn key(name: &str) -> Self {
        Self::of(name, ColumnKind::Key, EntryType::Text)
    }

    pub(crate) fn numeric_key(name: &str) -> Self {
        Self::of(name, ColumnKind::Key, EntryType::Fraction)
    }

    pub(crate) fn count(name: &str) -> Self {
        Self::of(name, ColumnKind::Figure, EntryType::Integer)
    }

    pub(crate) fn figure(name: &str) -> Self {
        Self::of(name, ColumnKind::Figure, EntryType::Fraction)
    }

    pub(crate) fn derived(name: &str) -> Self {
        Self::of(name, ColumnKind::Derived, EntryType::Fraction)
    }

    pub(crate) fn derived_count(name: &str) -> Self {
        Self::of(name, ColumnKind::Derived, EntryType::Integer)
    }

    fn of(name: &str, kind: ColumnKind, r#type: EntryType) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            r#type,
        }
    }
}

impl From<Option<i64>> for Entry {
    fn from(value: Option<i64>) -> Self {
        value.map_or(Self::Nothing, Self::Integer)
    }
}

impl From<Option<f64>> for Entry {
    fn from(value: Option<f64>) -> Self {
        let finite = value.filter(|value| value.is_finite());
        finite.map_or(Self::Nothing, Self::Fraction)
    }
}

impl From<Option<&str>> for Entry {
    fn from(word: Option<&str>) -> Self {
        word.map_or(Self::Nothing, |word| Self::Text(word.to_owned()))
    }
}

#[cfg(test)]
mod tests;
