//! Files as they are best kept: plain UTF-8, no stray space, words in their usual case,
//! columns in their usual order. Comments and the order of rows stay.

use std::str::FromStr;

use crate::{
    duo::Codes,
    files::{CONSORTIUM, Files, HOLDER, Layout},
    finding::Rejected,
    holder::{self, HolderSet},
    individual::Countries,
    purpose::Purpose,
    read::Texts,
    records,
    set::PolicySet,
    table::{Schema, joined},
};

/// The files of a consortium as they are best kept. What they say stays the same.
///
/// # Errors
///
/// As [`PolicySet::load`]: what cannot be read as meant cannot be written so.
pub fn formatted_consortium(files: &Files) -> Result<Files, Rejected> {
    PolicySet::from_files(files)?;
    let schemas = [
        &records::MEMBERS,
        &records::PEOPLE,
        &records::JURISDICTIONS,
        &records::DATASETS,
        &records::PROJECTS,
        &records::TEAMS,
        &records::GRANTS,
        &records::JUDGEMENTS,
        &records::TESTS,
    ];
    let formatted = formatted(files, &CONSORTIUM, &schemas)?;
    PolicySet::from_files(&formatted)?;
    Ok(formatted)
}

/// The files of a holder as they are best kept.
///
/// # Errors
///
/// As [`HolderSet::load`].
pub fn formatted_holder(files: &Files) -> Result<Files, Rejected> {
    HolderSet::from_files(files)?;
    let formatted = formatted(files, &HOLDER, &holder::SCHEMAS)?;
    HolderSet::from_files(&formatted)?;
    Ok(formatted)
}

fn formatted(
    files: &Files,
    layout: &Layout,
    schemas: &[&'static Schema],
) -> Result<Files, Rejected> {
    let texts = Texts::of(files, layout).map_err(Rejected::of)?;
    let file = |name: &String| {
        let text = texts.needed(name);
        let schema = schemas.iter().find(|schema| schema.file == name);
        let formatted = match schema {
            Some(schema) => table(schema, text),
            None => plain(text),
        };
        (name.clone(), formatted.into_bytes())
    };
    Ok(files.keys().map(file).collect())
}

/// Text without marks of the system it was written on.
fn plain(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let text = lines.join("\n");
    text.trim_end_matches('\n').to_owned() + "\n"
}

/// A table that was read before: no cell runs over a line, and each row has as many as the header.
fn table(schema: &Schema, text: &str) -> String {
    let mut order: Option<Vec<usize>> = None;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with('#') {
            lines.push(line.trim_end().to_owned());
            continue;
        }
        let cells = cells(line);
        if cells.iter().all(String::is_empty) {
            continue;
        }
        match &order {
            None => {
                let place = |column: &&str| {
                    cells
                        .iter()
                        .position(|cell| cell.eq_ignore_ascii_case(column))
                };
                order = Some(schema.columns.iter().filter_map(place).collect());
                lines.push(schema.header());
            }
            Some(order) => {
                let row = schema.columns.iter().zip(order).map(|(column, at)| {
                    cells
                        .get(*at)
                        .map_or_else(String::new, |cell| usual(column, cell))
                });
                let row: Vec<String> = row.collect();
                let row: Vec<&str> = row.iter().map(String::as_str).collect();
                lines.push(joined(&row));
            }
        }
    }
    lines.join("\n") + "\n"
}

fn cells(line: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(line.as_bytes());
    let record = reader.records().next().and_then(Result::ok);
    let cells = record.iter().flatten();
    cells
        .map(|cell| cell.trim_matches([' ', '\t']).to_owned())
        .collect()
}

/// A cell as it is usually written.
fn usual(column: &str, cell: &str) -> String {
    match column {
        "sector" | "status" | "basis" | "roles" | "tier" | "tier_rule" | "operation"
        | "operations" | "effect" | "sector_use" | "verdict" | "expect" | "industry"
        | "without_record" => spaced(&cell.to_ascii_lowercase()),
        "country" | "code" => cell.to_ascii_uppercase(),
        "consent_codes" => same::<Codes>(cell),
        "countries" => same::<Countries>(cell),
        "purpose" => Purpose::read(cell).map_or_else(|_| cell.to_owned(), |p| p.to_string()),
        "columns" => spaced(cell),
        _ => cell.to_owned(),
    }
}

/// A list without spaces about its separators.
fn spaced(list: &str) -> String {
    list.split(';').map(str::trim).collect::<Vec<_>>().join(";")
}

/// What was read, written as it is printed.
fn same<T: FromStr + ToString>(cell: &str) -> String {
    cell.parse::<T>()
        .map_or_else(|_| cell.to_owned(), |value| value.to_string())
}
