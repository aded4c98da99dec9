//! The manifest, `dataset.toml`: what a dataset is and where its files are.

mod check;
mod naming;
mod published;
mod raw;
mod source;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::Path;

use sekisho_receipt::VerifierKey;
use serde::Deserialize;

use crate::schema::{VariantColumns, genotypes_table, variants_table};
use crate::{Catalogue, Column, Label, Rows, Table};

pub(crate) use check::is_dataset_id;
pub(crate) use naming::{Matrix, Naming};
pub(crate) use source::{Captures, Field, Format, Matching, PathPattern, Source};

/// The manifest's name in a dataset's directory.
pub(crate) const FILE: &str = "dataset.toml";

/// What is wrong with a manifest, and on which line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{FILE}:{line}: {message}")]
pub struct ManifestError {
    /// The line, from 1.
    pub line: usize,
    /// What was expected.
    pub message: String,
}

/// A checked manifest.
#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) text: String,
    pub(crate) dataset: String,
    title: String,
    holder: String,
    assembly: String,
    profile: String,
    /// The reference genome, a FASTA file, and the line that names it.
    pub(crate) reference: Option<(String, usize)>,
    pub(crate) absent_genotype: AbsentGenotype,
    pub(crate) variants: Vec<VariantGroup>,
    /// `individuals` first, then `samples`, then the others as written.
    pub(crate) tables: Vec<DeclaredTable>,
    /// Tables that are public since a release of them was approved.
    pub(crate) published: Vec<PublishedTable>,
}

/// A release that is to be a public table.
#[derive(Debug)]
pub(crate) struct PublishedTable {
    pub(crate) line: usize,
    pub(crate) name: String,
    /// Its rows, as they were sent.
    pub(crate) file: String,
    pub(crate) receipt: String,
    /// The key of the ledger that vouches for it.
    pub(crate) ledger: VerifierKey,
}

/// What it means that no record holds a sample's genotype at a variant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AbsentGenotype {
    /// The sample has the reference allele.
    Reference,
    /// Nothing is known.
    #[default]
    Missing,
}

/// Files of variants that are read alike.
#[derive(Debug)]
pub(crate) struct VariantGroup {
    pub(crate) line: usize,
    /// What its samples came with: they have blocks of their own, which stay as they
    /// are when others come.
    pub(crate) batch: Option<String>,
    pub(crate) files: Vec<String>,
    /// Sample column → tissue. Empty: every column, tissues unknown.
    pub(crate) tissues: BTreeMap<String, String>,
    /// A template over `{file_stem}`, `{tissue}` and `{column}`.
    pub(crate) sample_id: String,
    pub(crate) annotation: AnnotationKeys,
    pub(crate) fields: FormatFields,
    /// The FILTER values of records to keep; none: all records.
    pub(crate) filter: Option<HashSet<String>>,
    /// Where nothing is recorded the sample has the reference, if it was called there.
    pub(crate) called: Option<Called>,
    /// Whether SNVs have their type of mutation and, with a reference, their context.
    pub(crate) context: bool,
    /// Whether structural variants have their type and length.
    pub(crate) structural: bool,
}

/// What says where a file's samples were called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Called {
    /// A BED file beside each: a template over `{file_stem}`.
    Bed(String),
    /// The file's own reference blocks, of this GQ or more.
    Blocks(i32),
}

/// Which INFO fields annotate an allele.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AnnotationKeys {
    pub(crate) gene: Option<String>,
    pub(crate) consequence: Option<String>,
    pub(crate) impact: Option<String>,
    /// VEP's field, whose header line names its parts.
    pub(crate) csq: Option<String>,
    /// SnpEff's field, whose parts the ANN standard names.
    pub(crate) ann: Option<String>,
}

/// Which FORMAT fields are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FormatFields {
    /// DP.
    pub(crate) depth: bool,
    /// GQ.
    pub(crate) genotype_quality: bool,
    /// AD of the alternate allele.
    pub(crate) alt_depth: bool,
    /// AF of the alternate allele, as a caller gives it for a sample.
    pub(crate) alt_fraction: bool,
}

impl FormatFields {
    pub(crate) fn any(self) -> bool {
        self.depth || self.genotype_quality || self.alt_depth || self.alt_fraction
    }

    pub(crate) fn union(self, other: Self) -> Self {
        Self {
            depth: self.depth || other.depth,
            genotype_quality: self.genotype_quality || other.genotype_quality,
            alt_depth: self.alt_depth || other.alt_depth,
            alt_fraction: self.alt_fraction || other.alt_fraction,
        }
    }
}

/// A table that the manifest declares.
#[derive(Debug)]
pub(crate) struct DeclaredTable {
    pub(crate) line: usize,
    pub(crate) name: String,
    pub(crate) files: Vec<PathPattern>,
    /// What names samples where rows do not.
    pub(crate) naming: Naming,
    /// In place of files: outputs of tools for quality control.
    pub(crate) sources: Vec<Source>,
    pub(crate) rows: Rows,
    profile: Option<String>,
    pub(crate) delimiter: Option<u8>,
    pub(crate) comment: Option<u8>,
    /// Whether identical rows of an individual become one.
    pub(crate) collapse_identical: bool,
    pub(crate) columns: Vec<DeclaredColumn>,
}

/// A column that the manifest declares.
#[derive(Debug)]
pub(crate) struct DeclaredColumn {
    pub(crate) column: Column,
    /// Its name in the files.
    pub(crate) from: String,
    /// What is written → what is meant; applied before every check.
    pub(crate) map: BTreeMap<String, String>,
    /// What is written for no value.
    pub(crate) missing: HashSet<String>,
}

impl Manifest {
    /// The genome assembly, as the manifest names it.
    pub(crate) fn assembly(&self) -> &str {
        &self.assembly
    }

    /// Reads the text of a manifest.
    pub(crate) fn parse(text: &str) -> Result<Self, ManifestError> {
        let raw = toml::from_str(text).map_err(|error| ManifestError {
            line: line_at(text, error.span().map_or(0, |span| span.start)),
            message: one_line(error.message()),
        })?;
        check::manifest(text, raw)
    }

    /// The manifest of a dataset's directory.
    pub(crate) fn read(directory: &Path) -> Result<Self, crate::IngestError> {
        let path = directory.join(FILE);
        let text = std::fs::read_to_string(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                let message = "there is none in the dataset's directory; write one";
                crate::InputError::new(FILE, crate::Place::File, message).into()
            }
            _ => crate::IngestError::io(&path)(error),
        })?;
        Ok(Self::parse(&text)?)
    }

    /// Whether SNVs have their type of mutation, as any group asks.
    pub(crate) fn has_mutation_types(&self) -> bool {
        self.variants.iter().any(|group| group.context)
    }

    /// Whether structural variants have their type and length, as any group asks.
    pub(crate) fn has_structural(&self) -> bool {
        self.variants.iter().any(|group| group.structural)
    }

    /// The FORMAT fields that any group keeps.
    pub(crate) fn fields(&self) -> FormatFields {
        self.variants
            .iter()
            .fold(FormatFields::default(), |all, group| {
                all.union(group.fields)
            })
    }

    /// The source that is computed from the dataset's genotypes.
    pub(crate) fn computed(&self) -> Option<&Source> {
        let mut sources = self.tables.iter().flat_map(|table| &table.sources);
        sources.find(|source| source.is_computed())
    }

    /// What visitors may know of the dataset, which has these tables in public.
    pub(crate) fn catalogue(&self, mut tables: Vec<Table>) -> Catalogue {
        tables.extend(self.tables.iter().map(DeclaredTable::table));
        if !self.variants.is_empty() {
            let annotated = |field: fn(&AnnotationKeys) -> bool| {
                self.variants.iter().any(|group| field(&group.annotation))
            };
            tables.push(variants_table(VariantColumns {
                gene: annotated(AnnotationKeys::has_gene),
                consequence: annotated(AnnotationKeys::has_consequence),
                impact: annotated(AnnotationKeys::has_impact),
                mutation_type: self.has_mutation_types(),
                context: self.has_mutation_types() && self.reference.is_some(),
                structural: self.has_structural(),
            }));
            tables.push(genotypes_table(self.fields()));
        }
        tables.sort_by(|a, b| a.name.cmp(&b.name));
        Catalogue {
            dataset: self.dataset.clone(),
            title: self.title.clone(),
            holder: self.holder.clone(),
            assembly: self.assembly.clone(),
            profile: self.profile.clone(),
            tables,
        }
    }
}

impl AnnotationKeys {
    fn structured(&self) -> bool {
        self.csq.is_some() || self.ann.is_some()
    }

    pub(crate) fn has_gene(&self) -> bool {
        self.gene.is_some() || self.structured()
    }

    pub(crate) fn has_consequence(&self) -> bool {
        self.consequence.is_some() || self.structured()
    }

    pub(crate) fn has_impact(&self) -> bool {
        self.impact.is_some() || self.structured()
    }
}

impl DeclaredTable {
    /// Whether some of it is computed from the dataset's genotypes.
    pub(crate) fn is_computed(&self) -> bool {
        self.sources.iter().any(Source::is_computed)
    }

    /// The table as the catalogue names it.
    pub(crate) fn table(&self) -> Table {
        Table {
            name: self.name.clone(),
            label: Label::Private,
            rows: self.rows,
            profile: self.profile.clone(),
            columns: self.columns.iter().map(|c| c.column.clone()).collect(),
            published: None,
        }
    }
}

/// The line, from 1, of a byte offset.
fn line_at(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}
