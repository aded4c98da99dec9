//! Journals on a real disk, cut off and altered.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::fs;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

const BODIES: [&str; 5] = ["one", "two", "three", "four", "the last"];

/// Writes each body as a batch of its own.
fn write(dir: &Path, bodies: &[&str], segment_bytes: u64) {
    let end = replay(dir, |_| Ok(())).unwrap();
    let mut journal = Journal::open(dir, &end, segment_bytes).unwrap();
    for body in bodies {
        let mut batch = journal.begin().unwrap();
        let position = journal.position(&batch);
        batch.push(body.as_bytes()).unwrap();
        journal.write(batch).unwrap();
        assert_eq!(journal.read(position).unwrap(), body.as_bytes());
    }
    journal.newest().sync_data().unwrap();
}

fn read(dir: &Path) -> Result<(Vec<String>, End), LedgerError> {
    let mut bodies = Vec::new();
    let end = replay(dir, |record| {
        bodies.push(String::from_utf8(record.body.to_vec()).unwrap());
        Ok(())
    })?;
    Ok((bodies, end))
}

#[test]
fn records_are_read_as_they_were_written_over_many_segments() {
    let dir = TempDir::new().unwrap();
    write(dir.path(), &BODIES[..3], 1);
    write(dir.path(), &BODIES[3..], 1);
    assert!(segment_path(dir.path(), 4).exists());
    let (bodies, end) = read(dir.path()).unwrap();
    assert_eq!(bodies, BODIES);
    assert_eq!(end.records, 5);
    assert_eq!(end.position.segment, 4);
}

#[test]
fn a_last_record_cut_off_at_any_byte_is_removed_and_no_other() {
    let dir = TempDir::new().unwrap();
    write(dir.path(), &BODIES, u64::MAX);
    let path = segment_path(dir.path(), 0);
    let whole = fs::read(&path).unwrap();
    let last = whole.len() - record::HEADER_BYTES - BODIES[4].len();
    for length in last..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        let (bodies, end) = read(dir.path()).unwrap();
        assert_eq!(bodies, BODIES[..4]);
        assert_eq!(end.torn.is_some(), length > last);
        write(dir.path(), &["after"], u64::MAX);
        let (bodies, end) = read(dir.path()).unwrap();
        assert_eq!(bodies[..4], BODIES[..4]);
        assert_eq!(bodies[4], "after");
        assert_eq!(end.torn, None);
    }
}

#[test]
fn zeros_after_the_last_record_are_an_unfinished_write() {
    let dir = TempDir::new().unwrap();
    write(dir.path(), &BODIES, u64::MAX);
    let path = segment_path(dir.path(), 0);
    let mut bytes = fs::read(&path).unwrap();
    bytes.resize(bytes.len() + 4096, 0);
    fs::write(&path, bytes).unwrap();
    let (bodies, end) = read(dir.path()).unwrap();
    assert_eq!(bodies, BODIES);
    assert_eq!(end.torn.map(|torn| torn.bytes), Some(4096));
}

#[test]
fn an_altered_length_never_passes_for_a_crash() {
    let dir = TempDir::new().unwrap();
    write(dir.path(), &BODIES, u64::MAX);
    let path = segment_path(dir.path(), 0);
    let whole = fs::read(&path).unwrap();
    let mut offset = 0;
    for (number, body) in BODIES.iter().enumerate() {
        for byte in offset..offset + 4 {
            let mut bytes = whole.clone();
            bytes[byte] ^= 1;
            fs::write(&path, bytes).unwrap();
            let Err(LedgerError::Corrupt {
                offset: at, record, ..
            }) = read(dir.path())
            else {
                panic!("byte {byte} was not missed");
            };
            assert_eq!((at, record), (offset as u64, number as u64));
        }
        offset += record::HEADER_BYTES + body.len();
    }
}

#[test]
fn records_that_were_swapped_left_out_or_repeated_break_the_chain() {
    let dir = TempDir::new().unwrap();
    write(dir.path(), &["aaa", "bbb", "ccc"], u64::MAX);
    let path = segment_path(dir.path(), 0);
    let whole = fs::read(&path).unwrap();
    let records: Vec<&[u8]> = whole.chunks(record::HEADER_BYTES + 3).collect();
    for order in [
        &[1, 0, 2][..],
        &[0, 2],
        &[1, 2],
        &[0, 0, 1, 2],
        &[0, 1, 2, 2],
    ] {
        let bytes: Vec<u8> = order.iter().flat_map(|at| records[*at]).copied().collect();
        fs::write(&path, bytes).unwrap();
        assert!(
            matches!(read(dir.path()), Err(LedgerError::Corrupt { .. })),
            "{order:?}"
        );
    }
}

#[test]
fn a_missing_or_shortened_older_segment_refuses_the_journal() {
    let dir = TempDir::new().unwrap();
    write(dir.path(), &BODIES, 1);
    let path = segment_path(dir.path(), 2);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    assert!(matches!(
        read(dir.path()),
        Err(LedgerError::Corrupt { record: 2, .. })
    ));
    fs::write(&path, &whole[..0]).unwrap();
    assert!(matches!(
        read(dir.path()),
        Err(LedgerError::Corrupt { record: 2, .. })
    ));
    fs::remove_file(&path).unwrap();
    assert!(matches!(read(dir.path()), Err(LedgerError::Corrupt { .. })));
}

#[test]
fn a_body_that_is_too_large_is_not_written() {
    let dir = TempDir::new().unwrap();
    let end = replay(dir.path(), |_| Ok(())).unwrap();
    let mut journal = Journal::open(dir.path(), &end, u64::MAX).unwrap();
    let mut batch = journal.begin().unwrap();
    let refused = batch.push(&vec![1; MOST_BODY + 1]);
    assert!(matches!(refused, Err(LedgerError::TooLarge(_))));
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let found = record::decode(&bytes, Some(&[0; 32]));
        let is_record = matches!(found, record::Found::Record { .. });
        prop_assert!(!is_record, "two checksums do not hold by chance");
    }
}
