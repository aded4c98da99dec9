//! What is appended is read again.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::decision::Denial;

fn decision(at: &str) -> Recorded {
    Recorded {
        at: at.parse().unwrap(),
        person: "spiffe://t.example/alice".to_owned(),
        project: "P-1".to_owned(),
        dataset: "d1".to_owned(),
        operation: Operation::Query,
        outcome: Outcome::Deny(Denial::Policy),
        reasons: vec![RecordedReason {
            rule: "ethics".to_owned(),
            place: Place::of("projects.csv", 6),
        }],
        digest: "00".to_owned(),
    }
}

#[test]
fn decisions_are_read_from_a_moment_on_in_order_and_without_a_torn_line() {
    let folder = tempfile::tempdir().unwrap();
    let log = DecisionLog::open(folder.path().join("log")).unwrap();
    let days = [
        "2026-11-20T10:00:00Z",
        "2026-11-21T23:59:59Z",
        "2026-11-22T00:00:00Z",
    ];
    for day in days {
        log.append(&decision(day)).unwrap();
    }
    let last = folder.path().join("log/decisions-2026-11-22.jsonl");
    let mode = fs::metadata(&last).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let mut torn = OpenOptions::new().append(true).open(&last).unwrap();
    torn.write_all(b"{\"at\":\"2026").unwrap();
    let since = |at: &str| recorded(&folder.path().join("log"), at.parse().unwrap()).unwrap();
    assert_eq!(since("2026-11-01T00:00:00Z"), days.map(decision));
    assert_eq!(
        since("2026-11-21T23:59:59Z"),
        [days[1], days[2]].map(decision)
    );
    assert_eq!(since("2026-11-23T00:00:00Z"), []);
    // The next process writes behind the last whole line.
    let log = DecisionLog::open(folder.path().join("log")).unwrap();
    log.append(&decision("2026-11-22T08:00:00Z")).unwrap();
    let whole = [days[2], "2026-11-22T08:00:00Z"].map(decision);
    assert_eq!(since("2026-11-22T00:00:00Z"), whole);
}

#[test]
fn a_line_that_is_no_decision_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("decisions-2026-11-22.jsonl");
    fs::write(file, "{}\n").unwrap();
    let since = "2026-11-01T00:00:00Z".parse().unwrap();
    let error = recorded(folder.path(), since).unwrap_err().to_string();
    assert!(
        error.ends_with("decisions-2026-11-22.jsonl:1: no decision"),
        "{error}"
    );
}
