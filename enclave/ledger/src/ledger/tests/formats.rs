//! Journals of an earlier format.

use super::anchors::{DEMO, record};
use super::*;
use crate::audit::tests::{forge, write_bodies};
use crate::entry::Format;
use crate::journal::replay;

fn headers(dir: &Path) -> Vec<Format> {
    let mut headers = Vec::new();
    replay(dir, |record| {
        if let Ok(Entry::Header { format, .. }) = Entry::decode(record.body) {
            headers.push(format);
        }
        Ok(())
    })
    .unwrap();
    headers
}

/// A ledger as it was before anchors, with one answered visit.
fn old(dir: &TempDir) -> std::path::PathBuf {
    let ledger = open(dir);
    answered(&ledger, 1, b"the figures");
    drop(ledger);
    let place = config(dir.path()).dir;
    forge(place.to_str().unwrap(), |entry| {
        Some(match entry {
            Entry::Header { vkey, .. } => Entry::Header {
                format: Format::One,
                vkey,
            }
            .encode(),
            entry => entry.encode(),
        })
    });
    assert_eq!(headers(&place), [Format::One]);
    place
}

#[test]
fn a_journal_of_the_first_format_opens_and_is_raised_once() {
    let dir = TempDir::new().unwrap();
    let place = old(&dir);
    for _ in 0..2 {
        let ledger = open(&dir);
        let (_, answer) = ledger.answer(&visit(1).answer_key()).unwrap().unwrap();
        assert_eq!(answer, b"the figures");
        assert_eq!(spent(&ledger), 1);
        drop(ledger);
        assert_eq!(headers(&place), [Format::One, Format::Two]);
    }
    let ledger = open(&dir);
    let ids = ledger.add_anchors(DEMO, &[record(0..9)]).unwrap();
    drop(ledger);
    assert_eq!(open(&dir).anchor_set(ids[0]).unwrap(), record(0..9).set);
}

#[test]
fn what_a_format_does_not_have_is_refused_in_it() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    ledger.add_anchors(DEMO, &[record(0..9)]).unwrap();
    let vkey = ledger.vkey().to_string();
    drop(ledger);
    let place = config(dir.path()).dir;
    let mut anchor = Vec::new();
    replay(&place, |record| {
        if let Ok(Entry::Anchor { .. }) = Entry::decode(record.body) {
            anchor = record.body.to_vec();
        }
        Ok(())
    })
    .unwrap();
    let header = |format, vkey: &str| Entry::Header { format, vkey }.encode();
    let (one, two) = (header(Format::One, &vkey), header(Format::Two, &vkey));
    let other = vkey.replace("sekisho/test+", "sekisho/other+");
    for (bodies, expected) in [
        (vec![one.clone(), anchor.clone()], "of a newer format"),
        (vec![two.clone(), one.clone()], "a second beginning"),
        (vec![two.clone(), two.clone()], "a second beginning"),
        (
            vec![one.clone(), header(Format::Two, &other)],
            "a second beginning",
        ),
        (vec![one, two, anchor], ""),
    ] {
        std::fs::remove_file(place.join("journal-000000.log")).unwrap();
        std::fs::remove_file(place.join("checkpoint")).unwrap_or_default();
        write_bodies(&place, &bodies);
        match Ledger::open(config(dir.path())) {
            Ok(ledger) => {
                assert_eq!(expected, "");
                assert_eq!(ledger.anchors(DEMO).unwrap().len(), 1);
            }
            Err(LedgerError::Corrupt { reason, record, .. }) => {
                assert!(
                    !expected.is_empty() && reason.contains(expected),
                    "{reason}"
                );
                assert_eq!(record, 1);
            }
            Err(error) => panic!("{error}"),
        }
    }
}
