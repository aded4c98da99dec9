//! Journals of an earlier format.

use super::anchors::{DEMO, record};
use super::*;
use crate::audit::tests::{forge, write_bodies};
use crate::entry::Format;
use crate::journal::replay;
use sekisho_receipt::merkle::Hash;

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

/// A journal that the first version wrote with the keys of these tests: a
/// policy, visit 1 answered, visit 2 abandoned.
fn old(dir: &TempDir) -> std::path::PathBuf {
    let place = config(dir.path()).dir;
    std::fs::create_dir_all(&place).unwrap();
    let journal = include_bytes!("journal-1.log");
    std::fs::write(place.join("journal-000000.log"), journal).unwrap();
    assert_eq!(headers(&place), [Format::One]);
    place
}

#[test]
fn a_journal_of_the_first_format_opens_and_is_raised_once() {
    let dir = TempDir::new().unwrap();
    let place = old(&dir);
    let audited = crate::audit::tests::audit(&["verify", place.to_str().unwrap()]);
    assert_eq!((audited.0, audited.2.as_str()), (0, ""));
    for _ in 0..2 {
        let ledger = open(&dir);
        let (again, answer) = ledger.answer(&visit(1).answer_key()).unwrap().unwrap();
        assert_eq!(answer, b"the figures");
        again.receipt().verify(&[ledger.vkey()]).unwrap();
        assert_eq!(spent(&ledger), 2);
        drop(ledger);
        assert_eq!(headers(&place), [Format::One, Format::Three]);
    }
    let ledger = open(&dir);
    let ids = ledger.add_anchors(DEMO, &[record(0..9)]).unwrap();
    answered(&ledger, 3, b"new figures");
    drop(ledger);
    let ledger = open(&dir);
    assert_eq!(ledger.anchor_set(ids[0]).unwrap(), record(0..9).set);
    for (number, expected) in [(1, "the figures"), (3, "new figures")] {
        let (_, answer) = ledger.answer(&visit(number).answer_key()).unwrap().unwrap();
        assert_eq!(answer, expected.as_bytes());
    }
    let audited = crate::audit::tests::audit(&["verify", place.to_str().unwrap()]);
    assert_eq!((audited.0, audited.2.as_str()), (0, ""));
}

#[test]
fn a_journal_does_not_pass_for_one_of_the_first_format() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    let ids = ledger.add_anchors(DEMO, &[record(0..9)]).unwrap();
    ledger.add_exposure(DEMO, ids[0], 5).unwrap();
    answered(&ledger, 1, b"the figures");
    drop(ledger);
    let place = config(dir.path()).dir;
    let original = std::fs::read(place.join("journal-000000.log")).unwrap();
    // What a forger without keys can put in an answer's place so that an answer
    // of the first format has the digest that was released, or nearly.
    let inner = |remembered: &Hash, sealed: &[u8]| [remembered, sealed].concat();
    let hashed =
        |remembered: &Hash, sealed: &[u8]| Sha256::digest(inner(remembered, sealed)).to_vec();
    type Disguise<'a> = &'a dyn Fn(&Hash, &[u8]) -> Vec<u8>;
    let disguises: [Disguise<'_>; 3] = [&hashed, &inner, &|_, sealed| sealed.to_vec()];
    for disguise in disguises {
        std::fs::write(place.join("journal-000000.log"), &original).unwrap();
        forge(place.to_str().unwrap(), |entry| match entry {
            Entry::Header { vkey, .. } => Some(
                Entry::Header {
                    format: Format::One,
                    vkey,
                }
                .encode(),
            ),
            Entry::Anchor { .. } | Entry::Exposure { .. } => None,
            Entry::Answer {
                answer_key,
                charge,
                remembered,
                sealed,
            } => Some(
                Entry::Answer {
                    answer_key,
                    charge,
                    remembered: None,
                    sealed: &disguise(&remembered.unwrap(), sealed),
                }
                .encode(),
            ),
            entry => Some(entry.encode()),
        });
        let refused = Ledger::open(config(dir.path()));
        assert!(matches!(refused, Err(LedgerError::Corrupt { .. })));
    }
}

#[test]
fn what_a_format_does_not_have_is_refused_in_it() {
    let dir = TempDir::new().unwrap();
    let ledger = open(&dir);
    ledger.add_anchors(DEMO, &[record(0..9)]).unwrap();
    ledger
        .record_consent(DEMO, ConsentEvent::Withdraw, b"whom", 5)
        .unwrap();
    let vkey = ledger.vkey().to_string();
    drop(ledger);
    let place = config(dir.path()).dir;
    let (mut anchor, mut consent) = (Vec::new(), Vec::new());
    replay(&place, |record| {
        match Entry::decode(record.body) {
            Ok(Entry::Anchor { .. }) => anchor = record.body.to_vec(),
            Ok(Entry::Consent { .. }) => consent = record.body.to_vec(),
            _ => {}
        }
        Ok(())
    })
    .unwrap();
    let header = |format, vkey: &str| Entry::Header { format, vkey }.encode();
    let (one, two) = (header(Format::One, &vkey), header(Format::Two, &vkey));
    let other = vkey.replace("sekisho/test+", "sekisho/other+");
    for (bodies, expected) in [
        (vec![one.clone(), anchor.clone()], "of a newer format"),
        (vec![two.clone(), consent], "of a newer format"),
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
