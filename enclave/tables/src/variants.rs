//! VCF and BCF files merged into one table of alleles and their carriers.

mod allele;
mod annotation;
mod assembly;
pub(crate) mod batches;
mod binary;
mod computed;
mod context;
mod contigs;
mod coverage;
mod header;
mod merge;
mod record;
mod reference;
mod runs;
mod source;
mod structural;
mod survey;
mod text;
mod union;
mod write;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::sync_channel;

use arrow::array::{ArrayRef, RecordBatch, StringArray, UInt32Array};
use serde::{Deserialize, Serialize};

use crate::compressed::{BytesRead, Inflate};
use crate::declared::Owner;
use crate::ingest::{Warnings, Workshop};
use crate::inputs::Inputs;
use crate::manifest::{Called, Manifest};
use crate::parquet_file::ParquetFile;
use crate::{IngestError, Progress, schema};

use allele::Allele;
use assembly::Assembly;
use computed::Computed;
use contigs::ContigOrder;
use coverage::Coverage;
use reference::Reference;
use source::{Against, FilePlan, FileSource};
use survey::Surveyed;
use write::{Absent, AllelesFile, Kept, Tally};

#[cfg(test)]
pub(crate) use allele::trim as trimmed;
pub(crate) use assembly::{canonical as chromosome, is_pseudo_autosomal};

/// Files that are open at once; more are merged in passes, which the tests do
/// with few files.
const FAN_IN: usize = if cfg!(test) { 3 } else { 400 };

/// Few enough files that each may have a thread to inflate it.
const INFLATED_BESIDE: usize = 4;

/// Alleles that are handed from merging to writing at once.
const CHUNK: usize = 256;

/// Files of variants, and what is known of them.
pub(crate) struct Given<'a> {
    pub(crate) manifest: &'a Manifest,
    pub(crate) inputs: &'a Inputs,
    /// SHA-256 of each input, by its name.
    pub(crate) digests: &'a BTreeMap<&'a str, [u8; 32]>,
    /// Whose each sample is.
    pub(crate) owners: &'a HashMap<String, Owner>,
}

/// What the files held.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Found {
    /// Samples.
    pub(crate) samples: u64,
    /// Alleles by kind.
    pub(crate) kinds: BTreeMap<String, u64>,
    pub(crate) tally: Tally,
    /// Things that did not stop the ingest of batches, by sort.
    pub(crate) warnings: BTreeMap<String, u64>,
}

/// Writes `variants.parquet`, `genotype_samples.parquet`, and `genotypes.parquet` or,
/// where the manifest names batches, the blocks of each.
pub(crate) fn write(
    given: &Given<'_>,
    workshop: &Workshop,
    directory: &Path,
    warnings: &Warnings,
    progress: &dyn Progress,
) -> Result<Found, IngestError> {
    // Without the right to open more files, opening them says so.
    let _ = rlimit::increase_nofile_limit(FAN_IN as u64 + 200);
    let files = survey::survey(given, warnings)?;
    if files.iter().any(|file| file.group.batch.is_some()) {
        return batches::write(given, files, workshop, directory, warnings, progress);
    }
    let samples = samples(&files);
    write_samples(&samples, given.owners, directory)?;
    merged(given, &files, &samples, directory, warnings, progress)
}

/// The samples of files, in the order of their positions.
fn samples<'s>(files: &'s [Surveyed<'_>]) -> Vec<&'s String> {
    let samples: BTreeSet<&String> = files.iter().flat_map(|file| &file.samples).collect();
    samples.into_iter().collect()
}

/// Merges files into `variants.parquet` and `genotypes.parquet`.
fn merged(
    given: &Given<'_>,
    files: &[Surveyed<'_>],
    samples: &[&String],
    directory: &Path,
    warnings: &Warnings,
    progress: &dyn Progress,
) -> Result<Found, IngestError> {
    let Given {
        manifest, inputs, ..
    } = given;
    let sample_count =
        u32::try_from(samples.len()).map_err(|_| IngestError::TooMany { what: "samples" })?;
    let headers = files.iter().map(|f| (f.input.name.as_str(), &f.contigs));
    let contigs = ContigOrder::new(headers, Assembly::named(manifest.assembly()))?;

    let read = BytesRead::default();
    let total: u64 = files.iter().map(|file| file.input.size).sum();
    let inflate = if files.len() <= INFLATED_BESIDE {
        Inflate::Beside
    } else {
        Inflate::Here
    };
    let reference = inputs.reference.as_ref().map(Reference::of).transpose()?;
    let against = Against {
        contigs: Arc::new(contigs),
        reference: reference.map(Arc::new),
    };
    let mut plans: Vec<FilePlan> = files.iter().map(|file| file.plan(samples)).collect();
    let mut coverage = covered(files, &plans, inputs)?;
    for (file, plan) in files.iter().zip(&mut plans) {
        if let Some(Called::Blocks(least)) = &file.group.called {
            plan.blocks = Some((*least, coverage.of_blocks(&plan.positions)));
        }
    }
    survey::check_number(files)?;
    let sources = files
        .iter()
        .zip(plans)
        .map(|(file, plan)| -> merge::Opener<'_> {
            let (against, read) = (against.clone(), Arc::clone(&read));
            Box::new(move || FileSource::open(file.input, plan, against, warnings, &read, inflate))
        });
    let runs = directory.join("runs");
    let kept = Kept::of(files.iter().map(|file| file.group));
    let absent = Absent::of(manifest.absent_genotype, sample_count, coverage);
    // What batches have together is computed then.
    let batched = files.iter().any(|file| file.group.batch.is_some());
    let computed = match batched {
        true => Computed::default(),
        false => Computed::open(manifest, inputs)?,
    };
    let mut out = AllelesFile::create(directory, kept, computed, absent)?;

    let (sender, receiver) = sync_channel::<Vec<Allele>>(4);
    std::thread::scope(|threads| {
        let sources: Vec<merge::Opener<'_>> = sources.collect();
        let merging = threads.spawn(|| {
            let mut merged = merge::merge(sources, FAN_IN, &runs, warnings, &|| {
                progress.at("read variants", read.load(Ordering::Relaxed), Some(total));
            })?;
            let mut chunk = Vec::with_capacity(CHUNK);
            while let Some(allele) = merged.next()? {
                chunk.push(allele);
                if chunk.len() == CHUNK {
                    progress.at("read variants", read.load(Ordering::Relaxed), Some(total));
                    let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK));
                    if sender.send(full).is_err() {
                        // Writing has failed, and says why.
                        return Ok::<_, IngestError>(());
                    }
                }
            }
            let _ = sender.send(chunk);
            drop(sender);
            Ok(())
        });
        let written = receiver
            .iter()
            .flatten()
            .try_for_each(|allele| out.append(allele));
        drop(receiver);
        written?;
        merging
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })?;
    progress.at("read variants", total, Some(total));
    if runs.exists() {
        std::fs::remove_dir_all(&runs).map_err(IngestError::io(&runs))?;
    }
    let (kinds, tally) = out.close()?;
    Ok(Found {
        samples: u64::from(sample_count),
        kinds,
        tally,
        warnings: BTreeMap::new(),
    })
}

/// Where the samples of files were called, as far as BED files say.
fn covered(
    files: &[Surveyed<'_>],
    plans: &[FilePlan],
    inputs: &Inputs,
) -> Result<Coverage, IngestError> {
    let samples = plans.iter().flat_map(|plan| &plan.positions).max();
    let mut coverage = Coverage::new(samples.map_or(0, |last| *last as usize + 1));
    let mut beds = BTreeMap::new();
    for (file, plan) in files.iter().zip(plans) {
        if let (Some(Called::Bed(_)), Some(bed)) =
            (&file.group.called, inputs.callable.get(&file.input.name))
        {
            coverage.add_bed(bed, &plan.positions, &mut beds)?;
        }
    }
    Ok(coverage)
}

fn write_samples(
    samples: &[&String],
    owners: &HashMap<String, Owner>,
    directory: &Path,
) -> Result<(), IngestError> {
    let path = directory.join("genotype_samples.parquet");
    let schema = schema::genotype_samples();
    let owners: Vec<&Owner> = samples.iter().filter_map(|id| owners.get(*id)).collect();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(samples)),
        Arc::new(StringArray::from_iter_values(
            owners.iter().map(|o| &o.individual),
        )),
        Arc::new(UInt32Array::from_iter_values(owners.iter().map(|o| o.unit))),
    ];
    let batch =
        RecordBatch::try_new(Arc::clone(&schema), columns).map_err(IngestError::write(&path))?;
    let mut file = ParquetFile::create(&path, schema, |properties| properties)?;
    file.write(&batch)?;
    file.close()
}
