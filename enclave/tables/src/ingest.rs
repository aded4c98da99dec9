//! A holder's directory made into a snapshot.

mod build;
mod error;
mod progress;
mod report;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

pub use error::{IngestError, InputError, Place};
pub use progress::{Progress, Quiet};
pub(crate) use report::Warnings;
pub use report::{GenotypeChecks, IngestReport};

use crate::declared::{Declarations, Declared};
use crate::inputs::Inputs;
use crate::manifest::Manifest;
use crate::variants::Given;
use crate::{Snapshot, Store, Table, published, quality, variants};

pub(crate) use build::Workshop;

/// A published snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ingested {
    /// Its id.
    pub snapshot: String,
    /// Whether this run made it; else the same inputs had made it before.
    pub new: bool,
    /// What was found.
    pub report: IngestReport,
}

/// Makes the files that `dataset_dir/dataset.toml` names into a snapshot of
/// `store`, and makes it the dataset's newest.
///
/// The snapshot appears whole or not at all, and the same inputs give the same
/// snapshot: a second run changes nothing.
///
/// # Errors
///
/// If the manifest or a file is not as it should be; then nothing is published.
pub fn ingest(
    dataset_dir: &Path,
    store: &Store,
    progress: &dyn Progress,
) -> Result<Ingested, IngestError> {
    let dataset_dir = dataset_dir
        .canonicalize()
        .map_err(IngestError::io(dataset_dir))?;
    let manifest = Manifest::read(&dataset_dir)?;
    let inputs = Inputs::find(&dataset_dir, &manifest)?;
    let mut workshop = Workshop::open(store, &manifest.dataset)?;
    let digests = inputs.digests(progress)?;
    let id = inputs.snapshot_id(&manifest, &digests);
    if let Some(directory) = workshop.published(&id) {
        Snapshot::open(&directory).map_err(crate::StoreError::from)?;
        let report = workshop.report(&id)?;
        workshop.make_current(&id)?;
        return Ok(Ingested {
            snapshot: id,
            new: false,
            report,
        });
    }
    let build = workshop.build(&id)?;
    let (mut report, public) = write(
        &manifest,
        &inputs,
        &digests,
        &mut workshop,
        build.path(),
        progress,
    )?;
    let named = digests.into_iter();
    report.inputs = named
        .map(|(name, digest)| (name.to_owned(), hex::encode(digest)))
        .collect();
    inputs.check_unchanged()?;
    workshop.publish(build, &id, &manifest.catalogue(public), &report)?;
    Ok(Ingested {
        snapshot: id,
        new: true,
        report,
    })
}

fn write(
    manifest: &Manifest,
    inputs: &Inputs,
    digests: &BTreeMap<&str, [u8; 32]>,
    workshop: &mut Workshop,
    directory: &Path,
    progress: &dyn Progress,
) -> Result<(IngestReport, Vec<Table>), IngestError> {
    let warnings = Warnings::default();
    let declarations = Declarations {
        manifest,
        inputs,
        directory: &directory.join("tables"),
        warnings: &warnings,
        progress,
    };
    let mut declared = Declared::default();
    declared.write(&declarations, None, &mut workshop.registry)?;
    let mut report = IngestReport::default();
    let mut of_batches = BTreeMap::new();
    if !manifest.variants.is_empty() {
        let given = Given {
            manifest,
            inputs,
            digests,
            owners: &declared.samples,
        };
        let found = variants::write(&given, workshop, directory, &warnings, progress)?;
        of_batches = found.warnings;
        report.samples = found.samples;
        report.variants = found.kinds;
        report.transitions = found.tally.transitions;
        report.transversions = found.tally.transversions;
        report.genotypes = found.tally.genotypes;
        report.missing_genotypes = found.tally.missing;
        if let Some(source) = manifest.computed() {
            let written = Snapshot::unpublished(directory, manifest.catalogue(Vec::new()));
            let computed = quality::compute(&written, source, progress)?;
            declared.write(&declarations, Some(&computed), &mut workshop.registry)?;
            report.checks = Some(computed.checks());
        }
    }
    report.individuals = declared.rows.get("individuals").copied().unwrap_or(0);
    report.rows = declared.rows;
    report.warnings = warnings.report();
    for (sort, count) in of_batches {
        *report.warnings.entry(sort).or_default() += count;
    }
    let public = published::write(manifest, inputs, directory)?;
    let rows = |table: &Table| Some((table.name.clone(), table.published.as_ref()?.rows));
    report.rows.extend(public.iter().filter_map(rows));
    Ok((report, public))
}
