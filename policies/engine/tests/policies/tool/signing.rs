//! `keygen`, `sign`, `verify`, `activate`, `rollback` and `history`.

use super::{json, run};
use crate::files::{base, written};

#[test]
fn files_are_signed_verified_activated_and_rolled_back() {
    let keys = tempfile::tempdir().unwrap();
    let folder = keys.path().to_str().unwrap();
    let mut table = "[signing]\nthreshold = 2\n[signing.keys]\n".to_owned();
    for name in ["haruka", "mei", "ren"] {
        let (code, text) = run(&["keygen", name, "--folder", folder, "--format", "json"]);
        assert_eq!(code, Some(0), "{text}");
        table += &format!("{name} = {}\n", json(&text)["key"]);
        assert_eq!(
            run(&["keygen", name, "--folder", folder]).0,
            Some(1),
            "no key is overwritten"
        );
    }
    let secret = keys.path().join("haruka.key");
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&secret).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let mut files = base();
    let page = String::from_utf8(files["consortium.toml"].clone()).unwrap();
    files.insert(
        "consortium.toml".to_owned(),
        format!("{page}{table}").into(),
    );
    let dir = written(&files);
    let dir = dir.path().to_str().unwrap();
    let active = tempfile::tempdir().unwrap();
    let active = active.path().to_str().unwrap();
    let sign = |name: &str, serial: &str| {
        let key = keys.path().join(format!("{name}.key"));
        run(&[
            "sign",
            dir,
            "--serial",
            serial,
            "--name",
            name,
            "--key",
            key.to_str().unwrap(),
        ])
    };
    assert_eq!(run(&["activate", dir, active]).0, Some(1));
    assert_eq!(sign("haruka", "1").0, Some(0));
    assert_eq!(run(&["verify", dir]).0, Some(1));
    assert_eq!(sign("mei", "1").0, Some(0));
    let (code, text) = run(&["verify", dir]);
    assert_eq!(
        (code, text.as_str()),
        (
            Some(0),
            "serial 1, signed by 2 of 3 (needed: 2): haruka, mei\n"
        )
    );
    let (code, text) = run(&["activate", dir, active]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.starts_with("in force: serial 1, activated at "),
        "{text}"
    );
    let (code, text) = run(&["activate", dir, active]);
    assert_eq!(code, Some(1));
    assert!(
        text.contains("serial is 1, and 1 was in force already"),
        "{text}"
    );
    assert_eq!(run(&["rollback", active]).0, Some(1));
    let (_, text) = run(&["history", active]);
    assert_eq!(text.lines().count(), 1);
    let (_, text) = run(&["history", active, "--format", "json"]);
    assert_eq!(json(&text)["activations"][0]["signers"][1], "mei");
    assert_eq!(
        run(&["verify", dir, "--keys", &format!("{active}/current")]).0,
        Some(0)
    );
}
