//! Queries to propose instead of one that is refused.

use sekisho_tables::{Catalogue, Label, Rows, Table};

/// How many individuals a private table describes; `individuals` unless a
/// table is named.
pub(crate) fn individuals(catalogue: &Catalogue, table: Option<&str>) -> Option<String> {
    let table = private(catalogue, table)?;
    if table.rows == Rows::OnePerAlleleAndSample {
        return carriers(catalogue);
    }
    let unit = &table.unit()?.name;
    Some(format!(
        "SELECT count(DISTINCT {unit}) AS individuals FROM {}",
        table.name
    ))
}

/// The mean of a column.
pub(crate) fn mean(catalogue: &Catalogue, table: &str, column: &str) -> Option<String> {
    let table = private(catalogue, Some(table))?;
    Some(format!(
        "SELECT avg({column}) AS mean_{column} FROM {}",
        table.name
    ))
}

/// Individuals by a column of a declared domain.
pub(crate) fn by(catalogue: &Catalogue, table: &str, column: &str) -> Option<String> {
    let table = private(catalogue, Some(table))?;
    let unit = &table.unit()?.name;
    Some(format!(
        "SELECT {column}, count(DISTINCT {unit}) AS individuals FROM {} GROUP BY {column}",
        table.name
    ))
}

/// Carriers of a variant among those that an annotation describes.
pub(crate) fn carriers(catalogue: &Catalogue) -> Option<String> {
    let genotypes = catalogue.table("genotypes")?;
    let unit = &genotypes.unit()?.name;
    catalogue.table("variants")?;
    Some(format!(
        "SELECT count(DISTINCT g.{unit}) AS carriers FROM genotypes g \
         JOIN variants v ON g.variant_id = v.variant_id WHERE g.dosage >= 1"
    ))
}

fn private<'c>(catalogue: &'c Catalogue, name: Option<&str>) -> Option<&'c Table> {
    name.and_then(|name| catalogue.table(name))
        .filter(|table| table.label == Label::Private)
        .or_else(|| catalogue.table("individuals"))
        .or_else(|| {
            catalogue
                .tables
                .iter()
                .find(|table| table.label == Label::Private)
        })
}
