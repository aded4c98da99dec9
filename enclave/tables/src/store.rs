//! The directory in which a holder's snapshots are.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::ingest::Workshop;
use crate::manifest::is_dataset_id;
use crate::registry::{REGISTRY, Registry};
use crate::{IngestError, Snapshot, SnapshotError};

/// A directory of datasets and their snapshots.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// Opens a store; creates its directory if absent.
    ///
    /// # Errors
    ///
    /// If the directory cannot be created.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let root = root.into();
        fs::create_dir_all(&root).map_err(StoreError::io(&root))?;
        Ok(Self { root })
    }

    /// The datasets that have a snapshot, in alphabetical order.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub fn datasets(&self) -> Result<Vec<String>, StoreError> {
        let mut datasets = directories(&self.root)?;
        datasets.retain(|name| is_dataset_id(name) && self.current_file(name).is_file());
        Ok(datasets)
    }

    /// The ids of a dataset's snapshots, in alphabetical order. [`Store::current`]
    /// says which is the newest.
    ///
    /// # Errors
    ///
    /// If there is no such dataset or it cannot be read.
    pub fn snapshots(&self, dataset: &str) -> Result<Vec<String>, StoreError> {
        let mut snapshots = directories(&self.dataset(dataset)?.join("snapshots"))?;
        snapshots.retain(|name| is_snapshot_id(name));
        Ok(snapshots)
    }

    /// The newest snapshot of a dataset.
    ///
    /// # Errors
    ///
    /// If there is no such dataset or its snapshot cannot be opened.
    pub fn current(&self, dataset: &str) -> Result<Snapshot, StoreError> {
        self.dataset(dataset)?;
        let path = self.current_file(dataset);
        let id = fs::read_to_string(&path).map_err(StoreError::io(&path))?;
        self.snapshot(dataset, id.trim_end())
    }

    /// A snapshot of a dataset, the newest or an older one.
    ///
    /// # Errors
    ///
    /// If there is no such dataset or snapshot, or it cannot be opened.
    pub fn snapshot(&self, dataset: &str, id: &str) -> Result<Snapshot, StoreError> {
        let path = self.dataset(dataset)?.join("snapshots").join(id);
        if !is_snapshot_id(id) || !path.is_dir() {
            return Err(StoreError::NoSnapshot {
                dataset: dataset.to_owned(),
                id: id.to_owned(),
            });
        }
        Ok(Snapshot::open(&path)?)
    }

    /// The dense indices of individuals of a dataset, in the order in which they
    /// are named; none for those that are not known.
    ///
    /// # Errors
    ///
    /// If there is no such dataset or its registry cannot be read.
    pub fn indices(
        &self,
        dataset: &str,
        individuals: &[String],
    ) -> Result<Vec<Option<u32>>, StoreError> {
        let registry = Registry::open(self.dataset(dataset)?.join(REGISTRY))?;
        let index = |individual: &String| registry.index(individual);
        Ok(individuals.iter().map(index).collect())
    }

    /// The same, where those that are not known are given an index that they
    /// keep: their data may come with a later snapshot. Durable when it returns.
    ///
    /// # Errors
    ///
    /// If there is no such dataset, an ingest of it is running, or its registry
    /// cannot be read or written.
    pub fn enrol(&self, dataset: &str, individuals: &[String]) -> Result<Vec<u32>, IngestError> {
        self.dataset(dataset)?;
        let mut workshop = Workshop::open(self, dataset)?;
        workshop.registry.assign(individuals)?;
        workshop.registry.save()?;
        let index = |individual: &String| workshop.registry.index(individual);
        Ok(individuals.iter().filter_map(index).collect())
    }

    /// The directory of a dataset, which need not exist.
    pub(crate) fn directory(&self, dataset: &str) -> PathBuf {
        self.root.join(dataset)
    }

    fn current_file(&self, dataset: &str) -> PathBuf {
        self.directory(dataset).join("current")
    }

    fn dataset(&self, dataset: &str) -> Result<PathBuf, StoreError> {
        if is_dataset_id(dataset) && self.current_file(dataset).is_file() {
            Ok(self.directory(dataset))
        } else {
            Err(StoreError::NoDataset {
                dataset: dataset.to_owned(),
            })
        }
    }
}

fn is_snapshot_id(id: &str) -> bool {
    id.len() == 64 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn directories(path: &Path) -> Result<Vec<String>, StoreError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(StoreError::io(path))? {
        let entry = entry.map_err(StoreError::io(path))?;
        if let (true, Ok(name)) = (entry.path().is_dir(), entry.file_name().into_string()) {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Why a store could not be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No dataset of this id has a snapshot.
    #[error("no dataset `{dataset}` in the store; ingest it first")]
    NoDataset {
        /// The dataset.
        dataset: String,
    },
    /// The dataset has no snapshot of this id.
    #[error("dataset `{dataset}` has no snapshot `{id}`")]
    NoSnapshot {
        /// The dataset.
        dataset: String,
        /// The snapshot.
        id: String,
    },
    /// The registry of individuals is damaged.
    #[error("`{}`:{line}: expected the index {}, a tab and an individual named once; restore the file from a backup", path.display(), line - 1)]
    Registry {
        /// The registry.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// A snapshot could not be opened.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// A file could not be read or written.
    #[error("cannot read or write `{}`: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said; not a `source`, which whoever prints the chain would say again.
        error: io::Error,
    },
}

impl StoreError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |error| Self::Io { path, error }
    }
}
