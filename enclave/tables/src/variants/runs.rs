//! Merged alleles put aside while more files wait: Arrow IPC streams.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryBuilder, Int32Builder, ListBuilder, RecordBatch, StringBuilder,
    UInt32Builder,
};
use arrow::datatypes::{DataType, Field, Int32Type, Schema, SchemaRef, UInt32Type};
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use roaring::RoaringBitmap;

use crate::IngestError;
use crate::schema::list_of_int;

use super::allele::{Allele, Annotation, Key};
use super::contigs::Contig;
use super::merge::AlleleSource;

const BATCH_ROWS: usize = 256;
const NUMBERS: [&str; 3] = ["rank", "pos", "end"];
const TEXTS: [&str; 7] = [
    "chrom",
    "ref",
    "alt",
    "rsid",
    "gene",
    "consequence",
    "impact",
];
const SETS: [&str; 4] = ["dosage_1", "dosage_2", "missing", "recorded"];
const LISTS: [&str; 4] = ["depth", "genotype_quality", "alt_depth", "alt_fraction"];

/// Writes what a source holds to the next run, and says where that is.
pub(super) fn write(
    directory: &Path,
    number: &mut usize,
    source: &mut dyn AlleleSource,
    progress: &dyn Fn(),
) -> Result<PathBuf, IngestError> {
    let path = directory.join(format!("{number}.arrows"));
    *number += 1;
    let file = BufWriter::new(File::create(&path).map_err(IngestError::io(&path))?);
    let schema = schema();
    let mut writer = StreamWriter::try_new(file, &schema).map_err(IngestError::write(&path))?;
    let mut rows = Vec::with_capacity(BATCH_ROWS);
    loop {
        let next = source.next()?;
        let ended = next.is_none();
        rows.extend(next);
        if rows.len() == BATCH_ROWS || (ended && !rows.is_empty()) {
            let batch = encode(&schema, &rows).map_err(IngestError::write(&path))?;
            writer.write(&batch).map_err(IngestError::write(&path))?;
            rows.clear();
            progress();
        }
        if ended {
            writer.finish().map_err(IngestError::write(&path))?;
            return Ok(path);
        }
    }
}

/// A run being read.
pub(super) struct Run {
    path: PathBuf,
    reader: StreamReader<BufReader<File>>,
    batch: Option<RecordBatch>,
    row: usize,
}

impl Run {
    pub(super) fn open(path: &Path) -> Result<Self, IngestError> {
        let file = BufReader::new(File::open(path).map_err(IngestError::io(path))?);
        Ok(Self {
            reader: StreamReader::try_new(file, None).map_err(IngestError::write(path))?,
            path: path.to_path_buf(),
            batch: None,
            row: 0,
        })
    }
}

impl AlleleSource for Run {
    fn next(&mut self) -> Result<Option<Allele>, IngestError> {
        loop {
            if let Some(batch) = self.batch.as_ref().filter(|b| self.row < b.num_rows()) {
                let allele = decode(batch, self.row);
                self.row += 1;
                let damaged = IngestError::write::<&str>(&self.path);
                return allele.map(Some).ok_or_else(|| damaged("it was changed"));
            }
            self.batch = self
                .reader
                .next()
                .transpose()
                .map_err(IngestError::write(&self.path))?;
            self.row = 0;
            if self.batch.is_none() {
                return Ok(None);
            }
        }
    }
}

fn schema() -> SchemaRef {
    let numbers = NUMBERS.map(|name| Field::new(name, DataType::UInt32, false));
    let texts = TEXTS.map(|name| Field::new(name, DataType::Utf8, true));
    let sets = SETS.map(|name| Field::new(name, DataType::Binary, false));
    let lists = LISTS.map(|name| Field::new(name, list_of_int(), true));
    let fields = numbers.into_iter().chain(texts).chain(sets).chain(lists);
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

fn encode(schema: &SchemaRef, rows: &[Allele]) -> Result<RecordBatch, Box<dyn std::error::Error>> {
    let mut numbers = NUMBERS.map(|_| UInt32Builder::new());
    let mut texts = TEXTS.map(|_| StringBuilder::new());
    let mut sets = SETS.map(|_| BinaryBuilder::new());
    let mut lists = LISTS.map(|_| ListBuilder::new(Int32Builder::new()));
    let mut bytes = Vec::new();
    for allele in rows {
        let key = &allele.key;
        for (builder, value) in numbers.iter_mut().zip([key.contig.rank, key.pos, key.end]) {
            builder.append_value(value);
        }
        let annotation = &allele.annotation;
        let values = [
            Some(&*key.contig.name),
            Some(key.reference.as_str()),
            Some(key.alternate.as_str()),
            allele.rsid.as_deref(),
            annotation.gene.as_deref(),
            annotation.consequence.as_deref(),
            annotation.impact.as_deref(),
        ];
        for (builder, value) in texts.iter_mut().zip(values) {
            builder.append_option(value);
        }
        let values = [
            &allele.dosage_1,
            &allele.dosage_2,
            &allele.missing,
            &*allele.recorded,
        ];
        for (builder, value) in sets.iter_mut().zip(values) {
            bytes.clear();
            value.serialize_into(&mut bytes)?;
            builder.append_value(&bytes);
        }
        for (builder, values) in lists.iter_mut().zip(&allele.fields) {
            if let Some(values) = values {
                builder.values().append_slice(values);
            }
            builder.append(values.is_some());
        }
    }
    let numbers = numbers.iter_mut().map(|b| Arc::new(b.finish()) as ArrayRef);
    let texts = texts.iter_mut().map(|b| Arc::new(b.finish()) as ArrayRef);
    let sets = sets.iter_mut().map(|b| Arc::new(b.finish()) as ArrayRef);
    let lists = lists.iter_mut().map(|b| Arc::new(b.finish()) as ArrayRef);
    let columns = numbers.chain(texts).chain(sets).chain(lists).collect();
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
}

fn decode(batch: &RecordBatch, row: usize) -> Option<Allele> {
    let number = |name| {
        let column = batch.column_by_name(name)?;
        Some(column.as_primitive_opt::<UInt32Type>()?.value(row))
    };
    let text = |name| {
        let column = batch.column_by_name(name)?.as_string_opt::<i32>()?;
        column.is_valid(row).then(|| column.value(row).to_owned())
    };
    let set = |name| {
        let column = batch.column_by_name(name)?.as_binary_opt::<i32>()?;
        RoaringBitmap::deserialize_from(column.value(row)).ok()
    };
    let list = |name| {
        let column = batch.column_by_name(name)?.as_list_opt::<i32>()?;
        let valid = column.is_valid(row);
        valid.then(|| {
            column
                .value(row)
                .as_primitive::<Int32Type>()
                .values()
                .to_vec()
        })
    };
    Some(Allele {
        key: Key {
            contig: Contig {
                rank: number("rank")?,
                name: Arc::from(text("chrom")?),
            },
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
        dosage_1: set("dosage_1")?,
        dosage_2: set("dosage_2")?,
        missing: set("missing")?,
        recorded: Arc::new(set("recorded")?),
        fields: LISTS.map(list),
    })
}
