//! A file of consents: one row an individual.

use std::collections::HashMap;

use super::{Consent, ConsentTerms, Countries};
use crate::{
    characters::{decode, unseen},
    duo::Codes,
    finding::{Finding, Rejected, Slip},
    table::{Cells, Schema, each_row},
    values::{choice, day, name},
    words::Words,
};

static CONSENTS: Schema = Schema {
    file: "consents",
    columns: &[
        "individual_id",
        "codes",
        "industry",
        "countries",
        "registered_on",
        "collected_by",
        "withdrawn",
    ],
    private: true,
};

/// The rows of a file of consents.
pub type Consents = Vec<Consent>;

/// Reads a file of consents: CSV with the columns `individual_id`, `codes` (DUO), `industry`
/// (`yes` or `no`), `countries` (ISO 3166-1, or `*`), `registered_on` and `collected_by` (which may
/// be empty) and `withdrawn` (`yes` or `no`).
///
/// # Errors
///
/// Everything in it that cannot be read as meant. The findings name lines and columns, and repeat
/// no individual's name.
pub fn consents(file: &str, bytes: &[u8]) -> Result<Consents, Rejected> {
    let text = decode(file, bytes).map_err(|finding| Rejected::of(vec![finding]))?;
    let mut findings = Vec::new();
    let mut consents = Consents::new();
    let mut lines: HashMap<String, u64> = HashMap::new();
    each_row(&CONSENTS, &text, &mut findings, |row, findings| {
        let mut cells = Cells {
            schema: &CONSENTS,
            row: &row,
            findings,
        };
        let Some(consent) = consent(&mut cells) else {
            return;
        };
        match lines.get(&consent.individual) {
            Some(earlier) => {
                let words = Words::of("individual-stands-twice").with("earlier", earlier);
                findings.push(Finding::new(CONSENTS.file, row.line, words));
            }
            None => {
                lines.insert(consent.individual.clone(), row.line);
                consents.push(consent);
            }
        }
    });
    if findings.is_empty() {
        return Ok(consents);
    }
    for finding in &mut findings {
        file.clone_into(&mut finding.file);
    }
    Err(Rejected::of(findings))
}

fn consent(cells: &mut Cells<'_>) -> Option<Consent> {
    let yes = [("yes", true), ("no", false)];
    let individual = cells.read("individual_id", individual);
    let codes = cells.read("codes", Codes::read);
    let industry = cells.read("industry", |text| choice(text, &yes));
    let countries = cells.read("countries", Countries::read);
    let registered_on = cells.read("registered_on", |text| unless_empty(text, day));
    let collected_by = cells.read("collected_by", |text| unless_empty(text, name));
    let withdrawn = cells.read("withdrawn", |text| choice(text, &yes));
    Some(Consent {
        line: cells.row.line,
        individual: individual?,
        terms: ConsentTerms {
            codes: codes?,
            industry: industry?,
            countries: countries?,
        },
        registered_on: registered_on?,
        collected_by: collected_by?,
        withdrawn: withdrawn?,
    })
}

fn unless_empty<T>(
    text: &str,
    read: impl FnOnce(&str) -> Result<T, Slip>,
) -> Result<Option<T>, Slip> {
    if text.is_empty() {
        return Ok(None);
    }
    read(text).map(Some)
}

/// An individual's name is the holder's own: any text that can be seen.
fn individual(text: &str) -> Result<String, Slip> {
    let seen = !text.is_empty() && !text.chars().any(unseen);
    if seen && text.len() <= 200 {
        return Ok(text.to_owned());
    }
    Err(Slip::new(Words::of("no-individual")))
}
