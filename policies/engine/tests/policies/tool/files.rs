//! `check`, `fmt` and `test`.

use super::{json, run};
use crate::{
    consortium::folder,
    files::{base, changed, with, written},
};

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
fn messages_are_in_the_language_that_is_asked_for() {
    let dir = written(&changed("grants.csv", ",deny,", ",denied,"));
    let dir = dir.path().to_str().unwrap();
    let (code, text) = run(&["--lang", "ja", "check", dir]);
    assert_eq!(code, Some(1));
    assert!(
        text.contains("grants.csv:4") && text.contains("書き方:"),
        "{text}"
    );
    assert_eq!(run(&["--lang", "fr", "check", dir]).0, Some(2));
}

#[test]
fn check_reads_a_holders_folder_and_says_what_is_worth_a_look() {
    let holder = folder().join("../holders/east-cancer-centre");
    let (code, text) = run(&["check", holder.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("east-cancer-centre: the files hold together"),
        "{text}"
    );
    let over = [
        "check",
        holder.to_str().unwrap(),
        "--at",
        "2040-01-01T00:00:00Z",
    ];
    let (code, text) = run(&over);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("warning: rules.csv:3"), "{text}");
    let dir = written(&base());
    let dir = dir.path().to_str().unwrap();
    let (_, text) = run(&[
        "check",
        dir,
        "--at",
        "2036-06-01T00:00:00Z",
        "--format",
        "json",
    ]);
    let json = json(&text);
    let grades = json["findings"].as_array().unwrap();
    assert!(
        grades.iter().all(|finding| finding["grade"] == "warning"),
        "{text}"
    );
    // Every row of grants.csv is over, and there are no tests.
    assert!(grades.len() > 20, "{text}");
}

#[test]
fn fmt_rewrites_what_is_untidy_and_check_only_says_so() {
    let dir = written(&changed("grants.csv", ",deny,", ", DENY ,"));
    let path = dir.path().to_str().unwrap();
    let untidy = std::fs::read(dir.path().join("grants.csv")).unwrap();
    let (code, text) = run(&["fmt", path, "--check"]);
    assert_eq!(
        (code, text.as_str()),
        (Some(1), "would change grants.csv\n")
    );
    assert_eq!(
        std::fs::read(dir.path().join("grants.csv")).unwrap(),
        untidy
    );
    let (code, text) = run(&["fmt", path]);
    assert_eq!((code, text.as_str()), (Some(0), "changed grants.csv\n"));
    assert_eq!(
        std::fs::read(dir.path().join("grants.csv")).unwrap(),
        base()["grants.csv"]
    );
    assert_eq!(run(&["fmt", path, "--check"]), (Some(0), String::new()));
    let spoilt = written(&changed("grants.csv", ",deny,", ",denied,"));
    assert_eq!(run(&["fmt", spoilt.path().to_str().unwrap()]).0, Some(1));
}

const TESTS: &str = "person,project,dataset,operation,day,expect,rule\n\
    spiffe://t.example/alice,P-1,d1,query,2026-11-21,allow,\n\
    spiffe://t.example/alice,P-3,d1,query,2026-11-21,deny,project-dates\n\
    spiffe://t.example/alice,P-1,d4,query,2026-11-21,refer,consent\n";

#[test]
fn test_runs_the_committees_tests_and_says_what_none_reaches() {
    let dir = written(&with("tests.csv", TESTS.as_bytes()));
    let path = dir.path().to_str().unwrap();
    let (code, text) = run(&["test", path]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.starts_with("3 tests hold\n"), "{text}");
    assert!(
        text.contains("rows that no test reaches: people.csv:3-"),
        "{text}"
    );
    assert!(
        text.contains("rules that stand against no test: role, project-status"),
        "{text}"
    );
    assert!(
        !text.contains("project-dates") && !text.contains("consent"),
        "{text}"
    );
    let (_, text) = run(&["test", path, "--format", "json"]);
    assert_eq!(json(&text)["tests"], 3);
    let wrong = TESTS.replace("2026-11-21,allow", "2026-11-21,deny");
    let dir = written(&with("tests.csv", wrong.as_bytes()));
    let (code, text) = run(&["test", dir.path().to_str().unwrap()]);
    assert_eq!(code, Some(1));
    assert!(text.contains("tests.csv:2"), "{text}");
}
