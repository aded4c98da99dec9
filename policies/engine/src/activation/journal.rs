//! The record of activations: lines of JSON, each with the hash of the one before.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

const FILE: &str = "activations.jsonl";

/// A set that came into force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activation {
    /// Its serial.
    pub serial: u64,
    /// SHA-256 of its files, in hexadecimal.
    pub digest: String,
    /// When.
    pub at: Timestamp,
    /// How.
    pub action: Action,
    /// Who signed; nobody where nobody need.
    pub signers: Vec<String>,
}

/// How a set came into force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Its files are new.
    Activate,
    /// Its files are those of an earlier serial.
    RollBack {
        /// The earlier serial.
        to: u64,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    /// SHA-256 of the line before, in hexadecimal; empty in the first.
    previous: String,
    activation: Activation,
}

/// Why the record cannot be gone on with.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// A line was altered, taken out or added.
    #[error(
        "`{}`:{line}: the record of activations was altered here; restore it from a backup", path.display()
    )]
    Altered {
        /// The record.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// It cannot be read or written.
    #[error("`{}`: {source}", path.display())]
    Io {
        /// The record.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The record, read and found unaltered.
pub(super) struct Journal {
    path: PathBuf,
    pub(super) entries: Vec<Activation>,
    last: String,
    /// The bytes of its whole lines.
    whole: u64,
}

impl Journal {
    /// The record of a folder; empty where there is none.
    pub(super) fn read(folder: &Path) -> Result<Journal, JournalError> {
        let path = folder.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(source) => return Err(JournalError::Io { path, source }),
        };
        let mut journal = Journal {
            path,
            entries: Vec::new(),
            last: String::new(),
            whole: 0,
        };
        // What a loss of power left of a line was never in force.
        let whole = text.rfind('\n').map_or(0, |at| at + 1);
        let text = text.get(..whole).unwrap_or_default();
        journal.whole = whole as u64;
        for (number, text) in text.lines().enumerate() {
            let read = serde_json::from_str::<Line>(text).ok();
            let Some(line) = read.filter(|line| line.previous == journal.last) else {
                return Err(JournalError::Altered {
                    path: journal.path,
                    line: number + 1,
                });
            };
            journal.entries.push(line.activation);
            journal.last = hash(text);
        }
        Ok(journal)
    }

    /// Appends an activation. It is durable when this returns.
    pub(super) fn append(&mut self, activation: Activation) -> Result<(), JournalError> {
        let failed = |source| JournalError::Io {
            path: self.path.clone(),
            source,
        };
        let line = Line {
            previous: self.last.clone(),
            activation,
        };
        let text = serde_json::to_string(&line).map_err(|error| failed(error.into()))?;
        let written = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path)
            .and_then(|mut file| {
                file.set_len(self.whole)?;
                file.write_all(format!("{text}\n").as_bytes())?;
                file.sync_all()
            });
        written.map_err(failed)?;
        self.whole += text.len() as u64 + 1;
        self.last = hash(&text);
        self.entries.push(line.activation);
        Ok(())
    }
}

fn hash(line: &str) -> String {
    hex::encode(Sha256::digest(line.as_bytes()))
}
