//! What a source that is computed from the dataset's genotypes must satisfy.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::manifest::raw::RawSource;
use crate::manifest::source::Template;
use crate::manifest::{
    DeclaredColumn, DeclaredTable, Format, ManifestError, Matching, Source, VariantGroup,
};
use crate::quality::Statistic;

use super::Lines;
use super::sources::fields;

pub(super) fn source(
    at: &Lines<'_>,
    span: &Range<usize>,
    columns: &[DeclaredColumn],
    staged: bool,
    raw: RawSource,
) -> Result<Source, ManifestError> {
    let fail = |message: &str| at.fail(span.clone(), message);
    if raw.files.is_some() || raw.sample.is_some() || raw.sample_id.is_some() {
        return fail(
            "`genotypes` are the dataset's own; leave `files`, `sample` and `sample_id` out",
        );
    }
    if !raw.only.is_empty() {
        return fail("`only` is for formats of several rows for a sample");
    }
    let template =
        |text: &str| Template::parse(text).or_else(|message| at.fail(span.clone(), message));
    let stage = match &raw.stage {
        Some(stage) => Some(template(stage.get_ref())?),
        None => None,
    };
    match &stage {
        Some(stage) if !stage.names().is_empty() => {
            return fail("`stage` of `genotypes` is one stage, without parts in braces");
        }
        Some(_) if !staged => return fail("`stage` needs a column `stage`"),
        None if staged => return fail("`stage` must say which stage the genotypes are of"),
        _ => {}
    }
    let fields = fields(at, span, columns, raw.columns)?;
    let unknown = |name: &&str| Statistic::named(name).is_none();
    if let Some(name) = fields.iter().map(|f| f.name.as_str()).find(unknown) {
        let known: Vec<&str> = Statistic::ALL.map(Statistic::name).to_vec();
        let known = known.join(", ");
        return fail(&format!(
            "`{name}` is not computed from genotypes; expected one of {known}"
        ));
    }
    let mut matching = Matching::default();
    if let Some(least) = raw.min_correlation {
        matching.min_correlation = *least.get_ref();
        if !(-1.0..=1.0).contains(least.get_ref()) {
            return at.fail(
                least.span(),
                "`min_correlation` is a correlation, from -1 to 1",
            );
        }
    }
    if let Some(least) = raw.min_sites {
        matching.min_sites = *least.get_ref();
        if *least.get_ref() < 3 {
            return at.fail(least.span(), "`min_sites` must be 3 or more");
        }
    }
    if let Some(least) = raw.min_depth {
        matching.min_depth = *least.get_ref();
        if *least.get_ref() < 1 {
            return at.fail(least.span(), "`min_depth` must be 1 or more");
        }
    }
    Ok(Source {
        line: at.of(span),
        format: Format::Genotypes,
        files: Vec::new(),
        sample: None,
        sample_id: template("{sample_id}")?,
        stage,
        only: BTreeMap::new(),
        fields,
        matching,
    })
}

/// Whether the dataset has what such sources are computed from.
pub(super) fn check(
    tables: &[DeclaredTable],
    variants: &[VariantGroup],
) -> Result<(), ManifestError> {
    let sources = tables.iter().flat_map(|table| &table.sources);
    let mut computed = sources.filter(|source| source.is_computed());
    let Some(source) = computed.next() else {
        return Ok(());
    };
    let fail = |line: usize, message: String| Err(ManifestError { line, message });
    if let Some(second) = computed.next() {
        let message = format!(
            "`genotypes` are a source in line {} already; let one give all columns",
            source.line
        );
        return fail(second.line, message);
    }
    if variants.is_empty() {
        let message = "`genotypes` need [[variants]], of which there are none".to_owned();
        return fail(source.line, message);
    }
    for field in &source.fields {
        let needed = match Statistic::named(&field.name) {
            Some(statistic) if statistic.is_of_sex() => {
                Some(("individuals", "sex", ["female", "male"]))
            }
            Some(statistic) if statistic.is_of_pairs() => {
                Some(("samples", "tissue", ["normal", "tumor"]))
            }
            _ => None,
        };
        let Some((table, name, values)) = needed else {
            continue;
        };
        let declared = tables.iter().find(|declared| declared.name == table);
        let column = declared.and_then(|table| {
            let mut columns = table.columns.iter().map(|column| &column.column);
            columns.find(|column| column.name == name)
        });
        let domain = column.and_then(|column| column.domain.as_ref());
        let has = |value: &&str| domain.is_some_and(|domain| domain.iter().any(|of| of == value));
        if !values.iter().all(has) {
            let [one, other] = values;
            let message = format!(
                "`{}` needs a column `{name}` of `{table}` whose `domain` has `{one}` and \
                 `{other}`",
                field.name
            );
            return fail(source.line, message);
        }
    }
    let reads = |group: &VariantGroup| group.fields.depth && group.fields.alt_depth;
    if source.matching.min_depth != Matching::default().min_depth && !variants.iter().any(reads) {
        let message = "`min_depth` needs `format = [\"DP\", \"AD\"]` in [[variants]]".to_owned();
        return fail(source.line, message);
    }
    Ok(())
}
