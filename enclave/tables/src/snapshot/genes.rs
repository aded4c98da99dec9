//! Variants by the gene that they are annotated with.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array as _, AsArray};
use roaring::RoaringBitmap;

use super::{Snapshot, SnapshotError, scan};

impl Snapshot {
    /// The variants (`__variant`) of each gene, those with one of these consequences, or with
    /// any if none are named; in the order of the genes' first variants.
    ///
    /// # Errors
    ///
    /// If the snapshot has no variants or no such column, or a file cannot be read.
    pub fn genes(
        &self,
        consequences: &BTreeSet<String>,
    ) -> Result<Vec<(String, RoaringBitmap)>, SnapshotError> {
        self.table("variants")?;
        let mut columns = vec!["gene"];
        if !consequences.is_empty() {
            columns.push("consequence");
        }
        let mut genes: BTreeMap<String, RoaringBitmap> = BTreeMap::new();
        let mut variant = 0_u32;
        for batch in scan::all_rows(&self.table_path("variants"), &columns)? {
            let batch = batch?;
            // In the file's order.
            let text = |name: &str| batch.column_by_name(name).map(|of| of.as_string::<i32>());
            let (names, of_consequence) = (text("gene"), text("consequence"));
            for row in 0..batch.num_rows() {
                let gene = names.filter(|names| names.is_valid(row));
                let is_meant = consequences.is_empty()
                    || of_consequence
                        .is_some_and(|of| of.is_valid(row) && consequences.contains(of.value(row)));
                if let Some(gene) = gene.map(|names| names.value(row)).filter(|_| is_meant) {
                    match genes.get_mut(gene) {
                        Some(variants) => variants.insert(variant),
                        None => (genes.entry(gene.to_owned()).or_default()).insert(variant),
                    };
                }
                variant = variant.saturating_add(1);
            }
        }
        let mut genes: Vec<_> = genes.into_iter().collect();
        genes.sort_by_key(|(_, variants)| variants.min());
        Ok(genes)
    }
}
