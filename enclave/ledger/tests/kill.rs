//! A process that is killed while it writes.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use roaring::RoaringBitmap;
use sekisho_ledger::{AnchorRecord, AnswerKey, Config, Ledger, Meter, Outcome, Visit};
use tempfile::TempDir;
use zeroize::Zeroizing;

const DIR: &str = "SEKISHO_LEDGER_KILL_DIR";
const RHO: &str = "rho//demo";
const ROUNDS: u64 = 6;

fn open(dir: &Path) -> Ledger {
    Ledger::open(Config {
        dir: dir.to_owned(),
        origin: "sekisho/test".to_owned(),
        signing_seed: Zeroizing::new([7; 32]),
        sealing_key: Zeroizing::new([9; 32]),
    })
    .unwrap()
}

fn visit(number: u64) -> Visit {
    let mut nonce = [0; 16];
    nonce[..8].copy_from_slice(&number.to_be_bytes());
    Visit {
        at_ms: 0,
        nonce,
        nonce_expires_at_ms: 0,
        principal: "researcher".to_owned(),
        project: "P-0001".to_owned(),
        purpose: "research".to_owned(),
        operation: "query".to_owned(),
        question_digest: [1; 32],
        canonical_digest: [2; 32],
        cohort_digest: [3; 32],
        profile_digest: [4; 32],
        dataset: "demo".to_owned(),
        // A question of its own for each number.
        snapshot: number.to_string(),
        policy_digest: [6; 32],
        holder_policy_digest: None,
        rules: Vec::new(),
        profile: "standard".to_owned(),
        trace_id: String::new(),
        idempotency_key: None,
        meters: vec![Meter {
            account: RHO.to_owned(),
            amount: 3,
            limit: u64::MAX,
        }],
    }
}

fn answer_key(number: u64) -> AnswerKey {
    visit(number).answer_key()
}

/// The set of the visit with this number.
fn set(number: u64) -> RoaringBitmap {
    let first = u32::try_from(number).unwrap();
    (first..first + 40).collect()
}

/// Says on its output what was charged (`c`) and what was answered (`a`), with the set
/// that it was of, after the ledger said so.
#[test]
#[ignore = "runs in the process that the test below kills"]
fn write_until_killed() {
    let dir = PathBuf::from(std::env::var_os(DIR).unwrap());
    let ledger = open(&dir);
    let first = ledger.spent("P-0001", "demo").unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let ledger = &ledger;
            scope.spawn(move || {
                for number in (first + 1_000_000 * thread).. {
                    let reserved = ledger.reserve(visit(number), 1, u64::MAX).unwrap();
                    say("c", number);
                    let anchor = AnchorRecord {
                        set: set(number),
                        key: u128::from(number),
                        sketch: Vec::new(),
                    };
                    let ids = ledger.add_anchors("demo", &[anchor]).unwrap();
                    ledger.add_exposure("demo", ids[0], 5).unwrap();
                    let answer = number.to_be_bytes().repeat(100);
                    let _ = ledger
                        .commit(reserved, Outcome::default(), &answer)
                        .unwrap();
                    say("a", number);
                }
            });
        }
    });
}

fn say(what: &str, number: u64) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{what} {number}").unwrap();
    out.flush().unwrap();
}

#[test]
fn a_killed_process_loses_nothing_that_it_acknowledged() {
    let dir = TempDir::new().unwrap();
    let dir = dir.path().join("ledger");
    let (mut charged, mut answered) = (0, Vec::new());
    for round in 0..ROUNDS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["write_until_killed", "--exact", "--ignored", "--nocapture"])
            .env(DIR, &dir)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut count = |line: String| match line.split_once(' ') {
            Some(("c", _)) => charged += 1,
            Some(("a", number)) => answered.push(number.parse::<u64>().unwrap()),
            _ => {}
        };
        // It writes before it is killed, however slow the machine is.
        for line in lines.by_ref().take(60) {
            count(line.unwrap());
        }
        std::thread::sleep(Duration::from_millis(7 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        // The last line may have been cut off with its writer.
        lines.map_while(Result::ok).for_each(&mut count);

        let ledger = open(&dir);
        let spent = ledger.spent("P-0001", "demo").unwrap();
        assert!(spent >= charged, "{spent} of {charged} charges are left");
        assert_eq!(ledger.metered(RHO).unwrap(), 3 * spent);
        let heads = ledger.anchors("demo").unwrap();
        let exposures: BTreeMap<_, _> = ledger.exposures("demo").unwrap().into_iter().collect();
        let ids: BTreeMap<_, _> = heads.iter().map(|head| (head.key, head.id)).collect();
        for number in &answered {
            let id = ids[&u128::from(*number)];
            assert_eq!(ledger.anchor_set(id).unwrap(), set(*number));
            assert_eq!(exposures[&id], 5);
            let (committed, answer) = ledger.answer(&answer_key(*number)).unwrap().unwrap();
            assert_eq!(answer, number.to_be_bytes().repeat(100));
            committed.receipt().verify(&[ledger.vkey()]).unwrap();
        }
    }
    assert!(charged >= 20 * ROUNDS && !answered.is_empty());
}
