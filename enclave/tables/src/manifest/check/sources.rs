//! What the sources of a table must satisfy.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;

use crate::manifest::raw::{Entries, RawField, RawSource, RawTable};
use crate::manifest::source::{PathPattern, Pattern, Template};
use crate::manifest::{DeclaredColumn, Field, Format, ManifestError, Matching, Source};
use crate::{ColumnType, Role};

use super::{Lines, files, genotypes};

/// The columns that make a row, and are not filled by a field.
const SAMPLE: &str = "sample_id";
const STAGE: &str = "stage";

/// Whether a table can have sources.
pub(super) fn fits(
    at: &Lines<'_>,
    span: &Range<usize>,
    name: &str,
    raw: &RawTable,
) -> Result<(), ManifestError> {
    let fail = |what: &str| at.fail(span.clone(), format!("table `{name}`: {what}"));
    if name == "individuals" || name == "samples" {
        return fail("its rows come from `files`, not from `sources`");
    }
    if raw.files.is_some() {
        return fail("its rows come either from `files` or from `sources`");
    }
    let named = raw.sample.is_some() || raw.sample_id.is_some() || raw.ignore.is_some();
    if named || raw.layout.is_some() {
        return fail("`layout`, `sample`, `sample_id` and `ignore` are for tables with `files`");
    }
    if raw.delimiter.is_some() || raw.comment.is_some() || raw.duplicates.is_some() {
        return fail("`delimiter`, `comment` and `duplicates` are for tables with `files`");
    }
    match raw.columns.0.iter().find(|(_, raw)| raw.from.is_some()) {
        Some((column, _)) => at.fail(
            column.span(),
            format!(
                "column `{}`: `from` is for tables with `files`; a source's `columns` name its \
                 fields",
                column.get_ref()
            ),
        ),
        None => Ok(()),
    }
}

/// The sources of a table with these columns, each of which one of them fills.
pub(super) fn sources(
    at: &Lines<'_>,
    span: &Range<usize>,
    columns: &[DeclaredColumn],
    raw: Vec<Spanned<RawSource>>,
) -> Result<Vec<Source>, ManifestError> {
    if raw.is_empty() {
        return Ok(Vec::new());
    }
    let named = |name: &str| columns.iter().find(|column| column.column.name == name);
    for (name, needed) in [(SAMPLE, true), (STAGE, false)] {
        let is_text = |column: &DeclaredColumn| column.column.r#type == ColumnType::Text;
        if !named(name).map_or(!needed, is_text) {
            let message = format!("a table with `sources` needs a text column `{name}`");
            return at.fail(span.clone(), message);
        }
    }
    let staged = named(STAGE).is_some();
    let sources = raw
        .into_iter()
        .map(|raw| source(at, columns, staged, raw))
        .collect::<Result<Vec<_>, _>>()?;
    for (place, DeclaredColumn { column, .. }) in columns.iter().enumerate() {
        let mut fields = sources.iter().flat_map(|source| &source.fields);
        if !is_key(column) && !fields.any(|field| field.column == place) {
            let message = format!("column `{}` is filled by none of `sources`", column.name);
            return at.fail(span.clone(), message);
        }
    }
    Ok(sources)
}

fn is_key(column: &crate::Column) -> bool {
    column.role == Role::Unit || column.name == SAMPLE || column.name == STAGE
}

fn source(
    at: &Lines<'_>,
    columns: &[DeclaredColumn],
    staged: bool,
    raw: Spanned<RawSource>,
) -> Result<Source, ManifestError> {
    let span = raw.span();
    let raw = raw.into_inner();
    if raw.format == Format::Genotypes {
        return genotypes::source(at, &span, columns, staged, raw);
    }
    let Some(patterns) = &raw.files else {
        return at.fail(span, "`files` must name the tool's outputs");
    };
    if raw.min_correlation.is_some() || raw.min_sites.is_some() || raw.min_depth.is_some() {
        let message = "`min_correlation`, `min_sites` and `min_depth` are for `genotypes`";
        return at.fail(span, message);
    }
    let paths = files(at, patterns)?
        .iter()
        .map(|path| PathPattern::parse(path))
        .collect::<Result<Vec<_>, _>>()
        .or_else(|message| at.fail(patterns.span(), message))?;
    let parsed = |text: &Option<Spanned<String>>| {
        let template = |text: &Spanned<String>| {
            Template::parse(text.get_ref()).or_else(|message| at.fail(text.span(), message))
        };
        text.as_ref().map(template).transpose()
    };
    // What every file's path names.
    let mut known: BTreeSet<String> = match paths.split_first() {
        Some((first, others)) => {
            let everywhere = |name: &&str| {
                let has = |other: &PathPattern| other.names().any(|n| n == *name);
                others.iter().all(has)
            };
            let names = first.names().filter(everywhere);
            names.map(str::to_owned).collect()
        }
        None => BTreeSet::new(),
    };
    let in_a_path = paths
        .iter()
        .any(|path| path.names().any(|name| name == SAMPLE));
    let sample = match &raw.sample {
        Some(text) if !raw.format.names_samples() => {
            return at.fail(
                text.span(),
                "such files do not name their samples; name a part of `files` instead, as in \
                 `{sample_id}`",
            );
        }
        Some(text) => {
            let pattern = Pattern::parse(text.get_ref());
            Some(pattern.or_else(|message| at.fail(text.span(), message))?)
        }
        None if raw.sample_id.is_none() && !in_a_path => {
            let whole = raw.format.names_samples().then_some("{sample_id}");
            whole.and_then(|whole| Pattern::parse(whole).ok())
        }
        None => None,
    };
    if let Some(name) = sample.as_ref().and_then(Pattern::name)
        && !known.insert(name.to_owned())
    {
        let message = format!("`{{{name}}}` is in `files` and in `sample`");
        return at.fail(span, message);
    }
    let own = |name: &str| Template::parse(&format!("{{{name}}}")).ok();
    let sample_id = parsed(&raw.sample_id)?.or_else(|| own(SAMPLE));
    let stage = parsed(&raw.stage)?.or_else(|| own(STAGE).filter(|_| known.contains(STAGE)));
    if stage.is_some() != staged {
        let message = match staged {
            true => "`stage` must say which stage the files are of",
            false => "`stage` needs a column `stage`",
        };
        return at.fail(span, message);
    }
    let Some(sample_id) = sample_id else {
        return at.fail(span, "`sample_id` must say whose the files are");
    };
    let mut used = sample_id.names();
    used.extend(stage.iter().flat_map(Template::names));
    if let Some(stray) = used.into_iter().find(|name| !known.contains(*name)) {
        let message = format!(
            "`{{{stray}}}` is not known; name a part of each path in `files`, as in \
             \"qc/{{{stray}}}.txt\""
        );
        return at.fail(span, message);
    }
    if !raw.only.is_empty() && !raw.format.has_rows() {
        return at.fail(span, "`only` is for formats of several rows for a sample");
    }
    Ok(Source {
        line: at.of(&span),
        format: raw.format,
        files: paths,
        sample,
        sample_id,
        stage,
        only: raw.only,
        fields: fields(at, &span, columns, raw.columns)?,
        matching: Matching::default(),
    })
}

pub(super) fn fields(
    at: &Lines<'_>,
    source: &Range<usize>,
    columns: &[DeclaredColumn],
    raw: Entries<RawField>,
) -> Result<Vec<Field>, ManifestError> {
    if raw.0.is_empty() {
        return at.fail(source.clone(), "`columns` must name a column and its field");
    }
    let field = |(name, raw): (Spanned<String>, RawField)| {
        let fail = |what: &str| {
            let message = format!("column `{}`: {what}", name.get_ref());
            at.fail(name.span(), message)
        };
        let found = columns
            .iter()
            .position(|column| column.column.name == *name.get_ref());
        let Some((place, DeclaredColumn { column, .. })) =
            found.and_then(|place| Some((place, columns.get(place)?)))
        else {
            return fail("the table declares no such column");
        };
        if is_key(column) {
            return fail("it makes the row, and is not filled by a field");
        }
        let exponent = match raw.scale {
            Some(_) if !matches!(column.r#type, ColumnType::Int | ColumnType::Float) => {
                return fail("`scale` is for `type` int or float");
            }
            Some(scale) => match power_of_ten(scale) {
                Some(exponent) => Some(exponent),
                None => return fail("`scale` must be a power of ten, such as 100 or 0.01"),
            },
            None => None,
        };
        Ok(Field {
            column: place,
            name: raw.field,
            exponent,
        })
    };
    raw.0.into_iter().map(field).collect()
}

/// Scales are powers of ten so that decimals stay what they are: 0.57 is 57 %,
/// not 56.99999999999999.
fn power_of_ten(scale: f64) -> Option<i32> {
    (-12..=12).find(|exponent| format!("1e{exponent}").parse() == Ok(scale))
}
