//! The variants of all batches as one table, and which row of it each batch's are.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BinaryBuilder, RecordBatch, UInt32Builder};
use arrow::datatypes::{Int64Type, SchemaRef};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use roaring::RoaringBitmap;

use crate::IngestError;
use crate::ingest::Warnings;
use crate::parquet_file::ParquetFile;
use crate::schema::{absent_genotypes, batch_rows};

use super::allele::{Allele, Annotation, Key};
use super::computed::Computed;
use super::contigs::ContigOrder;
use super::merge::{self, AlleleSource};
use super::write::{Absent, Kept, Tally, Variants, pages, serialize};

/// Rows that are gathered before they are written.
const BATCH_ROWS: usize = 8192;

/// A batch that takes part.
pub(super) struct Member {
    /// As the manifest names it.
    pub(super) label: String,
    /// Its own table of variants.
    pub(super) variants: PathBuf,
    /// Where the snapshot has it.
    pub(super) directory: PathBuf,
    pub(super) samples: u32,
    pub(super) absent: Absent,
}

/// What all batches have together.
pub(super) struct Union {
    pub(super) alleles: u64,
    pub(super) kinds: BTreeMap<String, u64>,
    /// Of missing genotypes those of samples whose batch has not the variant.
    pub(super) tally: Tally,
}

/// Writes `variants.parquet`, and of each batch `rows.parquet` and `absent.parquet`.
pub(super) fn write(
    members: Vec<Member>,
    (kept, computed): (Kept, Computed),
    directory: &Path,
    warnings: &Warnings,
) -> Result<Union, IngestError> {
    let mut orders = Vec::new();
    for member in &members {
        orders.push((member.label.clone(), contigs(&member.variants)?));
    }
    let named = orders.iter().map(|(label, order)| (label.as_str(), order));
    let contigs = ContigOrder::new(named, None)?;
    let sources = (0_u32..).zip(&members).map(|(number, member)| {
        let reader = Rows::open(&member.variants, number, &contigs)?;
        Ok(Box::new(reader) as Box<dyn AlleleSource + '_>)
    });
    let sources = sources.collect::<Result<Vec<_>, IngestError>>()?;
    let mut merged = merge::of_sources(sources, warnings)?;
    let mut parts = members
        .into_iter()
        .map(|member| Part::create(&member.directory, member.absent))
        .collect::<Result<Vec<_>, _>>()?;
    let mut variants = Variants::create(directory, kept, computed)?;
    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    let mut tally = Tally::default();
    let mut next = 0_u32;
    while let Some(allele) = merged.next()? {
        for (number, part) in (0_u32..).zip(&mut parts) {
            if allele.recorded.contains(number) {
                part.rows.append(next, None)?;
            } else {
                let mut missing = part.absent.missing(&allele.key, &RoaringBitmap::new());
                tally.missing += missing.len();
                if !missing.is_empty() {
                    let set = serialize(&mut missing, &mut part.bytes)?;
                    part.nothing.append(next, Some(set))?;
                }
            }
        }
        tally.add(&allele, 0);
        let kind = allele.key.kind().name();
        *kinds.entry(kind.to_owned()).or_default() += 1;
        variants.append(next, &allele, kind)?;
        next = next
            .checked_add(1)
            .ok_or(IngestError::TooMany { what: "alleles" })?;
    }
    variants.close()?;
    for part in parts {
        part.rows.close()?;
        part.nothing.close()?;
    }
    Ok(Union {
        alleles: u64::from(next),
        kinds,
        tally,
    })
}

/// What is written of a batch.
struct Part {
    absent: Absent,
    /// The row of each of its variants among all.
    rows: Numbered,
    /// Samples of which nothing is known, at variants that the batch has not.
    nothing: Numbered,
    bytes: Vec<u8>,
}

impl Part {
    fn create(directory: &Path, absent: Absent) -> Result<Self, IngestError> {
        Ok(Self {
            absent,
            rows: Numbered::create(&directory.join("rows.parquet"), batch_rows())?,
            nothing: Numbered::create(&directory.join("absent.parquet"), absent_genotypes())?,
            bytes: Vec::new(),
        })
    }
}

/// A file of variants' rows, and perhaps a set for each.
struct Numbered {
    schema: SchemaRef,
    file: ParquetFile,
    rows: UInt32Builder,
    sets: Option<BinaryBuilder>,
}

impl Numbered {
    fn create(path: &Path, schema: SchemaRef) -> Result<Self, IngestError> {
        let has_sets = schema.fields().len() > 1;
        Ok(Self {
            file: ParquetFile::create(path, Arc::clone(&schema), pages)?,
            schema,
            rows: UInt32Builder::new(),
            sets: has_sets.then(BinaryBuilder::new),
        })
    }

    fn append(&mut self, row: u32, set: Option<&[u8]>) -> Result<(), IngestError> {
        self.rows.append_value(row);
        if let Some(sets) = &mut self.sets {
            sets.append_option(set);
        }
        if self.rows.values_slice().len() == BATCH_ROWS {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), IngestError> {
        let mut columns: Vec<ArrayRef> = vec![Arc::new(self.rows.finish())];
        if let Some(sets) = &mut self.sets {
            columns.push(Arc::new(sets.finish()));
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)
            .map_err(IngestError::write(Path::new("batches")))?;
        self.file.write(&batch)
    }

    fn close(mut self) -> Result<(), IngestError> {
        self.flush()?;
        self.file.close()
    }
}

/// The contigs of a table of variants, in its order.
fn contigs(path: &Path) -> Result<Vec<String>, IngestError> {
    let mut contigs: Vec<String> = Vec::new();
    for batch in reader(path, &["chrom"])? {
        let batch = batch.map_err(IngestError::write(path))?;
        for name in batch.column(0).as_string::<i32>().iter().flatten() {
            if contigs.last().is_none_or(|last| last != name) {
                contigs.push(name.to_owned());
            }
        }
    }
    Ok(contigs)
}

fn reader(path: &Path, columns: &[&str]) -> Result<ParquetRecordBatchReader, IngestError> {
    let file = File::open(path).map_err(IngestError::io(path))?;
    let builder =
        ParquetRecordBatchReaderBuilder::try_new(file).map_err(IngestError::write(path))?;
    let mask =
        parquet::arrow::ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
    let reader = builder.with_projection(mask).with_batch_size(BATCH_ROWS);
    reader.build().map_err(IngestError::write(path))
}

/// The variants of one batch, as alleles of which nobody is known but the batch.
struct Rows<'a> {
    path: PathBuf,
    reader: ParquetRecordBatchReader,
    contigs: &'a ContigOrder,
    batch: Option<RecordBatch>,
    row: usize,
    recorded: Arc<RoaringBitmap>,
}

impl<'a> Rows<'a> {
    fn open(path: &Path, number: u32, contigs: &'a ContigOrder) -> Result<Self, IngestError> {
        let columns = [
            "chrom",
            "pos",
            "end",
            "ref",
            "alt",
            "rsid",
            "gene",
            "consequence",
            "impact",
        ];
        Ok(Self {
            reader: reader(path, &columns)?,
            path: path.to_owned(),
            contigs,
            batch: None,
            row: 0,
            recorded: Arc::new(RoaringBitmap::from_iter([number])),
        })
    }

    fn allele(&self, batch: &RecordBatch) -> Option<Allele> {
        let text = |name: &str| {
            let column = batch.column_by_name(name)?.as_string_opt::<i32>()?;
            column
                .is_valid(self.row)
                .then(|| column.value(self.row).to_owned())
        };
        let number = |name: &str| {
            let column = batch.column_by_name(name)?;
            let column = column.as_primitive_opt::<Int64Type>()?;
            u32::try_from(column.value(self.row)).ok()
        };
        Some(Allele {
            key: Key {
                contig: self.contigs.contig(&text("chrom")?),
                pos: number("pos")?,
                reference: text("ref")?,
                alternate: text("alt")?,
                end: number("end")?,
            },
            rsid: text("rsid"),
            annotation: Annotation {
                gene: text("gene"),
                consequence: text("consequence"),
                impact: text("impact"),
            },
            dosage_1: RoaringBitmap::new(),
            dosage_2: RoaringBitmap::new(),
            missing: RoaringBitmap::new(),
            recorded: Arc::clone(&self.recorded),
            fields: [const { None }; 4],
        })
    }
}

impl AlleleSource for Rows<'_> {
    fn next(&mut self) -> Result<Option<Allele>, IngestError> {
        loop {
            if let Some(batch) = self.batch.as_ref().filter(|b| self.row < b.num_rows()) {
                let damaged = IngestError::write::<&str>(&self.path);
                let allele = self
                    .allele(batch)
                    .ok_or_else(|| damaged("it was changed"))?;
                self.row += 1;
                return Ok(Some(allele));
            }
            let Some(batch) = self.reader.next() else {
                return Ok(None);
            };
            self.batch = Some(batch.map_err(IngestError::write(&self.path))?);
            self.row = 0;
        }
    }
}
