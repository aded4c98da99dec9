//! The auditor's tool over real ledgers and exports.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod meters;

use std::fs;
use std::path::Path;

use sekisho_receipt::{Charge, Leaf, SigningKey};
use tempfile::TempDir;

use super::source::Audited;
use super::*;
use crate::entry::Entry;
use crate::journal::{End, Journal, Position, replay};
use crate::ledger::Door;
use crate::ledger::tests::{LIMIT, answered, config, open, outcome, visit};

/// Exit code, output and errors of a command line.
pub(crate) fn audit(arguments: &[&str]) -> (u8, String, String) {
    let (mut out, mut errors) = (Vec::new(), Vec::new());
    let arguments = ["sekisho-audit"].iter().chain(arguments);
    let code = run(arguments.map(OsString::from), &mut out, &mut errors);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (code, text(out), text(errors))
}

/// A ledger with two answered visits and one that is open, its server gone.
fn ledger(dir: &TempDir) -> (String, String) {
    let ledger = open(dir);
    ledger
        .record_policy(Door::Consortium, [1; 32], 1_767_225_600_000)
        .unwrap();
    answered(&ledger, 1, b"one");
    answered(&ledger, 2, b"two");
    let _ = ledger.reserve(visit(3), 1, LIMIT).unwrap();
    (path(&config(dir.path()).dir), ledger.vkey().to_string())
}

fn path(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

#[test]
fn an_unaltered_ledger_verifies_and_says_what_was_spent() {
    let dir = TempDir::new().unwrap();
    let (ledger, vkey) = ledger(&dir);
    let (code, out, errors) = audit(&["verify", &ledger, "--key", &vkey]);
    assert_eq!((code, errors.as_str()), (DONE, ""));
    assert!(
        out.contains("is unaltered") && out.contains("(pinned)"),
        "{out}"
    );
    assert!(out.contains("leaves       6"), "{out}");
    assert!(
        out.contains("spent        3 by P-0001 at demo-cancer"),
        "{out}"
    );
    let (code, out, _) = audit(&["verify", &ledger]);
    assert_eq!(code, DONE);
    assert!(out.contains("pin it with --key"), "{out}");
}

#[test]
fn another_key_does_not_verify() {
    let dir = TempDir::new().unwrap();
    let (ledger, _) = ledger(&dir);
    let other = SigningKey::from_seed("sekisho/test", &[8; 32]).unwrap();
    let other = other.verifier().to_string();
    let (code, _, errors) = audit(&["verify", &ledger, "--key", &other]);
    assert_eq!(code, FAILED);
    assert!(errors.contains(&other), "{errors}");
}

#[test]
fn a_ledger_is_read_while_its_server_writes() {
    let dir = TempDir::new().unwrap();
    let server = open(&dir);
    let place = path(&config(dir.path()).dir);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..60 {
                answered(&server, number, &vec![1; 10_000]);
            }
        });
        for _ in 0..20 {
            let (code, _, errors) = audit(&["verify", &place]);
            assert_eq!((code, errors.as_str()), (DONE, ""));
            assert_eq!(audit(&["show", &place]).0, DONE);
        }
    });
}

#[test]
fn every_altered_byte_of_a_journal_is_found() {
    let dir = TempDir::new().unwrap();
    let (ledger, _) = ledger(&dir);
    let journal = Path::new(&ledger).join("journal-000000.log");
    let whole = fs::read(&journal).unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        fs::write(&journal, bytes).unwrap();
        let read = super::source::read_ledger(Path::new(&ledger));
        assert!(
            read.is_err() || read.is_ok_and(|audited| audited.torn.is_some()),
            "byte {at}"
        );
    }
    for at in [40, whole.len() / 2, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        fs::write(&journal, bytes).unwrap();
        let (code, _, errors) = audit(&["verify", &ledger]);
        assert_eq!(code, FAILED);
        assert!(errors.contains("journal-000000.log`, offset"), "{errors}");
        assert!(errors.contains("(record "), "{errors}");
    }
}

/// Rewrites a journal with a chain that holds, as a forger without the signing
/// key would.
pub(crate) fn forge(ledger: &str, mut change: impl FnMut(Entry<'_>) -> Option<Vec<u8>>) {
    let dir = Path::new(ledger);
    let mut bodies = Vec::new();
    replay(dir, |record| {
        bodies.extend(change(Entry::decode(record.body).unwrap()));
        Ok(())
    })
    .unwrap();
    fs::remove_file(dir.join("journal-000000.log")).unwrap();
    write_bodies(dir, &bodies);
}

/// Writes a journal of these bodies.
pub(crate) fn write_bodies(dir: &Path, bodies: &[Vec<u8>]) {
    let end = End {
        position: Position::default(),
        head: [0; 32],
        records: 0,
        torn: None,
    };
    let mut journal = Journal::open(dir, &end, u64::MAX).unwrap();
    let mut batch = journal.begin().unwrap();
    for body in bodies {
        batch.push(body).unwrap();
    }
    journal.write(batch).unwrap();
}

fn with_charge(entry: Entry<'_>, change: impl FnOnce(&mut Charge)) -> Vec<u8> {
    let Entry::Charge {
        answer_key,
        request,
        leaf,
    } = entry
    else {
        return entry.encode();
    };
    let Leaf::Charge(mut charge) = Leaf::from_bytes(leaf).unwrap() else {
        return entry.encode();
    };
    change(&mut charge);
    let leaf = Leaf::Charge(charge).to_bytes().unwrap();
    Entry::Charge {
        answer_key,
        request,
        leaf: &leaf,
    }
    .encode()
}

#[test]
fn a_forged_journal_with_a_chain_that_holds_is_found() {
    type Forgery<'a> = &'a dyn Fn(Entry<'_>) -> Option<Vec<u8>>;
    let forgeries: [(&str, Forgery<'_>); 5] = [
        ("leaves are not those", &|entry| {
            let Entry::Leaf(leaf) = entry else {
                return Some(entry.encode());
            };
            let mut leaf = Leaf::from_bytes(leaf).unwrap();
            if let Leaf::Policy(policy) = &mut leaf {
                policy.at_ms += 1;
            }
            Some(Entry::Leaf(&leaf.to_bytes().unwrap()).encode())
        }),
        ("had been charged", &|entry| {
            Some(with_charge(entry, |charge| {
                if charge.sequence == 5 {
                    charge.spent_before -= 1;
                    charge.spent_after -= 1;
                }
            }))
        }),
        ("does not say what its charge said", &|entry| {
            Some(with_charge(entry, |charge| charge.purpose.clear()))
        }),
        ("not the one that was released", &|entry| {
            Some(match entry {
                Entry::Answer {
                    answer_key,
                    charge,
                    remembered,
                    sealed,
                } => Entry::Answer {
                    answer_key,
                    charge,
                    remembered,
                    sealed: &sealed[1..],
                }
                .encode(),
                entry => entry.encode(),
            })
        }),
        ("no open charge", &|entry| {
            (!matches!(entry, Entry::Answer { .. } | Entry::Charge { .. })).then(|| {
                let Entry::Leaf(leaf) = entry else {
                    return entry.encode();
                };
                let mut leaf = Leaf::from_bytes(leaf).unwrap();
                if let Leaf::Release(release) = &mut leaf {
                    release.sequence -= 1;
                }
                Entry::Leaf(&leaf.to_bytes().unwrap()).encode()
            })
        }),
    ];
    for (expected, forgery) in forgeries {
        let dir = TempDir::new().unwrap();
        let (ledger, _) = ledger(&dir);
        forge(&ledger, forgery);
        let (code, _, errors) = audit(&["verify", &ledger]);
        assert_eq!(code, FAILED, "{expected}");
        assert!(errors.contains(expected), "{errors}");
    }
}

#[test]
fn a_ledger_that_is_older_than_a_held_checkpoint_does_not_verify() {
    let dir = TempDir::new().unwrap();
    let server = open(&dir);
    answered(&server, 1, b"one");
    let place = config(dir.path()).dir;
    let held = dir.path().join("held");
    let early = dir.path().join("early");
    fs::copy(place.join("checkpoint"), &early).unwrap();
    let journal = place.join("journal-000000.log");
    let before = fs::read(&journal).unwrap();
    answered(&server, 2, b"two");
    drop(server);
    fs::copy(place.join("checkpoint"), &held).unwrap();
    let verify = || audit(&["verify", &path(&place), "--checkpoint", &path(&held)]);
    let (code, out, _) = verify();
    assert_eq!(code, DONE);
    assert!(
        out.contains("the 4 leaves of the given checkpoint"),
        "{out}"
    );

    // Journal and published checkpoint rolled back together.
    fs::write(&journal, before).unwrap();
    fs::copy(&early, place.join("checkpoint")).unwrap();
    assert_eq!(audit(&["verify", &path(&place)]).0, DONE);
    let (code, _, errors) = verify();
    assert_eq!(code, FAILED);
    assert!(
        errors.contains("covers 4 leaves, but the ledger has 2"),
        "{errors}"
    );
}

#[test]
fn an_export_holds_the_covered_leaves_and_verifies() {
    let dir = TempDir::new().unwrap();
    let (ledger, vkey) = ledger(&dir);
    let out = path(&dir.path().join("export"));
    let (code, said, errors) = audit(&["export", &ledger, &out]);
    assert_eq!((code, errors.as_str()), (DONE, ""));
    assert!(
        said.contains("5 leaves") && said.contains("1 are newer"),
        "{said}"
    );
    let (code, said, errors) = audit(&["verify", &out, "--key", &vkey]);
    assert_eq!((code, errors.as_str()), (DONE, ""));
    assert!(said.contains("leaves       5"), "{said}");
    let json = |place: &str| audit(&["show", place, "--format", "json"]).1;
    assert!(json(&ledger).starts_with(&json(&out)));
    assert_eq!(audit(&["export", &ledger, &out]).0, FAILED);
}

#[test]
fn every_altered_byte_of_an_export_is_found() {
    let dir = TempDir::new().unwrap();
    let (ledger, vkey) = ledger(&dir);
    let out = dir.path().join("export");
    assert_eq!(audit(&["export", &ledger, &path(&out)]).0, DONE);
    for name in ["leaves.jsonl", "checkpoints.jsonl", "vkey"] {
        let file = out.join(name);
        let whole = fs::read(&file).unwrap();
        for at in 0..whole.len() - 1 {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 7);
            fs::write(&file, &bytes).unwrap();
            let same = Audited::read(&out)
                .is_ok_and(|read| read.book.vkey.is_some_and(|key| key.to_string() == vkey));
            assert!(!same, "{name}, byte {at}");
        }
        fs::write(&file, whole).unwrap();
    }
    let leaves = fs::read_to_string(out.join("leaves.jsonl")).unwrap();
    fs::write(
        out.join("leaves.jsonl"),
        leaves.replace("\"cells_suppressed\":2", "\"cells_suppressed\":0"),
    )
    .unwrap();
    let (code, _, errors) = audit(&["verify", &path(&out)]);
    assert_eq!(code, FAILED);
    assert!(
        errors.contains("the first altered leaf is in 1..3"),
        "{errors}"
    );
}

#[test]
fn show_lists_leaves_as_a_table_or_verbatim() {
    let dir = TempDir::new().unwrap();
    let (ledger, _) = ledger(&dir);
    let (code, out, _) = audit(&["show", &ledger]);
    assert_eq!(code, DONE);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 7);
    assert!(
        lines[1].contains("2026-01-01T00:00:00.000Z  policy"),
        "{out}"
    );
    assert!(
        lines[2].contains("charge         P-0001        demo-cancer"),
        "{out}"
    );
    assert!(
        lines[3].contains("for 1: 7 cells released, 2 suppressed"),
        "{out}"
    );
    let (_, out, _) = audit(&["show", &ledger, "--project", "P-0001", "--format", "json"]);
    assert_eq!(out.lines().count(), 5);
    for line in out.lines() {
        let leaf = Leaf::from_bytes(line.as_bytes()).unwrap();
        assert_eq!(leaf.project(), Some("P-0001"));
    }
    let (_, out, _) = audit(&["show", &ledger, "--project", "P-0002", "--format", "json"]);
    assert_eq!(out, "");
}

#[test]
fn wrong_usage_and_what_is_no_ledger_have_their_exit_codes() {
    let dir = TempDir::new().unwrap();
    assert_eq!(audit(&[]).0, 2);
    assert_eq!(audit(&["verify"]).0, 2);
    assert_eq!(audit(&["verify", "x", "--key", "not a key"]).0, 2);
    assert_eq!(audit(&["--help"]).0, DONE);
    let (code, _, errors) = audit(&["verify", &path(dir.path())]);
    assert_eq!(code, FAILED);
    assert!(
        errors.contains("neither a ledger nor an export"),
        "{errors}"
    );
}
