//! Records of VCF files.

use std::io::BufRead;

use super::allele::{is_alternate, is_sequence};
use super::header::without_end;
use super::record::{Fault, Record, Selection, UNKNOWN, millionths};

/// Reads records line by line. Genotypes are matched on the line's bytes: nearly
/// all of a cohort's are four bytes such as `0|0` and a tab.
pub(super) struct TextRecords {
    reader: Box<dyn BufRead + Send>,
    line: Vec<u8>,
    genotype: Vec<u16>,
}

impl TextRecords {
    pub(super) fn new(reader: Box<dyn BufRead + Send>) -> Self {
        Self {
            reader,
            line: Vec::new(),
            genotype: Vec::new(),
        }
    }

    /// Reads the next record; false at the end.
    pub(super) fn read(
        &mut self,
        selection: &Selection,
        record: &mut Record,
    ) -> Result<bool, Fault> {
        self.line.clear();
        let n = self
            .reader
            .read_until(b'\n', &mut self.line)
            .map_err(|error| Fault::new("line", format!("the file cannot be read: {error}")))?;
        if n == 0 {
            return Ok(false);
        }
        let line = without_end(&self.line);
        let mut fields = line.splitn(10, |byte| *byte == b'\t');
        let mut field = |name: &'static str| {
            let bytes = fields.next().filter(|bytes| !bytes.is_empty());
            let text = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
            text.ok_or_else(|| Fault::new(name, "expected UTF-8 text between tabs"))
        };
        field("CHROM")?.clone_into(&mut record.chrom);
        record.pos = field("POS")?
            .parse()
            .ok()
            .filter(|pos| *pos <= i32::MAX as u32)
            .ok_or_else(|| Fault::new("POS", "expected a 1-based position"))?;
        field("ID")?.clone_into(&mut record.ids);
        field("REF")?.clone_into(&mut record.reference);
        if !is_sequence(&record.reference) {
            return Err(Fault::new("REF", "expected bases"));
        }
        alternates(field("ALT")?, &mut record.alternates)?;
        record.stand_in(selection);
        let quality = field("QUAL")?;
        if quality != "." && quality.parse::<f64>().is_err() {
            return Err(Fault::new("QUAL", "expected a number or `.`"));
        }
        let filter = field("FILTER")?;
        let info = field("INFO")?;
        let keep = |filters: &std::collections::HashSet<String>| {
            filter.split(';').all(|value| filters.contains(value))
        };
        record.kept = selection.filter.as_ref().is_none_or(keep);
        if !record.kept {
            return Ok(true);
        }
        record.info.clear();
        record.info.resize(selection.info.len(), None);
        for entry in info.split(';') {
            let (key, value) = entry.split_once('=').unwrap_or((entry, ""));
            let wanted = selection.info.iter().zip(&mut record.info);
            for (_, slot) in wanted.filter(|(name, slot)| *name == key && slot.is_none()) {
                *slot = Some(value.to_owned());
            }
        }
        let format = field("FORMAT")?;
        record.clear_calls(selection);
        let samples = fields.next();
        read_samples(format, samples, selection, record, &mut self.genotype)?;
        Ok(true)
    }
}

/// Splits ALT. `.` is no alternate allele.
pub(super) fn alternates(text: &str, into: &mut Vec<String>) -> Result<(), Fault> {
    into.clear();
    if text == "." {
        return Ok(());
    }
    for allele in text.split(',') {
        if !is_alternate(allele) {
            return Err(Fault::new(
                "ALT",
                "expected bases, `*`, a symbolic allele or a breakend",
            ));
        }
        into.push(allele.to_owned());
    }
    Ok(())
}

/// Where the wanted fields of a sample are.
struct Places {
    depth: Option<usize>,
    quality: Option<usize>,
    alt_depth: Option<usize>,
    alt_fraction: Option<usize>,
}

fn read_samples(
    format: &str,
    samples: Option<&[u8]>,
    selection: &Selection,
    record: &mut Record,
    genotype: &mut Vec<u16>,
) -> Result<(), Fault> {
    let place = |key| format.split(':').position(|field| field == key);
    let wanted = |wanted: bool, key| Some(key).filter(|_| wanted).and_then(place);
    let has_genotype = match place("GT") {
        Some(0) => true,
        Some(_) => return Err(Fault::new("FORMAT", "expected GT first")),
        None => {
            record.call_by_tissue(selection);
            false
        }
    };
    let places = Places {
        depth: wanted(selection.fields.depth, "DP"),
        quality: wanted(selection.reads_quality, "GQ"),
        alt_depth: wanted(selection.fields.alt_depth, "AD"),
        alt_fraction: wanted(selection.fields.alt_fraction, "AF"),
    };
    let has_fields = [
        places.depth,
        places.quality,
        places.alt_depth,
        places.alt_fraction,
    ]
    .iter()
    .any(Option::is_some);
    let mut rest = samples;
    let mut left = selection.positions.iter().enumerate();
    loop {
        if has_genotype && let Some(bytes) = rest {
            let (skipped, tail) = without_alleles(bytes, left.len());
            if skipped > 0 {
                left.nth(skipped - 1);
                rest = Some(tail);
            }
        }
        let Some((column, position)) = left.next() else {
            break;
        };
        let Some(bytes) = rest else {
            return Err(columns(selection, column));
        };
        if has_genotype
            && let Some((head, tail)) = bytes.split_first_chunk::<4>()
            && let Some(pair) = pair(head)
        {
            record.call(*position, &pair)?;
            rest = Some(tail);
            continue;
        }
        let end = bytes.iter().position(|byte| *byte == b'\t');
        let (sample, tail) = match end.and_then(|end| bytes.split_at_checked(end)) {
            Some((sample, tail)) => (sample, tail.get(1..)),
            None => (bytes, None),
        };
        rest = tail;
        if has_genotype {
            let end = sample.iter().position(|byte| *byte == b':');
            let text = end.and_then(|end| sample.get(..end)).unwrap_or(sample);
            parse_genotype(text, genotype)?;
            record.call(*position, genotype)?;
        }
        if has_fields {
            read_fields(sample, &places, column, record)?;
        }
    }
    // Some programs end each line so.
    record.ends_in_a_tab = rest.is_some_and(<[u8]>::is_empty);
    if rest.is_some() && !record.ends_in_a_tab {
        let found = selection.positions.len() + 1;
        return Err(columns(selection, found));
    }
    Ok(())
}

fn columns(selection: &Selection, found: usize) -> Fault {
    let expected = selection.positions.len();
    let relation = if found > expected { "more" } else { "fewer" };
    Fault::new(
        "samples",
        format!("expected {expected} sample columns as in the header, found {relation}"),
    )
}

/// How many cells at the start, of at most so many, are `0|0` or `0/0` with a tab; and
/// what follows them. Nearly all of a cohort's are, so they are compared by the sixteen.
fn without_alleles(bytes: &[u8], most: usize) -> (usize, &[u8]) {
    const AT_ONCE: usize = 16;
    const PHASED: [[u8; 4]; AT_ONCE] = [*b"0|0\t"; AT_ONCE];
    const UNPHASED: [[u8; 4]; AT_ONCE] = [*b"0/0\t"; AT_ONCE];
    let (mut rest, mut count) = (bytes, 0);
    while count + AT_ONCE <= most
        && let Some((cells, tail)) = rest.split_first_chunk::<{ 4 * AT_ONCE }>()
        && (cells == PHASED.as_flattened() || cells == UNPHASED.as_flattened())
    {
        (rest, count) = (tail, count + AT_ONCE);
    }
    while count < most
        && let Some((cell, tail)) = rest.split_first_chunk()
        && matches!(cell, b"0|0\t" | b"0/0\t")
    {
        (rest, count) = (tail, count + 1);
    }
    (count, rest)
}

/// A diploid genotype that ends at a tab, of alleles 0 to 9.
fn pair(cell: &[u8; 4]) -> Option<[u16; 2]> {
    let allele = |byte: u8| match byte {
        b'0'..=b'9' => Some(u16::from(byte - b'0')),
        b'.' => Some(UNKNOWN),
        _ => None,
    };
    match cell {
        [a, b'|' | b'/', b, b'\t'] => Some([allele(*a)?, allele(*b)?]),
        _ => None,
    }
}

/// A genotype of any ploidy; VCF 4.4 lets it start with its phase.
fn parse_genotype(text: &[u8], genotype: &mut Vec<u16>) -> Result<(), Fault> {
    genotype.clear();
    let text = match text {
        [b'|' | b'/', rest @ ..] => rest,
        _ => text,
    };
    for allele in text.split(|byte| matches!(byte, b'|' | b'/')) {
        let number = match allele {
            b"." => Some(UNKNOWN),
            digits if digits.iter().all(u8::is_ascii_digit) => std::str::from_utf8(digits)
                .ok()
                .and_then(|digits| digits.parse().ok())
                .filter(|number| *number < UNKNOWN),
            _ => None,
        };
        let number = number.ok_or_else(|| {
            Fault::new(
                "GT",
                "expected numbers of alleles or `.` between `/` or `|`",
            )
        })?;
        genotype.push(number);
    }
    Ok(())
}

fn read_fields(
    sample: &[u8],
    places: &Places,
    column: usize,
    record: &mut Record,
) -> Result<(), Fault> {
    for (i, value) in sample.split(|byte| *byte == b':').enumerate() {
        if places.depth == Some(i) {
            set(&mut record.depths, column, number("DP", value)?);
        }
        if places.quality == Some(i) {
            set(&mut record.qualities, column, number("GQ", value)?);
        }
        if places.alt_depth == Some(i) && value != b"." && !record.stands_in {
            // The reference allele's depth comes first.
            let mut depths = value.split(|byte| *byte == b',').skip(1);
            for by_column in &mut record.alt_depths {
                let depth = depths
                    .next()
                    .ok_or_else(|| Fault::new("AD", "expected a depth for each allele"))?;
                set(by_column, column, number("AD", depth)?);
            }
        }
        if places.alt_fraction == Some(i) && value != b"." && !record.stands_in {
            let mut shares = value.split(|byte| *byte == b',');
            for by_column in &mut record.alt_fractions {
                let share = shares
                    .next()
                    .ok_or_else(|| Fault::new("AF", "expected a share for each allele"))?;
                set(by_column, column, fraction(share)?);
            }
        }
    }
    Ok(())
}

fn number(field: &'static str, value: &[u8]) -> Result<Option<i32>, Fault> {
    if value == b"." {
        return Ok(None);
    }
    let text = std::str::from_utf8(value).ok();
    // Some callers write qualities with decimals.
    let whole = |text: &str| {
        let float = || text.parse::<f64>().ok().map(|n| n.round() as i64);
        text.parse::<i64>().ok().or_else(float)
    };
    text.and_then(whole)
        .and_then(|number| i32::try_from(number).ok())
        .filter(|number| *number >= 0)
        .map(Some)
        .ok_or_else(|| Fault::new(field, "expected a number from 0 or `.`"))
}

fn fraction(value: &[u8]) -> Result<Option<i32>, Fault> {
    if value == b"." {
        return Ok(None);
    }
    let share = std::str::from_utf8(value)
        .ok()
        .and_then(|text| text.parse().ok());
    share
        .and_then(millionths)
        .map(Some)
        .ok_or_else(|| Fault::new("AF", "expected a share from 0 to 1, or `.`"))
}

fn set(by_column: &mut [i32], column: usize, value: Option<i32>) {
    if let (Some(slot), Some(value)) = (by_column.get_mut(column), value) {
        *slot = value;
    }
}
