//! Released answers and what is remembered of released sets, sealed with the
//! enclave's key: XChaCha20-Poly1305 with a random nonce of 24 bytes, bound to
//! its place (an answer to its question) by a digest.

use chacha20poly1305::aead::rand_core::RngCore;
use chacha20poly1305::aead::{Aead, OsRng, Payload};
use chacha20poly1305::{AeadCore, KeyInit, XChaCha20Poly1305, XNonce};
use sekisho_receipt::merkle::Hash;

use crate::error::LedgerError;

const NONCE_BYTES: usize = 24;

/// The fewest bytes that anything sealed has: nonce and tag.
pub(crate) const SEALED_BYTES: usize = NONCE_BYTES + 16;

/// Seals and opens. The key is erased when it is dropped.
pub(crate) struct Sealer(XChaCha20Poly1305);

impl Sealer {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(key.into()))
    }

    /// The nonce and the sealed contents.
    pub(crate) fn seal(&self, place: &Hash, contents: &[u8]) -> Result<Vec<u8>, LedgerError> {
        let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
        let payload = Payload {
            msg: contents,
            aad: place,
        };
        let sealed = self.0.encrypt(&nonce, payload);
        let sealed = sealed.map_err(|_| LedgerError::TooLarge(contents.len()))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    pub(crate) fn open(&self, place: &Hash, sealed: &[u8]) -> Result<Vec<u8>, LedgerError> {
        let (nonce, sealed) = sealed
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(LedgerError::Sealed)?;
        let payload = Payload {
            msg: sealed,
            aad: place,
        };
        self.0
            .decrypt(XNonce::from_slice(nonce), payload)
            .map_err(|_| LedgerError::Sealed)
    }
}

/// Bytes that nobody can guess.
pub(crate) fn blind() -> Hash {
    let mut bytes = [0; 32];
    OsRng.fill_bytes(&mut bytes);
    bytes
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_answer_opens_only_with_its_key_and_its_question() {
        let sealer = Sealer::new(&[1; 32]);
        let mut sealed = sealer.seal(&[2; 32], b"answer").unwrap();
        assert_eq!(sealer.open(&[2; 32], &sealed).unwrap(), b"answer");
        assert!(sealer.open(&[3; 32], &sealed).is_err());
        assert!(Sealer::new(&[9; 32]).open(&[2; 32], &sealed).is_err());
        sealed[30] ^= 1;
        assert!(sealer.open(&[2; 32], &sealed).is_err());
        assert!(sealer.open(&[2; 32], &[0; 5]).is_err());
    }

    #[test]
    fn the_same_answer_is_sealed_differently_each_time() {
        let sealer = Sealer::new(&[1; 32]);
        let seal = || sealer.seal(&[2; 32], b"answer").unwrap();
        assert_ne!(seal(), seal());
    }
}
