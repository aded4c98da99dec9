//! The manifest as it is written.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use toml::Spanned;

use crate::{ColumnType, Role};

use super::{AbsentGenotype, Format};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawManifest {
    pub(super) id: Spanned<String>,
    pub(super) title: Spanned<String>,
    pub(super) holder: Spanned<String>,
    pub(super) assembly: Assembly,
    /// A FASTA file.
    #[serde(default)]
    pub(super) reference: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) profile: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) absent_genotype: Option<AbsentGenotype>,
    #[serde(default)]
    pub(super) missing: Option<Vec<String>>,
    #[serde(default)]
    pub(super) variants: Vec<Spanned<RawVariants>>,
    #[serde(default)]
    pub(super) tables: Entries<RawTable>,
    #[serde(default)]
    pub(super) published: Vec<RawPublished>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPublished {
    pub(super) table: Spanned<String>,
    pub(super) file: Spanned<String>,
    pub(super) receipt: Spanned<String>,
    pub(super) ledger: Spanned<String>,
}

#[derive(Clone, Copy, serde::Deserialize)]
pub(super) enum Assembly {
    #[serde(rename = "GRCh37")]
    Grch37,
    #[serde(rename = "GRCh38")]
    Grch38,
    #[serde(rename = "T2T-CHM13")]
    T2tChm13,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawVariants {
    #[serde(default)]
    pub(super) batch: Option<Spanned<String>>,
    pub(super) files: Spanned<Vec<String>>,
    #[serde(default)]
    pub(super) samples: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) sample_id: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) info: Option<Spanned<RawInfo>>,
    #[serde(default)]
    pub(super) csq: Option<String>,
    #[serde(default)]
    pub(super) ann: Option<String>,
    #[serde(default)]
    pub(super) format: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    pub(super) filter: Option<Vec<String>>,
    /// A template of a BED file, over `{file_stem}`.
    #[serde(default)]
    pub(super) callable: Option<Spanned<String>>,
    /// The least GQ of a gVCF's reference block.
    #[serde(default)]
    pub(super) reference_blocks: Option<Spanned<i32>>,
    /// Whether SNVs have their type of mutation, and their context.
    #[serde(default)]
    pub(super) context: bool,
    /// Whether structural variants have their type and length.
    #[serde(default)]
    pub(super) structural: bool,
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawInfo {
    #[serde(default)]
    pub(super) gene: Option<String>,
    #[serde(default)]
    pub(super) consequence: Option<String>,
    #[serde(default)]
    pub(super) impact: Option<String>,
    #[serde(default)]
    pub(super) csq: Option<String>,
    #[serde(default)]
    pub(super) ann: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTable {
    #[serde(default)]
    pub(super) files: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    pub(super) sources: Vec<Spanned<RawSource>>,
    #[serde(default)]
    pub(super) layout: Option<RawLayout>,
    #[serde(default)]
    pub(super) sample: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) sample_id: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) ignore: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    pub(super) rows: Option<Spanned<RawRows>>,
    #[serde(default)]
    pub(super) profile: Option<String>,
    #[serde(default)]
    pub(super) delimiter: Option<Spanned<char>>,
    #[serde(default)]
    pub(super) comment: Option<Spanned<char>>,
    #[serde(default)]
    pub(super) missing: Option<Vec<String>>,
    #[serde(default)]
    pub(super) duplicates: Option<RawDuplicates>,
    pub(super) columns: Entries<RawColumn>,
}

#[derive(Clone, Copy, PartialEq, serde::Deserialize)]
pub(super) enum RawRows {
    #[serde(rename = "one per individual")]
    One,
    #[serde(rename = "many per individual")]
    Many,
}

#[derive(Clone, Copy, PartialEq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawLayout {
    /// A line is a row.
    Rows,
    /// A line is a feature, and a column a sample.
    Matrix,
}

#[derive(Clone, Copy, PartialEq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawDuplicates {
    Error,
    Identical,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawColumn {
    #[serde(default)]
    pub(super) from: Option<String>,
    pub(super) role: Role,
    #[serde(default)]
    pub(super) r#type: Option<ColumnType>,
    #[serde(default)]
    pub(super) domain: Option<Vec<String>>,
    #[serde(default)]
    pub(super) bounds: Option<[f64; 2]>,
    #[serde(default)]
    pub(super) map: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) unit: Option<String>,
    #[serde(default)]
    pub(super) meaning: Option<String>,
    #[serde(default)]
    pub(super) required: bool,
    #[serde(default)]
    pub(super) missing: Option<Vec<String>>,
    #[serde(default)]
    pub(super) bin: Option<f64>,
    #[serde(default)]
    pub(super) limits: Vec<RawLimit>,
}

/// Files of a tool for quality control, or the dataset's own genotypes.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSource {
    pub(super) format: Format,
    #[serde(default)]
    pub(super) files: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    pub(super) sample: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) sample_id: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) stage: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) only: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) min_correlation: Option<Spanned<f64>>,
    #[serde(default)]
    pub(super) min_sites: Option<Spanned<u64>>,
    #[serde(default)]
    pub(super) min_depth: Option<Spanned<i32>>,
    pub(super) columns: Entries<RawField>,
}

/// A field's name, or a table of it and of how it is scaled.
pub(super) struct RawField {
    pub(super) field: String,
    pub(super) scale: Option<f64>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ScaledField {
    field: String,
    #[serde(default)]
    scale: Option<f64>,
}

impl<'de> Deserialize<'de> for RawField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor)
    }
}

struct FieldVisitor;

impl<'de> Visitor<'de> for FieldVisitor {
    type Value = RawField;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field's name, or { field = \"…\", scale = … }")
    }

    fn visit_str<E>(self, field: &str) -> Result<Self::Value, E> {
        Ok(RawField {
            field: field.to_owned(),
            scale: None,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let ScaledField { field, scale } =
            ScaledField::deserialize(MapAccessDeserializer::new(map))?;
        Ok(RawField { field, scale })
    }
}

/// One of the four places, and perhaps the tissue that it is for.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLimit {
    #[serde(default)]
    pub(super) below: Option<f64>,
    #[serde(default)]
    pub(super) at_most: Option<f64>,
    #[serde(default)]
    pub(super) at_least: Option<f64>,
    #[serde(default)]
    pub(super) above: Option<f64>,
    #[serde(default)]
    pub(super) tissue: Option<String>,
}

/// A table of TOML whose entries keep the order of the file.
pub(super) struct Entries<T>(pub(super) Vec<(Spanned<String>, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

struct EntriesVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<T> {
    type Value = Entries<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry::<Spanned<String>, T>()? {
            entries.push(entry);
        }
        entries.sort_by_key(|(name, _)| name.span().start);
        Ok(Entries(entries))
    }
}
