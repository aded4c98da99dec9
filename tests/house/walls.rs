//! Walls between crates, as ARCHITECTURE.md draws them.

use std::{collections::BTreeMap, fs};

use cargo_metadata::{Metadata, MetadataCommand, Package};
use sekisho_tests::root;

/// Which of our crates each of them may use: an upper bound.
const ARROWS: &[(&str, &[&str])] = &[
    ("sekisho-proto", &[]),
    ("sekisho-statistics", &[]),
    // What it estimates leaves through here or not at all.
    ("sekisho-disclosure", &["sekisho-statistics"]),
    ("sekisho-receipt", &[]),
    ("sekisho-tables", &["sekisho-receipt"]),
    ("sekisho-policies", &[]),
    ("sekisho-runtime", &[]),
    ("sekisho-consent", &["sekisho-policies"]),
    ("sekisho-query", &["sekisho-disclosure", "sekisho-tables"]),
    ("sekisho-ledger", &["sekisho-receipt"]),
    (
        "sekisho-enclave",
        &[
            "sekisho-consent",
            "sekisho-disclosure",
            "sekisho-ledger",
            "sekisho-policies",
            "sekisho-proto",
            "sekisho-query",
            "sekisho-receipt",
            "sekisho-runtime",
            "sekisho-tables",
        ],
    ),
    (
        "sekisho-gateway",
        &["sekisho-policies", "sekisho-proto", "sekisho-runtime"],
    ),
    (
        "sekisho",
        &["sekisho-proto", "sekisho-receipt", "sekisho-runtime"],
    ),
    ("sekisho-demo", &[]),
    (
        "sekisho-bench",
        &[
            "sekisho",
            "sekisho-consent",
            "sekisho-disclosure",
            "sekisho-ledger",
            "sekisho-policies",
            "sekisho-query",
            "sekisho-tables",
            "sekisho-tests",
        ],
    ),
    (
        "sekisho-tests",
        &[
            "sekisho",
            "sekisho-proto",
            "sekisho-receipt",
            "sekisho-runtime",
            "sekisho-tables",
        ],
    ),
];

/// Libraries, by the beginning of their names, that only some crates may name.
const WALLS: &[(&str, &[&str])] = &[
    ("datafusion", &["sekisho-query"]),
    ("noodles", &["sekisho-tables"]),
    // Compression alone: to write what is ingested.
    ("noodles-bgzf", &["sekisho-demo", "sekisho-tests"]),
    ("sled", &["sekisho-ledger"]),
    // The benchmark holds its own enforcement, over all lines, beside ours.
    ("casbin", &["sekisho-policies", "sekisho-bench"]),
    ("opendp", &["sekisho-disclosure"]),
    ("nalgebra", &["sekisho-statistics"]),
    ("statrs", &["sekisho-statistics"]),
];

/// Libraries whose types cross crates, so that two versions of one would not fit.
const ONE_VERSION: [&str; 7] = [
    "arrow",
    "casbin",
    "datafusion",
    "parquet",
    "prost",
    "rustls",
    "tonic",
];

fn workspace() -> Metadata {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .unwrap()
}

fn names(package: &Package) -> impl Iterator<Item = &str> {
    package
        .dependencies
        .iter()
        .map(|dependency| dependency.name.as_str())
}

#[test]
fn our_crates_use_each_other_as_the_architecture_says() {
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    for package in workspace().packages {
        let allowed = arrows.get(package.name.as_str());
        let allowed = allowed.unwrap_or_else(|| panic!("`{}` has no row", package.name));
        for used in names(&package).filter(|name| arrows.contains_key(name)) {
            assert!(allowed.contains(&used), "`{}` uses `{used}`", package.name);
        }
    }
}

#[test]
fn engines_are_named_by_the_one_crate_that_tames_them() {
    for package in workspace().packages {
        for used in names(&package) {
            let walls = WALLS
                .iter()
                .filter(|(library, _)| used.starts_with(library));
            let mut allowed = walls.flat_map(|(_, crates)| *crates).peekable();
            if allowed.peek().is_some() {
                let named = allowed.any(|name| *name == package.name.as_str());
                assert!(named, "`{}` names `{used}`", package.name);
            }
        }
    }
}

/// The feature `bare` of `sekisho-query` runs a query unguarded.
#[test]
fn the_way_around_the_guard_is_in_no_program_but_a_benchmark() {
    let mut built_with = Vec::new();
    for package in workspace().packages {
        let name = package.name.as_str();
        if name == "sekisho-query" {
            assert!(!package.features.contains_key("default"));
            let others = package.features.iter().filter(|(name, _)| *name != "bare");
            assert_eq!(others.count(), 0, "what else enables it?");
        }
        for dependency in &package.dependencies {
            let of_query = dependency.name == "sekisho-query";
            assert!(!of_query || dependency.features.is_empty(), "`{name}`");
        }
        for (feature, enabled) in &package.features {
            if enabled
                .iter()
                .any(|enabled| enabled.starts_with("sekisho-query"))
            {
                built_with.push((name.to_owned(), feature.clone()));
            }
        }
    }
    assert_eq!(
        built_with,
        [("sekisho-bench".to_owned(), "bare".to_owned())]
    );
    // Benchmarks alone ask for it.
    let bench = fs::read_to_string(root().join("infra/bench/Cargo.toml")).unwrap();
    assert!(!bench.contains("default ="));
}

#[test]
fn every_crate_keeps_the_lints_of_the_workspace() {
    for package in workspace().packages {
        let manifest = fs::read_to_string(&package.manifest_path).unwrap();
        let inherits = manifest.contains("[lints]\nworkspace = true");
        assert!(inherits, "{}", package.manifest_path);
    }
}

#[test]
fn libraries_that_cross_crates_have_one_version() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for library in ONE_VERSION {
        let versions = lock.matches(&format!("\nname = \"{library}\"\n")).count();
        assert_eq!(versions, 1, "{library}");
    }
}
