//! The program as a visitor runs it, without a gateway.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

const KEY: &str = "sekisho/example+eda5a28f+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";

fn sekisho(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sekisho"))
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The test vector of the receipt's format, in a file.
fn receipt(home: &Path) -> String {
    let format = include_str!("../../../enclave/receipt/FORMAT.md");
    let line = format
        .lines()
        .find(|line| line.starts_with("{\"format\""))
        .unwrap();
    let file = home.join("receipt.json");
    fs::write(&file, line).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn a_receipt_is_verified_offline_against_a_pinned_key() {
    let home = tempfile::tempdir().unwrap();
    let file = receipt(home.path());
    let output = sekisho(home.path(), &["receipt", "verify", &file, "--trust", KEY]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    assert!(
        said.starts_with("verified: leaf 2 stands in the ledger\n"),
        "{said}"
    );
    for fact in [
        "P-0001 (cancer research)",
        "7 released, 2 suppressed",
        "2026-01-01T00:00:00",
    ] {
        assert!(said.contains(fact), "{said}");
    }
}

#[test]
fn a_tampered_receipt_fails_and_one_without_a_pinned_key_is_a_usage_error() {
    let home = tempfile::tempdir().unwrap();
    let file = receipt(home.path());
    let output = sekisho(home.path(), &["receipt", "verify", &file]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("sekisho keys"));

    let tampered = fs::read_to_string(&file)
        .unwrap()
        .replace("suppressed\\\":2", "suppressed\\\":0");
    fs::write(&file, tampered).unwrap();
    let output = sekisho(home.path(), &["receipt", "verify", &file, "--trust", KEY]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert!(
        text(&output.stderr).contains("the receipt is not believed"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn a_wrong_command_line_and_missing_settings_are_usage_errors() {
    let home = tempfile::tempdir().unwrap();
    for arguments in [
        &["datasets"][..],
        &["query", "SELECT 1"],
        &["nonsense"],
        &[
            "query",
            "SELECT 1",
            "--dataset",
            "a",
            "--dataset",
            "b",
            "--format",
            "csv",
        ],
    ] {
        let output = sekisho(home.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(
            output.stdout.is_empty() && !output.stderr.is_empty(),
            "{arguments:?}"
        );
    }
    assert_eq!(sekisho(home.path(), &["--help"]).status.code(), Some(0));
}

#[test]
fn the_doctor_says_where_settings_come_from_and_which_step_is_wrong() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".config/sekisho");
    fs::create_dir_all(&folder).unwrap();
    fs::write(
        folder.join("config.toml"),
        "ca = 'ca.pem'\nproject = 'P-0001'\n",
    )
    .unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_sekisho"))
        .args(["doctor", "--address", "localhost:7443"])
        .env_clear()
        .env("HOME", home.path())
        .env("SEKISHO_IDENTITY", "/nowhere/me.pem")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout);
    for part in [
        "address from the command line",
        "identity from SEKISHO_IDENTITY",
        "config.toml`",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert!(
        said.contains("WRONG files     `/nowhere/me.pem` cannot be read"),
        "{said}"
    );
}
