//! The files that a manifest names: found, hashed, and watched for change.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use glob::MatchOptions;
use sha2::{Digest, Sha256};

use crate::manifest::{Called, Manifest, ManifestError, PathPattern, Source};
use crate::{IngestError, Progress};

/// Changes when the same inputs would give different tables.
const FORMAT_VERSION: &str = "sekisho snapshot 2";

/// A file that the manifest names.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    /// Relative to the dataset's directory, with `/`.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) size: u64,
    /// What tells it from another file of its name.
    identity: Identity,
}

/// All files of a dataset.
#[derive(Debug)]
pub(crate) struct Inputs {
    /// The files of each group of [[variants]].
    pub(crate) variants: Vec<Vec<Input>>,
    /// The files of each declared table.
    pub(crate) tables: Vec<Vec<Input>>,
    /// The files of each source of each declared table.
    pub(crate) sources: Vec<Vec<Vec<Input>>>,
    /// The rows and the receipt of each published table.
    pub(crate) published: Vec<[Input; 2]>,
    /// The reference genome.
    pub(crate) reference: Option<Input>,
    /// By the name of a file of variants: where its samples were called.
    pub(crate) callable: BTreeMap<String, Input>,
}

impl Inputs {
    /// Finds every file; a pattern without one is an error.
    pub(crate) fn find(directory: &Path, manifest: &Manifest) -> Result<Self, IngestError> {
        let variants: Vec<Vec<Input>> = manifest
            .variants
            .iter()
            .map(|group| find(directory, &group.files, group.line))
            .collect::<Result<_, _>>()?;
        let mut seen = BTreeMap::new();
        for (group, files) in manifest.variants.iter().zip(&variants) {
            for file in files {
                if seen.insert(&file.name, ()).is_some() {
                    let message = format!("`{}` is in [[variants]] twice", file.name);
                    let line = group.line;
                    return Err(ManifestError { line, message }.into());
                }
            }
        }
        let mut callable = BTreeMap::new();
        for (group, files) in manifest.variants.iter().zip(&variants) {
            let Some(Called::Bed(template)) = &group.called else {
                continue;
            };
            for file in files {
                let name = template.replace("{file_stem}", file_stem(&file.name));
                let bed = only(directory, &name, group.line)?;
                callable.insert(file.name.clone(), bed);
            }
        }
        Ok(Self {
            callable,
            variants,
            tables: manifest
                .tables
                .iter()
                .map(|table| {
                    let globs: Vec<String> = table.files.iter().map(PathPattern::glob).collect();
                    find(directory, &globs, table.line)
                })
                .collect::<Result<_, _>>()?,
            sources: manifest
                .tables
                .iter()
                .map(|table| {
                    let sources = table.sources.iter();
                    let files = |source: &Source| find(directory, &source.globs(), source.line);
                    sources.map(files).collect()
                })
                .collect::<Result<_, _>>()?,
            published: manifest
                .published
                .iter()
                .map(|table| {
                    let file = |name: &String| only(directory, name, table.line);
                    Ok([file(&table.file)?, file(&table.receipt)?])
                })
                .collect::<Result<_, IngestError>>()?,
            reference: match &manifest.reference {
                Some((file, line)) => Some(only(directory, file, *line)?),
                None => None,
            },
        })
    }

    fn all(&self) -> impl Iterator<Item = &Input> {
        let sources = self.sources.iter().flatten();
        let files = self.variants.iter().chain(&self.tables).chain(sources);
        let files = files.flatten();
        let published = self.published.iter().flatten();
        files
            .chain(published)
            .chain(&self.reference)
            .chain(self.callable.values())
    }

    /// SHA-256 of each input, by its name.
    pub(crate) fn digests(
        &self,
        progress: &dyn Progress,
    ) -> Result<BTreeMap<&str, [u8; 32]>, IngestError> {
        let total = self.all().map(|input| input.size).sum();
        let mut done = 0;
        let mut digests = BTreeMap::new();
        for input in self.all() {
            if !digests.contains_key(input.name.as_str()) {
                let digest = digest(&input.path, &mut |n| {
                    done += n;
                    progress.at("hash inputs", done, Some(total));
                })?;
                digests.insert(input.name.as_str(), digest);
            }
        }
        Ok(digests)
    }

    /// The snapshot's id: SHA-256, in hexadecimal, of the format version, the
    /// manifest, and each input's name and SHA-256.
    pub(crate) fn snapshot_id(
        &self,
        manifest: &Manifest,
        digests: &BTreeMap<&str, [u8; 32]>,
    ) -> String {
        let mut id = Sha256::new();
        for part in [FORMAT_VERSION, &manifest.text] {
            id.update((part.len() as u64).to_le_bytes());
            id.update(part);
        }
        for (name, digest) in digests {
            id.update((name.len() as u64).to_le_bytes());
            id.update(name);
            id.update(digest);
        }
        hex::encode(id.finalize())
    }

    /// Fails if a file is not the one that was found, or was written since.
    pub(crate) fn check_unchanged(&self) -> Result<(), IngestError> {
        for input in self.all() {
            let now = fs::metadata(&input.path).map_err(IngestError::io(&input.path))?;
            if now.len() != input.size || Identity::of(&now) != input.identity {
                return Err(IngestError::Changed {
                    file: input.name.clone(),
                });
            }
        }
        Ok(())
    }
}

/// A file's device and number, and when it was last written or renamed, which no
/// program can set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    file: (u64, u64),
    changed: (i64, i64),
}

impl Identity {
    fn of(metadata: &fs::Metadata) -> Self {
        Self {
            file: (metadata.dev(), metadata.ino()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// The one file that a name means.
fn only(directory: &Path, name: &String, line: usize) -> Result<Input, IngestError> {
    let mut found = find(directory, std::slice::from_ref(name), line)?.into_iter();
    match (found.next(), found.next()) {
        (Some(file), None) => Ok(file),
        _ => Err(ManifestError {
            line,
            message: format!("`{name}` must name one file"),
        }
        .into()),
    }
}

fn find(directory: &Path, patterns: &[String], line: usize) -> Result<Vec<Input>, IngestError> {
    let fail = |message: String| IngestError::from(ManifestError { line, message });
    let options = MatchOptions {
        require_literal_separator: true,
        ..MatchOptions::new()
    };
    let root = glob::Pattern::escape(&directory.to_string_lossy());
    let mut found = BTreeMap::new();
    for pattern in patterns {
        let full = format!("{root}/{pattern}");
        let paths = glob::glob_with(&full, options)
            .map_err(|error| fail(format!("`{pattern}` is not a pattern: {}", error.msg)))?;
        let before = found.len();
        for path in paths {
            let path = path.map_err(|error| IngestError::Io {
                path: error.path().to_path_buf(),
                error: error.into(),
            })?;
            // A pattern such as `.[.]` would match the directory above.
            let inside = path.strip_prefix(directory).is_ok_and(|path| {
                path.components()
                    .all(|part| matches!(part, Component::Normal(_)))
            });
            if !inside {
                return Err(fail(format!(
                    "`{pattern}` must be relative to the dataset's directory and stay in it"
                )));
            }
            let input = input(directory, path)?;
            if let Some(input) = input {
                found.insert(input.name.clone(), input);
            }
        }
        if found.len() == before {
            return Err(fail(format!(
                "`{pattern}` matches no file that another pattern did not; paths are relative to \
                 the manifest"
            )));
        }
    }
    Ok(found.into_values().collect())
}

/// The file at a path, or nothing if it is not a file.
fn input(directory: &Path, path: PathBuf) -> Result<Option<Input>, IngestError> {
    let metadata = fs::metadata(&path).map_err(IngestError::io(&path))?;
    if !metadata.is_file() {
        return Ok(None);
    }
    let relative = path.strip_prefix(directory).unwrap_or(&path);
    let name = relative.to_str().ok_or_else(|| IngestError::Io {
        path: path.clone(),
        error: std::io::Error::other("a file's name must be UTF-8"),
    })?;
    Ok(Some(Input {
        name: name.trim_start_matches('/').to_owned(),
        size: metadata.len(),
        identity: Identity::of(&metadata),
        path,
    }))
}

fn digest(path: &Path, read: &mut dyn FnMut(u64)) -> Result<[u8; 32], IngestError> {
    let mut file = File::open(path).map_err(IngestError::io(path))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let n = file.read(&mut buffer).map_err(IngestError::io(path))?;
        let Some(bytes) = buffer.get(..n).filter(|bytes| !bytes.is_empty()) else {
            return Ok(hash.finalize().into());
        };
        hash.update(bytes);
        read(n as u64);
    }
}

/// A file's name without folders and without `.vcf`, `.bcf` and `.gz`.
pub(crate) fn file_stem(name: &str) -> &str {
    let name = name.rsplit('/').next().unwrap_or(name);
    let name = [".gz", ".bgz"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(name);
    [".vcf", ".bcf"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(name)
}
