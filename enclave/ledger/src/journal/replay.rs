//! Reading a journal from its beginning.

use std::fs;
use std::path::{Path, PathBuf};

use sekisho_receipt::merkle::Hash;

use super::record::{self, Found};
use super::{Position, segment_path};
use crate::error::{LedgerError, io_error};

/// Where a journal ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) position: Position,
    /// The hash of the last record, zeros if there is none.
    pub(crate) head: Hash,
    pub(crate) records: u64,
    pub(crate) torn: Option<Torn>,
}

/// What a crash left behind the last whole record. It was never acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// The segment.
    pub file: PathBuf,
    /// Where the whole records end.
    pub offset: u64,
    /// Bytes behind them.
    pub bytes: u64,
}

/// One record, as it was read.
pub(crate) struct Record<'a> {
    pub(crate) position: Position,
    /// From 0, over all segments.
    pub(crate) number: u64,
    pub(crate) hash: Hash,
    pub(crate) body: &'a [u8],
}

impl Record<'_> {
    /// The error that names this record.
    pub(crate) fn corrupt(&self, dir: &Path, reason: impl Into<String>) -> LedgerError {
        corrupt(dir, self.position, self.number, reason.into())
    }
}

/// Whether a directory holds a journal.
pub(crate) fn is_journal(dir: &Path) -> bool {
    segment_path(dir, 0).exists()
}

/// Shows `visit` every record in order. Lengths, checksums and the chain hold
/// for each, and an error of `visit` ends the reading. Only the last segment
/// may end in an incomplete record.
pub(crate) fn replay(
    dir: &Path,
    mut visit: impl FnMut(&Record<'_>) -> Result<(), LedgerError>,
) -> Result<End, LedgerError> {
    let segments = segments(dir)?;
    let mut end = End {
        position: Position::default(),
        head: [0; 32],
        records: 0,
        torn: None,
    };
    for (at, segment) in segments.iter().enumerate() {
        let path = segment_path(dir, *segment);
        let bytes = fs::read(&path).map_err(io_error("read", &path))?;
        end.position = Position {
            segment: *segment,
            offset: 0,
        };
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            match record::decode(rest, Some(&end.head)) {
                Found::Record { body, hash, length } => {
                    visit(&Record {
                        position: end.position,
                        number: end.records,
                        hash,
                        body,
                    })?;
                    end.head = hash;
                    end.records += 1;
                    end.position.offset += length as u64;
                    rest = rest.get(length..).unwrap_or_default();
                }
                Found::Torn if at + 1 == segments.len() => {
                    end.torn = Some(Torn {
                        file: path,
                        offset: end.position.offset,
                        bytes: rest.len() as u64,
                    });
                    return Ok(end);
                }
                Found::Torn => {
                    let reason = "the record is cut off, and another file follows";
                    return Err(corrupt(dir, end.position, end.records, reason.to_owned()));
                }
                Found::Bad(reason) => {
                    return Err(corrupt(dir, end.position, end.records, reason.to_owned()));
                }
            }
        }
    }
    Ok(end)
}

/// The numbers of the segments, without a gap.
fn segments(dir: &Path) -> Result<Vec<u32>, LedgerError> {
    let mut found = Vec::new();
    for file in fs::read_dir(dir).map_err(io_error("list", dir))? {
        let name = file.map_err(io_error("list", dir))?.file_name();
        let number = name
            .to_str()
            .and_then(|name| name.strip_prefix("journal-")?.strip_suffix(".log"))
            .and_then(|number| number.parse::<u32>().ok());
        found.extend(number);
    }
    found.sort_unstable();
    for (expected, number) in (0..).zip(&found) {
        if expected != *number {
            let position = Position {
                segment: expected,
                offset: 0,
            };
            return Err(corrupt(dir, position, 0, "the file is missing".to_owned()));
        }
    }
    Ok(found)
}

fn corrupt(dir: &Path, position: Position, record: u64, reason: String) -> LedgerError {
    LedgerError::Corrupt {
        file: segment_path(dir, position.segment),
        offset: position.offset,
        record,
        reason,
    }
}
