//! `genotypes.parquet`.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, ArrayRef, BinaryBuilder, Int32Builder, ListBuilder, RecordBatch, UInt32Builder,
};
use arrow::datatypes::SchemaRef;
use parquet::file::properties::EnabledStatistics;
use roaring::RoaringBitmap;

use crate::IngestError;
use crate::parquet_file::ParquetFile;
use crate::schema::{format_columns, physical_genotypes};
use crate::variants::allele::{Allele, NO_VALUE};

use super::{BATCH_ROWS, Kept, ROW_GROUP_ROWS, pages};

pub(super) struct Genotypes {
    schema: SchemaRef,
    file: ParquetFile,
    rows: UInt32Builder,
    /// `dosage_1`, `dosage_2`, `missing`.
    sets: [BinaryBuilder; 3],
    /// If any FORMAT field is kept.
    recorded: Option<BinaryBuilder>,
    fields: [Option<ListBuilder<Int32Builder>>; 4],
    bytes: Vec<u8>,
}

impl Genotypes {
    pub(super) fn create(directory: &Path, kept: Kept) -> Result<Self, IngestError> {
        let fields = kept.fields;
        let schema = physical_genotypes(fields);
        let path = directory.join("genotypes.parquet");
        let tune = |properties| {
            pages(properties)
                .set_dictionary_enabled(false)
                .set_statistics_enabled(EnabledStatistics::None)
                .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        };
        Ok(Self {
            file: ParquetFile::create(&path, Arc::clone(&schema), tune)?,
            schema,
            rows: UInt32Builder::new(),
            sets: Default::default(),
            recorded: fields.any().then(BinaryBuilder::new),
            fields: format_columns(fields)
                .map(|(kept, _)| kept.then(|| ListBuilder::new(Int32Builder::new()))),
            bytes: Vec::new(),
        })
    }

    pub(super) fn append(
        &mut self,
        row: u32,
        mut allele: Allele,
        everywhere: bool,
    ) -> Result<(), IngestError> {
        self.rows.append_value(row);
        let sets = [
            &mut allele.dosage_1,
            &mut allele.dosage_2,
            &mut allele.missing,
        ];
        for (builder, set) in self.sets.iter_mut().zip(sets) {
            builder.append_value(serialize(set, &mut self.bytes)?);
        }
        if let Some(builder) = &mut self.recorded {
            if everywhere {
                builder.append_null();
            } else {
                let mut recorded = RoaringBitmap::clone(&allele.recorded);
                builder.append_value(serialize(&mut recorded, &mut self.bytes)?);
            }
        }
        for (builder, values) in self.fields.iter_mut().zip(&allele.fields) {
            let Some(builder) = builder else {
                continue;
            };
            for value in values.iter().flatten() {
                let value = Some(*value).filter(|value| *value != NO_VALUE);
                builder.values().append_option(value);
            }
            builder.append(values.is_some());
        }
        if self.rows.len() == BATCH_ROWS {
            self.flush()?;
        }
        Ok(())
    }

    pub(super) fn close(mut self) -> Result<(), IngestError> {
        self.flush()?;
        self.file.close()
    }

    fn flush(&mut self) -> Result<(), IngestError> {
        let mut columns: Vec<ArrayRef> = vec![Arc::new(self.rows.finish())];
        for builder in self.sets.iter_mut().chain(&mut self.recorded) {
            columns.push(Arc::new(builder.finish()));
        }
        for builder in self.fields.iter_mut().flatten() {
            columns.push(Arc::new(builder.finish()));
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)
            .map_err(IngestError::write(Path::new("genotypes.parquet")))?;
        self.file.write(&batch)
    }
}

/// A set in roaring's portable format, with runs where they are shorter.
pub(in crate::variants) fn serialize<'a>(
    set: &mut RoaringBitmap,
    bytes: &'a mut Vec<u8>,
) -> Result<&'a [u8], IngestError> {
    set.optimize();
    bytes.clear();
    set.serialize_into(&mut *bytes)
        .map_err(IngestError::write(Path::new("genotypes.parquet")))?;
    Ok(bytes)
}
