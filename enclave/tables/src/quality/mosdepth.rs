//! What mosdepth writes of depths: `*.mosdepth.summary.txt`, and the distributions
//! `*.mosdepth.global.dist.txt` and `*.mosdepth.region.dist.txt`.
//!
//! A field is a column of the summary, or `at_least_30x`: the share of bases of this
//! depth or more. Both are of the row `total`, or of one that is named before a point:
//! `total_region.mean`, `chrX.at_least_10x`.

use crate::manifest::Source;
use crate::{InputError, Place};

use super::lines::Lines;
use super::{Reading, Sink, Value, value};

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
    let values = match is_summary {
        true => summary(&mut lines, &fields)?,
        false => distribution(&mut lines, &fields)?,
    };
    sink(Reading {
        sample: None,
        place: Place::File,
        values,
    })
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

fn summary(lines: &mut Lines<'_>, fields: &[Asked<'_>]) -> Result<Vec<Value>, InputError> {
    let mut values: Vec<Value> = Vec::new();
    while let Some(line) = lines.next()? {
        let cells: Vec<&str> = line.split('\t').collect();
        if cells.len() != COLUMNS.len() {
            let message = format!("expected 6 fields as in the header, found {}", cells.len());
            return Err(lines.error(message));
        }
        let mut read = Vec::new();
        for asked in fields {
            if let (Some(row), Figure::Column(at)) = (cells.first(), &asked.figure)
                && *row == asked.row
            {
                let text = cells.get(*at).copied().unwrap_or_default();
                read.push((asked.field, text.to_owned()));
            }
        }
        let place = lines.place();
        values.extend(read.iter().map(|(field, text)| value(*field, text, place)));
    }
    Ok(values)
}

/// Depths are listed downwards, as far as anything has them and as they differ from the
/// depth above: a depth that is not listed has the share of the next one above it, and
/// one above all has less than is written, which is none.
fn distribution(lines: &mut Lines<'_>, fields: &[Asked<'_>]) -> Result<Vec<Value>, InputError> {
    struct Nearest {
        depth: u64,
        value: Value,
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
            let above = nearest.get_or_insert(Nearest {
                depth: u64::MAX,
                value: value(asked.field, "0", place),
            });
            if (least..above.depth).contains(&depth) {
                *above = Nearest {
                    depth,
                    value: value(asked.field, share, place),
                };
            }
        }
        if lines.next()?.is_none() {
            break;
        }
    }
    let values = nearest.into_iter().flatten();
    Ok(values.map(|nearest| nearest.value).collect())
}
