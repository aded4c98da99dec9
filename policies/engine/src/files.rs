//! The files of a folder of policies: which there are, their bytes and their digest.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use sha2::{Digest as _, Sha256};

use crate::{
    finding::{Finding, Rejected},
    words::Words,
};

/// File names, relative and with `/`, and their bytes.
pub type Files = BTreeMap<String, Vec<u8>>;

/// What a folder may hold.
pub(crate) struct Layout {
    /// The files that it must have.
    pub(crate) needed: &'static [&'static str],
    /// Those that it may have.
    pub(crate) further: &'static [&'static str],
    /// Whether it may have `profiles/*.toml`.
    pub(crate) profiles: bool,
}

/// A consortium's.
pub(crate) static CONSORTIUM: Layout = Layout {
    needed: &[
        "consortium.toml",
        "datasets.csv",
        "grants.csv",
        "jurisdictions.csv",
        "members.csv",
        "people.csv",
        "projects.csv",
        "teams.csv",
    ],
    further: &["judgements.csv", "tests.csv"],
    profiles: true,
};

/// A data holder's.
pub(crate) static HOLDER: Layout = Layout {
    needed: &["datasets.csv", "holder.toml", "rules.csv"],
    further: &["judgements.csv"],
    profiles: false,
};

/// A file of policies is small; what is larger was put here by mistake.
const LARGEST_FILE: u64 = 64 << 20;

/// Where signatures stand. They are about the files and no part of them.
pub(crate) const SIGNATURES: &str = "signatures";

/// What lies in a folder of policies.
#[derive(Debug, Default)]
pub(crate) struct Folder {
    /// The files that decide.
    pub(crate) files: Files,
    /// Those of the folder `signatures`, without its name.
    pub(crate) signatures: Files,
}

/// The files of a folder that decide, whatever they say.
///
/// # Errors
///
/// If the folder or a file cannot be read, or a folder in it is not known.
pub fn files_of(dir: &Path) -> Result<Files, Rejected> {
    let folder = read(dir).map_err(Rejected::of)?;
    Ok(folder.files)
}

/// Reads a folder with its sub-folders `profiles` and `signatures`, and nothing beyond.
pub(crate) fn read(dir: &Path) -> Result<Folder, Vec<Finding>> {
    // A link may be turned to other files at any moment: what it points to is read.
    let real = fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
    let mut folder = Folder::default();
    let mut findings = Vec::new();
    read_into(&real, &real, "", &mut folder.files, &mut findings);
    let signatures = format!("{SIGNATURES}/");
    let signed: Vec<String> = (folder.files.keys())
        .filter(|name| name.starts_with(&signatures))
        .cloned()
        .collect();
    for name in signed {
        if let (Some(short), Some(bytes)) =
            (name.strip_prefix(&signatures), folder.files.remove(&name))
        {
            folder.signatures.insert(short.to_owned(), bytes);
        }
    }
    if findings.is_empty() {
        Ok(folder)
    } else {
        Err(findings)
    }
}

/// Makes what was renamed or made in a folder outlive a loss of power.
pub(crate) fn sync(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

impl Layout {
    /// Refuses names that no loader reads, and names what is missing.
    pub(crate) fn known(&self, files: &Files) -> Vec<Finding> {
        let listed = || self.needed.iter().chain(self.further);
        let is_known = |name: &str| {
            listed().any(|known| *known == name) || (self.profiles && profile(name).is_some())
        };
        let names: Vec<&str> = listed().copied().collect();
        let unknown = files.keys().filter(|name| !is_known(name)).map(|name| {
            let words = Words::of("file-not-known").with("names", names.join(", "));
            Finding::new(name, 1, words)
        });
        let missing = self
            .needed
            .iter()
            .filter(|name| !files.contains_key(**name));
        let missing = missing.map(|name| {
            let words = Words::of("file-missing").with("file", name);
            Finding::new(name, 1, words)
        });
        unknown.chain(missing).collect()
    }
}

/// The name of a profile whose file this is: `standard` for `profiles/standard.toml`.
pub(crate) fn profile(name: &str) -> Option<&str> {
    let stem = name.strip_prefix("profiles/")?.strip_suffix(".toml")?;
    (!stem.is_empty() && !stem.contains('/')).then_some(stem)
}

/// SHA-256 over each file's name and bytes, both with their length before them, sorted by name.
pub(crate) fn digest(files: &Files) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(b"sekisho policy files 1\0");
    for (name, bytes) in files {
        for part in [name.as_bytes(), bytes] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    hash.finalize().into()
}

fn read_into(
    root: &Path,
    dir: &Path,
    prefix: &str,
    files: &mut Files,
    findings: &mut Vec<Finding>,
) {
    let refuse = |file: &str, words: Words| Finding::new(file, 1, words);
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => {
            let words = Words::of("folder-unreadable")
                .with("folder", dir.display())
                .with("error", error);
            findings.push(refuse(if prefix.is_empty() { "." } else { prefix }, words));
            return;
        }
    };
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let words = Words::of("folder-unlisted").with("error", error);
                findings.push(refuse(prefix, words));
                continue;
            }
        };
        let Ok(name) = entry.file_name().into_string() else {
            findings.push(refuse(prefix, Words::of("file-name-not-utf-8")));
            continue;
        };
        // Volumes of Kubernetes keep the files they link to in folders named `..data` and so on.
        if name.starts_with("..") {
            continue;
        }
        let full = format!("{prefix}{name}");
        match entry_of(root, &entry.path()) {
            Err(error) => {
                let words = Words::of("file-unreadable").with("error", error);
                findings.push(refuse(&full, words));
            }
            Ok(Entry::Folder) if full == "profiles" || full == SIGNATURES => {
                read_into(root, &entry.path(), &format!("{full}/"), files, findings);
            }
            Ok(Entry::Folder) => findings.push(refuse(&full, Words::of("folder-not-known"))),
            Ok(Entry::TooLarge) => findings.push(refuse(&full, Words::of("file-too-large"))),
            Ok(Entry::Strange) => findings.push(refuse(&full, Words::of("file-strange"))),
            Ok(Entry::File(bytes)) => {
                files.insert(full, bytes);
            }
        }
    }
}

/// What stands in a folder under a name.
enum Entry {
    Folder,
    File(Vec<u8>),
    TooLarge,
    /// A pipe, a device, or a link that leads out of the folder.
    Strange,
}

fn entry_of(root: &Path, path: &Path) -> io::Result<Entry> {
    if !fs::canonicalize(path)?.starts_with(root) {
        return Ok(Entry::Strange);
    }
    // A pipe is not waited for.
    let file = fs::OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(path)?;
    let meta = file.metadata()?;
    if meta.is_dir() {
        return Ok(Entry::Folder);
    }
    if !meta.is_file() {
        return Ok(Entry::Strange);
    }
    let mut bytes = Vec::new();
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Ok(Entry::TooLarge);
    }
    Ok(Entry::File(bytes))
}
