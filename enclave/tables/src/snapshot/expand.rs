//! `genotypes` as rows, made from the blocks while they are read.

use std::mem;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Float64Builder, Int64Builder, RecordBatch, RecordBatchOptions, StringBuilder,
    UInt32Builder,
};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use roaring::RoaringBitmap;

use crate::schema::{ALT_DEPTH, ALT_FRACTION, DEPTH, GENOTYPE_QUALITY, VAF};
use crate::{UNIT, VARIANT};

use super::blocks::{StoredBlock, StoredBlocks};
use super::{GenotypeSample, Snapshot, SnapshotError};

const BATCH_ROWS: usize = 8192;

/// Rows of the cohort's samples, variant by variant.
pub(super) struct Expansion {
    schema: SchemaRef,
    blocks: StoredBlocks,
    units: Arc<Vec<u32>>,
    /// What the samples are called, if it is asked.
    samples: Vec<GenotypeSample>,
    /// Positions of the cohort's samples.
    cohort: RoaringBitmap,
    carriers_only: bool,
    columns: Vec<ColumnBuilder>,
    rows: usize,
    block: StoredBlock,
    /// Positions of `block` that are still to come, the next one last.
    positions: Vec<u32>,
    /// The block's dosages by position: 0, 1, 2, or -1 where missing.
    dosages: Vec<i8>,
    /// The block's FORMAT fields by position, as `StoredBlock::fields` lists them.
    fields: Vec<Vec<Option<i32>>>,
    done: bool,
}

impl Expansion {
    pub(super) fn open(
        snapshot: &Snapshot,
        schema: SchemaRef,
        cohort: &RoaringBitmap,
        variants: Option<&RoaringBitmap>,
        carriers_only: bool,
    ) -> Result<Self, SnapshotError> {
        let units = snapshot.genotype_units()?;
        let names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
        let samples = match names.contains(&"sample_id") || names.contains(&"individual_id") {
            true => snapshot.genotype_samples()?,
            false => Vec::new(),
        };
        if !samples.is_empty() && samples.len() != units.len() {
            let path = snapshot.samples_path();
            return Err(SnapshotError::damaged(&path)("it names others than it has"));
        }
        let stored = snapshot.genotype_columns()?;
        let fields: Vec<&str> = [DEPTH, GENOTYPE_QUALITY, ALT_DEPTH, ALT_FRACTION]
            .into_iter()
            .filter(|field| stored.iter().any(|stored| stored == field))
            .filter(|field| {
                let vaf = names.contains(&VAF) && *field != GENOTYPE_QUALITY;
                vaf || names.contains(field)
            })
            .collect();
        // One that is not there has no values.
        let of = |name| {
            fields
                .iter()
                .position(|field| *field == name)
                .unwrap_or(usize::MAX)
        };
        let columns = names
            .iter()
            .map(|name| match *name {
                UNIT => ColumnBuilder::Unit(UInt32Builder::new()),
                VARIANT => ColumnBuilder::Variant(UInt32Builder::new()),
                "variant_id" => ColumnBuilder::VariantId(StringBuilder::new()),
                "sample_id" => ColumnBuilder::SampleId(StringBuilder::new()),
                "individual_id" => ColumnBuilder::IndividualId(StringBuilder::new()),
                "dosage" => ColumnBuilder::Dosage(Int64Builder::new()),
                VAF => ColumnBuilder::Vaf(
                    [of(ALT_FRACTION), of(DEPTH), of(ALT_DEPTH)],
                    Float64Builder::new(),
                ),
                field => ColumnBuilder::Field(of(field), Int64Builder::new()),
            })
            .collect();
        let positions = (0..).zip(units.iter());
        Ok(Self {
            blocks: StoredBlocks::open(snapshot, variants, names.contains(&"variant_id"), &fields)?,
            cohort: positions
                .filter(|(_, unit)| cohort.contains(**unit))
                .map(|(position, _)| position)
                .collect(),
            carriers_only,
            columns,
            rows: 0,
            block: StoredBlock::default(),
            positions: Vec::new(),
            dosages: vec![0; units.len()],
            fields: vec![vec![None; units.len()]; fields.len()],
            done: false,
            schema,
            units,
            samples,
        })
    }

    /// Takes the next block; false at the end.
    fn advance(&mut self) -> Result<bool, SnapshotError> {
        let last = mem::take(&mut self.block);
        let last = last.genotypes;
        for position in last.dosage_1 | last.dosage_2 | last.missing {
            set(&mut self.dosages, position, 0);
        }
        let Some(block) = self.blocks.next()? else {
            return Ok(false);
        };
        let genotypes = &block.genotypes;
        for (positions, dosage) in [
            (&genotypes.dosage_1, 1),
            (&genotypes.dosage_2, 2),
            (&genotypes.missing, -1),
        ] {
            for position in positions {
                set(&mut self.dosages, position, dosage);
            }
        }
        for (by_position, listed) in self.fields.iter_mut().zip(&block.fields) {
            by_position.fill(None);
            match (listed, &block.recorded) {
                (Some(values), Some(recorded)) => {
                    for (position, value) in recorded.iter().zip(values) {
                        set(by_position, position, *value);
                    }
                }
                (Some(values), None) => {
                    for (slot, value) in by_position.iter_mut().zip(values) {
                        *slot = *value;
                    }
                }
                (None, _) => {}
            }
        }
        let chosen = if self.carriers_only {
            (&genotypes.dosage_1 | &genotypes.dosage_2) & &self.cohort
        } else {
            self.cohort.clone()
        };
        self.positions.clear();
        self.positions.extend(chosen.iter().rev());
        self.block = block;
        Ok(true)
    }

    fn append(&mut self, position: u32) {
        let at = position as usize;
        let Some(unit) = self.units.get(at) else {
            return;
        };
        let sample = self.samples.get(at);
        let field = |field: usize| *self.fields.get(field)?.get(at)?;
        for column in &mut self.columns {
            match column {
                ColumnBuilder::Unit(units) => units.append_value(*unit),
                ColumnBuilder::Variant(variants) => {
                    variants.append_value(self.block.genotypes.variant);
                }
                ColumnBuilder::VariantId(ids) => ids.append_value(&self.block.genotypes.variant_id),
                ColumnBuilder::SampleId(ids) => ids.append_option(sample.map(|of| &of.sample_id)),
                ColumnBuilder::IndividualId(ids) => {
                    ids.append_option(sample.map(|of| &of.individual_id));
                }
                ColumnBuilder::Dosage(dosages) => {
                    let dosage = self.dosages.get(at).copied().filter(|dosage| *dosage >= 0);
                    dosages.append_option(dosage.map(i64::from));
                }
                ColumnBuilder::Field(index, values) => {
                    values.append_option(field(*index).map(i64::from));
                }
                ColumnBuilder::Vaf(of, values) => {
                    let share = match of.map(field) {
                        [Some(millionths), ..] => Some(f64::from(millionths) / 1e6),
                        [None, Some(depth), Some(alt)] if depth > 0 => {
                            // Callers count depths differently; the bounds hold all the same.
                            Some((f64::from(alt) / f64::from(depth)).min(1.0))
                        }
                        _ => None,
                    };
                    values.append_option(share);
                }
            }
        }
        self.rows += 1;
    }

    fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let options = RecordBatchOptions::new().with_row_count(Some(mem::take(&mut self.rows)));
        let columns = self.columns.iter_mut().map(ColumnBuilder::finish).collect();
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>, SnapshotError> {
        while self.rows < BATCH_ROWS && !self.done {
            match self.positions.pop() {
                Some(position) => self.append(position),
                None => self.done = !self.advance()?,
            }
        }
        if self.rows == 0 {
            return Ok(None);
        }
        let batch = self.finish();
        let genotypes = std::path::Path::new("genotypes");
        batch.map(Some).map_err(SnapshotError::damaged(genotypes))
    }
}

impl Iterator for Expansion {
    type Item = Result<RecordBatch, SnapshotError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.next_batch();
        if batch.is_err() {
            self.done = true;
            self.positions.clear();
        }
        batch.transpose()
    }
}

/// A column of the rows, and the index of the FORMAT field that it shows.
enum ColumnBuilder {
    Unit(UInt32Builder),
    Variant(UInt32Builder),
    VariantId(StringBuilder),
    SampleId(StringBuilder),
    IndividualId(StringBuilder),
    Dosage(Int64Builder),
    Field(usize, Int64Builder),
    /// Of the caller's share, of depth, and of the depth of the allele.
    Vaf([usize; 3], Float64Builder),
}

impl ColumnBuilder {
    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Unit(builder) | Self::Variant(builder) => Arc::new(builder.finish()),
            Self::VariantId(builder) | Self::SampleId(builder) | Self::IndividualId(builder) => {
                Arc::new(builder.finish())
            }
            Self::Dosage(builder) | Self::Field(_, builder) => Arc::new(builder.finish()),
            Self::Vaf(_, builder) => Arc::new(builder.finish()),
        }
    }
}

fn set<T>(by_position: &mut [T], position: u32, value: T) {
    if let Some(slot) = by_position.get_mut(position as usize) {
        *slot = value;
    }
}
