//! Picard's metrics files (htsjdk, `MetricsFile`).
//!
//! After comments and the line `## METRICS CLASS` come the fields' names and, until an
//! empty line, one row or more; a histogram may follow, and further metrics. No value
//! is an empty text, `?` or `-?` (htsjdk, `FormatUtil`), and decimals have the mark of
//! the machine's language, never one for thousands.

use std::collections::{BTreeMap, BTreeSet};

use crate::manifest::Source;
use crate::{InputError, Place};

use super::lines::Lines;
use super::{Reading, Sink, share};

/// The most rows of one kind of metrics: libraries and read groups have one each.
const MOST_ROWS: usize = 10_000;
/// The most bytes that are kept of them: of so many rows some tens of figures.
const MOST_KEPT_BYTES: usize = 32 << 20;

/// Duplicates among mapped reads over all libraries, as Picard calculates
/// PERCENT_DUPLICATION of one (picard, `DuplicationMetrics`).
const DUPLICATE_RATE: &str = "duplicate_rate";
/// Bases of quality 30 and more, of reads that pass the filter (picard,
/// `QualityYieldMetrics`): PF_Q30_BASES / PF_BASES.
const Q30_RATE: &str = "q30_rate";

/// What shares are made of, and what tells rows apart.
const NEEDED: [&str; 13] = [
    "READ_PAIR_DUPLICATES",
    "UNPAIRED_READ_DUPLICATES",
    "READ_PAIRS_EXAMINED",
    "UNPAIRED_READS_EXAMINED",
    "PF_Q30_BASES",
    "PF_BASES",
    "SAMPLE",
    "LIBRARY",
    "READ_GROUP",
    "CATEGORY",
    "PF_READS",
    "PAIR_ORIENTATION",
    "READ_PAIRS",
];

pub(super) fn read(
    mut lines: Lines<'_>,
    source: &Source,
    sink: &mut Sink<'_>,
) -> Result<(), InputError> {
    let mut any = false;
    while let Some(line) = lines.next()? {
        if !is_metrics(line) {
            continue;
        }
        any = true;
        // A section ends at an empty line or, in files put together, at the next one.
        loop {
            let Some(section) = Section::read(&mut lines, source)? else {
                return Err(lines.error("expected the names of the metrics' fields"));
            };
            section.tell(&lines, source, sink)?;
            if !section.followed {
                break;
            }
        }
    }
    match any {
        true => Ok(()),
        false => Err(lines.error_at(
            Place::File,
            "expected a file of Picard's, with a line `## METRICS CLASS`",
        )),
    }
}

fn is_metrics(line: &str) -> bool {
    line.starts_with("## METRICS CLASS")
}

/// A table of metrics, as far as a source asks for it: files have tables of any width.
struct Section {
    /// The names of the columns that are kept.
    names: Vec<String>,
    place: Place,
    rows: Vec<Row>,
    /// Whether another begins at its end.
    followed: bool,
}

struct Row {
    place: Place,
    /// By the section's names.
    cells: Vec<String>,
}

impl Section {
    fn read(lines: &mut Lines<'_>, source: &Source) -> Result<Option<Self>, InputError> {
        let Some(header) = lines.next()?.filter(|line| !line.is_empty()) else {
            return Ok(None);
        };
        let asked = source.fields.iter().map(|field| field.name.as_str());
        let only = source.only.keys().map(String::as_str);
        let needed: BTreeSet<&str> = asked.chain(only).chain(NEEDED).collect();
        let columns = header.split('\t').count();
        let (kept, names): (Vec<usize>, Vec<String>) = (0..)
            .zip(header.split('\t'))
            .filter(|(_, name)| needed.contains(name))
            .map(|(at, name)| (at, name.to_owned()))
            .unzip();
        let mut section = Self {
            names,
            place: lines.place(),
            rows: Vec::new(),
            followed: false,
        };
        if let Some(name) = section.repeated() {
            let message = "the metrics have the field twice; keep one";
            return Err(lines.error(message).in_field(name));
        }
        let mut bytes = 0;
        while let Some(line) = lines.next()?.filter(|line| !line.trim().is_empty()) {
            if line.starts_with('#') {
                section.followed = is_metrics(line);
                break;
            }
            let mut cells = Vec::with_capacity(kept.len());
            let mut at = kept.iter().peekable();
            let mut found = 0;
            for cell in line.split('\t') {
                if at.next_if_eq(&&found).is_some() {
                    bytes += size_of::<String>() + cell.len();
                    cells.push(cell.trim().to_owned());
                }
                found += 1;
            }
            if found != columns {
                return Err(lines.error(format!(
                    "expected {columns} fields as in the metrics' header, found {found}"
                )));
            }
            if section.rows.len() == MOST_ROWS || bytes > MOST_KEPT_BYTES {
                return Err(lines.error(format!(
                    "expected at most {MOST_ROWS} rows, whose fields that are read have at most \
                     {MOST_KEPT_BYTES} bytes; write one sample's metrics to a file"
                )));
            }
            let place = lines.place();
            section.rows.push(Row { place, cells });
        }
        Ok(Some(section))
    }

    /// A name that two columns have. It is one of those that are asked for.
    fn repeated(&self) -> Option<&str> {
        let mut seen = BTreeSet::new();
        let mut names = self.names.iter();
        names.find(|name| !seen.insert(*name)).map(String::as_str)
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|other| other == name)
    }

    /// What a row holds in a field, if the metrics have it.
    fn cell<'r>(&self, row: &'r Row, name: &str) -> Option<&'r str> {
        row.cells.get(self.position(name)?).map(String::as_str)
    }

    fn tell(
        &self,
        lines: &Lines<'_>,
        source: &Source,
        sink: &mut Sink<'_>,
    ) -> Result<(), InputError> {
        let plain: Vec<(usize, usize)> = (0..)
            .zip(&source.fields)
            .filter_map(|(field, named)| Some((field, self.position(&named.name)?)))
            .collect();
        let derived: Vec<(usize, &str)> = (0..)
            .zip(&source.fields)
            .map(|(field, named)| (field, named.name.as_str()))
            .filter(|(_, name)| self.derives(name))
            .collect();
        if plain.is_empty() && derived.is_empty() {
            return Ok(());
        }
        let has = |name: &&String| self.position(name).is_some();
        if let Some(name) = source.only.keys().find(|name| !has(name)) {
            let message = "the metrics have no such field, which `only` names";
            return Err(lines.error_at(self.place, message).in_field(name));
        }
        for (sample, rows) in self.chosen(source) {
            let Some(first) = rows.first() else { continue };
            if let (Some(second), false) = (rows.get(1), plain.is_empty()) {
                return Err(lines.error_at(
                    second.place,
                    "the metrics have a second row for the sample; say with `only` which to read",
                ));
            }
            let mut reading = Reading::new(sample, first.place);
            let mut add = |field: usize, text: &str| {
                reading.add(lines.file(), source, field, text, first.place)
            };
            for (field, at) in &plain {
                let cell = first.cells.get(*at).map_or("", String::as_str);
                add(*field, &decimal(cell))?;
            }
            for (field, name) in &derived {
                add(*field, &self.derive(lines, name, &rows)?)?;
            }
            sink(reading)?;
        }
        Ok(())
    }

    /// The rows to read, by the sample that they name if the source reads that.
    fn chosen<'r>(&'r self, source: &Source) -> BTreeMap<Option<String>, Vec<&'r Row>> {
        let asked = |row: &&Row| {
            let mut only = source.only.iter();
            only.all(|(name, asked)| self.cell(row, name) == Some(asked))
        };
        let mut rows: Vec<&Row> = self.rows.iter().filter(asked).collect();
        let unsaid = |names: &[&str]| names.iter().all(|name| !source.only.contains_key(*name));
        if unsaid(&["SAMPLE", "LIBRARY", "READ_GROUP"]) && self.position("READ_GROUP").is_some() {
            rows = self.of_whole_samples(rows, source.sample.is_some());
        }
        let mut chosen: BTreeMap<Option<String>, Vec<&Row>> = BTreeMap::new();
        for row in rows {
            let name = source.sample.as_ref().map(|_| {
                let name = self
                    .cell(row, "SAMPLE")
                    .or_else(|| self.cell(row, "LIBRARY"));
                name.unwrap_or_default().to_owned()
            });
            chosen.entry(name).or_default().push(row);
        }
        for rows in chosen.values_mut() {
            if unsaid(&["CATEGORY"]) && self.position("PF_READS").is_some() {
                self.keep_both_ends(rows);
            }
            if unsaid(&["PAIR_ORIENTATION"]) && self.position("PAIR_ORIENTATION").is_some() {
                self.keep_usual_orientation(rows);
            }
        }
        chosen
    }

    /// Metrics can be of all reads, of a sample, of a library and of a read group,
    /// whose names are empty where they are of more (picard, `MultilevelMetrics`).
    fn of_whole_samples<'r>(&self, rows: Vec<&'r Row>, by_name: bool) -> Vec<&'r Row> {
        let is_empty = |row: &Row, name| self.cell(row, name).is_none_or(str::is_empty);
        let whole = |row: &&&Row| is_empty(row, "LIBRARY") && is_empty(row, "READ_GROUP");
        let (of_all, of_samples): (Vec<&Row>, Vec<&Row>) = (rows.iter().filter(whole))
            .copied()
            .partition(|row| is_empty(row, "SAMPLE"));
        if by_name || of_all.is_empty() {
            of_samples
        } else {
            of_all
        }
    }

    /// Of alignment summaries: pairs, or else reads that have no mate.
    fn keep_both_ends(&self, rows: &mut Vec<&Row>) {
        for category in ["PAIR", "UNPAIRED"] {
            let is_it = |row: &&Row| self.cell(row, "CATEGORY") == Some(category);
            if rows.iter().any(is_it) {
                rows.retain(is_it);
                return;
            }
        }
    }

    /// Of insert sizes: the orientation that most pairs have.
    fn keep_usual_orientation(&self, rows: &mut Vec<&Row>) {
        let pairs = |row: &Row| {
            let cell = self.cell(row, "READ_PAIRS").unwrap_or_default();
            cell.parse::<u64>().unwrap_or(0)
        };
        let Some(most) = rows.iter().map(|row| pairs(row)).max() else {
            return;
        };
        if let Some(usual) = rows.iter().find(|row| pairs(row) == most).copied() {
            *rows = vec![usual];
        }
    }

    fn derives(&self, name: &str) -> bool {
        let needed = match name {
            DUPLICATE_RATE => "READ_PAIR_DUPLICATES",
            Q30_RATE => "PF_Q30_BASES",
            _ => return false,
        };
        self.position(needed).is_some()
    }

    fn derive(&self, lines: &Lines<'_>, name: &str, rows: &[&Row]) -> Result<String, InputError> {
        let sum = |name: &str| -> Result<u64, InputError> {
            let counts = rows.iter().map(|row| {
                let cell = self.cell(row, name).unwrap_or_default();
                let count = cell.parse::<u64>().ok();
                let error = || lines.error_at(row.place, "expected a count").in_field(name);
                count.ok_or_else(error)
            });
            counts.sum()
        };
        Ok(if name == DUPLICATE_RATE {
            let reads = |pairs: u64, others: u64| pairs.saturating_mul(2).saturating_add(others);
            share(
                reads(
                    sum("READ_PAIR_DUPLICATES")?,
                    sum("UNPAIRED_READ_DUPLICATES")?,
                ),
                reads(sum("READ_PAIRS_EXAMINED")?, sum("UNPAIRED_READS_EXAMINED")?),
            )
        } else {
            share(sum("PF_Q30_BASES")?, sum("PF_BASES")?)
        })
    }
}

/// A number with a comma as its decimal mark is one with a point.
fn decimal(cell: &str) -> String {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    match cell.split_once(',') {
        Some((whole, part)) if is_number(whole.trim_start_matches('-')) && is_number(part) => {
            format!("{whole}.{part}")
        }
        _ => cell.to_owned(),
    }
}
