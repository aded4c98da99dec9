//! What a declared table and its columns must satisfy.

use std::collections::HashSet;

use toml::Spanned;

use crate::manifest::raw::{Entries, RawColumn, RawDuplicates, RawLimit, RawRows, RawTable};
use crate::manifest::{DeclaredColumn, DeclaredTable, ManifestError, PathPattern};
use crate::{Beyond, Column, ColumnType, Limit, Quality, Role, Rows};

use super::{Lines, NAME_RULE, files, is_name, naming, sources};

/// What is read as NULL unless the manifest says otherwise.
const MISSING: [&str; 5] = ["", "NA", "N/A", "null", "."];

pub(super) fn tables(
    at: &Lines<'_>,
    raw: Entries<RawTable>,
    missing: Option<&[String]>,
) -> Result<Vec<DeclaredTable>, ManifestError> {
    raw.0
        .into_iter()
        .map(|(name, table)| declared_table(at, name, table, missing))
        .collect()
}

fn declared_table(
    at: &Lines<'_>,
    name: Spanned<String>,
    mut raw: RawTable,
    missing: Option<&[String]>,
) -> Result<DeclaredTable, ManifestError> {
    let span = name.span();
    let name = name.into_inner();
    if !is_name(&name) {
        return at.fail(span, format!("table `{name}`: {NAME_RULE}"));
    }
    if name == "variants" || name == "genotypes" {
        return at.fail(
            span,
            format!("table `{name}` is made from [[variants]] and cannot be declared"),
        );
    }
    let one = RawRows::One;
    let rows = match &raw.rows {
        Some(rows) if name == "individuals" && *rows.get_ref() != one => {
            return at.fail(
                rows.span(),
                "table `individuals` has `rows = \"one per individual\"`",
            );
        }
        Some(rows) if *rows.get_ref() == one => Rows::OnePerIndividual,
        None if name == "individuals" => Rows::OnePerIndividual,
        _ => Rows::ManyPerIndividual,
    };
    let missing = raw.missing.as_deref().or(missing);
    let renamed = naming::Renamed::of(&raw.columns);
    if !raw.sources.is_empty() {
        sources::fits(at, &span, &name, &raw)?;
    }
    let mut columns = std::mem::take(&mut raw.columns.0)
        .into_iter()
        .map(|(column, raw)| declared_column(at, column, raw, missing))
        .collect::<Result<Vec<_>, _>>()?;
    let units = columns
        .iter()
        .filter(|c| c.column.role == Role::Unit)
        .count();
    if units != 1 {
        return at.fail(
            span,
            format!(
                "table `{name}` needs exactly one column with `role = \"unit\"`, found {units}"
            ),
        );
    }
    if name == "samples" {
        let sample_id = columns.iter_mut().map(|c| &mut c.column).find(|c| {
            c.name == "sample_id" && c.role == Role::Identifier && c.r#type == ColumnType::Text
        });
        let Some(sample_id) = sample_id else {
            return at.fail(
                span,
                "table `samples` needs a text column `sample_id` with `role = \"identifier\"`",
            );
        };
        sample_id.required = true;
    }
    let sources = sources::sources(at, &span, &columns, std::mem::take(&mut raw.sources))?;
    let files = match &raw.files {
        Some(patterns) => files(at, patterns)?
            .iter()
            .map(|path| PathPattern::parse(path))
            .collect::<Result<Vec<_>, _>>()
            .or_else(|message| at.fail(patterns.span(), message))?,
        None if sources.is_empty() => {
            return at.fail(span, format!("table `{name}` needs `files`"));
        }
        None => Vec::new(),
    };
    Ok(DeclaredTable {
        line: at.of(&span),
        naming: naming::naming(at, &span, &name, &raw, (&files, &columns), &renamed)?,
        name,
        files,
        sources,
        rows,
        profile: raw.profile,
        delimiter: one_byte(at, "delimiter", raw.delimiter)?,
        comment: one_byte(at, "comment", raw.comment)?,
        collapse_identical: raw.duplicates == Some(RawDuplicates::Identical),
        columns,
    })
}

fn declared_column(
    at: &Lines<'_>,
    name: Spanned<String>,
    raw: RawColumn,
    missing: Option<&[String]>,
) -> Result<DeclaredColumn, ManifestError> {
    let span = name.span();
    let name = name.into_inner();
    let kind = raw.r#type.unwrap_or(ColumnType::Text);
    let numeric = matches!(kind, ColumnType::Int | ColumnType::Float);
    let fail = |what: &str| at.fail(span.clone(), format!("column `{name}`: {what}"));
    if !is_name(&name) {
        return fail(NAME_RULE);
    }
    match raw.role {
        Role::Unit if kind != ColumnType::Text => {
            return fail("a unit must be text; leave `type` out");
        }
        Role::Feature if kind != ColumnType::Text || raw.domain.is_some() => {
            return fail("a feature must be text without a `domain`; leave both out");
        }
        Role::Measure | Role::Technical if !numeric => {
            return fail("a measure or technical column must have `type` int or float");
        }
        _ => {}
    }
    if raw.bounds.is_some() && !numeric {
        return fail("`bounds` are for `type` int or float");
    }
    if let Some([low, high]) = raw.bounds
        && !(low.is_finite() && high.is_finite() && low <= high)
    {
        return fail("`bounds` must be two numbers, the lower first");
    }
    if raw.domain.is_some() && kind != ColumnType::Text {
        return fail("a `domain` is for `type` text");
    }
    if let Some(domain) = &raw.domain {
        let distinct: HashSet<&String> = domain.iter().collect();
        if domain.is_empty() || distinct.len() != domain.len() {
            return fail("a `domain` must list one or more values, each once");
        }
        if let Some((_, stray)) = raw.map.iter().find(|(_, to)| !distinct.contains(to)) {
            return fail(&format!(
                "`map` leads to `{stray}`, which is not in `domain`"
            ));
        }
    }
    let quality = match quality(&raw) {
        Ok(quality) => quality,
        Err(what) => return fail(&what),
    };
    Ok(DeclaredColumn {
        from: raw.from.unwrap_or_else(|| name.clone()),
        map: raw.map,
        missing: match raw.missing.as_deref().or(missing) {
            Some(list) => list.iter().cloned().collect(),
            None => MISSING.into_iter().map(str::to_owned).collect(),
        },
        column: Column {
            name,
            r#type: kind,
            role: raw.role,
            meaning: raw.meaning,
            unit: raw.unit,
            domain: raw.domain,
            bounds: raw.bounds,
            required: raw.required || matches!(raw.role, Role::Unit | Role::Feature),
            quality,
        },
    })
}

/// The most parts of a histogram's grid.
const MOST_BINS: f64 = 10_000.0;

/// How a column is reported, if it says so; or what is wrong with that.
fn quality(raw: &RawColumn) -> Result<Option<Quality>, String> {
    let Some(bin) = raw.bin else {
        return match raw.limits.is_empty() {
            true => Ok(None),
            false => Err("`limits` need a `bin`, the width of a part of the histogram".to_owned()),
        };
    };
    let (Role::Technical, Some([low, high])) = (raw.role, raw.bounds) else {
        return Err("a `bin` is for technical columns with `bounds`".to_owned());
    };
    if !(bin > 0.0 && (high - low) / bin <= MOST_BINS) {
        return Err(format!(
            "`bin` must cut the bounds into 1 to {MOST_BINS} parts"
        ));
    }
    let limit = |raw: &RawLimit| {
        let places = [
            (Beyond::Below, raw.below),
            (Beyond::AtMost, raw.at_most),
            (Beyond::AtLeast, raw.at_least),
            (Beyond::Above, raw.above),
        ];
        let mut named = places
            .into_iter()
            .filter_map(|(beyond, at)| Some((beyond, at?)));
        match (named.next(), named.next()) {
            (Some((beyond, at)), None) if (low..=high).contains(&at) => Ok(Limit {
                beyond,
                at,
                tissue: raw.tissue.clone(),
            }),
            (Some(_), None) => Err("a limit lies outside of `bounds`".to_owned()),
            _ => Err("a limit has one of below, at_most, at_least and above".to_owned()),
        }
    };
    let limits = raw.limits.iter().map(limit).collect::<Result<_, _>>()?;
    Ok(Some(Quality { bin, limits }))
}

fn one_byte(
    at: &Lines<'_>,
    key: &str,
    value: Option<Spanned<char>>,
) -> Result<Option<u8>, ManifestError> {
    value
        .map(|value| match u8::try_from(*value.get_ref()) {
            Ok(byte) if byte.is_ascii() && byte != b'\n' && byte != b'\r' => Ok(byte),
            _ => at.fail(value.span(), format!("`{key}` must be one ASCII character")),
        })
        .transpose()
}
