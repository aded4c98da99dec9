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

/// A column of figures.
struct Column<T> {
    name: &'static str,
    /// Whether it is not known of chromosomes that not everybody has twice.
    diploid: bool,
    of: fn(&Frequency) -> Option<T>,
}

/// The figures that are whole numbers.
const COUNTS: [Column<u64>; 4] = [
    Column {
        name: "allele_count",
        diploid: false,
        of: |figures| Some(figures.allele_count()),
    },
    Column {
        name: "allele_number",
        diploid: true,
        of: Frequency::allele_number,
    },
    Column {
        name: "carriers",
        diploid: false,
        of: |figures| Some(figures.carriers()),
    },
    Column {
        name: "homozygotes",
        diploid: false,
        of: Frequency::homozygotes,
    },
];

/// Those that are shares and probabilities.
const SHARES: [Column<f64>; 3] = [
    Column {
        name: "allele_frequency",
        diploid: true,
        of: Frequency::allele_frequency,
    },
    Column {
        name: "missing_rate",
        diploid: false,
        of: |figures| Some(figures.missing_rate()),
    },
    Column {
        name: "hwe_p",
        diploid: true,
        of: Frequency::hardy_weinberg_p,
    },
];

const VARIANT: &str = "variant_id";

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
    pub(super) rows: String,
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
        let figures = COUNTS.map(|column| column.name);
        let columns: Vec<&str> = std::iter::once(VARIANT)
            .chain(by)
            .chain(figures)
            .chain(SHARES.map(|column| column.name))
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
            for column in COUNTS {
                let value = row.figures.as_ref().and_then(column.of);
                self.rows.integer(value.and_then(whole));
                self.count(&column, row, value.is_some());
            }
            for column in SHARES {
                let value = row.figures.as_ref().and_then(column.of);
                self.rows.number(value);
                self.count(&column, row, value.is_some());
            }
        }
    }

    fn count<T>(&mut self, column: &Column<T>, row: &Row<'_>, shown: bool) {
        if shown {
            self.tally.released += 1;
            return;
        }
        // What is not known is not suppressed.
        if column.diploid && row.figures.is_some_and(|figures| !figures.is_diploid()) {
            return;
        }
        if let Some(suppressed) = self.tally.suppressed.get_mut(column.name) {
            *suppressed += 1;
        } else {
            self.tally.suppressed.insert(column.name.to_owned(), 1);
        }
    }

    pub(super) fn finish(self) -> Tally {
        Tally {
            rows: self.rows.finish().to_string(),
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
    fields.extend(COUNTS.map(|column| figure(column.name, DataType::Int64)));
    fields.extend(SHARES.map(|column| figure(column.name, DataType::Float64)));
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
    for Column { of, .. } in COUNTS {
        let mut values = Int64Builder::with_capacity(rows.len());
        for row in rows {
            let value = row.figures.as_ref().and_then(of);
            values.append_option(value.and_then(whole));
        }
        columns.push(Arc::new(values.finish()));
    }
    for Column { of, .. } in SHARES {
        let mut values = Float64Builder::with_capacity(rows.len());
        for row in rows {
            values.append_option(row.figures.as_ref().and_then(of));
        }
        columns.push(Arc::new(values.finish()));
    }
    columns
}
