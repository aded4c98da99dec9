//! One record's bytes.

use sekisho_receipt::merkle::Hash;
use sha2::{Digest, Sha256};

use crate::error::LedgerError;

/// Length, previous hash and the two checksums.
pub(crate) const HEADER_BYTES: usize = 44;

/// The largest body that is written or believed.
pub(crate) const MOST_BODY: usize = 64 * 1024 * 1024;

/// What stands at the beginning of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found<'a> {
    /// A whole record.
    Record {
        body: &'a [u8],
        hash: Hash,
        /// Header and body, in bytes.
        length: usize,
    },
    /// The beginning of a record that was never finished.
    Torn,
    /// Something else.
    Bad(&'static str),
}

/// Appends a record to `out` and returns its hash.
pub(crate) fn encode(previous: &Hash, body: &[u8], out: &mut Vec<u8>) -> Result<Hash, LedgerError> {
    let length = u32::try_from(body.len())
        .ok()
        .filter(|_| body.len() <= MOST_BODY)
        .ok_or(LedgerError::TooLarge(body.len()))?;
    let start = [&length.to_be_bytes(), previous.as_slice()].concat();
    out.extend_from_slice(&start);
    out.extend_from_slice(&crc32c::crc32c(&start).to_be_bytes());
    out.extend_from_slice(&crc32c::crc32c(body).to_be_bytes());
    out.extend_from_slice(body);
    Ok(hash(&start, body))
}

/// The body's length according to a header, if its checksum holds.
pub(crate) fn body_bytes(header: &[u8; HEADER_BYTES]) -> Option<usize> {
    let (start, checksums) = header.split_first_chunk::<36>()?;
    let (checksum, _) = checksums.split_first_chunk::<4>()?;
    let (length, _) = start.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let holds = crc32c::crc32c(start) == u32::from_be_bytes(*checksum);
    (holds && (1..=MOST_BODY).contains(&length)).then_some(length)
}

/// Reads the record at the beginning of `bytes`, the rest of a segment.
/// Without `previous` the chain is not looked at.
pub(crate) fn decode<'a>(bytes: &'a [u8], previous: Option<&Hash>) -> Found<'a> {
    // A file system may lengthen a file before it writes what belongs there.
    if bytes.iter().all(|byte| *byte == 0) {
        return Found::Torn;
    }
    let Some((header, rest)) = bytes.split_first_chunk::<HEADER_BYTES>() else {
        return Found::Torn;
    };
    let Some(length) = body_bytes(header) else {
        return Found::Bad("the record's header was altered");
    };
    let (start, checksums) = header.split_at(36);
    if previous.is_some_and(|previous| !start.ends_with(previous)) {
        return Found::Bad("the record does not follow the one before it");
    }
    let Some(body) = rest.get(..length) else {
        return Found::Torn;
    };
    if !checksums.ends_with(&crc32c::crc32c(body).to_be_bytes()) {
        return if rest.len() == length {
            Found::Torn
        } else {
            Found::Bad("the record's body was altered")
        };
    }
    Found::Record {
        body,
        hash: hash(start, body),
        length: HEADER_BYTES + length,
    }
}

fn hash(start: &[u8], body: &[u8]) -> Hash {
    let mut sha = Sha256::new();
    sha.update(start);
    sha.update(body);
    sha.finalize().into()
}
