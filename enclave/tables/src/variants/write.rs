//! Merged alleles on their way to Parquet.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, ArrayRef, BinaryBuilder, Int32Builder, Int64Builder, ListBuilder, RecordBatch,
    StringBuilder, UInt32Builder,
};
use arrow::datatypes::SchemaRef;
use parquet::basic::Encoding;
use parquet::file::properties::{EnabledStatistics, WriterPropertiesBuilder};
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};

use crate::manifest::{AbsentGenotype, AnnotationKeys, FormatFields, VariantGroup};
use crate::parquet_file::ParquetFile;
use crate::schema::{
    KINDS, VariantColumns, format_columns, logical, physical_genotypes, variants_table,
};
use crate::{IngestError, VARIANT};

use super::allele::{Allele, Key, Kind, NO_VALUE};
use super::context::Contexts;
use super::coverage::Coverage;

/// Variants that are gathered before they are written.
const BATCH_ROWS: usize = 1024;

/// Variants of a row group, at most: a region or a gene is found in a few.
const ROW_GROUP_ROWS: usize = 16_384;

/// Variants of a page, so that reading a few does not inflate many.
const PAGE_ROWS: usize = 512;

/// `variants.parquet` and `genotypes.parquet`, row by row alike.
pub(super) struct AllelesFile {
    absent: Absent,
    next: u32,
    kinds: BTreeMap<String, u64>,
    tally: Tally,
    variants: Variants,
    genotypes: Genotypes,
}

impl AllelesFile {
    pub(super) fn create(
        directory: &Path,
        kept: Kept,
        contexts: Option<Contexts>,
        absent: Absent,
    ) -> Result<Self, IngestError> {
        Ok(Self {
            absent,
            next: 0,
            tally: Tally::default(),
            kinds: KINDS.iter().map(|kind| ((*kind).to_owned(), 0)).collect(),
            variants: Variants::create(directory, kept, contexts)?,
            genotypes: Genotypes::create(directory, kept)?,
        })
    }

    /// Appends an allele. Its row is its `__variant`.
    pub(super) fn append(&mut self, mut allele: Allele) -> Result<(), IngestError> {
        let variant = self.next;
        self.next = variant
            .checked_add(1)
            .ok_or(IngestError::TooMany { what: "alleles" })?;
        let everywhere = *allele.recorded == self.absent.samples;
        if !everywhere {
            allele.missing |= self.absent.missing(&allele.key, &allele.recorded);
        }
        self.tally.add(&allele, self.absent.samples.len());
        let kind = allele.key.kind().name();
        *self.kinds.entry(kind.to_owned()).or_default() += 1;
        self.variants.append(variant, &allele, kind)?;
        self.genotypes.append(variant, allele, everywhere)
    }

    /// Ends both files; the numbers of alleles by kind, and more of them.
    pub(super) fn close(mut self) -> Result<(BTreeMap<String, u64>, Tally), IngestError> {
        self.variants.close()?;
        self.genotypes.flush()?;
        self.genotypes.file.close()?;
        self.kinds.retain(|_, n| *n > 0);
        Ok((self.kinds, self.tally))
    }
}

/// What it means that a sample has no record.
pub(super) struct Absent {
    genotype: AbsentGenotype,
    /// Positions of all samples.
    samples: RoaringBitmap,
    coverage: Coverage,
}

impl Absent {
    pub(super) fn of(genotype: AbsentGenotype, samples: u32, coverage: Coverage) -> Self {
        Self {
            genotype,
            samples: (0..samples).collect(),
            coverage,
        }
    }

    /// Of the samples that no record names, those of which nothing is known. Alleles
    /// must come in order.
    pub(super) fn missing(&mut self, key: &Key, recorded: &RoaringBitmap) -> RoaringBitmap {
        let absent = &self.samples - recorded;
        let (told, called) = self.coverage.at(&key.contig, key.pos);
        let mut missing = &(&absent & told) - called;
        if self.genotype == AbsentGenotype::Missing {
            missing |= absent - told;
        }
        missing
    }
}

/// What is kept of records beside genotypes.
#[derive(Clone, Copy)]
pub(super) struct Kept {
    /// `gene`, `consequence`, `impact`.
    annotations: [bool; 3],
    fields: FormatFields,
}

impl Kept {
    /// What any of these groups keeps.
    pub(super) fn of<'g>(groups: impl Iterator<Item = &'g VariantGroup> + Clone) -> Self {
        let annotations = [
            AnnotationKeys::has_gene,
            AnnotationKeys::has_consequence,
            AnnotationKeys::has_impact,
        ]
        .map(|has| groups.clone().any(|group| has(&group.annotation)));
        let fields = groups.fold(FormatFields::default(), |all, group| {
            all.union(group.fields)
        });
        Self {
            annotations,
            fields,
        }
    }
}

/// What tells an operator whether the variants look like those of people.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub(crate) transitions: u64,
    pub(crate) transversions: u64,
    pub(crate) genotypes: u64,
    pub(crate) missing: u64,
}

impl Tally {
    pub(super) fn add(&mut self, allele: &Allele, samples: u64) {
        self.genotypes += samples;
        self.missing += allele.missing.len();
        let key = &allele.key;
        if key.kind() == Kind::Snv {
            match (key.reference.as_str(), key.alternate.as_str()) {
                ("A", "G") | ("G", "A") | ("C", "T") | ("T", "C") => self.transitions += 1,
                ("A" | "C" | "G" | "T", "A" | "C" | "G" | "T") => self.transversions += 1,
                // Ambiguity codes are neither.
                _ => {}
            }
        }
    }
}

pub(super) struct Variants {
    schema: SchemaRef,
    file: ParquetFile,
    rows: UInt32Builder,
    numbers: [Int64Builder; 2],
    /// `variant_id`, `chrom`, `ref`, `alt`, `rsid`, `kind`.
    texts: [StringBuilder; 6],
    /// `gene`, `consequence`, `impact`, if the manifest maps them.
    annotations: [Option<StringBuilder>; 3],
    contexts: Option<Contexts>,
}

impl Variants {
    pub(super) fn create(
        directory: &Path,
        kept: Kept,
        contexts: Option<Contexts>,
    ) -> Result<Self, IngestError> {
        let mapped = kept.annotations;
        let [gene, consequence, impact] = mapped;
        let schema = logical(&variants_table(VariantColumns {
            gene,
            consequence,
            impact,
            mutation_type: contexts.is_some(),
            context: contexts.as_ref().is_some_and(Contexts::has_context),
        }));
        let path = directory.join("tables").join("variants.parquet");
        let tune = |properties| pages(properties).set_max_row_group_row_count(Some(ROW_GROUP_ROWS));
        Ok(Self {
            file: ParquetFile::create(&path, Arc::clone(&schema), tune)?,
            schema,
            rows: UInt32Builder::new(),
            numbers: Default::default(),
            texts: Default::default(),
            annotations: mapped.map(|mapped| mapped.then(StringBuilder::new)),
            contexts,
        })
    }

    pub(super) fn append(
        &mut self,
        row: u32,
        allele: &Allele,
        kind: &str,
    ) -> Result<(), IngestError> {
        let key = &allele.key;
        self.rows.append_value(row);
        for (builder, number) in self.numbers.iter_mut().zip([key.pos, key.end]) {
            builder.append_value(i64::from(number));
        }
        let id = key.variant_id();
        let texts = [
            Some(id.as_str()),
            Some(&*key.contig.name),
            Some(key.reference.as_str()),
            Some(key.alternate.as_str()),
            allele.rsid.as_deref(),
            Some(kind),
        ];
        for (builder, text) in self.texts.iter_mut().zip(texts) {
            builder.append_option(text);
        }
        let annotation = &allele.annotation;
        let texts = [
            &annotation.gene,
            &annotation.consequence,
            &annotation.impact,
        ];
        for (builder, text) in self.annotations.iter_mut().zip(texts) {
            if let Some(builder) = builder {
                builder.append_option(text.as_ref());
            }
        }
        if let Some(contexts) = &mut self.contexts {
            contexts.append(key)?;
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
        let rows: ArrayRef = Arc::new(self.rows.finish());
        let [pos, end] = self
            .numbers
            .each_mut()
            .map(|b| Arc::new(b.finish()) as ArrayRef);
        let texts = self
            .texts
            .each_mut()
            .map(|b| Arc::new(b.finish()) as ArrayRef);
        let [id, chrom, reference, alternate, rsid, kind] = texts;
        let mut columns = vec![rows, id, chrom, pos, end, reference, alternate, rsid, kind];
        for builder in self.annotations.iter_mut().flatten() {
            columns.push(Arc::new(builder.finish()));
        }
        if let Some(contexts) = &mut self.contexts {
            columns.extend(contexts.finish());
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)
            .map_err(IngestError::write(Path::new("variants.parquet")))?;
        self.file.write(&batch)
    }
}

struct Genotypes {
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
    fn create(directory: &Path, kept: Kept) -> Result<Self, IngestError> {
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

    fn append(
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

/// Numbers and names that ascend are written as what each adds to the one before.
pub(super) fn pages(properties: WriterPropertiesBuilder) -> WriterPropertiesBuilder {
    let ascending = [VARIANT, "pos", "end"].map(|name| (name, Encoding::DELTA_BINARY_PACKED));
    let named = [("variant_id", Encoding::DELTA_BYTE_ARRAY)];
    let columns = ascending.into_iter().chain(named);
    let properties = columns.fold(properties, |properties, (name, encoding)| {
        properties
            .set_column_dictionary_enabled(name.into(), false)
            .set_column_encoding(name.into(), encoding)
    });
    properties
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(PAGE_ROWS)
}

/// A set in roaring's portable format, with runs where they are shorter.
pub(super) fn serialize<'a>(
    set: &mut RoaringBitmap,
    bytes: &'a mut Vec<u8>,
) -> Result<&'a [u8], IngestError> {
    set.optimize();
    bytes.clear();
    set.serialize_into(&mut *bytes)
        .map_err(IngestError::write(Path::new("genotypes.parquet")))?;
    Ok(bytes)
}
