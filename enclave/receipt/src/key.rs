//! The key pair that signs a ledger's checkpoints, as C2SP signed notes name
//! it: <https://c2sp.org/signed-note>.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::Signer;
use sha2::{Digest, Sha256};

/// The signature type of Ed25519 in C2SP signed notes.
const ED25519: u8 = 1;

/// A ledger's verification key: `<origin>+<key id>+<base64(0x01 ‖ 32 bytes)>`.
/// Two keys are equal when origin and key are.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    origin: String,
    id: [u8; 4],
    key: ed25519_dalek::VerifyingKey,
}

/// A ledger's signing key. It is erased when it is dropped and never printed.
pub struct SigningKey {
    verifier: VerifierKey,
    key: ed25519_dalek::SigningKey,
}

/// A key that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not three parts, or one of them is malformed.
    #[error(
        "`{0}` is not a verification key; expected `<origin>+<8 hexadecimal digits>+<base64 key>`"
    )]
    Malformed(String),
    /// The key id in the middle belongs to another origin or key.
    #[error("the key id of `{0}` does not belong to its origin and key; copy the whole line again")]
    Id(String),
    /// A name that a signed note cannot carry.
    #[error("`{0}` cannot be an origin; it must not be empty nor hold spaces, `+` or controls")]
    Origin(String),
}

impl VerifierKey {
    /// The log's name, for example `sekisho/ncc`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The first four bytes of SHA-256 of origin, newline, 0x01 and key.
    pub fn id(&self) -> [u8; 4] {
        self.id
    }

    /// The raw Ed25519 key.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// Whether the signature is this key's. Strict: no small-order keys and no
    /// second encoding of the same signature (RFC 8032 §5.1.7 and beyond).
    pub(crate) fn verifies(&self, text: &[u8], signature: &[u8; 64]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.key.verify_strict(text, &signature).is_ok()
    }

    fn new(origin: &str, key: ed25519_dalek::VerifyingKey) -> Result<Self, KeyError> {
        let refused = |c: char| c.is_whitespace() || c.is_control() || c == '+';
        if origin.is_empty() || origin.contains(refused) {
            return Err(KeyError::Origin(origin.to_owned()));
        }
        let mut sha = Sha256::new();
        sha.update(origin.as_bytes());
        sha.update([b'\n', ED25519]);
        sha.update(key.as_bytes());
        let [a, b, c, d, ..] = <[u8; 32]>::from(sha.finalize());
        Ok(Self {
            origin: origin.to_owned(),
            id: [a, b, c, d],
            key,
        })
    }
}

impl SigningKey {
    /// The key pair of a seed, under a log's name. Wipe your own copy of the
    /// seed.
    pub fn from_seed(origin: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        let verifier = VerifierKey::new(origin, key.verifying_key())?;
        Ok(Self { verifier, key })
    }

    /// The key that verifies what this one signs.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    pub(crate) fn sign(&self, text: &[u8]) -> [u8; 64] {
        self.key.sign(text).to_bytes()
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519];
        key.extend(self.key.as_bytes());
        let (id, key) = (hex::encode(self.id), BASE64.encode(key));
        write!(f, "{}+{id}+{key}", self.origin)
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the signing key of {}", self.verifier)
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(line: &str) -> Result<Self, KeyError> {
        let malformed = || KeyError::Malformed(line.to_owned());
        let mut parts = line.splitn(3, '+');
        let (Some(origin), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(malformed());
        };
        let key: [u8; 33] = BASE64
            .decode(key)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(malformed)?;
        let [ED25519, key @ ..] = key else {
            return Err(malformed());
        };
        let key = ed25519_dalek::VerifyingKey::from_bytes(&key).map_err(|_| malformed())?;
        let parsed = Self::new(origin, key)?;
        if hex::encode(parsed.id) == id {
            Ok(parsed)
        } else {
            Err(KeyError::Id(line.to_owned()))
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// The example key of golang.org/x/mod/sumdb/note.
    const VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    #[test]
    fn a_key_line_reads_and_writes_the_same() {
        let key: VerifierKey = VKEY.parse().unwrap();
        assert_eq!(key.origin(), "PeterNeumann");
        assert_eq!(key.to_string(), VKEY);
    }

    #[test]
    fn every_altered_byte_of_a_key_line_is_refused() {
        for at in 0..VKEY.len() {
            for with in ['A', 'a', '+', '0', ' ', '='] {
                let mut line = VKEY.to_owned();
                line.replace_range(at..=at, &with.to_string());
                assert!(
                    line == VKEY || line.parse::<VerifierKey>().is_err(),
                    "{line}"
                );
            }
        }
        for line in ["", "a", "a+b", "a+00000000+", "+c74f20a3+AQ=="] {
            assert!(line.parse::<VerifierKey>().is_err(), "{line}");
        }
    }

    #[test]
    fn an_origin_that_a_note_cannot_carry_is_refused() {
        for origin in ["", "a b", "a+b", "a\nb", "a\u{2003}b", "a\u{7}"] {
            assert!(SigningKey::from_seed(origin, &[1; 32]).is_err());
        }
    }

    #[test]
    fn a_signing_key_is_never_printed() {
        let key = SigningKey::from_seed("sekisho/test", &[0xab; 32]).unwrap();
        let text = format!("{key:?}");
        assert!(text.contains("sekisho/test+"));
        assert!(!text.contains("abab") && !text.contains("171, 171"));
    }
}
