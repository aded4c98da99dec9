//! What an ingest found.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

/// What an ingest found, in numbers. For the holder's operators: the numbers are
/// exact and must not reach a visitor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IngestReport {
    /// Individuals.
    pub individuals: u64,
    /// Samples with genotypes.
    pub samples: u64,
    /// Alternate alleles by kind.
    pub variants: BTreeMap<String, u64>,
    /// Single bases exchanged within purines or within pyrimidines.
    #[serde(default)]
    pub transitions: u64,
    /// Single bases exchanged otherwise. The exomes and genomes of people have
    /// about half as many as transitions, or fewer.
    #[serde(default)]
    pub transversions: u64,
    /// Genotypes: alleles times samples.
    #[serde(default)]
    pub genotypes: u64,
    /// Those of them that are not known.
    #[serde(default)]
    pub missing_genotypes: u64,
    /// What the genotypes say of the samples, where the manifest has it computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checks: Option<GenotypeChecks>,
    /// SHA-256 of each input file, by its name.
    #[serde(default)]
    pub inputs: BTreeMap<String, String>,
    /// Rows of each declared table.
    pub rows: BTreeMap<String, u64>,
    /// Things that did not stop the ingest, by sort.
    pub warnings: BTreeMap<String, u64>,
}

/// Samples that are not what they should be, by their genotypes: none where it was not
/// asked for. The kinship coefficient of two individuals is that of the closest of their
/// samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenotypeChecks {
    /// Pairs of individuals with one genome, duplicates or monozygotic twins.
    #[serde(default)]
    pub duplicate_pairs: Option<u64>,
    /// Pairs of relatives of the first degree.
    #[serde(default)]
    pub first_degree_pairs: Option<u64>,
    /// Pairs of relatives of the second degree.
    #[serde(default)]
    pub second_degree_pairs: Option<u64>,
    /// Samples of whose sex the chromosome X says otherwise.
    #[serde(default)]
    pub sex_mismatches: Option<u64>,
    /// Individuals with a tumour and a normal that could be compared.
    #[serde(default)]
    pub tumor_normal_individuals: Option<u64>,
    /// Those of them of whom a sample matches none of the other tissue.
    #[serde(default)]
    pub tumor_normal_mismatches: Option<u64>,
}

/// What does not stop an ingest, counted from any thread.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    pub(crate) repeated_calls: AtomicU64,
    pub(crate) differing_annotations: AtomicU64,
    pub(crate) filtered_records: AtomicU64,
    pub(crate) records_without_alternate_allele: AtomicU64,
    pub(crate) dosages_above_two: AtomicU64,
    pub(crate) collapsed_rows: AtomicU64,
    pub(crate) trailing_tabs: AtomicU64,
    pub(crate) unread_header_lines: AtomicU64,
    pub(crate) records_without_genotypes: AtomicU64,
    pub(crate) moved_alleles: AtomicU64,
    pub(crate) other_names: AtomicU64,
}

impl Warnings {
    pub(crate) fn count(counter: &AtomicU64, n: u64) {
        if n > 0 {
            counter.fetch_add(n, Ordering::Relaxed);
        }
    }

    /// The sorts that occurred.
    pub(crate) fn report(&self) -> BTreeMap<String, u64> {
        [
            (
                "allele and sample in more than one record",
                &self.repeated_calls,
            ),
            (
                "allele with differing annotations",
                &self.differing_annotations,
            ),
            ("record left out by its filter", &self.filtered_records),
            (
                "record without an alternate allele",
                &self.records_without_alternate_allele,
            ),
            ("call with more than two copies", &self.dosages_above_two),
            ("identical row collapsed", &self.collapsed_rows),
            ("record that ends in a tab", &self.trailing_tabs),
            (
                "header line that is not understood",
                &self.unread_header_lines,
            ),
            ("allele moved to the left", &self.moved_alleles),
            (
                "sample's name that does not fit, left out",
                &self.other_names,
            ),
            (
                "record without genotypes, which are missing",
                &self.records_without_genotypes,
            ),
        ]
        .into_iter()
        .map(|(sort, n)| (sort.to_owned(), n.load(Ordering::Relaxed)))
        .filter(|(_, n)| *n > 0)
        .collect()
    }
}
