//! `sekisho-policy` as the committee runs it.

mod access;
mod files;
mod signing;

use std::process::{Command, Output};

fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let output: Output = Command::new(env!("CARGO_BIN_EXE_sekisho-policy"))
        .args(arguments)
        .env("LC_ALL", "C")
        .env_remove("SEKISHO_LANGUAGE")
        .output()
        .unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
    )
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn every_command_says_how_it_is_used() {
    for command in [
        "check", "fmt", "test", "explain", "diff", "replay", "who-can", "keygen", "sign", "verify",
        "activate", "rollback", "history",
    ] {
        let (code, text) = run(&[command, "--help"]);
        assert_eq!(code, Some(0));
        assert!(text.contains("Example:\n  sekisho-policy "), "{text}");
    }
}
