//! What a record's body holds: a kind byte and its contents.

use sekisho_receipt::merkle::Hash;

/// A body, borrowed from the journal or about to be written to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry<'a> {
    /// The journal's first record: the vkey line of the ledger that it is.
    Header { vkey: &'a str },
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
        sealed: &'a [u8],
    },
    /// A signed checkpoint.
    Checkpoint(&'a str),
}

/// The format of the journal and of its header.
const FORMAT: &str = "sekisho-journal/1\n";

const HEADER: u8 = 0;
const CHARGE: u8 = 1;
const LEAF: u8 = 2;
const ANSWER: u8 = 3;
const CHECKPOINT: u8 = 4;

impl<'a> Entry<'a> {
    pub(crate) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Header { vkey } => [&[HEADER], FORMAT.as_bytes(), vkey.as_bytes()].concat(),
            Self::Charge {
                answer_key,
                request,
                leaf,
            } => [&[CHARGE], answer_key.as_slice(), request.as_slice(), leaf].concat(),
            Self::Leaf(leaf) => [&[LEAF], *leaf].concat(),
            Self::Answer {
                answer_key,
                charge,
                sealed,
            } => [
                &[ANSWER],
                answer_key.as_slice(),
                &charge.to_be_bytes(),
                sealed,
            ]
            .concat(),
            Self::Checkpoint(note) => [&[CHECKPOINT], note.as_bytes()].concat(),
        }
    }

    pub(crate) fn decode(body: &'a [u8]) -> Result<Self, &'static str> {
        const SHORT: &str = "the record is too short for its kind";
        let (kind, rest) = body.split_first().ok_or(SHORT)?;
        match *kind {
            HEADER => std::str::from_utf8(rest)
                .ok()
                .and_then(|text| text.strip_prefix(FORMAT))
                .map(|vkey| Self::Header { vkey })
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
            ANSWER => {
                let (answer_key, rest) = rest.split_first_chunk().ok_or(SHORT)?;
                let (charge, sealed) = rest.split_first_chunk().ok_or(SHORT)?;
                Ok(Self::Answer {
                    answer_key: *answer_key,
                    charge: u64::from_be_bytes(*charge),
                    sealed,
                })
            }
            CHECKPOINT => std::str::from_utf8(rest)
                .map(Self::Checkpoint)
                .map_err(|_| "the checkpoint is not text"),
            _ => Err("the record is of an unknown kind"),
        }
    }
}
