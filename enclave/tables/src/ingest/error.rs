//! Why an ingest stopped.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::{ManifestError, StoreError};

/// Why an ingest stopped. Nothing was published.
///
/// Messages are for the holder's operators. They name files, lines, fields,
/// samples and individuals, and never a cell of a private table.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The manifest is not as it should be.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// An input file is not as the manifest or its format says.
    #[error(transparent)]
    Input(Box<InputError>),
    /// A file could not be opened, read or written.
    #[error("cannot read or write `{}`: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said; not a `source`, which whoever prints the chain would say again.
        error: io::Error,
    },
    /// A table of the snapshot could not be written.
    #[error("cannot write `{}`: {message}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        message: String,
    },
    /// Another ingest of the dataset is at work.
    #[error("another ingest of `{dataset}` is running; wait for it and try again")]
    Busy {
        /// The dataset.
        dataset: String,
    },
    /// An input changed during the ingest.
    #[error("`{file}` changed while it was read; ingest again when nothing writes to it")]
    Changed {
        /// The file, relative to the dataset's directory.
        file: String,
    },
    /// There is more than a snapshot can number.
    #[error("more than 4294967295 {what} in one dataset; split the dataset")]
    TooMany {
        /// Individuals, samples or alleles.
        what: &'static str,
    },
    /// The store is not as it should be.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IngestError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |error| Self::Io { path, error }
    }

    pub(crate) fn write<E: fmt::Display>(path: &Path) -> impl FnOnce(E) -> Self {
        let path = path.to_path_buf();
        move |error| Self::Write {
            path,
            message: error.to_string(),
        }
    }
}

impl From<InputError> for IngestError {
    fn from(error: InputError) -> Self {
        Self::Input(Box::new(error))
    }
}

/// What is wrong with an input file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    /// The file, relative to the dataset's directory.
    pub file: String,
    /// Where in the file.
    pub place: Place,
    /// The column of a table or the field of a record.
    pub field: Option<String>,
    /// What was expected, or what happened, and what to do.
    pub message: String,
}

impl InputError {
    pub(crate) fn new(file: &str, place: Place, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            place,
            field: None,
            message: message.into(),
        }
    }

    pub(crate) fn of_sample(mut self, sample: &str) -> Self {
        self.message = format!("sample `{sample}`: {}", self.message);
        self
    }

    pub(crate) fn in_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.file, self.place)?;
        if let Some(field) = &self.field {
            write!(f, ": field `{field}`")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for InputError {}

/// A place in an input file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The file as a whole.
    File,
    /// A line of a text file, from 1.
    Line(u64),
    /// A record of a BCF file, from 1.
    Record(u64),
    /// A row of a Parquet file, from 1.
    Row(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => Ok(()),
            Self::Line(n) => write!(f, ":{n}"),
            Self::Record(n) => write!(f, ": record {n}"),
            Self::Row(n) => write!(f, ": row {n}"),
        }
    }
}
