//! Rows of matrices: a line is a feature, a column a sample, and each of their numbers a row.

use std::collections::{HashMap, HashSet};

use roaring::RoaringBitmap;

use crate::ingest::Warnings;
use crate::inputs::Input;
use crate::manifest::{DeclaredColumn, Matrix};
use crate::{IngestError, InputError, Place};

use super::RowSource;
use super::cell;
use super::delimited::Lines;
use super::given::Given;

/// A row for each number of a matrix, line by line.
pub(super) struct MatrixRows<'a> {
    file: &'a Input,
    lines: Lines<'a>,
    matrix: &'a Matrix,
    /// Which field names the feature, and the column that this fills.
    feature: usize,
    column: &'a DeclaredColumn,
    samples: Vec<Sample>,
    /// Where the line is that was read last, and the sample that comes next.
    line: Option<Place>,
    next: usize,
    features: &'a mut Features,
}

/// A column with a sample's numbers.
struct Sample {
    field: usize,
    /// What it says of each declared column.
    cells: Vec<Option<String>>,
}

/// Features of a table's matrices so far, so that no number is there twice.
#[derive(Default)]
pub(super) struct Features {
    /// The samples of each matrix.
    samples: Vec<HashSet<String>>,
    /// In which matrices of the table each feature is.
    seen: HashMap<String, RoaringBitmap>,
    /// The matrices that have a sample of the newest one, and itself.
    shared: RoaringBitmap,
    newest: u32,
}

impl Features {
    /// Begins a matrix of these samples.
    fn begin(&mut self, samples: HashSet<String>) {
        let earlier = (0..).zip(&self.samples);
        let shared = earlier.filter(|(_, of)| !of.is_disjoint(&samples));
        self.shared = shared.map(|(at, _)| at).collect();
        self.newest = u32::try_from(self.samples.len()).unwrap_or(u32::MAX);
        self.shared.insert(self.newest);
        self.samples.push(samples);
    }

    /// Notes a feature of the newest matrix; false if it gives a sample a second number.
    fn add(&mut self, feature: &str) -> bool {
        let matrices = self.seen.entry(feature.to_owned()).or_default();
        let is_new = matrices.is_disjoint(&self.shared);
        matrices.insert(self.newest);
        is_new
    }
}

impl<'a> MatrixRows<'a> {
    pub(super) fn open(
        file: &'a Input,
        matrix: &'a Matrix,
        given: &Given<'a, '_>,
        warnings: &Warnings,
        features: &'a mut Features,
    ) -> Result<Self, IngestError> {
        let lines = Lines::open(file, given.table)?;
        let columns = &given.table.columns;
        let column = columns.get(matrix.feature).ok_or_else(|| {
            let message = "the manifest declares no column of features";
            InputError::new(&file.name, Place::File, message)
        })?;
        // Row names have an empty one, or none, in many tools' headers.
        let feature = match column.from.as_str() {
            "" => 0,
            from => lines.field(from)?,
        };
        let by_path = given.captures(file)?;
        let mut samples = Vec::new();
        let mut names = HashSet::new();
        for (field, name) in lines.names.iter().enumerate().take(lines.width) {
            if field == feature || matrix.ignore.contains(name) {
                continue;
            }
            let mut captures = by_path.clone();
            if !matrix.sample.capture(name, &mut captures) {
                Warnings::count(&warnings.other_names, 1);
                continue;
            }
            let fail = |message: String| {
                InputError::new(&file.name, Place::Line(lines.header), message).in_field(name)
            };
            let cells = given.cells(&captures).map_err(fail)?;
            let of_sample = given.table.naming.sample_id.as_ref();
            if !names.insert(of_sample.map_or_else(String::new, |id| id.fill(&captures))) {
                return Err(fail("the sample has a column already; keep one".to_owned()).into());
            }
            samples.push(Sample { field, cells });
        }
        if samples.is_empty() {
            let message = "no column is a sample's; correct `sample`";
            return Err(InputError::new(&file.name, Place::Line(lines.header), message).into());
        }
        features.begin(names);
        Ok(Self {
            file,
            matrix,
            feature,
            column,
            next: samples.len(),
            samples,
            lines,
            line: None,
            features,
        })
    }

    fn name(&self) -> &str {
        self.lines.record.get(self.feature).unwrap_or("").trim()
    }
}

impl RowSource for MatrixRows<'_> {
    fn read(&mut self, cells: &mut Vec<String>) -> Result<Option<Place>, InputError> {
        if self.next >= self.samples.len() {
            self.line = self.lines.read()?;
            self.next = 0;
            let Some(place) = self.line else {
                return Ok(None);
            };
            let mut feature = self.name().to_owned();
            cell::normalise(&mut feature, self.column);
            if !self.features.add(&feature) {
                let message = "the feature is there twice, for the same sample; keep one line";
                return Err(InputError::new(&self.file.name, place, message));
            }
        }
        let Some(sample) = self.samples.get(self.next) else {
            return Ok(None);
        };
        cells.resize_with(sample.cells.len(), String::new);
        for (place, (cell, given)) in cells.iter_mut().zip(&sample.cells).enumerate() {
            let text = match given {
                Some(given) => given,
                None if place == self.matrix.feature => self.name(),
                None if place == self.matrix.value => {
                    self.lines.record.get(sample.field).unwrap_or("")
                }
                None => "",
            };
            text.clone_into(cell);
        }
        self.next += 1;
        Ok(self.line)
    }

    fn field(&self, column: usize) -> Option<&str> {
        let sample = self.samples.get(self.next.checked_sub(1)?)?;
        let field = match column == self.matrix.value {
            true => sample.field,
            false if column == self.matrix.feature => self.feature,
            false => return None,
        };
        self.lines.names.get(field).map(String::as_str)
    }
}
