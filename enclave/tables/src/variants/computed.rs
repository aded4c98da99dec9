//! Columns of `variants` that are computed from alleles, as the manifest asks.

use arrow::array::ArrayRef;

use crate::IngestError;
use crate::inputs::Inputs;
use crate::manifest::Manifest;
use crate::schema::VariantColumns;

use super::allele::Key;
use super::context::Contexts;
use super::structural::Structural;

/// The columns of each computation that is asked for.
#[derive(Default)]
pub(super) struct Computed {
    contexts: Option<Contexts>,
    structural: Option<Structural>,
}

impl Computed {
    pub(super) fn open(manifest: &Manifest, inputs: &Inputs) -> Result<Self, IngestError> {
        Ok(Self {
            contexts: Contexts::open(manifest, inputs)?,
            structural: manifest.has_structural().then(Structural::default),
        })
    }

    /// Adds its columns to those of a table.
    pub(super) fn among(&self, columns: VariantColumns) -> VariantColumns {
        VariantColumns {
            mutation_type: self.contexts.is_some(),
            context: self.contexts.as_ref().is_some_and(Contexts::has_context),
            structural: self.structural.is_some(),
            ..columns
        }
    }

    pub(super) fn append(&mut self, key: &Key) -> Result<(), IngestError> {
        if let Some(contexts) = &mut self.contexts {
            contexts.append(key)?;
        }
        if let Some(structural) = &mut self.structural {
            structural.append(key);
        }
        Ok(())
    }

    /// The columns so far, in the table's order.
    pub(super) fn finish(&mut self) -> Vec<ArrayRef> {
        let contexts = self.contexts.iter_mut().flat_map(Contexts::finish);
        let mut columns: Vec<ArrayRef> = contexts.collect();
        columns.extend(self.structural.iter_mut().flat_map(Structural::finish));
        columns
    }
}
