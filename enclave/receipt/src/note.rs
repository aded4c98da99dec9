//! C2SP signed notes: a text and below it signatures of named keys.
//! <https://c2sp.org/signed-note>

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::key::{SigningKey, VerifierKey};

/// The bound of golang.org/x/mod/sumdb/note on signatures.
const MOST_SIGNATURES: usize = 100;

/// Far above any checkpoint; what is longer is not read.
const MOST_BYTES: usize = 64 * 1024;

/// Why a signed note is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not a signed note.
    #[error("the signed note is malformed: {0}")]
    Malformed(&'static str),
    /// A trusted key's name and id stand there, but not its signature.
    #[error("the signature of `{0}` does not fit the text: the checkpoint was altered")]
    Signature(String),
    /// No trusted key signed.
    #[error(
        "no trusted key signed the checkpoint; pin the ledger's verification key and try again"
    )]
    Untrusted,
}

/// The text (which ends in a newline), a blank line and a signature line.
pub(crate) fn sign(text: &str, key: &SigningKey) -> String {
    let verifier = key.verifier();
    let mut signature = verifier.id().to_vec();
    signature.extend(key.sign(text.as_bytes()));
    let signature = BASE64.encode(signature);
    format!("{text}\n— {} {signature}\n", verifier.origin())
}

/// The text and the keys that signed it: at least one of `trusted`. Signatures
/// of other keys are ignored, a wrong one of a trusted key is not.
pub(crate) fn open<'n, 'k>(
    note: &'n str,
    trusted: &'k [VerifierKey],
) -> Result<(&'n str, Vec<&'k VerifierKey>), NoteError> {
    if note.len() > MOST_BYTES {
        return Err(NoteError::Malformed("it is too long"));
    }
    if note.bytes().any(|byte| byte < b' ' && byte != b'\n') {
        return Err(NoteError::Malformed("it holds control characters"));
    }
    let end = note.rfind("\n\n").ok_or(NoteError::Malformed(
        "a blank line above the signatures is missing",
    ))?;
    let (text, signatures) = note.split_at(end + 1);
    let lines = signatures
        .strip_prefix('\n')
        .and_then(|lines| lines.strip_suffix('\n'))
        .ok_or(NoteError::Malformed("the last line is incomplete"))?;
    let mut signers = Vec::new();
    for (count, line) in lines.split('\n').enumerate() {
        if count == MOST_SIGNATURES {
            return Err(NoteError::Malformed("it has too many signatures"));
        }
        let (origin, id, signature) =
            signature_line(line).ok_or(NoteError::Malformed("a signature line is unreadable"))?;
        let signer = trusted
            .iter()
            .find(|key| key.origin() == origin && key.id() == id);
        if let Some(key) = signer {
            let fits = <&[u8; 64]>::try_from(signature.as_slice())
                .is_ok_and(|signature| key.verifies(text.as_bytes(), signature));
            if !fits {
                return Err(NoteError::Signature(origin.to_owned()));
            }
            signers.push(key);
        }
    }
    if signers.is_empty() {
        return Err(NoteError::Untrusted);
    }
    Ok((text, signers))
}

/// `— <name> <base64(key id ‖ signature)>`.
fn signature_line(line: &str) -> Option<(&str, [u8; 4], Vec<u8>)> {
    let (origin, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
    let bytes = BASE64.decode(encoded).ok()?;
    let (id, signature) = bytes.split_first_chunk::<4>()?;
    if origin.is_empty() || signature.is_empty() {
        return None;
    }
    Some((origin, *id, signature.to_vec()))
}

#[cfg(test)]
mod tests;
