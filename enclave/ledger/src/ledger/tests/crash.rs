//! What a crash or a damaged disk leaves behind.

use std::fs;
use std::path::PathBuf;

use super::anchors::{DEMO, record};
use super::meters::meter;
use super::*;

fn files(dir: &TempDir) -> (PathBuf, PathBuf, PathBuf) {
    let dir = config(dir.path()).dir;
    (
        dir.join("journal-000000.log"),
        dir.join("checkpoint"),
        dir.join("index"),
    )
}

fn expect_first_visit(ledger: &Ledger) {
    let (committed, answer) = ledger.answer(&visit(1).answer_key()).unwrap().unwrap();
    assert_eq!(answer, b"first");
    committed.receipt().verify(&[ledger.vkey()]).unwrap();
    let replayed = ledger.reserve(visit(1), 1, LIMIT);
    assert!(matches!(replayed, Err(ReserveError::NonceUsed)));
}

#[test]
fn what_was_acknowledged_survives_a_last_write_that_was_cut_off_anywhere() {
    let dir = TempDir::new().unwrap();
    let (journal, checkpoint, _) = files(&dir);
    let ledger = open(&dir);
    answered(&ledger, 1, b"first");
    let published = fs::read(&checkpoint).unwrap();
    let before = fs::read(&journal).unwrap().len();
    answered(&ledger, 2, b"second");
    drop(ledger);
    let whole = fs::read(&journal).unwrap();
    // Charge, answer, release and checkpoint of the second visit; a prime step
    // meets every part of each, and the journal's own test every byte.
    for length in (before..whole.len()).step_by(61) {
        fs::write(&journal, &whole[..length]).unwrap();
        fs::write(&checkpoint, &published).unwrap();
        let ledger = open(&dir);
        expect_first_visit(&ledger);
        let torn = ledger.recovered().map_or(0, |torn| torn.bytes);
        assert!(torn <= (length - before) as u64);
        let charged = spent(&ledger);
        assert!((1..=2).contains(&charged));
        // A charge that was written is not forgotten, whatever came of it.
        let again = ledger.reserve(visit(2), 1, LIMIT);
        match charged {
            1 => assert_eq!(again.unwrap().spent(), 2),
            _ => assert!(matches!(again, Err(ReserveError::NonceUsed))),
        }
        if let Some((_, answer)) = ledger.answer(&visit(2).answer_key()).unwrap() {
            assert_eq!(answer, b"second");
        }
        drop(ledger);
        assert_eq!(open(&dir).recovered(), None);
    }
}

#[test]
fn of_a_visit_with_everything_a_cut_anywhere_leaves_a_beginning() {
    let dir = TempDir::new().unwrap();
    let (journal, checkpoint, index) = files(&dir);
    let ledger = open(&dir);
    answered(&ledger, 1, b"first");
    let kept = ledger.add_anchors(DEMO, &[record(0..50)]).unwrap()[0];
    ledger.add_exposure(DEMO, kept, 7).unwrap();
    let published = fs::read(&checkpoint).unwrap();
    let mut stages = vec![fs::read(&journal).unwrap().len()];
    let written = |stages: &mut Vec<usize>| stages.push(fs::read(&journal).unwrap().len());
    let asked = Visit {
        meters: vec![meter("rho//demo-cancer", 2, 10)],
        ..visit(2)
    };
    let reserved = ledger.reserve(asked, 1, LIMIT).unwrap();
    written(&mut stages);
    let exposure = meter("exposure//demo-cancer", 3, 10);
    ledger.meter(&reserved, vec![exposure]).unwrap();
    written(&mut stages);
    let records = [record(0..90), record((0..5000).step_by(7))];
    let ids = ledger.add_anchors(DEMO, &records).unwrap();
    written(&mut stages);
    let statistics = [(kept, vec![1; 20]), (ids[1], vec![2; 20])];
    ledger.add_statistics(DEMO, &statistics).unwrap();
    written(&mut stages);
    ledger.add_exposure(DEMO, kept, 1).unwrap();
    written(&mut stages);
    let _ = ledger.commit(reserved, outcome(), b"second").unwrap();
    drop(ledger);
    let whole = fs::read(&journal).unwrap();
    let lengths = (stages[0]..whole.len()).step_by(61);
    for length in lengths.chain(stages.clone()) {
        fs::write(&journal, &whole[..length]).unwrap();
        fs::write(&checkpoint, &published).unwrap();
        // With the index of the whole journal, which disagrees, and with none.
        if length % 2 == 0 {
            fs::remove_dir_all(&index).unwrap();
        }
        let ledger = open(&dir);
        expect_first_visit(&ledger);
        // What was acknowledged before the cut is there, and all of it.
        let done = |stage: usize| length >= stages[stage];
        let metered = |account| ledger.metered(account).unwrap();
        assert_eq!(metered("rho//demo-cancer"), if done(1) { 2 } else { 0 });
        assert_eq!(
            metered("exposure//demo-cancer"),
            if done(2) { 3 } else { 0 }
        );
        let heads = ledger.anchors(DEMO).unwrap();
        assert!((1..=3).contains(&heads.len()) && (heads.len() == 3 || !done(3)));
        let sets = [record(0..50), records[0].clone(), records[1].clone()];
        for (head, expected) in heads.iter().zip(sets) {
            assert_eq!(ledger.anchor_set(head.id).unwrap(), expected.set);
        }
        let first = ledger.statistics(kept).unwrap();
        assert!(first.len() == 1 || (first.is_empty() && !done(4)));
        if done(4) {
            assert_eq!(ledger.statistics(ids[1]).unwrap(), [[2; 20]]);
        }
        let nano = if done(5) { 8 } else { 7 };
        assert_eq!(ledger.exposures(DEMO).unwrap(), [(kept, nano)]);
        // And the ledger goes on.
        let next = ledger.add_anchors(DEMO, &[record(5..8)]).unwrap();
        assert_eq!(ledger.anchor_set(next[0]).unwrap(), record(5..8).set);
    }
}

#[test]
fn a_journal_behind_its_published_checkpoint_is_refused() {
    let dir = TempDir::new().unwrap();
    let (journal, checkpoint, _) = files(&dir);
    let ledger = open(&dir);
    answered(&ledger, 1, b"first");
    let earlier = fs::read(&journal).unwrap();
    answered(&ledger, 2, b"second");
    drop(ledger);
    fs::write(&journal, &earlier).unwrap();
    let refused = Ledger::open(config(dir.path()));
    assert!(matches!(
        refused,
        Err(LedgerError::RolledBack {
            expected: 4,
            found: 2,
            ..
        })
    ));
    fs::remove_file(&journal).unwrap();
    let refused = Ledger::open(config(dir.path()));
    assert!(matches!(
        refused,
        Err(LedgerError::RolledBack {
            expected: 4,
            found: 0,
            ..
        })
    ));
    fs::write(&journal, &earlier).unwrap();
    fs::write(&checkpoint, "not a checkpoint").unwrap();
    let refused = Ledger::open(config(dir.path()));
    assert!(matches!(refused, Err(LedgerError::Checkpoint { .. })));
}

#[test]
fn an_altered_record_refuses_the_ledger_and_is_named() {
    let dir = TempDir::new().unwrap();
    let (journal, ..) = files(&dir);
    let ledger = open(&dir);
    answered(&ledger, 1, b"first");
    answered(&ledger, 2, b"second");
    drop(ledger);
    let whole = fs::read(&journal).unwrap();
    let mut bytes = whole.clone();
    bytes[whole.len() / 2] ^= 1;
    fs::write(&journal, &bytes).unwrap();
    let Err(refused) = Ledger::open(config(dir.path())) else {
        panic!("an altered ledger was opened");
    };
    assert!(
        refused.to_string().contains("journal-000000.log"),
        "{refused}"
    );
    assert_eq!(
        fs::read(&journal).unwrap(),
        bytes,
        "the evidence was altered"
    );
}

#[test]
fn the_index_is_built_again_when_it_is_deleted_damaged_or_old() {
    let dir = TempDir::new().unwrap();
    let (_, _, index) = files(&dir);
    let ledger = open(&dir);
    answered(&ledger, 1, b"first");
    drop(ledger);
    let old = copies(&index);
    let ledger = open(&dir);
    for number in 2..20 {
        answered(&ledger, number, b"later");
    }
    drop(ledger);
    let newest = copies(&index);

    let restore = |files: &[(PathBuf, Vec<u8>)]| {
        if index.exists() {
            fs::remove_dir_all(&index).unwrap();
        }
        for (path, bytes) in files {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    };
    let expect_all = || {
        let ledger = open(&dir);
        expect_first_visit(&ledger);
        assert_eq!(spent(&ledger), 19);
        let (_, answer) = ledger.answer(&visit(19).answer_key()).unwrap().unwrap();
        assert_eq!(answer, b"later");
        assert!(
            ledger
                .receipt("P-0001", "demo-cancer", 37)
                .unwrap()
                .is_some()
        );
    };
    restore(&[]);
    expect_all();
    restore(&old);
    expect_all();
    for at in 0..newest.len() {
        let length = newest[at].1.len();
        for damage in [
            newest[at].1[..length / 2].to_vec(),
            vec![0xa5; length],
            Vec::new(),
        ] {
            let mut files = newest.clone();
            files[at].1 = damage;
            restore(&files);
            expect_all();
        }
    }
}

#[test]
fn an_index_of_another_history_is_not_believed() {
    let (here, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (ledger, other) = (open(&here), open(&elsewhere));
    answered(&ledger, 1, b"first");
    answered(&other, 2, b"not here");
    drop((ledger, other));
    let (theirs, ours) = (files(&elsewhere).2, files(&here).2);
    fs::remove_dir_all(&ours).unwrap();
    fs::rename(&theirs, &ours).unwrap();
    let ledger = open(&here);
    expect_first_visit(&ledger);
    let _ = ledger.reserve(visit(2), 1, LIMIT).unwrap();
}

fn copies(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(copies(&path));
        } else {
            files.push((path.clone(), fs::read(path).unwrap()));
        }
    }
    files
}

/// A full segment is synced beside those that wait for it. The system tells of a failure
/// once; who waits must not take the next sync, which succeeds, for an answer.
#[test]
fn a_ledger_that_halted_while_a_call_waited_acknowledges_nothing() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    answered(&ledger, 1, b"first");
    let mut pages = ledger.pages().unwrap();
    pages.halted = true;
    assert!(matches!(ledger.durable(pages), Err(LedgerError::Halted)));
    assert!(matches!(ledger.checkpoint(), Err(LedgerError::Halted)));
}
