//! What holds of the files of the repository.

use std::{
    fs,
    path::{Path, PathBuf},
};

use sekisho_tests::root;

/// The longest that a source file may be, in lines.
const LINES: usize = 400;

/// Folders that are made, not written.
const MADE: [&str; 6] = ["target", "dev", "gen", "golden", "_proto", "node_modules"];

fn files(extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(&root(), extension, &mut found);
    assert!(!found.is_empty(), "no .{extension} at all");
    found
}

fn collect(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && !MADE.contains(&name.as_str()) {
                collect(&path, extension, found);
            }
        } else if path.extension().is_some_and(|other| other == extension) {
            found.push(path);
        }
    }
}

#[test]
fn no_source_file_is_longer_than_somebody_reads() {
    let long: Vec<_> = files("rs")
        .into_iter()
        .map(|path| (fs::read_to_string(&path).unwrap().lines().count(), path))
        .filter(|(lines, _)| *lines > LINES)
        .collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn nothing_is_left_to_be_done_later_in_the_sources() {
    // Written so that this file does not find itself.
    let marks = ["to", "TO", "FIX", "unimplemen"].map(str::to_owned);
    let ends = ["do!(", "DO", "ME", "ted!("];
    let marks: Vec<String> = marks.iter().zip(ends).map(|(a, b)| a.clone() + b).collect();
    for extension in ["rs", "py", "proto"] {
        for path in files(extension) {
            let text = fs::read_to_string(&path).unwrap();
            let left = marks.iter().find(|mark| text.contains(mark.as_str()));
            assert_eq!(left, None, "{}", path.display());
        }
    }
}

#[test]
fn every_source_file_begins_by_saying_what_it_is() {
    for path in files("rs") {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//! "), "{}", path.display());
    }
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut links = 0;
    for path in files("md") {
        let text = fs::read_to_string(&path).unwrap();
        for target in text.split("](").skip(1) {
            let target = target.split([')', '#', ' ']).next().unwrap();
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let there = path.parent().unwrap().join(target);
            assert!(there.exists(), "{} links to `{target}`", path.display());
            links += 1;
        }
    }
    assert!(links > 0, "no link was found");
}

#[test]
fn the_threat_model_lists_every_rule_of_the_guard_and_no_other() {
    let rules = fs::read_to_string(root().join("enclave/query/src/refusal.rs")).unwrap();
    let named = rules.lines().filter_map(|line| {
        let (_, id) = line.trim().split_once(" = \"")?;
        id.strip_suffix("\",")
    });
    let mut named: Vec<&str> = named.collect();
    let text = fs::read_to_string(root().join("THREAT_MODEL.md")).unwrap();
    let table = text.split("## The guard's rules").nth(1).unwrap();
    let listed = table.lines().filter_map(|line| {
        let (id, _) = line.strip_prefix("| `")?.split_once('`')?;
        Some(id)
    });
    let mut listed: Vec<&str> = listed.collect();
    named.sort_unstable();
    listed.sort_unstable();
    assert_eq!(listed, named);
}
