//! Batches: samples that came together have blocks of their own, which are made once
//! and stay as they are; what comes later stands beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::ingest::{Warnings, Workshop};
use crate::manifest::{AbsentGenotype, Called, VariantGroup};
use crate::{IngestError, InputError, Place, Progress};

use super::computed::Computed;
use super::survey::Surveyed;
use super::union::{self, Member};
use super::write::{Absent, Kept};
use super::{Found, Given, covered, merged, samples, write_samples};

/// Changes when the same files would give other blocks.
const FORMAT_VERSION: &str = "sekisho batch 1";

/// In a batch's directory: what its files held.
const FOUND: &str = "found.json";

/// In a snapshot: how many samples each batch has, in the order of their positions.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Batches {
    pub(crate) samples: Vec<u32>,
}

/// The directory of a snapshot's batch.
pub(crate) fn directory(snapshot: &Path, number: usize) -> PathBuf {
    snapshot.join("batches").join(number.to_string())
}

/// The file that says which batches a snapshot has.
pub(crate) fn file(snapshot: &Path) -> PathBuf {
    snapshot.join("batches.json")
}

/// Makes the batches that are not made yet, and a snapshot of all.
pub(super) fn write(
    given: &Given<'_>,
    files: Vec<Surveyed<'_>>,
    workshop: &Workshop,
    directory: &Path,
    warnings: &Warnings,
    progress: &dyn Progress,
) -> Result<Found, IngestError> {
    let batches = by_batch(files)?;
    let mut found = Found::default();
    let mut members = Vec::new();
    let mut all = Vec::new();
    for (number, (label, files)) in batches.iter().enumerate() {
        let samples = samples(files);
        let digest = digest(given, files);
        let made = match workshop.batch(&digest) {
            Some(made) => made,
            None => make(given, files, &samples, workshop, &digest, progress)?,
        };
        let own = read(&made)?;
        found.tally.missing += own.tally.missing;
        for (sort, count) in own.warnings {
            *found.warnings.entry(sort).or_default() += count;
        }
        let here = self::directory(directory, number);
        fs::create_dir_all(&here).map_err(IngestError::io(&here))?;
        link(
            &made.join("genotypes.parquet"),
            &here.join("genotypes.parquet"),
        )?;
        let plans: Vec<_> = files.iter().map(|file| file.plan(&samples)).collect();
        let count =
            u32::try_from(samples.len()).map_err(|_| IngestError::TooMany { what: "samples" })?;
        let coverage = covered(files, &plans, given.inputs)?;
        members.push(Member {
            label: label.clone(),
            variants: made.join("tables").join("variants.parquet"),
            directory: here,
            samples: count,
            absent: Absent::of(given.manifest.absent_genotype, count, coverage),
        });
        all.extend(samples);
    }
    write_samples(&all, given.owners, directory)?;
    let kept = Kept::of(given.manifest.variants.iter());
    let of_batches = Batches {
        samples: members.iter().map(|member| member.samples).collect(),
    };
    let path = file(directory);
    let json = serde_json::to_vec(&of_batches).map_err(IngestError::write(&path))?;
    fs::write(&path, json).map_err(IngestError::io(&path))?;
    let computed = Computed::open(given.manifest, given.inputs)?;
    let union = union::write(members, (kept, computed), directory, warnings)?;
    found.samples = all.len() as u64;
    found.kinds = union.kinds;
    // Variants that a batch has not are genotypes of its samples, too.
    let of_all = union.alleles.saturating_mul(found.samples);
    found.tally.genotypes = of_all;
    found.tally.missing += union.tally.missing;
    found.tally.transitions = union.tally.transitions;
    found.tally.transversions = union.tally.transversions;
    Ok(found)
}

/// Files by their batches, in alphabetical order; a sample is in one batch.
fn by_batch(files: Vec<Surveyed<'_>>) -> Result<BTreeMap<String, Vec<Surveyed<'_>>>, InputError> {
    let mut batches: BTreeMap<String, Vec<Surveyed<'_>>> = BTreeMap::new();
    let mut batch_of: BTreeMap<String, String> = BTreeMap::new();
    for file in files {
        let label = file.group.batch.clone().unwrap_or_default();
        for sample in &file.samples {
            let other = batch_of.insert(sample.clone(), label.clone());
            if let Some(other) = other.filter(|other| *other != label) {
                let message = format!(
                    "sample `{sample}` is in batch `{other}` and in batch `{label}`; leave it in one"
                );
                return Err(InputError::new(&file.input.name, Place::File, message));
            }
        }
        batches.entry(label).or_default().push(file);
    }
    Ok(batches)
}

/// Reads a batch's files into a directory of the store.
fn make(
    given: &Given<'_>,
    files: &[Surveyed<'_>],
    samples: &[&String],
    workshop: &Workshop,
    digest: &str,
    progress: &dyn Progress,
) -> Result<PathBuf, IngestError> {
    let build = workshop.build(digest)?;
    let warnings = Warnings::default();
    let found = merged(given, files, samples, build.path(), &warnings, progress)?;
    let found = Found {
        warnings: warnings.report(),
        ..found
    };
    let path = build.path().join(FOUND);
    let json = serde_json::to_vec(&found).map_err(IngestError::write(&path))?;
    fs::write(&path, json).map_err(IngestError::io(&path))?;
    // It is found again by the digest of files that were hashed before they were read.
    given.inputs.check_unchanged()?;
    workshop.keep_batch(build, digest)
}

fn read(batch: &Path) -> Result<Found, IngestError> {
    let path = batch.join(FOUND);
    let bytes = fs::read(&path).map_err(IngestError::io(&path))?;
    serde_json::from_slice(&bytes).map_err(|error| IngestError::io(&path)(error.into()))
}

/// SHA-256, in hexadecimal, of all that a batch's blocks hang on: files, and how the
/// manifest has them read; not of where it says so, nor of other batches.
fn digest(given: &Given<'_>, files: &[Surveyed<'_>]) -> String {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    };
    add(FORMAT_VERSION);
    add(given.manifest.assembly());
    add(match given.manifest.absent_genotype {
        AbsentGenotype::Reference => "reference",
        AbsentGenotype::Missing => "missing",
    });
    let input = |name: &str, add: &mut dyn FnMut(&str)| {
        add(name);
        add(&hex::encode(given.digests.get(name).unwrap_or(&[0; 32])));
    };
    if let Some(reference) = &given.inputs.reference {
        input(&reference.name, &mut add);
    }
    for file in files {
        add("file");
        input(&file.input.name, &mut add);
        add(&reading(file.group));
        if let Some(bed) = given.inputs.callable.get(&file.input.name) {
            input(&bed.name, &mut add);
        }
    }
    hex::encode(hash.finalize())
}

/// How a group's files are read, as text.
fn reading(group: &VariantGroup) -> String {
    let VariantGroup {
        line: _,
        batch: _,
        files: _,
        tissues,
        sample_id,
        annotation,
        fields,
        filter,
        called,
        // Of the union's variants.
        context: _,
        structural: _,
    } = group;
    let filter: Option<BTreeSet<&String>> = filter.as_ref().map(|names| names.iter().collect());
    let called = match called {
        Some(Called::Bed(template)) => Some(template),
        // Refused where the manifest names batches.
        Some(Called::Blocks(_)) | None => None,
    };
    format!("{tissues:?} {sample_id:?} {annotation:?} {fields:?} {filter:?} {called:?}")
}

/// The same file in another place: a second name of it, or a copy where there are no
/// second names.
fn link(file: &Path, to: &Path) -> Result<(), IngestError> {
    if fs::hard_link(file, to).is_err() {
        fs::copy(file, to).map_err(IngestError::io(to))?;
    }
    Ok(())
}
