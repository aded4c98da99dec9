//! What mosdepth writes of depths: `*.mosdepth.summary.txt`, and the distributions
//! `*.mosdepth.global.dist.txt` and `*.mosdepth.region.dist.txt`.
//!
//! A field is a column of the summary, or `at_least_30x`: the share of bases of this
//! depth or more. Both are of the row `total`, or of one that is named before a point:
//! `total_region.mean`, `chrX.at_least_10x`.

use crate::manifest::Source;
use crate::{InputError, Place};

use super::lines::Lines;
use super::{Reading, Sink};

const COLUMNS: [&str; 6] = ["chrom", "length", "bases", "mean", "min", "max"];

pub(super) fn read(
    mut lines: Lines<'_>,
    source: &Source,
    sink: &mut Sink<'_>,
) -> Result<(), InputError> {
    let fields: Vec<Asked<'_>> = (0..)
        .zip(&source.fields)
        .filter_map(|(field, named)| Asked::of(field, &named.name))
        .collect();
    let Some(first) = lines.next()? else {
        return Err(lines.error_at(Place::File, "expected a file of mosdepth's, found nothing"));
    };
    let is_summary = first.split('\t').eq(COLUMNS);
    let mut reading = Reading::new(None, Place::File);
    match is_summary {
        true => summary(&mut lines, source, &fields, &mut reading)?,
        false => distribution(&mut lines, source, &fields, &mut reading)?,
    }
    sink(reading)
}

/// A field that a source asks for.
struct Asked<'s> {
    field: usize,
    row: &'s str,
    figure: Figure,
}

enum Figure {
    /// A column of the summary.
    Column(usize),
    /// The share of bases of this depth or more.
    AtLeast(u64),
}

impl<'s> Asked<'s> {
    fn of(field: usize, name: &'s str) -> Option<Self> {
        let (row, figure) = name.rsplit_once('.').unwrap_or(("total", name));
        let depth = figure.strip_prefix("at_least_");
        let figure = match depth.and_then(|depth| depth.strip_suffix('x')) {
            Some(depth) => Figure::AtLeast(depth.parse().ok()?),
            None => Figure::Column(COLUMNS.iter().skip(1).position(|c| *c == figure)? + 1),
        };
        Some(Self { field, row, figure })
    }
}

fn summary(
    lines: &mut Lines<'_>,
    source: &Source,
    fields: &[Asked<'_>],
    reading: &mut Reading,
) -> Result<(), InputError> {
    while lines.next()?.is_some() {
        let cells: Vec<&str> = lines.last().split('\t').collect();
        if cells.len() != COLUMNS.len() {
            let message = format!("expected 6 fields as in the header, found {}", cells.len());
            return Err(lines.error(message));
        }
        for asked in fields {
            if let (Some(row), Figure::Column(at)) = (cells.first(), &asked.figure)
                && *row == asked.row
            {
                let text = cells.get(*at).copied().unwrap_or_default();
                reading.add(lines.file(), source, asked.field, text, lines.place())?;
            }
        }
    }
    Ok(())
}

/// Depths are listed downwards, as far as anything has them and as they differ from the
/// depth above: a depth that is not listed has the share of the next one above it, and
/// one above all has less than is written, which is none.
fn distribution(
    lines: &mut Lines<'_>,
    source: &Source,
    fields: &[Asked<'_>],
    reading: &mut Reading,
) -> Result<(), InputError> {
    struct Nearest {
        last: u64,
        share: String,
        place: Place,
    }
    let mut nearest: Vec<Option<Nearest>> = fields.iter().map(|_| None).collect();
    loop {
        let place = lines.place();
        let error = || lines.error("expected a contig, a depth and a share");
        let line = lines.last();
        let mut cells = line.split('\t');
        let row = (cells.next(), cells.next(), cells.next(), cells.next());
        let (Some(row), Some(depth), Some(share), None) = row else {
            return Err(error());
        };
        let Ok(depth) = depth.parse::<u64>() else {
            return Err(error());
        };
        for (asked, nearest) in fields.iter().zip(&mut nearest) {
            let Figure::AtLeast(least) = asked.figure else {
                continue;
            };
            if row != asked.row {
                continue;
            }
            // A second distribution would mix with the first.
            if nearest.as_ref().is_some_and(|above| above.last <= depth) {
                let message = "expected depths of a contig downwards; keep one sample's";
                return Err(lines.error(message));
            }
            let above = nearest.get_or_insert(Nearest {
                last: depth,
                share: "0".to_owned(),
                place,
            });
            above.last = depth;
            if least <= depth {
                share.clone_into(&mut above.share);
                above.place = place;
            }
        }
        if lines.next()?.is_none() {
            break;
        }
    }
    for (asked, nearest) in fields.iter().zip(nearest) {
        if let Some(Nearest { share, place, .. }) = nearest {
            reading.add(lines.file(), source, asked.field, &share, place)?;
        }
    }
    Ok(())
}
