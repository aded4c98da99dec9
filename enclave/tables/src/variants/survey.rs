//! What the headers of files of variants say.

use std::collections::HashMap;

use crate::compressed::{BytesRead, Inflate};
use crate::declared::Owner;
use crate::ingest::Warnings;
use crate::inputs::{Input, file_stem};
use crate::manifest::{Called, Manifest, VariantGroup};
use crate::{IngestError, InputError, Place};

use super::assembly::Assembly;
use super::header::Header;
use super::source::FilePlan;
use super::{FAN_IN, Given};

/// A file of variants, as its header tells.
pub(super) struct Surveyed<'a> {
    pub(super) input: &'a Input,
    pub(super) group: &'a VariantGroup,
    pub(super) contigs: Vec<String>,
    /// The sample of each column.
    pub(super) samples: Vec<String>,
    /// Each column's tissue, where the manifest gives one.
    tissues: Vec<Option<String>>,
}

impl Surveyed<'_> {
    pub(super) fn plan(&self, samples: &[&String]) -> FilePlan {
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
pub(super) fn survey<'a>(
    given: &Given<'a>,
    warnings: &Warnings,
) -> Result<Vec<Surveyed<'a>>, IngestError> {
    let Given {
        manifest,
        inputs,
        owners,
        ..
    } = *given;
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
pub(super) fn check_number(files: &[Surveyed<'_>]) -> Result<(), InputError> {
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
