//! Key files.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::os::unix::fs::PermissionsExt as _;

use super::*;

fn loaded(text: &str, mode: u32) -> Result<PermitSigner, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("permit.key");
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    PermitSigner::load(&file, Duration::from_secs(30)).map_err(|error| error.to_string())
}

#[test]
fn a_key_is_read_in_base64_and_hexadecimal() {
    let base64 = loaded(&format!("{}\n", STANDARD.encode([7; 32])), 0o600).map_err(drop);
    let hexadecimal = loaded(&hex::encode([7; 32]), 0o400).map_err(drop);
    assert_eq!(base64.unwrap().key, hexadecimal.unwrap().key);
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    for mode in [0o640, 0o604, 0o620] {
        let error = loaded(&hex::encode([7; 32]), mode).map(drop).unwrap_err();
        assert!(error.contains("chmod 600"), "{error}");
    }
}

#[test]
fn a_damaged_key_is_refused_and_not_shown() {
    for text in ["", "c2VjcmV0", &"zz".repeat(32), &hex::encode([7; 31])] {
        let error = loaded(text, 0o600).map(drop).unwrap_err();
        assert!(error.contains("no Ed25519 seed"), "{error}");
        assert!(text.is_empty() || !error.contains(text), "{error}");
    }
}
