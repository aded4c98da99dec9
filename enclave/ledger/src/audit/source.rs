//! What is audited: a ledger's directory, or an export of one.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sekisho_receipt::{Checkpoint, VerifierKey};

use crate::book::{Book, Change};
use crate::entry::Entry;
use crate::error::{LedgerError, io_error};
use crate::journal::{Position, Torn, is_journal, replay};
use crate::ledger::CHECKPOINT_FILE;

/// An export's files.
pub(super) const LEAVES: &str = "leaves.jsonl";
pub(super) const CHECKPOINTS: &str = "checkpoints.jsonl";
pub(super) const VKEY: &str = "vkey";

/// A server may be in the middle of a write while its journal is read. It takes
/// microseconds, so a tail that stays incomplete is no such write.
const READINGS: u32 = 5;
const BETWEEN_READINGS: Duration = Duration::from_millis(40);

/// A ledger or an export of which every record was checked.
pub(super) struct Audited {
    pub(super) book: Book,
    /// Of the whole ledger: the records, sealed answers among them.
    pub(super) records: u64,
    /// The leaves' bytes, in order.
    pub(super) leaves: Vec<String>,
    /// The signed checkpoints, in order.
    pub(super) checkpoints: Vec<String>,
    pub(super) torn: Option<Torn>,
}

impl Audited {
    /// Reads and checks everything up to the end of the files as they now are.
    pub(super) fn read(path: &Path) -> Result<Self, LedgerError> {
        if path.join(LEAVES).exists() {
            return read_export(path);
        }
        if !is_journal(path) {
            return Err(LedgerError::NotALedger {
                path: path.to_owned(),
                reason: "it holds neither `journal-000000.log` nor `leaves.jsonl`",
            });
        }
        for _ in 1..READINGS {
            let audited = read_ledger(path)?;
            if audited.torn.is_none() {
                return Ok(audited);
            }
            std::thread::sleep(BETWEEN_READINGS);
        }
        read_ledger(path)
    }

    fn new(book: Book) -> Self {
        Self {
            book,
            records: 0,
            leaves: Vec::new(),
            checkpoints: Vec::new(),
            torn: None,
        }
    }

    /// The ledger's key, which its first record or the export names.
    pub(super) fn vkey(&self, path: &Path) -> Result<&VerifierKey, LedgerError> {
        self.book.vkey.as_ref().ok_or(LedgerError::NotALedger {
            path: path.to_owned(),
            reason: "its journal has no beginning",
        })
    }

    /// The leaves that the newest checkpoint covers.
    pub(super) fn covered(&self) -> u64 {
        let checkpoint = self.book.checkpoint.as_ref();
        checkpoint.map_or(0, |(size, _)| *size)
    }
}

pub(super) fn read_ledger(dir: &Path) -> Result<Audited, LedgerError> {
    // Before the journal, which is never behind it.
    let path = dir.join(CHECKPOINT_FILE);
    let published = if path.exists() {
        fs::read_to_string(&path).map_err(io_error("read", &path))?
    } else {
        String::new()
    };
    let mut audited = Audited::new(Book::default());
    let mut nonces = HashSet::new();
    let end = replay(dir, |record| {
        let corrupt = |reason: String| record.corrupt(dir, reason);
        let entry = Entry::decode(record.body).map_err(|reason| corrupt(reason.to_owned()))?;
        let changes = audited
            .book
            .take(&entry, record.position)
            .map_err(corrupt)?;
        if changes
            .iter()
            .any(|change| matches!(change, Change::Nonce(nonce) if !nonces.insert(*nonce)))
        {
            return Err(corrupt("a permit was used twice".to_owned()));
        }
        match entry {
            Entry::Charge { leaf, .. } | Entry::Leaf(leaf) => {
                audited
                    .leaves
                    .push(String::from_utf8_lossy(leaf).into_owned());
            }
            Entry::Checkpoint(note) => audited.checkpoints.push(note.to_owned()),
            Entry::Header { .. }
            | Entry::Answer { .. }
            | Entry::Anchor { .. }
            | Entry::Statistic { .. }
            | Entry::Exposure { .. }
            | Entry::Consent { .. } => {}
        }
        Ok(())
    })?;
    audited.records = end.records;
    audited.torn = end.torn;
    if !published.is_empty() {
        audited.book.expect(&path, &published, audited.vkey(dir)?)?;
    }
    Ok(audited)
}

fn read_export(dir: &Path) -> Result<Audited, LedgerError> {
    let (_, text) = read_file(dir, VKEY)?;
    let vkey: VerifierKey = text.trim_end().parse()?;
    let checkpoints = read_checkpoints(dir, &vkey)?;
    let (_, newest) = checkpoints.last().ok_or(LedgerError::Checkpoint {
        path: dir.join(CHECKPOINTS),
        reason: "the export has no checkpoint".to_owned(),
    })?;
    let expected = newest.size;
    let (path, text) = read_file(dir, LEAVES)?;
    let mut audited = Audited::new(Book::of_export(vkey));
    let mut following = checkpoints.into_iter().peekable();
    let mut offset = 0;
    let mut nonces = HashSet::new();
    for line in text.split_inclusive('\n') {
        let record = audited.book.leaves();
        let corrupt = |reason| LedgerError::Corrupt {
            file: path.clone(),
            offset,
            record,
            reason,
        };
        let Some(leaf) = line.strip_suffix('\n') else {
            return Err(corrupt("the last line is cut off".to_owned()));
        };
        let covered = audited.covered();
        let at = Position { segment: 0, offset };
        let entry = Entry::Leaf(leaf.as_bytes());
        let changes = audited.book.take(&entry, at).map_err(corrupt)?;
        if changes
            .iter()
            .any(|change| matches!(change, Change::Nonce(nonce) if !nonces.insert(*nonce)))
        {
            return Err(corrupt("a permit was used twice".to_owned()));
        }
        audited.leaves.push(leaf.to_owned());
        let leaves = audited.book.leaves();
        while let Some((note, _)) = following.next_if(|(_, next)| next.size <= leaves) {
            let taken = audited.book.take(&Entry::Checkpoint(&note), at);
            let first_bad =
                |reason| format!("{reason}; the first altered leaf is in {covered}..{leaves}");
            taken.map_err(|reason| corrupt(first_bad(reason)))?;
            audited.checkpoints.push(note);
        }
        offset += line.len() as u64;
    }
    if audited.book.leaves() != expected {
        return Err(LedgerError::RolledBack {
            path: dir.join(CHECKPOINTS),
            expected,
            found: audited.book.leaves(),
        });
    }
    Ok(audited)
}

/// The checkpoints of an export with a JSON string a line.
fn read_checkpoints(
    dir: &Path,
    vkey: &VerifierKey,
) -> Result<Vec<(String, Checkpoint)>, LedgerError> {
    let (path, text) = read_file(dir, CHECKPOINTS)?;
    let mut checkpoints = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let misfit = |reason: String| LedgerError::Checkpoint {
            path: path.clone(),
            reason: format!("line {number}: {reason}"),
        };
        let note: String = serde_json::from_str(line).map_err(|error| misfit(error.to_string()))?;
        let checkpoint = Checkpoint::open(&note, std::slice::from_ref(vkey))
            .map_err(|error| misfit(error.to_string()))?;
        checkpoints.push((note, checkpoint));
    }
    Ok(checkpoints)
}

fn read_file(dir: &Path, name: &str) -> Result<(PathBuf, String), LedgerError> {
    let path = dir.join(name);
    let text = fs::read_to_string(&path).map_err(io_error("read", &path))?;
    Ok((path, text))
}
