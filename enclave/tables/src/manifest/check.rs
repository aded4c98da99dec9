//! What a manifest must satisfy beyond its syntax.

mod genotypes;
mod naming;
mod sources;
mod tables;

use std::collections::HashSet;
use std::ops::Range;

use toml::Spanned;

use super::raw::{Assembly, RawInfo, RawManifest, RawVariants};
use super::{
    AnnotationKeys, Called, DeclaredTable, FormatFields, Manifest, ManifestError, VariantGroup,
    line_at, published,
};

pub(super) fn manifest(text: &str, raw: RawManifest) -> Result<Manifest, ManifestError> {
    let at = Lines(text);
    let id = raw.id.get_ref();
    if !is_dataset_id(id) {
        return at.fail(raw.id.span(), "`id` must have 1 to 40 of a-z, 0-9 and -");
    }
    for (key, value) in [("title", &raw.title), ("holder", &raw.holder)] {
        if value.get_ref().trim().is_empty() {
            return at.fail(value.span(), format!("`{key}` must not be empty"));
        }
    }
    let mut tables = tables::tables(&at, raw.tables, raw.missing.as_deref())?;
    let has = |name: &str| tables.iter().any(|table| table.name == name);
    if !has("individuals") {
        return at.fail(
            0..0,
            "table `individuals` is missing; declare [tables.individuals]",
        );
    }
    if let Some(group) = raw.variants.first()
        && !has("samples")
    {
        return at.fail(
            group.span(),
            "variants need [tables.samples], which says whose sample each is",
        );
    }
    let of_samples =
        |table: &&DeclaredTable| !table.sources.is_empty() || table.naming.sample_id.is_some();
    if let Some(table) = tables.iter().find(of_samples)
        && !has("samples")
    {
        return Err(ManifestError {
            line: table.line,
            message: format!(
                "table `{}` needs [tables.samples], which says whose sample each is",
                table.name
            ),
        });
    }
    let variants = raw
        .variants
        .into_iter()
        .map(|group| variant_group(&at, group))
        .collect::<Result<Vec<_>, _>>()?;
    let batched = variants.iter().any(|group| group.batch.is_some());
    let has_blocks = |group: &&VariantGroup| matches!(group.called, Some(Called::Blocks(_)));
    if let Some(group) = variants.iter().find(|group| batched && has_blocks(group)) {
        return Err(ManifestError {
            line: group.line,
            message: "a batch keeps no reference blocks, in which later batches' variants would \
                      be looked up; say with `callable` where samples were called"
                .to_owned(),
        });
    }
    genotypes::check(&tables, &variants)?;
    let published = published::tables(&at, raw.published, &tables)?;
    tables.sort_by_key(|table| match table.name.as_str() {
        "individuals" => 0,
        "samples" => 1,
        _ => 2,
    });
    Ok(Manifest {
        text: text.to_owned(),
        dataset: raw.id.into_inner(),
        title: raw.title.into_inner(),
        holder: raw.holder.into_inner(),
        assembly: match raw.assembly {
            Assembly::Grch37 => "GRCh37",
            Assembly::Grch38 => "GRCh38",
            Assembly::T2tChm13 => "T2T-CHM13",
        }
        .to_owned(),
        reference: raw.reference.map(|file| {
            let line = at.of(&file.span());
            (file.into_inner(), line)
        }),
        profile: raw
            .profile
            .map_or_else(|| "standard".to_owned(), Spanned::into_inner),
        absent_genotype: raw.absent_genotype.unwrap_or_default(),
        variants,
        tables,
        published,
    })
}

/// Whether a dataset may have this id: 1 to 40 of a-z, 0-9 and -.
pub(crate) fn is_dataset_id(id: &str) -> bool {
    (1..=40).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// The manifest's text, in which faults are found by line.
pub(super) struct Lines<'a>(&'a str);

impl Lines<'_> {
    pub(super) fn of(&self, span: &Range<usize>) -> usize {
        line_at(self.0, span.start)
    }

    pub(super) fn fail<T>(
        &self,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> Result<T, ManifestError> {
        Err(ManifestError {
            line: self.of(&span),
            message: message.into(),
        })
    }
}

fn variant_group(at: &Lines<'_>, raw: Spanned<RawVariants>) -> Result<VariantGroup, ManifestError> {
    let span = raw.span();
    let line = at.of(&span);
    let raw = raw.into_inner();
    let files = files(at, &raw.files)?;
    let sample_id = match raw.sample_id {
        Some(template) => sample_template(at, &template, !raw.samples.is_empty())?,
        None => "{column}".to_owned(),
    };
    let called = match (raw.callable, raw.reference_blocks) {
        (Some(bed), None) => Some(Called::Bed(bed.into_inner())),
        (None, Some(quality)) if *quality.get_ref() >= 0 => {
            Some(Called::Blocks(quality.into_inner()))
        }
        (None, Some(quality)) => {
            return at.fail(quality.span(), "`reference_blocks` is the least GQ, from 0");
        }
        (Some(_), Some(quality)) => {
            let message = "either `callable` or `reference_blocks` says where samples were called";
            return at.fail(quality.span(), message);
        }
        (None, None) => None,
    };
    let mut fields = FormatFields::default();
    if let Some(format) = &raw.format {
        for key in format.get_ref() {
            match key.as_str() {
                "DP" => fields.depth = true,
                "GQ" => fields.genotype_quality = true,
                "AD" => fields.alt_depth = true,
                "AF" => fields.alt_fraction = true,
                _ => {
                    return at.fail(
                        format.span(),
                        format!(
                            "`{key}` is not a FORMAT field that is kept; expected DP, GQ, AD or AF"
                        ),
                    );
                }
            }
        }
    }
    let batch = raw.batch.as_ref().map(Spanned::get_ref);
    if let (Some(named), Some(label)) = (&raw.batch, batch)
        && !is_dataset_id(label)
    {
        return at.fail(named.span(), "`batch` must have 1 to 40 of a-z, 0-9 and -");
    }
    Ok(VariantGroup {
        line,
        batch: batch.cloned(),
        files,
        tissues: raw.samples,
        sample_id,
        annotation: annotation_keys(at, &span, raw.info, raw.csq, raw.ann)?,
        fields,
        filter: raw.filter.map(HashSet::from_iter),
        called,
        context: raw.context,
        structural: raw.structural,
    })
}

fn sample_template(
    at: &Lines<'_>,
    template: &Spanned<String>,
    has_tissues: bool,
) -> Result<String, ManifestError> {
    let mut rest = template.get_ref().clone();
    for known in ["{file_stem}", "{tissue}", "{column}"] {
        rest = rest.replace(known, "");
    }
    if rest.contains(['{', '}']) {
        return at.fail(
            template.span(),
            "`sample_id` may hold {file_stem}, {tissue} and {column} only",
        );
    }
    let template_text = template.get_ref();
    if template_text.contains("{tissue}") && !has_tissues {
        return at.fail(
            template.span(),
            "`sample_id` names {tissue}, which `samples` must give for each sample column",
        );
    }
    Ok(template_text.clone())
}

fn annotation_keys(
    at: &Lines<'_>,
    group: &Range<usize>,
    info: Option<Spanned<RawInfo>>,
    csq: Option<String>,
    ann: Option<String>,
) -> Result<AnnotationKeys, ManifestError> {
    let span = info.as_ref().map_or_else(|| group.clone(), Spanned::span);
    let info = info.map(Spanned::into_inner).unwrap_or_default();
    let keys = AnnotationKeys {
        gene: info.gene,
        consequence: info.consequence,
        impact: info.impact,
        csq: csq.or(info.csq),
        ann: ann.or(info.ann),
    };
    let plain = keys.gene.is_some() || keys.consequence.is_some() || keys.impact.is_some();
    let sources = [plain, keys.csq.is_some(), keys.ann.is_some()];
    if sources.into_iter().filter(|used| *used).count() > 1 {
        return at.fail(
            span,
            "annotations come from one place: `csq`, `ann`, or `gene`, `consequence` and `impact`",
        );
    }
    Ok(keys)
}

pub(super) const NAME_RULE: &str = "a name starts with a-z and goes on with a-z, 0-9 and _";

pub(super) fn is_name(name: &str) -> bool {
    name.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn files(at: &Lines<'_>, files: &Spanned<Vec<String>>) -> Result<Vec<String>, ManifestError> {
    if files.get_ref().is_empty() {
        return at.fail(files.span(), "`files` must name at least one file");
    }
    for pattern in files.get_ref() {
        stays_inside(at, pattern, files.span())?;
    }
    Ok(files.get_ref().clone())
}

pub(super) fn stays_inside(
    at: &Lines<'_>,
    pattern: &str,
    span: Range<usize>,
) -> Result<(), ManifestError> {
    let outside = pattern.starts_with('/') || pattern.split('/').any(|part| part == "..");
    if outside || pattern.is_empty() {
        return at.fail(
            span,
            format!("`{pattern}` must be relative to the dataset's directory and stay in it"),
        );
    }
    Ok(())
}
