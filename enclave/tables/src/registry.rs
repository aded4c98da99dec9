//! The holder's registry: each individual's dense index, for ever.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::{IngestError, StoreError};

/// The registry's file in a dataset's directory.
pub(crate) const REGISTRY: &str = "registry.tsv";

/// Which individual has which dense index.
///
/// `registry.tsv` has one line an individual, `index TAB individual`, in the
/// order of indices from 0, and is only ever appended to. A last line without an
/// end is what a killed ingest left; no snapshot refers to it, so it is dropped.
#[derive(Debug)]
pub(crate) struct Registry {
    path: PathBuf,
    indices: HashMap<String, u32>,
    /// Bytes of whole lines in the file.
    length: u64,
    /// Individuals that the file does not hold yet, in the order of indices.
    new: Vec<String>,
}

impl Registry {
    /// Reads a dataset's registry; a dataset without one has no individuals.
    pub(crate) fn open(path: PathBuf) -> Result<Self, StoreError> {
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(StoreError::io(&path)(error)),
        };
        let length = text.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
        let whole = text.get(..length).unwrap_or_default();
        let corrupt = |line: usize| StoreError::Registry {
            path: path.clone(),
            line,
        };
        let whole = std::str::from_utf8(whole).map_err(|_| corrupt(1))?;
        let mut indices = HashMap::new();
        for (i, line) in whole.lines().enumerate() {
            let individual = line
                .split_once('\t')
                .filter(|(index, _)| *index == i.to_string())
                .map(|(_, individual)| individual.to_owned());
            let index = u32::try_from(i).ok();
            let (Some(individual), Some(index)) = (individual, index) else {
                return Err(corrupt(i + 1));
            };
            if indices.insert(individual, index).is_some() {
                return Err(corrupt(i + 1));
            }
        }
        Ok(Self {
            path,
            indices,
            length: length as u64,
            new: Vec::new(),
        })
    }

    /// Gives an index to each individual that has none, in the order given.
    pub(crate) fn assign<'a>(
        &mut self,
        individuals: impl IntoIterator<Item = &'a String>,
    ) -> Result<(), IngestError> {
        for individual in individuals {
            if !self.indices.contains_key(individual) {
                let index = u32::try_from(self.indices.len())
                    .ok()
                    .filter(|index| *index < u32::MAX)
                    .ok_or(IngestError::TooMany {
                        what: "individuals",
                    })?;
                self.indices.insert(individual.clone(), index);
                self.new.push(individual.clone());
            }
        }
        Ok(())
    }

    /// An individual's index.
    pub(crate) fn index(&self, individual: &str) -> Option<u32> {
        self.indices.get(individual).copied()
    }

    /// Makes the indices that were assigned durable.
    pub(crate) fn save(&mut self) -> Result<(), StoreError> {
        if self.new.is_empty() {
            return Ok(());
        }
        let first = self.indices.len() - self.new.len();
        let mut lines = String::new();
        for (i, individual) in self.new.iter().enumerate() {
            lines.push_str(&format!("{}\t{individual}\n", first + i));
        }
        self.append(&lines).map_err(StoreError::io(&self.path))?;
        self.length += lines.len() as u64;
        self.new.clear();
        Ok(())
    }

    fn append(&self, lines: &str) -> std::io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&self.path)?;
        file.set_len(self.length)?;
        file.seek(SeekFrom::Start(self.length))?;
        file.write_all(lines.as_bytes())?;
        file.sync_all()?;
        sync_directory(self.path.parent().unwrap_or(Path::new(".")))
    }
}

/// Makes a directory's entries durable.
pub(crate) fn sync_directory(path: &Path) -> std::io::Result<()> {
    fs::File::open(path)?.sync_all()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn open(directory: &Path) -> Registry {
        Registry::open(directory.join("registry.tsv")).unwrap()
    }

    #[test]
    fn indices_stay_when_individuals_come_and_go() {
        let directory = tempfile::tempdir().unwrap();
        let mut first = open(directory.path());
        first.assign(&["b".into(), "a".into()]).unwrap();
        first.save().unwrap();
        let mut second = open(directory.path());
        second.assign(&["c".into(), "a".into()]).unwrap();
        second.save().unwrap();
        let third = open(directory.path());
        let index = |id| third.index(id);
        assert_eq!(
            (index("b"), index("a"), index("c")),
            (Some(0), Some(1), Some(2))
        );
    }

    #[test]
    fn a_torn_last_line_is_dropped_and_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("registry.tsv"), "0\ta\n1\tlong-na").unwrap();
        let mut registry = open(directory.path());
        assert_eq!(registry.index("long-na"), None);
        registry.assign(&["b".into()]).unwrap();
        registry.save().unwrap();
        let text = fs::read_to_string(directory.path().join("registry.tsv")).unwrap();
        assert_eq!(text, "0\ta\n1\tb\n");
    }

    #[test]
    fn a_registry_out_of_order_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("registry.tsv");
        for text in ["1\ta\n", "0\ta\n2\tb\n", "0\ta\n1\ta\n", "a\n"] {
            fs::write(&path, text).unwrap();
            let error = Registry::open(path.clone()).unwrap_err();
            assert!(matches!(error, StoreError::Registry { .. }), "{text}");
        }
    }
}
