//! An enclave's ledger as its auditor sees it.

use std::path::PathBuf;

use sekisho_receipt::Leaf;

use crate::{Ran, run};

/// A ledger's folder, read with `sekisho-audit`.
#[derive(Clone, Debug)]
pub struct Audit {
    folder: PathBuf,
}

impl Audit {
    /// The ledger in a folder.
    pub fn of(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Its folder.
    pub fn folder(&self) -> &PathBuf {
        &self.folder
    }

    /// `sekisho-audit verify`, with further arguments.
    pub fn verify(&self, more: &[&str]) -> Ran {
        let words = [&["verify", self.folder.to_str().unwrap()], more].concat();
        run("sekisho-audit", &words)
    }

    /// Every leaf's bytes, in order.
    pub fn lines(&self) -> Vec<String> {
        let folder = self.folder.to_str().unwrap();
        let shown = run("sekisho-audit", &["show", folder, "--format", "json"]);
        shown.succeeded().lines().map(str::to_owned).collect()
    }

    /// Every leaf, in order.
    pub fn leaves(&self) -> Vec<Leaf> {
        let lines = self.lines();
        lines
            .iter()
            .map(|line| Leaf::from_bytes(line.as_bytes()).unwrap())
            .collect()
    }
}
