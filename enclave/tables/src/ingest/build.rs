//! The order in which a snapshot becomes visible.

use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::registry::{REGISTRY, Registry, sync_directory};
use crate::{Catalogue, IngestError, Store};

use super::IngestReport;

/// A dataset's directory in the store, held by one ingest at a time.
#[derive(Debug)]
pub(crate) struct Workshop {
    directory: PathBuf,
    pub(crate) registry: Registry,
    /// Locked until dropped.
    _lock: File,
}

impl Workshop {
    /// Locks a dataset's directory and clears away what killed ingests left.
    pub(crate) fn open(store: &Store, dataset: &str) -> Result<Self, IngestError> {
        let directory = store.directory(dataset);
        let snapshots = directory.join("snapshots");
        fs::create_dir_all(&snapshots).map_err(IngestError::io(&snapshots))?;
        let path = directory.join("lock");
        let lock = File::create(&path).map_err(IngestError::io(&path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(IngestError::Busy {
                    dataset: dataset.to_owned(),
                });
            }
            Err(TryLockError::Error(error)) => return Err(IngestError::io(&path)(error)),
        }
        for entry in fs::read_dir(&directory).map_err(IngestError::io(&directory))? {
            let entry = entry.map_err(IngestError::io(&directory))?;
            if entry.file_name().to_string_lossy().starts_with("tmp-") {
                let stale = entry.path();
                fs::remove_dir_all(&stale).map_err(IngestError::io(&stale))?;
            }
        }
        Ok(Self {
            registry: Registry::open(directory.join(REGISTRY))?,
            directory,
            _lock: lock,
        })
    }

    /// The directory of a snapshot that is published already.
    pub(super) fn published(&self, id: &str) -> Option<PathBuf> {
        let directory = self.snapshot(id);
        directory.is_dir().then_some(directory)
    }

    /// What the ingest of a published snapshot found.
    pub(super) fn report(&self, id: &str) -> Result<IngestReport, IngestError> {
        let path = self.snapshot(id).join("report.json");
        let bytes = fs::read(&path).map_err(IngestError::io(&path))?;
        serde_json::from_slice(&bytes).map_err(|error| IngestError::io(&path)(error.into()))
    }

    /// An empty directory to write a snapshot's files in; removed unless published.
    pub(crate) fn build(&self, id: &str) -> Result<TempDir, IngestError> {
        let build = tempfile::Builder::new()
            .prefix(&format!("tmp-{id}-{}-", std::process::id()))
            .tempdir_in(&self.directory)
            .map_err(IngestError::io(&self.directory))?;
        let tables = build.path().join("tables");
        fs::create_dir(&tables).map_err(IngestError::io(&tables))?;
        Ok(build)
    }

    /// A batch that was made before.
    pub(crate) fn batch(&self, digest: &str) -> Option<PathBuf> {
        let batch = self.directory.join("batches").join(digest);
        batch.is_dir().then_some(batch)
    }

    /// Keeps a batch that was built; gives its place. No snapshot shows it yet.
    pub(crate) fn keep_batch(&self, build: TempDir, digest: &str) -> Result<PathBuf, IngestError> {
        let batches = self.directory.join("batches");
        fs::create_dir_all(&batches).map_err(IngestError::io(&batches))?;
        make_readable(build.path())?;
        sync_tree(build.path())?;
        let batch = batches.join(digest);
        fs::rename(build.path(), &batch).map_err(IngestError::io(&batch))?;
        // The directory has gone to its place: there is nothing left to remove.
        let _ = build.keep();
        sync_directory(&batches).map_err(IngestError::io(&batches))?;
        Ok(batch)
    }

    /// Publishes a build. Everything is durable before the one rename that makes
    /// it visible, the registry too, so no reader ever meets a part of it.
    pub(super) fn publish(
        &mut self,
        build: TempDir,
        id: &str,
        catalogue: &Catalogue,
        report: &IngestReport,
    ) -> Result<(), IngestError> {
        write_json(&build.path().join("catalogue.json"), catalogue)?;
        write_json(&build.path().join("report.json"), report)?;
        make_readable(build.path())?;
        sync_tree(build.path())?;
        self.registry.save()?;
        let snapshot = self.snapshot(id);
        fs::rename(build.path(), &snapshot).map_err(IngestError::io(&snapshot))?;
        // The directory has gone to its place: there is nothing left to remove.
        let _ = build.keep();
        let snapshots = self.directory.join("snapshots");
        sync_directory(&snapshots).map_err(IngestError::io(&snapshots))?;
        self.make_current(id)
    }

    /// Makes a published snapshot the dataset's newest.
    pub(super) fn make_current(&self, id: &str) -> Result<(), IngestError> {
        let path = self.directory.join("current");
        if fs::read_to_string(&path).is_ok_and(|current| current.trim_end() == id) {
            return Ok(());
        }
        let next = self.directory.join("current.next");
        write_synced(&next, format!("{id}\n").as_bytes())?;
        fs::rename(&next, &path).map_err(IngestError::io(&path))?;
        sync_directory(&self.directory).map_err(IngestError::io(&self.directory))
    }

    fn snapshot(&self, id: &str) -> PathBuf {
        self.directory.join("snapshots").join(id)
    }
}

fn write_json(path: &Path, value: &impl serde::Serialize) -> Result<(), IngestError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(IngestError::write(path))?;
    bytes.push(b'\n');
    write_synced(path, &bytes)
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), IngestError> {
    let mut file = File::create(path).map_err(IngestError::io(path))?;
    file.write_all(bytes).map_err(IngestError::io(path))?;
    file.sync_all().map_err(IngestError::io(path))
}

/// Temporary directories are their owner's alone; a snapshot has the modes that
/// the store's directory gives.
#[cfg(unix)]
fn make_readable(build: &Path) -> Result<(), IngestError> {
    let parent = build.parent().unwrap_or(build);
    let mode = fs::metadata(parent).map_err(IngestError::io(parent))?;
    fs::set_permissions(build, mode.permissions()).map_err(IngestError::io(build))
}

#[cfg(not(unix))]
fn make_readable(_build: &Path) -> Result<(), IngestError> {
    Ok(())
}

fn sync_tree(directory: &Path) -> Result<(), IngestError> {
    for entry in fs::read_dir(directory).map_err(IngestError::io(directory))? {
        let path = entry.map_err(IngestError::io(directory))?.path();
        if path.is_dir() {
            sync_tree(&path)?;
        } else {
            File::open(&path)
                .and_then(|file| file.sync_all())
                .map_err(IngestError::io(&path))?;
        }
    }
    sync_directory(directory).map_err(IngestError::io(directory))
}
