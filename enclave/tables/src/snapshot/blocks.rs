//! Genotypes as they are stored: for each variant, sets of samples.

use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray, BinaryArray, ListArray, RecordBatch, StringArray};
use arrow::datatypes::{Int32Type, UInt32Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use roaring::RoaringBitmap;

use crate::VARIANT;
use crate::schema::{DOSAGE_1, DOSAGE_2, MISSING, RECORDED};

use super::batches::BatchedBlocks;
use super::{Snapshot, SnapshotError, scan};

/// Variants that are decoded at once.
const BATCH_ROWS: usize = 256;

/// The genotypes of one alternate allele, as sets of sample positions
/// ([`Snapshot::genotype_units`]). Samples in none of them have no copy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GenotypeBlock {
    /// The variant's row in `variants`.
    pub variant: u32,
    /// The variant's identifier.
    pub variant_id: String,
    /// Samples with one copy.
    pub dosage_1: RoaringBitmap,
    /// Samples with two copies.
    pub dosage_2: RoaringBitmap,
    /// Samples whose number of copies is not known.
    pub missing: RoaringBitmap,
}

/// The genotypes of variant after variant.
pub struct Blocks(StoredBlocks);

impl Blocks {
    pub(super) fn open(
        snapshot: &Snapshot,
        variants: Option<&RoaringBitmap>,
        named: bool,
    ) -> Result<Self, SnapshotError> {
        Ok(Self(StoredBlocks::open(snapshot, variants, named, &[])?))
    }
}

impl Iterator for Blocks {
    type Item = Result<GenotypeBlock, SnapshotError>;

    fn next(&mut self) -> Option<Self::Item> {
        let block = self.0.next().transpose()?;
        Some(block.map(|block| block.genotypes))
    }
}

/// A block with its FORMAT fields.
#[derive(Debug, Default)]
pub(crate) struct StoredBlock {
    pub(crate) genotypes: GenotypeBlock,
    /// With which samples the fields are aligned; none: all.
    pub(crate) recorded: Option<RoaringBitmap>,
    /// The fields asked for, in their order; none where no sample has a value.
    pub(crate) fields: Vec<Option<Vec<Option<i32>>>>,
}

/// Reads genotypes, and `variants.parquet` beside them if variants' identifiers are
/// asked for: its rows are the same variants in the same order.
pub(crate) struct StoredBlocks {
    genotypes: Genotypes,
    ids: Option<Ids>,
}

enum Genotypes {
    One(Box<StoredFile>),
    Batches(BatchedBlocks),
}

impl StoredBlocks {
    pub(crate) fn open(
        snapshot: &Snapshot,
        variants: Option<&RoaringBitmap>,
        with_ids: bool,
        fields: &[&str],
    ) -> Result<Self, SnapshotError> {
        snapshot.table("genotypes")?;
        let genotypes = match snapshot.batches()? {
            None => {
                let file = StoredFile::open(&snapshot.genotypes_path(), variants, fields)?;
                Genotypes::One(Box::new(file))
            }
            Some(batches) => {
                Genotypes::Batches(BatchedBlocks::open(snapshot, batches, variants, fields)?)
            }
        };
        let ids = with_ids.then(|| Ids::open(&snapshot.table_path("variants"), variants));
        Ok(Self {
            genotypes,
            ids: ids.transpose()?,
        })
    }

    /// The next variant's block.
    pub(crate) fn next(&mut self) -> Result<Option<StoredBlock>, SnapshotError> {
        let mut block = match &mut self.genotypes {
            Genotypes::One(file) => file.next()?,
            Genotypes::Batches(batches) => batches.next()?,
        };
        if let (Some(block), Some(ids)) = (&mut block, &mut self.ids) {
            block.genotypes.variant_id = ids.next()?;
        }
        Ok(block)
    }
}

/// The identifiers of variants.
struct Ids {
    path: PathBuf,
    reader: ParquetRecordBatchReader,
    batch: Option<StringArray>,
    row: usize,
}

impl Ids {
    fn open(path: &Path, variants: Option<&RoaringBitmap>) -> Result<Self, SnapshotError> {
        Ok(Self {
            path: path.to_owned(),
            reader: scan::reader(path, &["variant_id"], variants, BATCH_ROWS)?,
            batch: None,
            row: 0,
        })
    }

    fn next(&mut self) -> Result<String, SnapshotError> {
        loop {
            if let Some(batch) = self.batch.as_ref().filter(|batch| self.row < batch.len()) {
                self.row += 1;
                return Ok(batch.value(self.row - 1).to_owned());
            }
            let damaged = SnapshotError::damaged(&self.path);
            let Some(batch) = self.reader.next() else {
                return Err(damaged("it ends before the genotypes do".to_owned()));
            };
            let batch = batch.map_err(|error| damaged(error.to_string()))?;
            self.batch = Some(batch.column(0).as_string::<i32>().clone());
            self.row = 0;
        }
    }
}

/// Reads one file of genotypes.
pub(super) struct StoredFile {
    path: PathBuf,
    genotypes: ParquetRecordBatchReader,
    fields: Vec<String>,
    batch: Option<Decoded>,
    row: usize,
}

/// The columns of a batch.
struct Decoded {
    rows: usize,
    variants: Vec<u32>,
    dosage_1: BinaryArray,
    dosage_2: BinaryArray,
    missing: BinaryArray,
    recorded: Option<BinaryArray>,
    fields: Vec<ListArray>,
}

impl StoredFile {
    /// Some of its rows, or all, with these FORMAT fields.
    pub(super) fn open(
        path: &Path,
        rows: Option<&RoaringBitmap>,
        fields: &[&str],
    ) -> Result<Self, SnapshotError> {
        let mut columns = vec![VARIANT, DOSAGE_1, DOSAGE_2, MISSING];
        if !fields.is_empty() {
            columns.push(RECORDED);
        }
        columns.extend(fields);
        Ok(Self {
            path: path.to_owned(),
            genotypes: scan::reader(path, &columns, rows, BATCH_ROWS)?,
            fields: fields.iter().map(|&field| field.to_owned()).collect(),
            batch: None,
            row: 0,
        })
    }

    /// The next variant's block, without its identifier.
    pub(super) fn next(&mut self) -> Result<Option<StoredBlock>, SnapshotError> {
        loop {
            if let Some(batch) = self.batch.as_ref().filter(|batch| self.row < batch.rows) {
                let block = batch
                    .block(self.row)
                    .map_err(SnapshotError::damaged(&self.path))?;
                self.row += 1;
                return Ok(Some(block));
            }
            let Some(batch) = self.genotypes.next() else {
                return Ok(None);
            };
            let batch = batch.map_err(SnapshotError::damaged(&self.path))?;
            let decoded = Decoded::new(&batch, &self.fields);
            let damaged = SnapshotError::damaged(&self.path);
            self.batch = Some(decoded.ok_or_else(|| damaged("its columns are others"))?);
            self.row = 0;
        }
    }
}

impl Decoded {
    fn new(batch: &RecordBatch, fields: &[String]) -> Option<Self> {
        let binary = |name| batch.column_by_name(name)?.as_binary_opt::<i32>().cloned();
        let variants = batch.column_by_name(VARIANT)?;
        Some(Self {
            rows: batch.num_rows(),
            variants: variants.as_primitive_opt::<UInt32Type>()?.values().to_vec(),
            dosage_1: binary(DOSAGE_1)?,
            dosage_2: binary(DOSAGE_2)?,
            missing: binary(MISSING)?,
            recorded: if fields.is_empty() {
                None
            } else {
                Some(binary(RECORDED)?)
            },
            fields: fields
                .iter()
                .map(|name| batch.column_by_name(name)?.as_list_opt::<i32>().cloned())
                .collect::<Option<_>>()?,
        })
    }

    fn block(&self, row: usize) -> std::io::Result<StoredBlock> {
        let set = |sets: &BinaryArray| RoaringBitmap::deserialize_from(sets.value(row));
        let recorded = self.recorded.as_ref().filter(|sets| sets.is_valid(row));
        Ok(StoredBlock {
            genotypes: GenotypeBlock {
                variant: self.variants.get(row).copied().unwrap_or_default(),
                variant_id: String::new(),
                dosage_1: set(&self.dosage_1)?,
                dosage_2: set(&self.dosage_2)?,
                missing: set(&self.missing)?,
            },
            recorded: recorded.map(set).transpose()?,
            fields: self
                .fields
                .iter()
                .map(|lists| {
                    lists.is_valid(row).then(|| {
                        let values = lists.value(row);
                        values.as_primitive::<Int32Type>().iter().collect()
                    })
                })
                .collect(),
        })
    }
}
