//! What a table must satisfy whose rows do not name their samples.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use toml::Spanned;

use crate::manifest::raw::{Entries, RawColumn, RawLayout, RawTable};
use crate::manifest::source::{PathPattern, Pattern, Template};
use crate::manifest::{DeclaredColumn, ManifestError, Matrix, Naming};
use crate::{ColumnType, Role};

use super::Lines;

const SAMPLE: &str = "sample_id";

/// The columns that say what they are called in files.
pub(super) struct Renamed(HashSet<String>);

impl Renamed {
    pub(super) fn of(columns: &Entries<RawColumn>) -> Self {
        let named = columns.0.iter().filter(|(_, raw)| raw.from.is_some());
        Self(named.map(|(name, _)| name.get_ref().clone()).collect())
    }
}

/// What names the samples of a table with these files and columns.
pub(super) fn naming(
    at: &Lines<'_>,
    span: &Range<usize>,
    name: &str,
    raw: &RawTable,
    (paths, columns): (&[PathPattern], &[DeclaredColumn]),
    renamed: &Renamed,
) -> Result<Naming, ManifestError> {
    let fail = |what: &str| at.fail(span.clone(), what);
    let mut known = parts_of_paths(at, span, paths)?;
    let parts: Vec<String> = known.iter().cloned().collect();
    let matrix = match raw.layout {
        Some(RawLayout::Matrix) => {
            let matrix = matrix(at, span, raw, columns)?;
            if let Some(name) = matrix.sample.name()
                && !known.insert(name.to_owned())
            {
                return fail(&format!("`{{{name}}}` is in `files` and in `sample`"));
            }
            Some(matrix)
        }
        Some(RawLayout::Rows) | None if raw.sample.is_some() || raw.ignore.is_some() => {
            return fail("`sample` and `ignore` are for tables with `layout = \"matrix\"`");
        }
        Some(RawLayout::Rows) | None => None,
    };
    let sample_id = match &raw.sample_id {
        Some(text) => {
            let template = Template::parse(text.get_ref());
            Some(template.or_else(|message| at.fail(text.span(), message))?)
        }
        None if known.contains(SAMPLE) => Template::parse("{sample_id}").ok(),
        None => None,
    };
    let used: BTreeSet<&str> = sample_id.iter().flat_map(Template::names).collect();
    if let Some(stray) = used.iter().find(|name| !known.contains(**name)) {
        return fail(&format!(
            "`{{{stray}}}` is not known; name a part of each path in `files`"
        ));
    }
    let of_columns = matrix.as_ref().and_then(|matrix| matrix.sample.name());
    if let Some(unused) = of_columns.filter(|name| !used.contains(name)) {
        return fail(&format!(
            "`{{{unused}}}` in `sample` is not in `sample_id`: columns would be the same sample's"
        ));
    }
    let place = |name: &str| columns.iter().position(|column| column.column.name == name);
    let mut filled = Vec::new();
    for part in parts {
        match place(&part) {
            Some(place) if part != SAMPLE => filled.push((place, part)),
            _ if used.contains(part.as_str()) => {}
            _ => {
                return fail(&format!(
                    "`{{{part}}}` in `files` is no column, nor in `sample_id`"
                ));
            }
        }
    }
    let naming = Naming {
        matrix,
        sample_id,
        parts: filled,
    };
    if (naming.sample_id.is_some() || naming.matrix.is_some())
        && ["individuals", "samples"].contains(&name)
    {
        return fail("rows of `individuals` and `samples` name whom they are of themselves");
    }
    if naming.matrix.is_some() && naming.sample_id.is_none() {
        return fail("`sample_id` must say which samples the columns are");
    }
    let is_feature = |of: &DeclaredColumn| of.column.role == Role::Feature;
    if ["individuals", "samples"].contains(&name) && columns.iter().any(is_feature) {
        return fail("`individuals` and `samples` have no features: declare a category's `domain`");
    }
    let is_text = |column: &DeclaredColumn| column.column.r#type == ColumnType::Text;
    let sample = place(SAMPLE).and_then(|place| columns.get(place));
    if naming.sample_id.is_some() && !sample.is_some_and(is_text) {
        return fail("a table whose files name samples needs a text column `sample_id`");
    }
    for (at_place, DeclaredColumn { column, .. }) in columns.iter().enumerate() {
        let given = naming.gives(at_place, column);
        if given && renamed.0.contains(&column.name) {
            let name = &column.name;
            return fail(&format!(
                "column `{name}` is named by files; leave out its `from`"
            ));
        }
        let in_matrix = |matrix: &Matrix| [matrix.feature, matrix.value].contains(&at_place);
        if let Some(matrix) = &naming.matrix
            && !given
            && !in_matrix(matrix)
        {
            let name = &column.name;
            return fail(&format!(
                "column `{name}` is not in a matrix: it has a feature, a number, the sample, \
                 the individual, and what the path names"
            ));
        }
    }
    Ok(naming)
}

/// The parts that every path names.
fn parts_of_paths(
    at: &Lines<'_>,
    span: &Range<usize>,
    paths: &[PathPattern],
) -> Result<BTreeSet<String>, ManifestError> {
    let names =
        |path: &PathPattern| -> BTreeSet<String> { path.names().map(str::to_owned).collect() };
    let mut all = paths.iter().map(names);
    let first = all.next().unwrap_or_default();
    match all.all(|other| other == first) {
        true => Ok(first),
        false => at.fail(
            span.clone(),
            "every path of `files` must name the same parts",
        ),
    }
}

fn matrix(
    at: &Lines<'_>,
    span: &Range<usize>,
    raw: &RawTable,
    columns: &[DeclaredColumn],
) -> Result<Matrix, ManifestError> {
    let only = |is: fn(Role) -> bool| {
        let mut found = (0..)
            .zip(columns)
            .filter(|(_, column)| is(column.column.role));
        match (found.next(), found.next()) {
            (Some((place, _)), None) => Some(place),
            _ => None,
        }
    };
    let feature = only(|role| role == Role::Feature);
    let value = only(|role| matches!(role, Role::Measure | Role::Technical));
    let (Some(feature), Some(value)) = (feature, value) else {
        return at.fail(
            span.clone(),
            "a matrix needs one column with `role = \"feature\"`, and one of numbers",
        );
    };
    if raw.duplicates.is_some() || raw.rows.is_some() {
        return at.fail(span.clone(), "a matrix has neither `rows` nor `duplicates`");
    }
    let own = || Pattern::parse("{sample_id}");
    let parsed = |text: &Spanned<String>| {
        Pattern::parse(text.get_ref()).or_else(|message| at.fail(text.span(), message))
    };
    let sample = match &raw.sample {
        Some(text) => parsed(text)?,
        None => own().or_else(|message| at.fail(span.clone(), message))?,
    };
    if sample.name().is_none() {
        return at.fail(
            span.clone(),
            "`sample` must name a part, as in `{sample_id}.bam`",
        );
    }
    let ignore = raw.ignore.iter().flat_map(|names| names.get_ref()).cloned();
    Ok(Matrix {
        sample,
        ignore: ignore.collect(),
        feature,
        value,
    })
}
