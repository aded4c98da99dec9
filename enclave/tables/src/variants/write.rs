//! Merged alleles on their way to Parquet.

mod genotypes;
mod variants;

use std::collections::BTreeMap;
use std::path::Path;

use parquet::basic::Encoding;
use parquet::file::properties::WriterPropertiesBuilder;
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};

use crate::manifest::{AbsentGenotype, AnnotationKeys, FormatFields, VariantGroup};
use crate::schema::KINDS;
use crate::{IngestError, VARIANT};

use super::allele::{Allele, Key, Kind};
use super::computed::Computed;
use super::coverage::Coverage;

use genotypes::Genotypes;
pub(super) use genotypes::serialize;
pub(super) use variants::Variants;

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
        computed: Computed,
        absent: Absent,
    ) -> Result<Self, IngestError> {
        Ok(Self {
            absent,
            next: 0,
            tally: Tally::default(),
            kinds: KINDS.iter().map(|kind| ((*kind).to_owned(), 0)).collect(),
            variants: Variants::create(directory, kept, computed)?,
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
        self.genotypes.close()?;
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
