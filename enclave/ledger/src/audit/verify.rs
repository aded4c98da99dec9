//! `sekisho-audit verify`.

use std::fs;
use std::io::Write;
use std::path::Path;

use sekisho_receipt::VerifierKey;

use super::source::Audited;
use super::{meters, output};
use crate::error::{LedgerError, io_error};

pub(super) fn run(
    path: &Path,
    pinned: Option<&VerifierKey>,
    checkpoint: Option<&Path>,
    out: &mut dyn Write,
) -> Result<(), LedgerError> {
    let audited = Audited::read(path)?;
    let vkey = audited.vkey(path)?;
    if let Some(pinned) = pinned
        && pinned != vkey
    {
        return Err(LedgerError::OtherKey {
            ledger: vkey.to_string(),
            expected: pinned.to_string(),
        });
    }
    if let Some(torn) = &audited.torn {
        return Err(LedgerError::Torn {
            file: torn.file.clone(),
            offset: torn.offset,
            record: audited.records,
        });
    }
    let held = checkpoint
        .map(|file| {
            let note = fs::read_to_string(file).map_err(io_error("read", file))?;
            audited.book.expect(file, &note, vkey)
        })
        .transpose()?;
    output(report(&audited, vkey, pinned.is_some(), held, path, out))
}

fn report(
    audited: &Audited,
    vkey: &VerifierKey,
    pinned: bool,
    held: Option<u64>,
    path: &Path,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let leaves = audited.book.leaves();
    writeln!(out, "{} is unaltered", path.display())?;
    let word = if pinned {
        "pinned"
    } else {
        "its own word; pin it with --key"
    };
    writeln!(out, "key          {vkey} ({word})")?;
    if audited.records > 0 {
        writeln!(out, "records      {}", audited.records)?;
    }
    writeln!(out, "leaves       {leaves}")?;
    writeln!(
        out,
        "checkpoints  {}, the newest over {} leaves",
        audited.checkpoints.len(),
        audited.covered()
    )?;
    if let Some(size) = held {
        writeln!(
            out,
            "held         still holds the {size} leaves of the given checkpoint"
        )?;
    }
    for ((project, dataset), spent) in &audited.book.spent {
        let (project, dataset) = (project.escape_debug(), dataset.escape_debug());
        writeln!(out, "spent        {spent} by {project} at {dataset}")?;
    }
    for (account, spent) in audited.book.meters.iter() {
        let (amount, whose) = (meters::amount(account, spent), meters::whose(account));
        writeln!(out, "spent        {amount} {}", whose.escape_debug())?;
    }
    let anchors = &audited.book.anchors;
    for (dataset, count) in anchors.by_dataset() {
        writeln!(out, "anchors      {count} at {}", dataset.escape_debug())?;
    }
    if anchors.len() > 0 {
        writeln!(
            out,
            "over them    {} statistics and {} exposures, sealed",
            anchors.statistics, anchors.exposures
        )?;
    }
    if anchors.consents > 0 {
        writeln!(out, "consents     {} changes, sealed", anchors.consents)?;
    }
    out.flush()
}
