//! What a record's body holds: a kind byte and its contents.

use sekisho_receipt::merkle::Hash;
use sha2::{Digest, Sha256};

use crate::seal::SEALED_BYTES;

/// A body, borrowed from the journal or about to be written to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry<'a> {
    /// The journal's first record: the vkey line of the ledger that it is. A
    /// second one, with the same line, raises the format for what follows.
    Header { format: Format, vkey: &'a str },
    /// A charge's leaf. Beside it, for the index only, what it will answer and
    /// the digest of its project's idempotency key (all zero without one).
    Charge {
        answer_key: Hash,
        request: Hash,
        leaf: &'a [u8],
    },
    /// Any other leaf.
    Leaf(&'a [u8]),
    /// The sealed answer of the charge at this sequence.
    Answer {
        answer_key: Hash,
        charge: u64,
        /// Over everything that was remembered before it, so that the release,
        /// which a checkpoint covers, vouches for that too. Not in the first
        /// format.
        remembered: Option<Hash>,
        sealed: &'a [u8],
    },
    /// A signed checkpoint.
    Checkpoint(&'a str),
    /// A set of individuals that a release described. Its number is its name.
    Anchor {
        number: u64,
        dataset: &'a str,
        /// Size, set key and sketch, sealed.
        head: &'a [u8],
        /// The set, sealed.
        set: &'a [u8],
    },
    /// A sealed statistic that was released over this anchor.
    Statistic {
        number: u64,
        anchor: u64,
        sealed: &'a [u8],
    },
    /// What is now known of the consent of a dataset's individuals, sealed.
    Consent {
        number: u64,
        dataset: &'a str,
        sealed: &'a [u8],
    },
    /// The sealed exposure that a release added to this anchor's individuals.
    Exposure {
        number: u64,
        anchor: u64,
        sealed: &'a [u8],
    },
}

/// What a journal may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Format {
    /// Leaves, answers and checkpoints.
    One,
    /// Anchors, statistics and exposures as well.
    Two,
    /// Consents as well.
    Three,
}

impl Format {
    /// The format that is written.
    pub(crate) const NEWEST: Self = Self::Three;

    fn line(self) -> &'static str {
        match self {
            Self::One => "sekisho-journal/1\n",
            Self::Two => "sekisho-journal/2\n",
            Self::Three => "sekisho-journal/3\n",
        }
    }
}

const SHORT: &str = "the record is too short for its kind";

const HEADER: u8 = 0;
const CHARGE: u8 = 1;
const LEAF: u8 = 2;
const ANSWER: u8 = 3;
const CHECKPOINT: u8 = 4;
const ANCHOR: u8 = 5;
const STATISTIC: u8 = 6;
const EXPOSURE: u8 = 7;
const REMEMBERING_ANSWER: u8 = 8;
const CONSENT: u8 = 9;

impl<'a> Entry<'a> {
    pub(crate) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Header { format, vkey } => {
                [&[HEADER], format.line().as_bytes(), vkey.as_bytes()].concat()
            }
            Self::Charge {
                answer_key,
                request,
                leaf,
            } => [&[CHARGE], answer_key.as_slice(), request.as_slice(), leaf].concat(),
            Self::Leaf(leaf) => [&[LEAF], *leaf].concat(),
            Self::Answer {
                answer_key,
                charge,
                remembered,
                sealed,
            } => [
                [remembered.map_or(ANSWER, |_| REMEMBERING_ANSWER)].as_slice(),
                answer_key.as_slice(),
                &charge.to_be_bytes(),
                remembered.as_ref().map_or(&[], Hash::as_slice),
                sealed,
            ]
            .concat(),
            Self::Checkpoint(note) => [&[CHECKPOINT], note.as_bytes()].concat(),
            Self::Anchor {
                number,
                dataset,
                head,
                set,
            } => [
                &[ANCHOR],
                number.to_be_bytes().as_slice(),
                &(dataset.len() as u64).to_be_bytes(),
                dataset.as_bytes(),
                &(head.len() as u64).to_be_bytes(),
                head,
                set,
            ]
            .concat(),
            Self::Statistic {
                number,
                anchor,
                sealed,
            } => of_anchor(STATISTIC, *number, *anchor, sealed),
            Self::Exposure {
                number,
                anchor,
                sealed,
            } => of_anchor(EXPOSURE, *number, *anchor, sealed),
            Self::Consent {
                number,
                dataset,
                sealed,
            } => [
                &[CONSENT],
                number.to_be_bytes().as_slice(),
                &(dataset.len() as u64).to_be_bytes(),
                dataset.as_bytes(),
                sealed,
            ]
            .concat(),
        }
    }

    pub(crate) fn decode(body: &'a [u8]) -> Result<Self, &'static str> {
        let (kind, rest) = body.split_first().ok_or(SHORT)?;
        match *kind {
            HEADER => std::str::from_utf8(rest)
                .ok()
                .and_then(header)
                .ok_or("the journal is of another format or version"),
            CHARGE => {
                let (answer_key, rest) = rest.split_first_chunk().ok_or(SHORT)?;
                let (request, leaf) = rest.split_first_chunk().ok_or(SHORT)?;
                Ok(Self::Charge {
                    answer_key: *answer_key,
                    request: *request,
                    leaf,
                })
            }
            LEAF => Ok(Self::Leaf(rest)),
            ANSWER | REMEMBERING_ANSWER => {
                let (answer_key, rest) = rest.split_first_chunk().ok_or(SHORT)?;
                let (charge, mut sealed) = number(rest)?;
                let mut remembered = None;
                if *kind == REMEMBERING_ANSWER {
                    let (hash, rest) = sealed.split_first_chunk().ok_or(SHORT)?;
                    (remembered, sealed) = (Some(*hash), rest);
                }
                if sealed.len() < SEALED_BYTES {
                    return Err(SHORT);
                }
                Ok(Self::Answer {
                    answer_key: *answer_key,
                    charge,
                    remembered,
                    sealed,
                })
            }
            CHECKPOINT => std::str::from_utf8(rest)
                .map(Self::Checkpoint)
                .map_err(|_| "the checkpoint is not text"),
            ANCHOR => {
                let (number, rest) = number(rest)?;
                let (dataset, rest) = field(rest)?;
                let (head, set) = field(rest)?;
                Ok(Self::Anchor {
                    number,
                    dataset: text(dataset)?,
                    head,
                    set,
                })
            }
            STATISTIC => {
                let (number, anchor, sealed) = anchored(rest)?;
                Ok(Self::Statistic {
                    number,
                    anchor,
                    sealed,
                })
            }
            EXPOSURE => {
                let (number, anchor, sealed) = anchored(rest)?;
                Ok(Self::Exposure {
                    number,
                    anchor,
                    sealed,
                })
            }
            CONSENT => {
                let (number, rest) = number(rest)?;
                let (dataset, sealed) = field(rest)?;
                Ok(Self::Consent {
                    number,
                    dataset: text(dataset)?,
                    sealed,
                })
            }
            _ => Err("the record is of an unknown kind"),
        }
    }
}

/// What a release says of its answer's record. With `remembered` it is a hash
/// of a hash: no record of the first format, which are longer than a hash, has
/// the same.
pub(crate) fn answer_digest(remembered: Option<&Hash>, sealed: &[u8]) -> Hash {
    match remembered {
        None => Sha256::digest(sealed).into(),
        Some(remembered) => {
            let inner = Sha256::new_with_prefix(remembered).chain_update(sealed);
            Sha256::digest(inner.finalize()).into()
        }
    }
}

fn header(text: &str) -> Option<Entry<'_>> {
    [Format::One, Format::Two, Format::Three]
        .into_iter()
        .find_map(|format| {
            let vkey = text.strip_prefix(format.line())?;
            Some(Entry::Header { format, vkey })
        })
}

fn of_anchor(kind: u8, number: u64, anchor: u64, sealed: &[u8]) -> Vec<u8> {
    let place = [number.to_be_bytes(), anchor.to_be_bytes()];
    [&[kind], place.as_flattened(), sealed].concat()
}

fn anchored(bytes: &[u8]) -> Result<(u64, u64, &[u8]), &'static str> {
    let (first, rest) = number(bytes)?;
    let (anchor, sealed) = number(rest)?;
    Ok((first, anchor, sealed))
}

fn number(bytes: &[u8]) -> Result<(u64, &[u8]), &'static str> {
    let (number, rest) = bytes.split_first_chunk().ok_or(SHORT)?;
    Ok((u64::from_be_bytes(*number), rest))
}

/// Some bytes behind their length.
fn field(bytes: &[u8]) -> Result<(&[u8], &[u8]), &'static str> {
    let (length, rest) = number(bytes)?;
    let length = usize::try_from(length).map_err(|_| SHORT)?;
    rest.split_at_checked(length).ok_or(SHORT)
}

fn text(dataset: &[u8]) -> Result<&str, &'static str> {
    std::str::from_utf8(dataset).map_err(|_| "the dataset's name is not text")
}
