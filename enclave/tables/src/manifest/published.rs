//! What a manifest must satisfy where a release is to be a public table.

use sekisho_receipt::VerifierKey;

use super::check::{Lines, NAME_RULE, is_name, stays_inside};
use super::raw::RawPublished;
use super::{DeclaredTable, ManifestError, PublishedTable};

pub(super) fn tables(
    at: &Lines<'_>,
    raw: Vec<RawPublished>,
    declared: &[DeclaredTable],
) -> Result<Vec<PublishedTable>, ManifestError> {
    let mut tables: Vec<PublishedTable> = Vec::new();
    for raw in raw {
        let name = raw.table.get_ref();
        if !is_name(name) {
            return at.fail(raw.table.span(), format!("table `{name}`: {NAME_RULE}"));
        }
        let made = ["variants", "genotypes"].contains(&name.as_str());
        let others = declared.iter().map(|table| &table.name);
        let mut others = others.chain(tables.iter().map(|table| &table.name));
        if made || others.any(|other| other == name) {
            let message = format!("there is a table `{name}` already; give this one another name");
            return at.fail(raw.table.span(), message);
        }
        for file in [&raw.file, &raw.receipt] {
            stays_inside(at, file.get_ref(), file.span())?;
        }
        let ledger: VerifierKey = match raw.ledger.get_ref().parse() {
            Ok(key) => key,
            Err(error) => return at.fail(raw.ledger.span(), format!("`ledger`: {error}")),
        };
        tables.push(PublishedTable {
            line: at.of(&raw.table.span()),
            name: raw.table.into_inner(),
            file: raw.file.into_inner(),
            receipt: raw.receipt.into_inner(),
            ledger,
        });
    }
    Ok(tables)
}
