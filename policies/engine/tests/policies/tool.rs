//! `sekisho-policy` as the committee runs it.

use std::process::{Command, Output};

use crate::{
    consortium::folder,
    files::{changed, written},
};

fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let output: Output = Command::new(env!("CARGO_BIN_EXE_sekisho-policy"))
        .args(arguments)
        .output()
        .unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
    )
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn check_accepts_the_shipped_consortium() {
    let dir = folder();
    let dir = dir.to_str().unwrap();
    let (code, text) = run(&["check", dir]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("6 members, 5 people, 2 datasets, 3 projects, 4 grants, 7 profiles"),
        "{text}"
    );
    let (code, text) = run(&["check", dir, "--format", "json"]);
    assert_eq!(
        (code, json(&text)["set"]["grants"].as_u64()),
        (Some(0), Some(4))
    );
}

#[test]
fn check_lists_each_finding_with_the_line_to_write_instead() {
    let dir = written(&changed("grants.csv", ",deny,", ",denied,"));
    let dir = dir.path().to_str().unwrap();
    let (code, text) = run(&["check", dir]);
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("grants.csv:4: column `effect`: `denied` is none of allow|deny"),
        "{text}"
    );
    assert!(
        text.contains("write: P-1,d2,*,receipt,*,,<allow|deny>,2026-01-01,2035-12-31"),
        "{text}"
    );
    let (code, text) = run(&["check", dir, "--format", "json"]);
    let finding = &json(&text)["findings"][0];
    assert_eq!((code, finding["line"].as_u64()), (Some(1), Some(4)));
    assert_eq!(finding["file"], "grants.csv");
    assert!(
        finding["why"].as_str().is_some_and(|why| !why.is_empty()),
        "{text}"
    );
}

#[test]
fn check_of_a_folder_that_is_not_there_fails() {
    let (code, text) = run(&["check", "/nonexistent/policies"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("cannot be read"), "{text}");
}

#[test]
fn explain_shows_every_condition_with_its_line() {
    let dir = folder();
    let dir = dir.to_str().unwrap();
    let request = [
        "explain",
        dir,
        "--person",
        "spiffe://consortium.example/people/emma-clarke",
        "--project",
        "P-0003",
        "--dataset",
        "demo-cancer",
        "--at",
        "2026-11-21T09:00:00+09:00",
    ];
    let (code, text) = run(&request);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.starts_with("deny"), "{text}");
    let line = text
        .lines()
        .find(|line| line.contains("project-dates"))
        .unwrap();
    assert!(
        line.contains("fails") && line.contains("projects.csv:4"),
        "{line}"
    );
    let (code, text) = run(&[&request[..], &["--format", "json"]].concat());
    assert_eq!(code, Some(0));
    let json = json(&text);
    assert_eq!(json["explanation"]["decision"]["outcome"]["deny"], "policy");
    assert_eq!(
        json["explanation"]["conditions"].as_array().map(Vec::len),
        Some(16),
        "{text}"
    );
}

#[test]
fn a_word_that_is_no_operation_is_a_usage_error() {
    let dir = folder();
    let (code, _) = run(&[
        "explain",
        dir.to_str().unwrap(),
        "--person",
        "a",
        "--project",
        "b",
        "--dataset",
        "c",
        "--operation",
        "steal",
    ]);
    assert_eq!(code, Some(2));
    assert_eq!(run(&["check"]).0, Some(2));
}
