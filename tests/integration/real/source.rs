//! The published files.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    sync::OnceLock,
};

use flate2::read::MultiGzDecoder;
use sekisho_tests::root;

/// Where they are, if they are.
#[expect(clippy::print_stderr, reason = "says that tests were skipped")]
pub(super) fn folder() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = FOLDER.get_or_init(|| {
        let folder = root().join("../shared/data");
        let found = folder.is_dir();
        if !found {
            eprintln!(
                "skipped: there are no published cohorts in {}",
                folder.display()
            );
        }
        found.then(|| folder.canonicalize().unwrap())
    });
    found.as_deref()
}

/// The lines of a file, plain or gzipped.
pub(super) fn lines(path: &Path) -> impl Iterator<Item = String> + use<> {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let bytes: Box<dyn Read> = if path.extension().is_some_and(|end| end == "gz") {
        Box::new(MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    };
    BufReader::new(bytes).lines().map(Result::unwrap)
}

/// A table with a header and tabs.
pub(super) struct Table {
    header: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn read(path: &Path) -> Self {
        let mut lines = lines(path).map(|line| line.split('\t').map(str::to_owned).collect());
        Self {
            header: lines.next().unwrap(),
            rows: lines.collect(),
        }
    }

    /// The cells of a column, row by row.
    pub(super) fn column(&self, name: &str) -> impl Iterator<Item = &str> {
        let at = self.header.iter().position(|column| column == name);
        let at = at.unwrap_or_else(|| panic!("no column {name}"));
        self.rows.iter().map(move |row| row[at].as_str())
    }
}

/// A field of a VCF record's INFO.
pub(super) fn info<'a>(fields: &'a str, name: &str) -> Option<&'a str> {
    fields
        .split(';')
        .filter_map(|field| field.split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}
