//! Reports for machines: JSON lines in `target/reports`.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde::Serialize;

/// The folder of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// A report of one run: rows of earlier runs are removed when it is opened.
#[derive(Debug)]
pub struct Report(Mutex<File>);

impl Report {
    /// Opens `target/reports/<name>.jsonl`, empty.
    pub fn open(name: &str) -> Self {
        // target/<profile>/deps/<test>
        let test = std::env::current_exe().unwrap();
        let folder = test.ancestors().nth(3).unwrap().join("reports");
        fs::create_dir_all(&folder).unwrap();
        let file = File::create(folder.join(format!("{name}.jsonl"))).unwrap();
        Self(Mutex::new(file))
    }

    /// Adds a row.
    pub fn row(&self, row: &impl Serialize) {
        let line = serde_json::to_string(row).unwrap();
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(file, "{line}").unwrap();
    }
}
