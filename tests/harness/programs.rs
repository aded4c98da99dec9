//! The programs under test.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Settings of whoever runs the tests that must not reach the programs.
pub(crate) const FOREIGN: [&str; 11] = [
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "RUST_LOG",
    "SEKISHO_ADDRESS",
    "SEKISHO_CA",
    "SEKISHO_DECISIONS",
    "SEKISHO_ENCLAVE_CONFIG",
    "SEKISHO_IDENTITY",
    "SEKISHO_LANGUAGE",
    "SEKISHO_PROJECT",
    "SEKISHO_STORE",
    "SEKISHO_TRUST",
];

/// How a program ended.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to standard output.
    pub out: String,
    /// What it wrote to standard error.
    pub err: String,
}

/// The path of one of the workspace's programs, which stands beside the tests.
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let built = test.ancestors().nth(2).unwrap_or(Path::new("")).join(name);
    assert!(
        built.is_file(),
        "there is no `{}`: run `cargo build --workspace --bins`",
        built.display()
    );
    built
}

/// Runs one of the workspace's programs to its end.
pub fn run(name: &str, arguments: &[impl AsRef<OsStr>]) -> Ran {
    finish(command(name).args(arguments))
}

/// One of the workspace's programs, without the settings of whoever runs the tests.
pub(crate) fn command(name: &str) -> Command {
    let mut command = Command::new(program(name));
    command.stdin(Stdio::null()).env("LC_ALL", "C");
    for name in FOREIGN {
        command.env_remove(name);
    }
    command
}

pub(crate) fn finish(command: &mut Command) -> Ran {
    let done = command
        .output()
        .unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
    Ran {
        code: done.status.code(),
        out: String::from_utf8_lossy(&done.stdout).into_owned(),
        err: String::from_utf8_lossy(&done.stderr).into_owned(),
    }
}

impl Ran {
    /// The standard output of a program that succeeded.
    ///
    /// # Panics
    ///
    /// If it failed.
    pub fn succeeded(self) -> String {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.err);
        self.out
    }
}
