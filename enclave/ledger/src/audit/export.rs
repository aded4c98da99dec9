//! `sekisho-audit export`: what an auditor may take home. It ends with the
//! newest checkpoint, so that every leaf in it is signed for.

use std::fs;
use std::io::Write;
use std::path::Path;

use super::output;
use super::source::{Audited, CHECKPOINTS, LEAVES, VKEY};
use crate::error::{LedgerError, io_error};

pub(super) fn run(ledger: &Path, to: &Path, out: &mut dyn Write) -> Result<(), LedgerError> {
    let audited = Audited::read(ledger)?;
    let vkey = audited.vkey(ledger)?;
    let covered = audited.covered();
    fs::create_dir(to).map_err(io_error("make the new directory", to))?;
    let mut leaves = String::new();
    for (_, leaf) in (0..covered).zip(&audited.leaves) {
        leaves.push_str(leaf);
        leaves.push('\n');
    }
    let mut checkpoints = String::new();
    for note in &audited.checkpoints {
        checkpoints.push_str(&serde_json::Value::from(note.as_str()).to_string());
        checkpoints.push('\n');
    }
    for (name, text) in [
        (LEAVES, leaves),
        (CHECKPOINTS, checkpoints),
        (VKEY, format!("{vkey}\n")),
    ] {
        let path = to.join(name);
        fs::write(&path, text).map_err(io_error("write", &path))?;
    }
    let left = audited.book.leaves() - covered;
    output(writeln!(
        out,
        "{covered} leaves written to {}; {left} are newer than the newest checkpoint",
        to.display()
    ))
}
