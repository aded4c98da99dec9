//! The samples with genotypes: whose they are, of which tissue, and of which sex.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array as _, AsArray, RecordBatch, StringArray};
use arrow::datatypes::UInt32Type;
use roaring::RoaringBitmap;

use crate::{Snapshot, SnapshotError, UNIT};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tissue {
    Normal,
    Tumor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sex {
    Female,
    Male,
}

/// By the positions of samples.
#[derive(Debug)]
pub(super) struct Cohort {
    pub(super) names: Vec<String>,
    /// Whose each sample is.
    pub(super) units: Arc<Vec<u32>>,
    pub(super) tissues: Vec<Option<Tissue>>,
    pub(super) sexes: Vec<Option<Sex>>,
    /// Samples of no tumour, or all if there are no others: what is common is so among
    /// these, for a mutation that tumours share is not.
    pub(super) germline: RoaringBitmap,
}

impl Cohort {
    pub(super) fn of(snapshot: &Snapshot) -> Result<Self, SnapshotError> {
        let units = snapshot.genotype_units()?;
        let samples = snapshot.genotype_samples()?;
        let names: Vec<String> = samples.into_iter().map(|of| of.sample_id).collect();
        let by_name = tissues(snapshot)?;
        let by_unit = sexes(snapshot)?;
        let tissues: Vec<_> = names.iter().map(|of| by_name.get(of).copied()).collect();
        let sexes = units.iter().map(|of| by_unit.get(of).copied()).collect();
        let of_tumors = (0..).zip(&tissues);
        let is_germline = |(_, tissue): &(u32, &Option<Tissue>)| **tissue != Some(Tissue::Tumor);
        let mut germline: RoaringBitmap = of_tumors
            .filter(is_germline)
            .map(|(position, _)| position)
            .collect();
        if germline.is_empty() {
            germline = (0..).zip(&tissues).map(|(position, _)| position).collect();
        }
        Ok(Self {
            names,
            units,
            tissues,
            sexes,
            germline,
        })
    }

    pub(super) fn samples(&self) -> usize {
        self.names.len()
    }

    /// Whose the sample at a position is.
    pub(super) fn unit(&self, position: usize) -> u32 {
        self.units.get(position).copied().unwrap_or(u32::MAX)
    }
}

/// The tissues of samples, by their names, where `samples` says.
fn tissues(snapshot: &Snapshot) -> Result<HashMap<String, Tissue>, SnapshotError> {
    let mut tissues = HashMap::new();
    for batch in scanned(snapshot, "samples", ["sample_id", "tissue"])? {
        let batch = batch?;
        let (Some(names), Some(words)) = (texts(&batch, 0), texts(&batch, 1)) else {
            continue;
        };
        for (name, word) in names.iter().zip(words) {
            let tissue = match word {
                Some("normal") => Tissue::Normal,
                Some("tumor") => Tissue::Tumor,
                _ => continue,
            };
            tissues.insert(name.unwrap_or_default().to_owned(), tissue);
        }
    }
    Ok(tissues)
}

/// The sexes of individuals, by dense index, where `individuals` says.
fn sexes(snapshot: &Snapshot) -> Result<HashMap<u32, Sex>, SnapshotError> {
    let mut sexes = HashMap::new();
    for batch in scanned(snapshot, "individuals", [UNIT, "sex"])? {
        let batch = batch?;
        let Some(words) = texts(&batch, 1) else {
            continue;
        };
        let units = batch.column(0).as_primitive::<UInt32Type>();
        for row in 0..batch.num_rows() {
            let sex = match words.is_valid(row).then(|| words.value(row)) {
                Some("female") => Sex::Female,
                Some("male") => Sex::Male,
                _ => continue,
            };
            sexes.insert(units.value(row), sex);
        }
    }
    Ok(sexes)
}

fn texts(batch: &RecordBatch, column: usize) -> Option<&StringArray> {
    batch.column(column).as_string_opt::<i32>()
}

/// The rows of a table, or none if it lacks the second of these columns.
fn scanned(
    snapshot: &Snapshot,
    table: &str,
    columns: [&str; 2],
) -> Result<impl Iterator<Item = Result<RecordBatch, SnapshotError>>, SnapshotError> {
    let [_, second] = columns;
    let declared = snapshot.catalogue().table(table);
    let rows = match declared.and_then(|table| table.column(second)) {
        Some(_) => {
            let everybody = snapshot.individuals()?;
            let names = columns.map(str::to_owned);
            Some(snapshot.scan(table, &names, &everybody)?)
        }
        None => None,
    };
    Ok(rows.into_iter().flatten())
}
