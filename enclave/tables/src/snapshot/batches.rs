//! Blocks of several batches, brought together variant by variant.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use arrow::array::AsArray;
use arrow::datatypes::UInt32Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use roaring::RoaringBitmap;

use crate::VARIANT;
use crate::schema::MISSING;
use crate::variants::batches;

use super::blocks::{StoredBlock, StoredFile};
use super::file::TableFile;
use super::{GenotypeBlock, Snapshot, SnapshotError, scan};

/// The file of what is not known of variants that a batch has not.
const ABSENT: &str = "absent.parquet";

/// Rows that are decoded at once.
const BATCH_ROWS: usize = 256;

/// A batch of a snapshot.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    directory: PathBuf,
    /// The position of its first sample among all.
    first: u32,
    samples: u32,
    /// The row of each of its variants among all.
    rows: RoaringBitmap,
    /// Variants that it has not, of which some of its samples are unknown.
    absent: RoaringBitmap,
}

/// The batches of a snapshot; none where it has its genotypes in one file.
pub(super) fn of(snapshot: &Path) -> Result<Option<Vec<Batch>>, SnapshotError> {
    let path = batches::file(snapshot);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(SnapshotError::io(&path)(error)),
    };
    let known: batches::Batches =
        serde_json::from_slice(&bytes).map_err(SnapshotError::damaged(&path))?;
    let mut first = 0_u32;
    let mut all = Vec::new();
    for (number, samples) in known.samples.into_iter().enumerate() {
        let directory = batches::directory(snapshot, number);
        all.push(Batch {
            first,
            samples,
            rows: variants(&directory.join("rows.parquet"))?,
            absent: variants(&directory.join(ABSENT))?,
            directory,
        });
        first = first.saturating_add(samples);
    }
    Ok(Some(all))
}

/// The variants that a file has rows of.
fn variants(path: &Path) -> Result<RoaringBitmap, SnapshotError> {
    let mut variants = RoaringBitmap::new();
    for batch in scan::all_rows(path, &[VARIANT])? {
        variants.extend(batch?.column(0).as_primitive::<UInt32Type>().values());
    }
    Ok(variants)
}

/// Where in a file that has rows of `variants` those of the chosen ones are.
fn places(variants: &RoaringBitmap, chosen: &RoaringBitmap) -> RoaringBitmap {
    let wanted = variants & chosen;
    let (mut runs, mut places) = (wanted.iter(), RoaringBitmap::new());
    while let Some(run) = runs.next_range() {
        // How many come before the run, and with it; a file has fewer rows than 2³².
        let end = variants.rank(*run.end());
        let first = end.saturating_sub(u64::from(run.end() - run.start()) + 1);
        let place = |row: u64| u32::try_from(row).unwrap_or(u32::MAX);
        places.insert_range(place(first)..place(end));
    }
    places
}

impl Batch {
    /// Its file of genotypes.
    pub(super) fn genotypes(&self) -> PathBuf {
        self.directory.join("genotypes.parquet")
    }
}

/// Reads the genotypes of some variants, or of all, from every batch.
pub(super) struct BatchedBlocks {
    variants: roaring::bitmap::IntoIter,
    parts: Vec<Part>,
    fields: usize,
}

impl BatchedBlocks {
    pub(super) fn open(
        snapshot: &Snapshot,
        batches: &[Batch],
        variants: Option<&RoaringBitmap>,
        fields: &[&str],
    ) -> Result<Self, SnapshotError> {
        let rows = TableFile::open(&snapshot.table_path("variants"))?.rows()?;
        let mut chosen = RoaringBitmap::new();
        chosen.insert_range(0..rows);
        if let Some(variants) = variants {
            chosen &= variants;
        }
        let parts = batches
            .iter()
            .map(|batch| Part::open(batch, &chosen, fields))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            variants: chosen.into_iter(),
            parts,
            fields: fields.len(),
        })
    }

    /// The next variant's block, without its identifier.
    pub(super) fn next(&mut self) -> Result<Option<StoredBlock>, SnapshotError> {
        let Some(variant) = self.variants.next() else {
            return Ok(None);
        };
        let mut all = StoredBlock {
            genotypes: GenotypeBlock {
                variant,
                ..GenotypeBlock::default()
            },
            recorded: (self.fields > 0).then(RoaringBitmap::new),
            fields: vec![None; self.fields],
        };
        for part in &mut self.parts {
            part.add(variant, &mut all)?;
        }
        Ok(Some(all))
    }
}

/// One batch being read.
struct Part {
    first: u32,
    samples: u32,
    /// Which of the chosen variants it has, the next one first.
    rows: std::iter::Peekable<roaring::bitmap::IntoIter>,
    path: PathBuf,
    stored: StoredFile,
    /// Which of the fields that are asked for it has.
    fields: Vec<bool>,
    absent: Absent,
}

impl Part {
    fn open(batch: &Batch, chosen: &RoaringBitmap, fields: &[&str]) -> Result<Self, SnapshotError> {
        let path = batch.genotypes();
        let file = TableFile::open(&path)?;
        let stored: BTreeSet<&str> = file.columns().collect();
        let has: Vec<bool> = fields.iter().map(|field| stored.contains(field)).collect();
        let own: Vec<&str> = fields
            .iter()
            .zip(&has)
            .filter(|(_, has)| **has)
            .map(|(field, _)| *field)
            .collect();
        let rows = &batch.rows & chosen;
        // Its own rows are numbered from 0.
        let numbers = places(&batch.rows, chosen);
        Ok(Self {
            first: batch.first,
            samples: batch.samples,
            stored: StoredFile::open(&path, Some(&numbers), &own)?,
            path,
            rows: rows.into_iter().peekable(),
            fields: has,
            absent: Absent::open(
                &batch.directory.join(ABSENT),
                &places(&batch.absent, chosen),
            )?,
        })
    }

    /// Adds what the batch knows of a variant.
    fn add(&mut self, variant: u32, all: &mut StoredBlock) -> Result<(), SnapshotError> {
        if self.rows.next_if_eq(&variant).is_none() {
            if let Some(missing) = self.absent.at(variant)? {
                append(&mut all.genotypes.missing, &missing, self.first);
            }
            return Ok(());
        }
        let short = || SnapshotError::damaged(&self.path)("it has fewer variants than it should");
        let block = self.stored.next()?.ok_or_else(short)?;
        let genotypes = &mut all.genotypes;
        append(
            &mut genotypes.dosage_1,
            &block.genotypes.dosage_1,
            self.first,
        );
        append(
            &mut genotypes.dosage_2,
            &block.genotypes.dosage_2,
            self.first,
        );
        append(&mut genotypes.missing, &block.genotypes.missing, self.first);
        let Some(recorded) = &mut all.recorded else {
            return Ok(());
        };
        let before = usize::try_from(recorded.len()).unwrap_or(usize::MAX);
        match &block.recorded {
            Some(own) => append(recorded, own, self.first),
            None => {
                recorded.insert_range(self.first..self.first.saturating_add(self.samples));
            }
        }
        let after = usize::try_from(recorded.len()).unwrap_or(usize::MAX);
        let mut own = block.fields.into_iter();
        for (values, has) in all.fields.iter_mut().zip(&self.fields) {
            let own = if *has { own.next().flatten() } else { None };
            if own.is_some() || values.is_some() {
                let values = values.get_or_insert_with(|| vec![None; before]);
                values.extend(own.unwrap_or_default());
                values.resize(after, None);
            }
        }
        Ok(())
    }
}

/// Adds positions that begin at `first`, behind all that are there.
fn append(to: &mut RoaringBitmap, positions: &RoaringBitmap, first: u32) {
    // Batches come in the order of their positions.
    to.extend(
        positions
            .iter()
            .map(|position| first.saturating_add(position)),
    );
}

/// Samples of which nothing is known at variants that their batch has not.
struct Absent {
    path: PathBuf,
    reader: ParquetRecordBatchReader,
    waiting: std::vec::IntoIter<(u32, RoaringBitmap)>,
    next: Option<(u32, RoaringBitmap)>,
}

impl Absent {
    fn open(path: &Path, places: &RoaringBitmap) -> Result<Self, SnapshotError> {
        Ok(Self {
            path: path.to_owned(),
            reader: scan::reader(path, &[VARIANT, MISSING], Some(places), BATCH_ROWS)?,
            waiting: Vec::new().into_iter(),
            next: None,
        })
    }

    /// At a variant; variants must come in order.
    fn at(&mut self, variant: u32) -> Result<Option<RoaringBitmap>, SnapshotError> {
        loop {
            match &self.next {
                Some((at, _)) if *at == variant => return Ok(self.next.take().map(|(_, set)| set)),
                Some((at, _)) if *at > variant => return Ok(None),
                _ => {}
            }
            self.next = self.waiting.next();
            if self.next.is_some() {
                continue;
            }
            let Some(batch) = self.reader.next() else {
                return Ok(None);
            };
            let batch = batch.map_err(SnapshotError::damaged(&self.path))?;
            let rows = batch.column(0).as_primitive::<UInt32Type>().values();
            let sets = batch.column(1).as_binary::<i32>();
            let decoded = (rows.iter().zip(sets.iter().flatten()))
                .map(|(row, set)| Ok((*row, RoaringBitmap::deserialize_from(set)?)))
                .collect::<std::io::Result<Vec<_>>>();
            let decoded = decoded.map_err(SnapshotError::damaged(&self.path))?;
            self.waiting = decoded.into_iter();
        }
    }
}
