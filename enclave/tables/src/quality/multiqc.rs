//! What MultiQC writes: `multiqc_data.json`, and its tables such as
//! `multiqc_general_stats.txt`; and tables alike, as VerifyBamID's `.selfSM`.
//!
//! Of the JSON, the general statistics are read, which are of sections, or lists in
//! older versions, then of samples, then of fields; and, where a field names one, a part
//! of the raw data. Of a table, the first column names the sample.

use std::collections::HashSet;

use crate::inputs::Input;
use crate::manifest::Source;
use crate::{InputError, Place};

use super::json;
use super::lines::Lines;
use super::{Reading, Sink};

const GENERAL: &str = "report_general_stats_data";
const RAW: &str = "report_saved_raw_data";

/// The most columns of a table.
const MOST_COLUMNS: usize = 100_000;

pub(super) fn read(
    mut lines: Lines<'_>,
    source: &Source,
    sink: &mut Sink<'_>,
) -> Result<(), InputError> {
    match lines.is_json()? {
        true => data(lines, source, sink),
        false => table(lines, source, sink),
    }
}

fn data(lines: Lines<'_>, source: &Source, sink: &mut Sink<'_>) -> Result<(), InputError> {
    let file = lines.file();
    let asked: Vec<Asked<'_>> = source.fields.iter().map(|f| Asked::of(&f.name)).collect();
    let raw: HashSet<&str> = asked.iter().filter_map(|asked| asked.part).collect();
    let enters = |path: &[String]| match path {
        [top] => top == GENERAL || (top == RAW && !raw.is_empty()),
        [top, part] => top == GENERAL || raw.contains(part.as_str()),
        [_, _, _sample] => true,
        [_, _, _, name] => (asked.iter()).any(|asked| asked.whole == name || asked.name == name),
        _ => false,
    };
    // Of one sample in one part, whose fields stand together.
    let mut current: Option<(String, Reading)> = None;
    json::walk(lines, &enters, &mut |path, text, place| {
        let [top, part, sample, name] = path else {
            return Ok(());
        };
        let is_asked = |asked: &Asked<'_>| {
            let in_general = top == GENERAL && asked.whole == name;
            in_general || (asked.part == Some(part.as_str()) && asked.name == name)
        };
        for (field, _) in (0..).zip(&asked).filter(|(_, asked)| is_asked(asked)) {
            let is_of = |(of, reading): &(String, Reading)| {
                of == part && reading.sample.as_ref() == Some(sample)
            };
            if !current.as_ref().is_some_and(is_of) {
                let reading = Reading::new(Some(sample.clone()), place);
                if let Some((_, before)) = current.replace((part.clone(), reading)) {
                    sink(before)?;
                }
            }
            if let Some((_, reading)) = &mut current {
                reading.add(file, source, field, text, place)?;
            }
        }
        Ok(())
    })?;
    match current {
        Some((_, last)) => sink(last),
        None => Err(none(file)),
    }
}

fn none(file: &Input) -> InputError {
    let message = "expected MultiQC's `report_general_stats_data` with the fields that `columns` \
                   names, found none of them";
    InputError::new(&file.name, Place::File, message)
}

/// A field of the general statistics, or after `part:` of a section or of raw data.
struct Asked<'s> {
    whole: &'s str,
    part: Option<&'s str>,
    name: &'s str,
}

impl<'s> Asked<'s> {
    fn of(whole: &'s str) -> Self {
        let (part, name) = whole.split_once(':').unzip();
        Self {
            whole,
            part,
            name: name.unwrap_or(whole),
        }
    }
}

/// Reads a table with tabs whose first column names samples.
pub(super) fn table(
    mut lines: Lines<'_>,
    source: &Source,
    sink: &mut Sink<'_>,
) -> Result<(), InputError> {
    let Some(header) = lines.next()?.filter(|line| line.contains('\t')) else {
        return Err(lines.error("expected a header with tabs, whose first column is the sample"));
    };
    let names: Vec<String> = header.split('\t').map(|n| n.trim().to_owned()).collect();
    if names.len() > MOST_COLUMNS {
        return Err(lines.error(format!("expected at most {MOST_COLUMNS} columns")));
    }
    let mut columns = Vec::new();
    for (field, asked) in (0..).zip(&source.fields) {
        match column(&names, &asked.name) {
            Ok(Some(at)) => columns.push((field, at)),
            Ok(None) => {}
            Err(message) => return Err(lines.error(message).in_field(&asked.name)),
        }
    }
    while lines.next()?.is_some() {
        let line = lines.last();
        if line.is_empty() {
            continue;
        }
        let cells: Vec<&str> = line.split('\t').collect();
        if cells.len() != names.len() {
            let (expected, found) = (names.len(), cells.len());
            let message = format!("expected {expected} fields as in the header, found {found}");
            return Err(lines.error(message));
        }
        let place = lines.place();
        let sample = cells.first().map(|cell| cell.trim().to_owned());
        let mut reading = Reading::new(sample, place);
        for (field, at) in &columns {
            // An empty cell is a field that the sample's tools did not give.
            if let Some(text) = cells.get(*at).filter(|text| !text.trim().is_empty()) {
                reading.add(lines.file(), source, *field, text, place)?;
            }
        }
        if !reading.values.is_empty() {
            sink(reading)?;
        }
    }
    Ok(())
}

/// The column of this name, or else the one whose name ends with it: MultiQC writes
/// `module-field`, and in older versions more before it.
fn column(names: &[String], asked: &str) -> Result<Option<usize>, &'static str> {
    let one = |is_it: &dyn Fn(&str) -> bool| {
        let places = (0..).zip(names).skip(1);
        let mut found = places.filter(|(_, name)| is_it(name)).map(|(at, _)| at);
        match (found.next(), found.next()) {
            (Some(_), Some(_)) => Err("several columns have the name; write the whole name of one"),
            (first, _) => Ok(first),
        }
    };
    let ends_with = |name: &str| {
        let before = name.strip_suffix(asked);
        before.is_some_and(|before| before.ends_with('-'))
    };
    match one(&|name| name == asked)? {
        Some(at) => Ok(Some(at)),
        None => one(&ends_with),
    }
}
