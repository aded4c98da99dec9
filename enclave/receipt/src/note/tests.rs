//! Against the example of golang.org/x/mod/sumdb/note.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;

const VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const SEED: &str = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const TEXT: &str = "If you think cryptography is the answer to your problem,\n\
                    then you don't know what your problem is.\n";
const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
                    then you don't know what your problem is.\n\n\
                    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn keys() -> (SigningKey, Vec<VerifierKey>) {
    let seed: [u8; 32] = BASE64.decode(SEED).unwrap()[1..].try_into().unwrap();
    let key = SigningKey::from_seed("PeterNeumann", &seed).unwrap();
    (key, vec![VKEY.parse().unwrap()])
}

#[test]
fn the_example_of_the_go_library_is_signed_and_opened() {
    let (signer, trusted) = keys();
    assert_eq!(signer.verifier().to_string(), VKEY);
    assert_eq!(sign(TEXT, &signer), NOTE);
    assert_eq!(open(NOTE, &trusted).unwrap().0, TEXT);
}

#[test]
fn every_altered_byte_is_refused() {
    let (_, trusted) = keys();
    for at in 0..NOTE.len() {
        for bit in 0..8 {
            let mut bytes = NOTE.as_bytes().to_vec();
            bytes[at] ^= 1 << bit;
            if let Ok(note) = std::str::from_utf8(&bytes) {
                assert!(open(note, &trusted).is_err(), "byte {at}, bit {bit}");
            }
        }
    }
}

#[test]
fn a_note_that_no_trusted_key_signed_is_refused() {
    let other = SigningKey::from_seed("PeterNeumann", &[1; 32]).unwrap();
    let trusted = [other.verifier().clone()];
    assert_eq!(open(NOTE, &trusted), Err(NoteError::Untrusted));
    assert_eq!(open(NOTE, &[]), Err(NoteError::Untrusted));
}

#[test]
fn signatures_of_unknown_keys_are_ignored() {
    let (signer, trusted) = keys();
    let witness = SigningKey::from_seed("witness.example", &[1; 32]).unwrap();
    let theirs = sign(TEXT, &witness);
    let line = theirs.strip_prefix(TEXT).unwrap().trim_start();
    let note = format!("{}{line}", sign(TEXT, &signer));
    let (_, signers) = open(&note, &trusted).unwrap();
    assert_eq!(signers, [signer.verifier()]);
}
