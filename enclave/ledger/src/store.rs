//! The index: what is looked up instead of reading the journal again. It is
//! derived from the journal and thrown away whenever it fails or disagrees, so
//! it is never flushed before a visit is acknowledged. Nothing else names sled.

mod anchors;

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use sekisho_receipt::Nonce;
use sekisho_receipt::merkle::Hash;

use crate::book::{Account, Change};
use crate::error::LedgerError;
use crate::journal::Position;

const HEAD: &[u8] = b"h";
const LEAF: u8 = b'l';
const SPENT: u8 = b's';
const NONCE: u8 = b'n';
const REQUEST: u8 = b'q';
const ANSWER: u8 = b'a';
const ANCHOR: u8 = b'c';
const STATISTIC: u8 = b't';
const EXPOSURE: u8 = b'e';
const CONSENT: u8 = b'd';

/// The index on disk.
#[derive(Debug)]
pub(crate) struct Store(sled::Db);

/// How far into the journal the index goes. Written together with the changes
/// that it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Head {
    pub(crate) records: u64,
    pub(crate) hash: Hash,
}

/// What the whole index adds up to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) leaves: u64,
    pub(crate) spent: BTreeMap<Account, u64>,
    /// Anchors, statistics, exposures and consents.
    pub(crate) sealed: u64,
}

impl Store {
    pub(crate) fn open(dir: &Path) -> Result<Self, LedgerError> {
        sled::Config::new()
            .path(dir)
            .open()
            .map(Self)
            .map_err(failed)
    }

    /// None in a new index.
    pub(crate) fn head(&self) -> Result<Option<Head>, LedgerError> {
        let Some(value) = self.0.get(HEAD).map_err(failed)? else {
            return Ok(None);
        };
        let (records, hash) = value.split_first_chunk().ok_or_else(malformed)?;
        Ok(Some(Head {
            records: u64::from_be_bytes(*records),
            hash: hash.try_into().map_err(|_| malformed())?,
        }))
    }

    /// Takes the changes up to this head, all or none. Of two answers to the
    /// same question the first stays, so that repeats never differ.
    pub(crate) fn apply(&self, changes: &[Change], head: Head) -> Result<(), LedgerError> {
        let mut batch = sled::Batch::default();
        let mut answered = HashSet::new();
        for change in changes {
            if let Change::Answer { answer_key, .. } = change
                && (!answered.insert(answer_key) || self.answer(answer_key)?.is_some())
            {
                continue;
            }
            let (key, value) = row(change);
            batch.insert(key, value);
        }
        batch.insert(
            HEAD,
            [&head.records.to_be_bytes(), head.hash.as_slice()].concat(),
        );
        self.0.apply_batch(batch).map_err(failed)
    }

    /// What an account has spent.
    pub(crate) fn spent(&self, account: &Account) -> Result<u64, LedgerError> {
        let value = self.0.get(spent_key(account)).map_err(failed)?;
        value.map_or(Ok(0), |value| number(&value))
    }

    /// Whether a permit was used.
    pub(crate) fn has_nonce(&self, nonce: &Nonce) -> Result<bool, LedgerError> {
        self.0.contains_key(key(NONCE, &nonce.0)).map_err(failed)
    }

    /// The question that an idempotency key stands for.
    pub(crate) fn request(&self, request: &Hash) -> Result<Option<Hash>, LedgerError> {
        let value = self.0.get(key(REQUEST, request)).map_err(failed)?;
        let hash = |value: sled::IVec| value.as_ref().try_into().map_err(|_| malformed());
        value.map(hash).transpose()
    }

    /// The release of an answer and where the answer is sealed.
    pub(crate) fn answer(&self, answer: &Hash) -> Result<Option<(u64, Position)>, LedgerError> {
        let Some(value) = self.0.get(key(ANSWER, answer)).map_err(failed)? else {
            return Ok(None);
        };
        let (release, at) = value.split_first_chunk().ok_or_else(malformed)?;
        Ok(Some((u64::from_be_bytes(*release), position(at)?)))
    }

    /// Where a leaf stands.
    pub(crate) fn leaf(&self, sequence: u64) -> Result<Option<Position>, LedgerError> {
        let value = self
            .0
            .get(key(LEAF, &sequence.to_be_bytes()))
            .map_err(failed)?;
        value.map(|value| position(&value)).transpose()
    }

    /// Reads every row, which also finds damage that would show only later.
    pub(crate) fn totals(&self) -> Result<Totals, LedgerError> {
        let mut totals = Totals::default();
        for row in self.0.iter() {
            let (key, value) = row.map_err(failed)?;
            match key.split_first() {
                Some((&LEAF, _)) => totals.leaves += 1,
                Some((&SPENT, key)) => {
                    totals.spent.insert(account(key)?, number(&value)?);
                }
                Some((&(ANCHOR | STATISTIC | EXPOSURE | CONSENT), _)) => totals.sealed += 1,
                _ => {}
            }
        }
        Ok(totals)
    }
}

fn row(change: &Change) -> (Vec<u8>, Vec<u8>) {
    match change {
        Change::Leaf { sequence, position } => (
            key(LEAF, &sequence.to_be_bytes()),
            position_bytes(*position),
        ),
        Change::Spent { account, spent } => (spent_key(account), spent.to_be_bytes().to_vec()),
        Change::Nonce(nonce) => (key(NONCE, &nonce.0), Vec::new()),
        Change::Request { request, question } => (key(REQUEST, request), question.to_vec()),
        Change::Answer {
            answer_key,
            release,
            position,
        } => (
            key(ANSWER, answer_key),
            [release.to_be_bytes().to_vec(), position_bytes(*position)].concat(),
        ),
        Change::Anchor {
            dataset,
            number,
            head,
            position,
        } => (
            anchors::row_key(ANCHOR, dataset, &[*number]),
            [position_bytes(*position).as_slice(), head].concat(),
        ),
        Change::Statistic {
            anchor,
            number,
            position,
        } => (
            key(
                STATISTIC,
                [anchor.to_be_bytes(), number.to_be_bytes()].as_flattened(),
            ),
            position_bytes(*position),
        ),
        Change::Consent {
            dataset,
            number,
            position,
        } => (
            anchors::row_key(CONSENT, dataset, &[*number]),
            position_bytes(*position),
        ),
        Change::Exposure {
            dataset,
            anchor,
            number,
            sealed,
        } => (
            anchors::row_key(EXPOSURE, dataset, &[*anchor, *number]),
            sealed.clone(),
        ),
    }
}

fn key(kind: u8, rest: &[u8]) -> Vec<u8> {
    [&[kind], rest].concat()
}

fn spent_key((project, dataset): &Account) -> Vec<u8> {
    let length = (project.len() as u64).to_be_bytes();
    [
        &[SPENT],
        length.as_slice(),
        project.as_bytes(),
        dataset.as_bytes(),
    ]
    .concat()
}

fn account(key: &[u8]) -> Result<Account, LedgerError> {
    let split = || {
        let (length, names) = key.split_first_chunk()?;
        let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
        let (project, dataset) = std::str::from_utf8(names).ok()?.split_at_checked(length)?;
        Some((project.to_owned(), dataset.to_owned()))
    };
    split().ok_or_else(malformed)
}

fn position_bytes(position: Position) -> Vec<u8> {
    let segment = position.segment.to_be_bytes();
    [segment.as_slice(), &position.offset.to_be_bytes()].concat()
}

fn position(value: &[u8]) -> Result<Position, LedgerError> {
    let (segment, offset) = value.split_first_chunk().ok_or_else(malformed)?;
    Ok(Position {
        segment: u32::from_be_bytes(*segment),
        offset: number(offset)?,
    })
}

fn number(value: &[u8]) -> Result<u64, LedgerError> {
    Ok(u64::from_be_bytes(
        value.try_into().map_err(|_| malformed())?,
    ))
}

fn malformed() -> LedgerError {
    LedgerError::Index("a row is malformed".to_owned())
}

#[expect(clippy::needless_pass_by_value, reason = "fits map_err")]
fn failed(error: sled::Error) -> LedgerError {
    LedgerError::Index(error.to_string())
}
