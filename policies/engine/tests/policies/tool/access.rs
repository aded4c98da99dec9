//! `explain`, `diff`, `replay` and `who-can`.

use sekisho_policies::{DecisionLog, Operation, Recorded, Request};

use super::{json, run};
use crate::{
    consortium::folder,
    files::{TODAY, base, changed, load, uri, written},
};

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

#[test]
fn explain_asks_at_the_holders_door_too() {
    let consortium = folder();
    let holder = consortium.join("../holders/east-cancer-centre");
    let request = [
        "explain",
        consortium.to_str().unwrap(),
        "--holder",
        holder.to_str().unwrap(),
        "--person",
        "spiffe://consortium.example/people/aiko-tanaka",
        "--project",
        "P-0001",
        "--dataset",
        "demo-cancer",
        "--at",
        "2026-11-21T09:00:00+09:00",
    ];
    let (code, text) = run(&request);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("east-cancer-centre: allow"), "{text}");
    assert!(
        text.contains("holder-rules") && text.contains("rules.csv:3"),
        "{text}"
    );
    let (_, text) = run(&[&request[..], &["--format", "json"]].concat());
    assert_eq!(json(&text)["holder"]["outcome"], "allow");
}

#[test]
fn diff_says_who_gains_first() {
    let (old, new) = (
        written(&base()),
        written(&changed(
            "grants.csv",
            "P-2,d1,overview,catalog;query",
            "P-2,d1,overview,catalog;check",
        )),
    );
    let (old, new) = (old.path().to_str().unwrap(), new.path().to_str().unwrap());
    let diff = ["diff", old, new, "--at", TODAY];
    let (code, text) = run(&diff);
    assert_eq!(code, Some(0), "{text}");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines[0], lines[2]), ("wider:", "narrower:"), "{text}");
    assert!(lines[1].contains("bob gains check at d1"), "{text}");
    assert!(lines[3].contains("bob loses query at d1"), "{text}");
    assert_eq!(run(&["diff", old, old]).1, "nothing changes for anybody\n");
    let (_, text) = run(&[&diff[..], &["--format", "json"]].concat());
    assert_eq!(json(&text)["changes"][0]["weight"], "widening");
}

#[test]
fn replay_lists_what_would_flip_and_what_would_be_allowed_first() {
    let folder = tempfile::tempdir().unwrap();
    let log = DecisionLog::open(folder.path().join("decisions")).unwrap();
    let set = load(&base());
    for (person, dataset) in [("alice", "d1"), ("bob", "d1"), ("bob", "d1"), ("eve", "d1")] {
        let project = if person == "bob" { "P-2" } else { "P-1" };
        let principal = uri(person);
        let request = Request {
            principal: &principal,
            project,
            dataset,
            operation: Operation::Query,
            at: TODAY.parse().unwrap(),
        };
        log.append(&Recorded::of(&request, &set.decide(&request)))
            .unwrap();
    }
    let mut new = changed(
        "grants.csv",
        "P-2,d1,overview,catalog;query",
        "P-2,d1,overview,catalog",
    );
    let text = String::from_utf8(new["jurisdictions.csv"].clone()).unwrap();
    new.insert(
        "jurisdictions.csv".to_owned(),
        format!("{text}BR,contract,2026-01-01,2035-12-31\n").into(),
    );
    let new = written(&new);
    let decisions = folder.path().join("decisions");
    let replay = [
        "replay",
        new.path().to_str().unwrap(),
        "--decisions",
        decisions.to_str().unwrap(),
        "--since",
        "2026-11-01T00:00:00Z",
    ];
    let (code, text) = run(&replay);
    assert_eq!(code, Some(0), "{text}");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "4 decisions, 3 would be answered otherwise");
    assert!(
        lines[1].contains("eve (P-1) query at d1, 1 times")
            && lines[1].contains("allow instead of deny"),
        "{text}"
    );
    let bob = lines.iter().find(|line| line.contains("bob")).unwrap();
    assert!(
        bob.contains("2 times") && bob.contains("instead of allow"),
        "{text}"
    );
    let later = [&replay[..5], &["2026-11-22T00:00:00Z"]].concat();
    assert!(run(&later).1.starts_with("0 decisions"), "{text}");
    assert_eq!(
        run(&[
            "replay",
            new.path().to_str().unwrap(),
            "--decisions",
            "/nonexistent"
        ])
        .0,
        Some(1)
    );
}

#[test]
fn who_can_lists_everybody_to_whom_a_dataset_is_open() {
    let dir = written(&base());
    let dir = dir.path().to_str().unwrap();
    let (code, text) = run(&["who-can", "d1", dir, "--at", TODAY]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("alice  P-1  catalog, check, query, budget, receipt  (detailed, standard)"),
        "{text}"
    );
    assert!(
        text.contains("bob  P-2  catalog, query  (overview, standard)"),
        "{text}"
    );
    assert!(
        !text.contains("P-3") && !text.contains("eve") && !text.contains("dan"),
        "{text}"
    );
    let (_, text) = run(&["who-can", "d4", dir, "--at", TODAY]);
    assert!(text.contains("a person must judge: catalog"), "{text}");
    assert_eq!(
        run(&["who-can", "d7", dir, "--at", TODAY]).1,
        "d7 is open to nobody\n"
    );
    assert_eq!(run(&["who-can", "d99", dir]).0, Some(1));
}
