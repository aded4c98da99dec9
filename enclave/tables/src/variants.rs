//! VCF and BCF files merged into one table of alleles and their carriers.

mod allele;
mod annotation;
mod assembly;
mod binary;
mod contigs;
mod coverage;
mod header;
mod merge;
mod record;
mod reference;
mod runs;
mod source;
mod text;
mod write;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::sync_channel;

use arrow::array::{ArrayRef, RecordBatch, StringArray, UInt32Array};

use crate::compressed::{BytesRead, Inflate};
use crate::declared::Owner;
use crate::ingest::Warnings;
use crate::inputs::{Input, Inputs, file_stem};
use crate::manifest::{Called, Manifest, VariantGroup};
use crate::parquet_file::ParquetFile;
use crate::{IngestError, InputError, Place, Progress, schema};

use allele::Allele;
use assembly::Assembly;
use contigs::ContigOrder;
use coverage::Coverage;
use header::Header;
use reference::Reference;
use source::{Against, FilePlan, FileSource};
use write::{AllelesFile, Tally};

#[cfg(test)]
pub(crate) use allele::trim as trimmed;
pub(crate) use assembly::canonical as chromosome;

/// Files that are open at once; more are merged in passes, which the tests do
/// with few files.
const FAN_IN: usize = if cfg!(test) { 3 } else { 400 };

/// Few enough files that each may have a thread to inflate it.
const INFLATED_BESIDE: usize = 4;

/// Alleles that are handed from merging to writing at once.
const CHUNK: usize = 256;

/// What the files held.
pub(crate) struct Found {
    /// Samples.
    pub(crate) samples: u64,
    /// Alleles by kind.
    pub(crate) kinds: BTreeMap<String, u64>,
    pub(crate) tally: Tally,
}

/// Writes `variants.parquet`, `genotypes.parquet` and `genotype_samples.parquet`.
pub(crate) fn write(
    manifest: &Manifest,
    inputs: &Inputs,
    owners: &HashMap<String, Owner>,
    directory: &Path,
    warnings: &Warnings,
    progress: &dyn Progress,
) -> Result<Found, IngestError> {
    // Without the right to open more files, opening them says so.
    let _ = rlimit::increase_nofile_limit(FAN_IN as u64 + 200);
    let files = survey(manifest, inputs, owners, warnings)?;
    let samples: BTreeSet<&String> = files.iter().flat_map(|file| &file.samples).collect();
    let samples: Vec<&String> = samples.into_iter().collect();
    write_samples(&samples, owners, directory)?;
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
    let reference = inputs.reference.as_ref().map(|file| {
        let opened = Reference::open(&file.path);
        opened.map(Arc::new).map_err(|error| {
            let message = format!(
                "the reference cannot be read ({error}); if it is compressed, it must be by \
                 bgzip, with the indexes that `samtools faidx` makes beside it"
            );
            InputError::new(&file.name, Place::File, message)
        })
    });
    let against = Against {
        contigs: Arc::new(contigs),
        reference: reference.transpose()?,
    };
    let mut coverage = Coverage::new(samples.len());
    let mut plans = Vec::new();
    let mut beds = BTreeMap::new();
    for file in &files {
        let mut plan = file.plan(&samples);
        match &file.group.called {
            Some(Called::Blocks(least)) => {
                plan.blocks = Some((*least, coverage.of_blocks(&plan.positions)));
            }
            Some(Called::Bed(_)) => {
                if let Some(bed) = inputs.callable.get(&file.input.name) {
                    coverage.add_bed(bed, &plan.positions, &mut beds)?;
                }
            }
            None => {}
        }
        plans.push(plan);
    }
    check_number(&files)?;
    let sources = files
        .iter()
        .zip(plans)
        .map(|(file, plan)| -> merge::Opener<'_> {
            let (against, read) = (against.clone(), Arc::clone(&read));
            Box::new(move || FileSource::open(file.input, plan, against, warnings, &read, inflate))
        });
    let runs = directory.join("runs");
    let mut out = AllelesFile::create(directory, manifest, sample_count, coverage)?;

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
    })
}

/// A file of variants, as its header tells.
struct Surveyed<'a> {
    input: &'a Input,
    group: &'a VariantGroup,
    contigs: Vec<String>,
    /// The sample of each column.
    samples: Vec<String>,
    /// Each column's tissue, where the manifest gives one.
    tissues: Vec<Option<String>>,
}

impl Surveyed<'_> {
    fn plan(&self, samples: &[&String]) -> FilePlan {
        let position = |sample: &String| samples.binary_search(&sample).unwrap_or_default();
        FilePlan {
            annotation: self.group.annotation.clone(),
            fields: self.group.fields,
            filter: self.group.filter.clone(),
            blocks: None,
            positions: self
                .samples
                .iter()
                .map(|sample| u32::try_from(position(sample)).unwrap_or(u32::MAX))
                .collect(),
            tumors: self
                .tissues
                .iter()
                .map(|tissue| match tissue.as_deref() {
                    Some("tumor") => Some(true),
                    Some("normal") => Some(false),
                    _ => None,
                })
                .collect(),
        }
    }
}

/// Reads every file's header.
fn survey<'a>(
    manifest: &'a Manifest,
    inputs: &'a Inputs,
    owners: &HashMap<String, Owner>,
    warnings: &Warnings,
) -> Result<Vec<Surveyed<'a>>, IngestError> {
    let mut files = Vec::new();
    for (group, inputs) in manifest.variants.iter().zip(&inputs.variants) {
        for input in inputs {
            let (header, _) = Header::open(input, &BytesRead::default(), Inflate::Here)?;
            check_assembly(input, &header, manifest)?;
            Warnings::count(&warnings.unread_header_lines, header.unread);
            files.push(surveyed(input, group, &header, owners)?);
        }
    }
    Ok(files)
}

/// Reference blocks wait in memory for the alleles inside them, which they need not
/// for long while all files are read side by side.
fn check_number(files: &[Surveyed<'_>]) -> Result<(), InputError> {
    let with_blocks = |file: &&Surveyed<'_>| matches!(file.group.called, Some(Called::Blocks(_)));
    match files.iter().find(with_blocks) {
        Some(file) if files.len() > FAN_IN => Err(InputError::new(
            &file.input.name,
            Place::File,
            format!(
                "reference blocks are read of at most {FAN_IN} files at once; call the cohort \
                 jointly, or say with `callable` where each sample was called"
            ),
        )),
        _ => Ok(()),
    }
}

/// Positions of another assembly would be taken for this one's.
fn check_assembly(input: &Input, header: &Header, manifest: &Manifest) -> Result<(), InputError> {
    let assembly = Assembly::named(manifest.assembly());
    let Some(said) = assembly.and_then(|assembly| header.contradicts(assembly)) else {
        return Ok(());
    };
    let own = manifest.assembly();
    let message = format!(
        "{said}, and `dataset.toml` says {own}; correct `assembly` there, or leave the file out"
    );
    Err(InputError::new(&input.name, Place::File, message))
}

fn surveyed<'a>(
    input: &'a Input,
    group: &'a VariantGroup,
    header: &Header,
    owners: &HashMap<String, Owner>,
) -> Result<Surveyed<'a>, InputError> {
    let fail = |message: String| Err(InputError::new(&input.name, Place::File, message));
    let mut samples = Vec::new();
    let mut tissues = Vec::new();
    for column in header.samples() {
        let paired = || {
            header
                .paired_as(column)
                .and_then(|role| group.tissues.get(role))
        };
        let tissue = group.tissues.get(column).or_else(paired);
        if tissue.is_none() && !group.tissues.is_empty() {
            return fail(format!(
                "sample column `{column}` is not in `samples` of its [[variants]], and the header \
                 does not name it in ##tumor_sample or ##normal_sample; add it there"
            ));
        }
        let sample = group
            .sample_id
            .replace("{file_stem}", file_stem(&input.name))
            .replace("{tissue}", tissue.map_or("", String::as_str))
            .replace("{column}", column);
        if !owners.contains_key(&sample) {
            return fail(format!(
                "sample `{sample}` has no row in table `samples`; add one that says whose it is"
            ));
        }
        if samples.contains(&sample) {
            return fail(format!(
                "two sample columns are sample `{sample}`; name {{column}} or {{tissue}} in \
                 `sample_id`"
            ));
        }
        samples.push(sample);
        tissues.push(tissue.cloned());
    }
    if samples.is_empty() {
        return fail("the file has no samples; leave it out of [[variants]]".to_owned());
    }
    Ok(Surveyed {
        input,
        group,
        contigs: header.contigs(),
        samples,
        tissues,
    })
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
