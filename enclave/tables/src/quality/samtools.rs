//! What `samtools stats` and `samtools flagstat` write.

use crate::manifest::Source;
use crate::{InputError, Place};

use super::Sink;
use super::found::Found;
use super::json;
use super::lines::Lines;

/// Reads that are mapped. Of `stats`: "reads mapped" / "sequences", which are the
/// primary reads that its filters let through. Of `flagstat`: "primary mapped" /
/// "primary", of reads that passed the instrument's filter; before samtools 1.13, which
/// did not count these, what is left without secondary and supplementary alignments.
const MAPPED_RATE: &str = "mapped_rate";
/// Of `stats`: "reads duplicated" / "reads mapped". Of `flagstat`, from samtools 1.13
/// on: "primary duplicates" / "primary mapped".
const DUPLICATE_RATE: &str = "duplicate_rate";
/// Of `stats`: bases of quality 30 and more among all, as FFQ and LFQ count them by
/// cycle and quality.
const Q30_RATE: &str = "q30_rate";
/// Of `stats`: G and C among A, C, G and T, as FTC and LTC count them.
const GC_CONTENT: &str = "gc_content";

const Q30: usize = 30;

/// What shares are made of.
const STATS_COUNTS: [&str; 3] = ["sequences", "reads mapped", "reads duplicated"];
const FLAGSTAT_COUNTS: [&str; 7] = [
    "total",
    "primary",
    "secondary",
    "supplementary",
    "mapped",
    "primary mapped",
    "primary duplicates",
];

/// Reads `samtools stats`: of its lines `SN` a name, a colon, a number, and perhaps a
/// comment.
pub(super) fn stats(
    mut lines: Lines<'_>,
    source: &Source,
    sink: &mut Sink<'_>,
) -> Result<(), InputError> {
    let asks = |name: &str| source.fields.iter().any(|field| field.name == name);
    let (asks_q30, asks_gc) = (asks(Q30_RATE), asks(GC_CONTENT));
    let mut found = Found::of(source, &STATS_COUNTS);
    let mut qualities = None;
    let mut bases = None;
    let file = lines.file();
    while lines.next()?.is_some() {
        let place = lines.place();
        let mut cells = lines.last().split('\t');
        match cells.next().unwrap_or_default() {
            "SN" => {
                let name = cells.next().and_then(|name| name.trim().strip_suffix(':'));
                let (Some(name), Some(text)) = (name, cells.next()) else {
                    return Err(lines.error("expected a name, a colon and a number after `SN`"));
                };
                found.add(file, name, text, place)?;
            }
            // A cycle, then how many bases have quality 0, 1, 2 …
            "FFQ" | "LFQ" if asks_q30 => {
                let read = add(&mut qualities, cells.skip(1), |quality| quality >= Q30);
                read.map_err(|message| lines.error(message))?;
            }
            // A, C, G, T, N.
            "FTC" | "LTC" if asks_gc => {
                let read = add(&mut bases, cells.take(4), |base| (1..=2).contains(&base));
                read.map_err(|message| lines.error(message))?;
            }
            _ => {}
        }
    }
    if found.is_empty() {
        let message = "expected a file of samtools stats, with lines `SN`";
        return Err(lines.error_at(Place::File, message));
    }
    for (name, part, whole) in [
        (MAPPED_RATE, "reads mapped", "sequences"),
        (DUPLICATE_RATE, "reads duplicated", "reads mapped"),
    ] {
        if asks(name) {
            let (part, whole) = (found.count(file, part)?, found.count(file, whole)?);
            found.derive(name, part, whole);
        }
    }
    for (name, counts) in [(Q30_RATE, qualities), (GC_CONTENT, bases)] {
        let (part, whole) = counts.unzip();
        found.derive(name, part, whole);
    }
    found.tell(file, sink)
}

/// Adds counts, and those among them that are part of a share.
fn add<'c>(
    share: &mut Option<(u64, u64)>,
    cells: impl Iterator<Item = &'c str>,
    is_part: impl Fn(usize) -> bool,
) -> Result<(), &'static str> {
    let (part, whole) = share.get_or_insert((0, 0));
    for (at, cell) in cells.enumerate() {
        let count: u64 = cell.trim().parse().map_err(|_| "expected counts")?;
        *whole = whole.saturating_add(count);
        if is_part(at) {
            *part = part.saturating_add(count);
        }
    }
    Ok(())
}

/// Reads what `samtools flagstat` writes, as text, TSV or JSON. Fields have their names
/// in TSV, without what stands in brackets after `total`, and are of the reads that
/// passed the instrument's filter.
pub(super) fn flagstat(
    mut lines: Lines<'_>,
    source: &Source,
    sink: &mut Sink<'_>,
) -> Result<(), InputError> {
    let mut found = Found::of(source, &FLAGSTAT_COUNTS);
    let file = lines.file();
    if lines.is_json()? {
        json::walk(
            lines,
            &|path| match path {
                [passed] | [passed, _] => passed == "QC-passed reads",
                _ => false,
            },
            &mut |path, text, place| match path {
                [_, name] => found.add(file, &name.replace(" >= ", ">="), text, place),
                _ => Ok(()),
            },
        )?;
    } else {
        while lines.next()?.is_some() {
            let place = lines.place();
            let Some((name, text, percent)) = flagstat_line(lines.last()) else {
                continue;
            };
            found.add(file, name, text, place)?;
            if let Some(percent) = percent {
                found.add(file, &format!("{name} %"), percent, place)?;
            }
        }
    }
    if !found.has("total") {
        let message = "expected a file of samtools flagstat, with the reads in total";
        return Err(InputError::new(&file.name, Place::File, message));
    }
    let count = |name: &str| found.count(file, name);
    let others = (count("secondary")?, count("supplementary")?);
    let primary = |all: Option<u64>| match others {
        (Some(secondary), Some(supplementary)) => {
            all?.checked_sub(secondary.checked_add(supplementary)?)
        }
        _ => None,
    };
    let (mapped, reads) = match found.has("primary") {
        true => (count("primary mapped")?, count("primary")?),
        false => (primary(count("mapped")?), primary(count("total")?)),
    };
    let duplicates = count("primary duplicates")?;
    found.derive(MAPPED_RATE, mapped, reads);
    found.derive(DUPLICATE_RATE, duplicates, mapped);
    found.tell(file, sink)
}

/// A line's name, number and percentage: `5350 + 0 mapped (98.82% : N/A)`, or in TSV the
/// two numbers and the name.
fn flagstat_line(line: &str) -> Option<(&str, &str, Option<&str>)> {
    const ALL: &str = " (QC-passed reads + QC-failed reads)";
    if let Some((passed, rest)) = line.split_once('\t') {
        let (_, name) = rest.split_once('\t')?;
        let name = name.strip_suffix(ALL).unwrap_or(name);
        return Some((name, passed.strip_suffix('%').unwrap_or(passed), None));
    }
    let (passed, rest) = line.split_once(" + ")?;
    let (failed, name) = rest.split_once(' ')?;
    let is_count = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_count(passed) || !is_count(failed) {
        return None;
    }
    let name = name.strip_suffix(ALL).unwrap_or(name);
    if name == "in total" {
        return Some(("total", passed, None));
    }
    let bracket = name
        .split_once(" (")
        .filter(|(_, inner)| inner.contains(':'));
    Some(match bracket {
        Some((name, inner)) => {
            let percent = inner.split(':').next().unwrap_or_default().trim();
            let percent = percent.strip_suffix('%').unwrap_or(percent);
            (name, passed, Some(percent))
        }
        None => (name, passed, None),
    })
}
