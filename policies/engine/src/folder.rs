//! The files of a consortium: which there are, their bytes and their digest.

use std::{collections::BTreeMap, fs, path::Path};

use sha2::{Digest as _, Sha256};

use crate::finding::Finding;

/// File names, relative and with `/`, and their bytes.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// The files every consortium has, besides `profiles/*.toml`.
pub(crate) const FILES: [&str; 8] = [
    "consortium.toml",
    "datasets.csv",
    "grants.csv",
    "jurisdictions.csv",
    "members.csv",
    "people.csv",
    "projects.csv",
    "teams.csv",
];

/// A file of policies is small; what is larger was put here by mistake.
const LARGEST_FILE: u64 = 64 << 20;

/// Reads a folder with its sub-folder `profiles`, and nothing beyond.
pub(crate) fn read(dir: &Path) -> Result<Files, Vec<Finding>> {
    let mut files = Files::new();
    let mut findings = Vec::new();
    read_into(dir, "", &mut files, &mut findings);
    if findings.is_empty() {
        Ok(files)
    } else {
        Err(findings)
    }
}

/// Refuses names that no loader reads, and names what is missing.
pub(crate) fn known(files: &Files) -> Vec<Finding> {
    let mut findings: Vec<Finding> = files
        .keys()
        .filter(|name| !FILES.contains(&name.as_str()) && profile(name).is_none())
        .map(|name| Finding {
            file: name.clone(),
            line: 1,
            what: "the file is not known".to_owned(),
            why: "a rule in a file that nothing reads protects nobody".to_owned(),
            instead: format!("<take it out of the folder, or give it the name it was meant to have: {}, profiles/<name>.toml>", FILES.join(", ")),
        })
        .collect();
    findings.extend(
        FILES
            .iter()
            .filter(|name| !files.contains_key(**name))
            .map(|name| Finding {
                file: (*name).to_owned(),
                line: 1,
                what: "the file is missing".to_owned(),
                why: "a set of policies is loaded whole or not at all".to_owned(),
                instead: format!("<a file {name}; policies/consortium holds an example>"),
            }),
    );
    findings
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

fn read_into(dir: &Path, prefix: &str, files: &mut Files, findings: &mut Vec<Finding>) {
    let refuse = |file: &str, what: String| Finding {
        file: file.to_owned(),
        line: 1,
        what,
        why: "a set of policies is loaded whole or not at all".to_owned(),
        instead: "<a folder of regular files that this process may read>".to_owned(),
    };
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => {
            findings.push(refuse(
                if prefix.is_empty() { "." } else { prefix },
                format!("the folder `{}` cannot be read: {error}", dir.display()),
            ));
            return;
        }
    };
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                findings.push(refuse(
                    prefix,
                    format!("the folder cannot be listed: {error}"),
                ));
                continue;
            }
        };
        let Ok(name) = entry.file_name().into_string() else {
            findings.push(refuse(prefix, "a file's name is not UTF-8".to_owned()));
            continue;
        };
        // Volumes of Kubernetes keep the files they link to in folders named `..data` and so on.
        if name.starts_with("..") {
            continue;
        }
        let full = format!("{prefix}{name}");
        let read = fs::metadata(entry.path()).and_then(|meta| {
            if meta.is_dir() || meta.len() > LARGEST_FILE {
                Ok((meta, Vec::new()))
            } else {
                fs::read(entry.path()).map(|bytes| (meta, bytes))
            }
        });
        match read {
            Err(error) => findings.push(refuse(&full, format!("the file cannot be read: {error}"))),
            Ok((meta, _)) if meta.is_dir() && full == "profiles" => {
                read_into(&entry.path(), "profiles/", files, findings);
            }
            Ok((meta, _)) if meta.is_dir() => {
                findings.push(refuse(&full, "the folder is not known".to_owned()));
            }
            Ok((meta, _)) if meta.len() > LARGEST_FILE => {
                findings.push(refuse(&full, "the file is larger than 64 MiB".to_owned()));
            }
            Ok((_, bytes)) => {
                files.insert(full, bytes);
            }
        }
    }
}
