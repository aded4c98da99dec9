//! Why a snapshot could not be read.

use std::path::{Path, PathBuf};

/// Why a snapshot could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// There is no such table.
    #[error("the snapshot has no table `{table}`")]
    NoTable {
        /// The table.
        table: String,
    },
    /// There is no such column.
    #[error("table `{table}` has no column `{column}`")]
    NoColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A file could not be opened.
    #[error("cannot read `{}`: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said; not a `source`, which whoever prints the chain would say again.
        error: std::io::Error,
    },
    /// Reading ended before its time.
    #[error("reading genotypes ended before its time")]
    Interrupted,
    /// A file is not what an ingest writes.
    #[error("`{}` is damaged ({message}); ingest the dataset again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
}

impl SnapshotError {
    pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |error| Self::Io { path, error }
    }

    pub(super) fn damaged<E: std::fmt::Display>(path: &Path) -> impl FnOnce(E) -> Self {
        let path = path.to_path_buf();
        move |error| Self::Damaged {
            path,
            message: error.to_string(),
        }
    }
}
