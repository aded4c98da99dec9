//! Files of a development authority. Private ones are never readable by
//! others, not even for a moment, and never half written.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use anyhow::Context as _;

use crate::report;

/// Writes a file that only its owner can read.
pub(super) fn private(file: &Path, text: &str) -> anyhow::Result<()> {
    write(file, text, 0o600)
}

/// Writes a file that everybody may read.
pub(super) fn public(file: &Path, text: &str) -> anyhow::Result<()> {
    write(file, text, 0o644)
}

fn write(file: &Path, text: &str, mode: u32) -> anyhow::Result<()> {
    let named = || format!("cannot write `{}`", file.display());
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(named)?;
    }
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    // A leftover of a run that was cut off may have another mode.
    let _ = fs::remove_file(&beside);
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(&beside)
        .and_then(|mut open| {
            open.write_all(text.as_bytes())?;
            open.sync_all()
        })
        .and_then(|()| fs::rename(&beside, file))
        .with_context(named)?;
    report::written(file);
    Ok(())
}
