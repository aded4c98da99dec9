//! Figures as a table, and what must be known of all of it before any of it is sent.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use arrow::{
    array::{ArrayRef, Float64Builder, Int64Builder, StringBuilder},
    datatypes::{DataType, Field, Schema, SchemaRef},
    error::ArrowError,
    record_batch::RecordBatch,
};
use sekisho_disclosure::frequency::Frequency;
use sekisho_query::Shape;
use sekisho_receipt::RowsDigest;
use serde::{Deserialize, Serialize};

use super::{figures::Row, groups::Group};

/// A column, and the figure in it.
type Column<T> = (&'static str, fn(&Frequency) -> T);

/// The figures that are whole numbers.
const COUNTS: [Column<u64>; 4] = [
    ("allele_count", Frequency::allele_count),
    ("allele_number", Frequency::allele_number),
    ("carriers", Frequency::carriers),
    ("homozygotes", Frequency::homozygotes),
];

/// Those that are shares and probabilities.
const SHARES: [Column<Option<f64>>; 3] = [
    ("allele_frequency", |figures| {
        Some(figures.allele_frequency())
    }),
    ("missing_rate", Frequency::missing_rate),
    (HWE, Frequency::hardy_weinberg_p),
];

const VARIANT: &str = "variant_id";
const HWE: &str = "hwe_p";

/// Bytes of a table that is kept from when it is counted until it is sent; a larger
/// one is made again.
const MOST_KEPT: usize = 32 << 20;

/// What all rows together come to. Equal for equal tables, whenever they are made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tally {
    /// Figures with a value.
    pub(super) released: u64,
    /// Figures without one.
    pub(super) suppressed: BTreeMap<String, u64>,
    /// Variants that each group's figures tell of, by its number.
    pub(super) shown: BTreeMap<usize, u64>,
    /// SHA-256 over the rows, in hexadecimal.
    pub(super) digest: String,
}

/// A tally that is being made.
pub(super) struct Tallying {
    tally: Tally,
    rows: RowsDigest,
    /// Columns that groups are named in.
    by: usize,
}

impl Tallying {
    pub(super) fn of(shape: &Shape) -> Self {
        let by = shape.dimensions.iter().map(|by| by.name.as_str());
        let figures = COUNTS.map(|(name, _)| name);
        let columns: Vec<&str> = std::iter::once(VARIANT)
            .chain(by)
            .chain(figures)
            .chain(SHARES.map(|(name, _)| name))
            .collect();
        Self {
            tally: Tally::default(),
            rows: RowsDigest::of(&columns),
            by: shape.dimensions.len(),
        }
    }

    pub(super) fn add(&mut self, groups: &[Group], rows: &[Row<'_>]) {
        for row in rows {
            self.rows.text(Some(row.variant));
            let words = groups.get(row.group).map(|group| group.words.as_slice());
            for column in 0..self.by {
                let word = words.and_then(|words| words.get(column)?.as_deref());
                self.rows.text(word);
            }
            if row.figures.is_some() {
                *self.tally.shown.entry(row.group).or_default() += 1;
            }
            for (name, of) in COUNTS {
                let value = row.figures.as_ref().map(of);
                self.rows.integer(value.and_then(whole));
                self.count(name, value.is_some());
            }
            for (name, of) in SHARES {
                let value = row.figures.as_ref().and_then(of);
                self.rows.number(value);
                // No test is not a suppressed test.
                let untested = name == HWE && row.figures.is_some() && value.is_none();
                if !untested {
                    self.count(name, value.is_some());
                }
            }
        }
    }

    fn count(&mut self, name: &str, shown: bool) {
        if shown {
            self.tally.released += 1;
        } else if let Some(suppressed) = self.tally.suppressed.get_mut(name) {
            *suppressed += 1;
        } else {
            self.tally.suppressed.insert(name.to_owned(), 1);
        }
    }

    pub(super) fn finish(self) -> Tally {
        Tally {
            digest: self.rows.finish().to_string(),
            ..self.tally
        }
    }
}

impl Tally {
    /// Figures without a value, in all columns.
    pub(super) fn figures_suppressed(&self) -> u64 {
        self.suppressed.values().sum()
    }
}

/// The table's columns, by what all rows come to.
pub(super) fn schema(shape: &Shape, tally: &Tally, metadata: HashMap<String, String>) -> SchemaRef {
    let field = |name: &str, data_type: DataType, kind: &str, more: Option<u64>| {
        let mut metadata = HashMap::from([("sekisho.kind".to_owned(), kind.to_owned())]);
        if let Some(suppressed) = more {
            metadata.insert("sekisho.suppressed".to_owned(), suppressed.to_string());
        }
        Field::new(name, data_type, true).with_metadata(metadata)
    };
    let figure = |name: &str, data_type: DataType| {
        let suppressed = tally.suppressed.get(name).copied().unwrap_or(0);
        field(name, data_type, "figure", Some(suppressed))
    };
    let mut fields = vec![field(VARIANT, DataType::Utf8, "key", None)];
    let by = shape.dimensions.iter();
    fields.extend(by.map(|by| field(&by.name, DataType::Utf8, "key", None)));
    fields.extend(COUNTS.map(|(name, _)| figure(name, DataType::Int64)));
    fields.extend(SHARES.map(|(name, _)| figure(name, DataType::Float64)));
    Arc::new(Schema::new(fields).with_metadata(metadata))
}

/// The columns of rows that were made, as long as they are few.
pub(super) struct Kept {
    batches: Option<Vec<Vec<ArrayRef>>>,
    bytes: usize,
}

impl Kept {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self {
            batches: Some(Vec::new()),
            bytes: 0,
        }
    }

    /// Keeps rows, or forgets all of them if they are too many.
    pub(super) fn add(&mut self, by: usize, groups: &[Group], rows: &[Row<'_>]) {
        if let Some(batches) = &mut self.batches {
            let columns = columns(by, groups, rows);
            let size = |column: &ArrayRef| column.get_array_memory_size();
            self.bytes += columns.iter().map(size).sum::<usize>();
            batches.push(columns);
            if self.bytes > MOST_KEPT {
                self.batches = None;
            }
        }
    }

    /// The batches; none if they are to be made again.
    pub(super) fn batches(&self) -> Option<&[Vec<ArrayRef>]> {
        self.batches.as_deref()
    }
}

/// Rows as Arrow.
pub(super) fn batch(
    schema: &SchemaRef,
    groups: &[Group],
    rows: &[Row<'_>],
) -> Result<RecordBatch, ArrowError> {
    let by = schema
        .fields()
        .len()
        .saturating_sub(1 + COUNTS.len() + SHARES.len());
    RecordBatch::try_new(Arc::clone(schema), columns(by, groups, rows))
}

/// A count as Arrow has it.
fn whole(count: u64) -> Option<i64> {
    i64::try_from(count).ok()
}

/// Rows, column by column.
fn columns(by: usize, groups: &[Group], rows: &[Row<'_>]) -> Vec<ArrayRef> {
    let mut names = StringBuilder::with_capacity(rows.len(), rows.len() * 20);
    for row in rows {
        names.append_value(row.variant);
    }
    let mut columns: Vec<ArrayRef> = vec![Arc::new(names.finish())];
    for column in 0..by {
        let mut words = StringBuilder::new();
        for row in rows {
            let group = groups.get(row.group);
            let word = group.and_then(|group| group.words.get(column));
            words.append_option(word.and_then(Option::as_deref));
        }
        columns.push(Arc::new(words.finish()));
    }
    for (_, of) in COUNTS {
        let mut values = Int64Builder::with_capacity(rows.len());
        for row in rows {
            let value = row.figures.as_ref().map(of);
            values.append_option(value.and_then(whole));
        }
        columns.push(Arc::new(values.finish()));
    }
    for (_, of) in SHARES {
        let mut values = Float64Builder::with_capacity(rows.len());
        for row in rows {
            values.append_option(row.figures.as_ref().and_then(of));
        }
        columns.push(Arc::new(values.finish()));
    }
    columns
}
