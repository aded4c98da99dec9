//! The append-only files.
//!
//! A record is
//!
//! ```text
//! u32   length of the body, big-endian
//! [32]  hash of the record before, zeros for the first of all
//! u32   CRC32C of the 36 bytes above
//! u32   CRC32C of the body
//! [..]  the body
//! ```
//!
//! and its hash is SHA-256 over the first 36 bytes and the body. The header
//! has a checksum of its own so that a length can be believed: a record that a
//! crash cut off is told from one whose length was altered, and only the
//! former is ever removed.

mod record;
mod replay;

#[cfg(test)]
mod tests;

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sekisho_receipt::merkle::Hash;

use crate::error::{LedgerError, io_error};

pub(crate) use record::MOST_BODY;
pub use replay::Torn;
pub(crate) use replay::{End, is_journal, replay};

/// A segment that has reached this size is closed and a new one begun.
pub(crate) const SEGMENT_BYTES: u64 = 64 * 1024 * 1024;

/// Where a record begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Position {
    pub(crate) segment: u32,
    pub(crate) offset: u64,
}

/// The journal, open for appending. Nothing is durable before the newest file
/// is synced; older segments always are.
#[derive(Debug)]
pub(crate) struct Journal {
    dir: PathBuf,
    file: Arc<File>,
    end: Position,
    head: Hash,
    records: u64,
    segment_bytes: u64,
}

/// Records on their way into the journal, written at once.
#[derive(Debug)]
pub(crate) struct Batch {
    bytes: Vec<u8>,
    head: Hash,
    records: u64,
}

impl Journal {
    /// Opens the journal at the end that [`replay`] found and removes what a
    /// crash cut off behind it.
    pub(crate) fn open(dir: &Path, end: &End, segment_bytes: u64) -> Result<Self, LedgerError> {
        let path = segment_path(dir, end.position.segment);
        let created = !path.exists();
        let file = open_segment(&path)?;
        if end.torn.is_some() {
            file.set_len(end.position.offset)
                .and_then(|()| file.sync_all())
                .map_err(io_error("truncate", &path))?;
        }
        if created {
            sync_directory(dir)?;
        }
        Ok(Self {
            dir: dir.to_owned(),
            file: Arc::new(file),
            end: end.position,
            head: end.head,
            records: end.records,
            segment_bytes,
        })
    }

    /// Records so far.
    pub(crate) fn records(&self) -> u64 {
        self.records
    }

    /// The size at which a segment is full.
    pub(crate) fn segment_bytes(&self) -> u64 {
        self.segment_bytes
    }

    /// The hash of the last record.
    pub(crate) fn head(&self) -> Hash {
        self.head
    }

    /// The newest segment: syncing it makes every record durable.
    pub(crate) fn newest(&self) -> Arc<File> {
        Arc::clone(&self.file)
    }

    /// Begins a batch, in a new segment if this one is full.
    pub(crate) fn begin(&mut self) -> Result<Batch, LedgerError> {
        if self.end.offset >= self.segment_bytes {
            let full = segment_path(&self.dir, self.end.segment);
            self.file.sync_data().map_err(io_error("sync", &full))?;
            let segment = self.end.segment.checked_add(1).ok_or(LedgerError::Halted)?;
            let path = segment_path(&self.dir, segment);
            self.file = Arc::new(open_segment(&path)?);
            sync_directory(&self.dir)?;
            self.end = Position { segment, offset: 0 };
        }
        Ok(Batch {
            bytes: Vec::new(),
            head: self.head,
            records: self.records,
        })
    }

    /// Where the next record of this batch will stand.
    pub(crate) fn position(&self, batch: &Batch) -> Position {
        Position {
            segment: self.end.segment,
            offset: self.end.offset + batch.bytes.len() as u64,
        }
    }

    /// Writes a batch. After an error the file's end is unknown and the journal
    /// must be opened again.
    pub(crate) fn write(&mut self, batch: Batch) -> Result<(), LedgerError> {
        let path = segment_path(&self.dir, self.end.segment);
        self.file
            .as_ref()
            .write_all(&batch.bytes)
            .map_err(io_error("write", &path))?;
        self.end.offset += batch.bytes.len() as u64;
        self.head = batch.head;
        self.records = batch.records;
        Ok(())
    }

    /// The body of the record at this position.
    pub(crate) fn read(&self, position: Position) -> Result<Vec<u8>, LedgerError> {
        read(&self.dir, position)
    }
}

/// The body of the record at this position of the journal in this directory.
pub(crate) fn read(dir: &Path, position: Position) -> Result<Vec<u8>, LedgerError> {
    let path = segment_path(dir, position.segment);
    let read = || {
        let mut file = File::open(&path)?;
        file.seek(SeekFrom::Start(position.offset))?;
        let mut header = [0; record::HEADER_BYTES];
        file.read_exact(&mut header)?;
        let mut record = header.to_vec();
        let length = record::body_bytes(&header).unwrap_or(0);
        file.take(length as u64).read_to_end(&mut record)?;
        Ok(record)
    };
    let bytes = read().map_err(io_error("read", &path))?;
    match record::decode(&bytes, None) {
        record::Found::Record { body, .. } => Ok(body.to_vec()),
        _ => Err(LedgerError::Index(
            "it points to a place where no record begins".to_owned(),
        )),
    }
}

impl Batch {
    /// Adds a record.
    pub(crate) fn push(&mut self, body: &[u8]) -> Result<(), LedgerError> {
        self.head = record::encode(&self.head, body, &mut self.bytes)?;
        self.records += 1;
        Ok(())
    }
}

pub(crate) fn segment_path(dir: &Path, segment: u32) -> PathBuf {
    dir.join(format!("journal-{segment:06}.log"))
}

/// Makes the names in a directory durable.
pub(crate) fn sync_directory(dir: &Path) -> Result<(), LedgerError> {
    File::open(dir)
        .and_then(|dir| dir.sync_all())
        .map_err(io_error("sync", dir))
}

fn open_segment(path: &Path) -> Result<File, LedgerError> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(io_error("open", path))
}
