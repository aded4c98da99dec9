//! Decisions on record: what was asked, what was answered, and which lines made it so. For the
//! committee and the audit; a visitor never sees one.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{
    decision::{Decision, Outcome, Place},
    request::{Operation, Request},
};

/// One decision, one line of JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// When it was made.
    pub at: Timestamp,
    /// The visitor, as the URI of the certificate.
    pub person: String,
    /// The project the visitor spoke for.
    pub project: String,
    /// The dataset that was asked for.
    pub dataset: String,
    /// What was to be done with it.
    pub operation: Operation,
    /// The answer.
    pub outcome: Outcome,
    /// The rules that made it so, and their lines.
    pub reasons: Vec<RecordedReason>,
    /// SHA-256 of the files that decided, in hexadecimal.
    pub digest: String,
}

/// A rule that took part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedReason {
    /// The rule's name.
    pub rule: String,
    /// Its line.
    pub place: Place,
}

/// A folder with a file for each day (UTC), which only its owner can read.
#[derive(Debug)]
pub struct DecisionLog {
    folder: PathBuf,
    today: Mutex<Option<(Date, File)>>,
}

impl Recorded {
    /// A decision and what it was about.
    pub fn of(request: &Request<'_>, decision: &Decision) -> Recorded {
        let reasons = decision.reasons.iter().map(|reason| RecordedReason {
            rule: reason.rule.to_owned(),
            place: reason.place.clone(),
        });
        Recorded {
            at: request.at,
            person: request.principal.to_owned(),
            project: request.project.to_owned(),
            dataset: request.dataset.to_owned(),
            operation: request.operation,
            outcome: decision.outcome,
            reasons: reasons.collect(),
            digest: hex::encode(decision.digest),
        }
    }

    /// The same question.
    pub fn request(&self) -> Request<'_> {
        Request {
            principal: &self.person,
            project: &self.project,
            dataset: &self.dataset,
            operation: self.operation,
            at: self.at,
        }
    }
}

impl DecisionLog {
    /// A log in a folder, which is made if it is missing.
    ///
    /// # Errors
    ///
    /// If it cannot be made.
    pub fn open(folder: PathBuf) -> io::Result<DecisionLog> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)?;
        Ok(DecisionLog {
            folder,
            today: Mutex::new(None),
        })
    }

    /// Appends a decision. It is written when this returns, and outlives the process.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn append(&self, recorded: &Recorded) -> io::Result<()> {
        let mut line = serde_json::to_vec(recorded)?;
        line.push(b'\n');
        let day = recorded.at.to_zoned(TimeZone::UTC).date();
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        if today.as_ref().is_none_or(|(date, _)| *date != day) {
            let mut file = OpenOptions::new()
                .create(true)
                .read(true)
                .append(true)
                .mode(0o600)
                .open(self.folder.join(file_of(day)))?;
            remove_torn_line(&mut file)?;
            *today = Some((day, file));
        }
        let written = match today.as_mut() {
            // One write, so that lines of several processes do not mix.
            Some((_, file)) => file.write_all(&line),
            None => Ok(()),
        };
        if written.is_err() {
            // It may be there in part: it is looked for when the file is opened again.
            *today = None;
        }
        written
    }
}

/// Cuts off what stands behind the last whole line: it was never acknowledged, and
/// would spoil the line that follows.
fn remove_torn_line(file: &mut File) -> io::Result<()> {
    let end = file.seek(SeekFrom::End(0))?;
    let mut whole = end;
    let mut byte = [0];
    while whole > 0 {
        file.seek(SeekFrom::Start(whole - 1))?;
        file.read_exact(&mut byte)?;
        if byte == *b"\n" {
            break;
        }
        whole -= 1;
    }
    if whole < end {
        file.set_len(whole)?;
    }
    Ok(())
}

/// Reads the decisions of a folder from a moment on, oldest file first. A last line that a crash
/// cut off is left out.
///
/// # Errors
///
/// If the folder or a file cannot be read, or a line is no decision: with file and line.
pub fn recorded(folder: &Path, since: Timestamp) -> io::Result<Vec<Recorded>> {
    let first = since.to_zoned(TimeZone::UTC).date();
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let day = name.and_then(|name| {
            let day = name.strip_prefix("decisions-")?.strip_suffix(".jsonl")?;
            day.parse::<Date>().ok()
        });
        if let Some(day) = day.filter(|day| *day >= first) {
            files.insert(day, path);
        }
    }
    let mut all = Vec::new();
    for path in files.into_values() {
        let mut reader = BufReader::new(File::open(&path)?);
        let (mut line, mut number) = (String::new(), 0_u64);
        while reader.read_line(&mut line)? > 0 {
            number += 1;
            if line.ends_with('\n') {
                let read = serde_json::from_str::<Recorded>(&line).map_err(|_| {
                    let text = format!("{}:{number}: no decision", path.display());
                    io::Error::new(io::ErrorKind::InvalidData, text)
                })?;
                if read.at >= since {
                    all.push(read);
                }
            }
            line.clear();
        }
    }
    Ok(all)
}

fn file_of(day: Date) -> String {
    format!("decisions-{day}.jsonl")
}

#[cfg(test)]
mod tests;
