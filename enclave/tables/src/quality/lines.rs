//! Text files line by line, whatever their compression.

use std::io::{BufRead, Read};

use crate::compressed::{self, Inflate};
use crate::inputs::Input;
use crate::{IngestError, InputError, Place};

/// The most bytes of a file, uncompressed. Reports of thousands of samples are far
/// smaller; what inflates without end is not read without end.
pub(super) const MOST_BYTES: u64 = 1 << 30;
/// The most bytes of a line.
const MOST_LINE_BYTES: u64 = 1 << 20;

/// Lines of a file, without their ends.
pub(super) struct Lines<'a> {
    file: &'a Input,
    reader: Box<dyn BufRead + Send>,
    line: Vec<u8>,
    /// Of the line, without its end.
    length: usize,
    number: u64,
    bytes: u64,
}

impl<'a> Lines<'a> {
    pub(super) fn open(file: &'a Input) -> Result<Self, IngestError> {
        let reader = compressed::open(&file.path, &Default::default(), Inflate::Here)
            .map_err(IngestError::io(&file.path))?;
        Ok(Self {
            file,
            reader,
            line: Vec::new(),
            length: 0,
            number: 0,
            bytes: 0,
        })
    }

    /// The next line, if there is one.
    pub(super) fn next(&mut self) -> Result<Option<&str>, InputError> {
        self.line.clear();
        self.number += 1;
        let mut bounded = Read::take(&mut self.reader, MOST_LINE_BYTES + 1);
        let read = bounded.read_until(b'\n', &mut self.line);
        let n = match read {
            Ok(0) => return Ok(None),
            Ok(n) => n as u64,
            Err(_) => return Err(unreadable(self.file, self.place())),
        };
        self.bytes += n;
        if n > MOST_LINE_BYTES {
            return Err(self.error("expected lines of at most a mebibyte"));
        }
        if self.bytes > MOST_BYTES {
            return Err(self.error("expected a file of at most a gibibyte"));
        }
        let end = |byte: &u8| !matches!(byte, b'\n' | b'\r');
        self.length = self.line.iter().rposition(end).map_or(0, |last| last + 1);
        let line = self.line.get(..self.length).unwrap_or_default();
        match std::str::from_utf8(line) {
            Ok(line) => Ok(Some(line)),
            Err(_) => Err(error(self.file, self.number, "expected UTF-8")),
        }
    }

    /// The last line again.
    pub(super) fn last(&self) -> &str {
        let line = self.line.get(..self.length).unwrap_or_default();
        std::str::from_utf8(line).unwrap_or_default()
    }

    /// Whether the file, of which nothing was read yet, is an object of JSON.
    pub(super) fn is_json(&mut self) -> Result<bool, InputError> {
        let start = self.reader.fill_buf();
        let start = start.map_err(|_| unreadable(self.file, Place::File))?;
        let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
        Ok(first == Some(&b'{'))
    }

    /// The file, and what is not read of it yet.
    pub(super) fn into_parts(self) -> (&'a Input, Box<dyn BufRead + Send>) {
        (self.file, self.reader)
    }

    /// Where the last line is.
    pub(super) fn place(&self) -> Place {
        Place::Line(self.number)
    }

    /// An error in the last line.
    pub(super) fn error(&self, message: impl Into<String>) -> InputError {
        error(self.file, self.number, message)
    }

    /// An error elsewhere.
    pub(super) fn error_at(&self, place: Place, message: impl Into<String>) -> InputError {
        InputError::new(&self.file.name, place, message)
    }

    /// What names places of the file while it is read otherwise.
    pub(super) fn file(&self) -> &'a Input {
        self.file
    }
}

fn error(file: &Input, line: u64, message: impl Into<String>) -> InputError {
    InputError::new(&file.name, Place::Line(line), message)
}

fn unreadable(file: &Input, place: Place) -> InputError {
    let message = "the file cannot be read to its end; copy it again";
    InputError::new(&file.name, place, message)
}
