//! `sekisho-audit show`.

use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use sekisho_receipt::{Leaf, Policy};

use super::source::Audited;
use super::{Format, meters, output};
use crate::error::LedgerError;

pub(super) fn run(
    path: &Path,
    project: Option<&str>,
    format: Format,
    out: &mut dyn Write,
    errors: &mut dyn Write,
) -> Result<(), LedgerError> {
    let audited = Audited::read(path)?;
    if let Some(torn) = &audited.torn {
        output(writeln!(
            errors,
            "sekisho-audit: `{}` ends in an incomplete record, which is not shown; run verify",
            torn.file.display()
        ))?;
    }
    if matches!(format, Format::Text) {
        output(heading(out))?;
    }
    for text in &audited.leaves {
        let leaf = Leaf::from_bytes(text.as_bytes())?;
        if project.is_some_and(|project| leaf.project() != Some(project)) {
            continue;
        }
        output(match format {
            Format::Json => writeln!(out, "{text}"),
            Format::Text => row(&leaf, out),
        })?;
    }
    output(out.flush())
}

fn heading(out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{:>8}  {:<24}  {:<13}  {:<12}  {:<20}  what",
        "leaf", "time", "kind", "project", "dataset"
    )
}

fn row(leaf: &Leaf, out: &mut dyn Write) -> io::Result<()> {
    let (at_ms, kind, project, dataset, what) = match leaf {
        Leaf::Charge(leaf) => (
            Some(leaf.at_ms),
            "charge",
            leaf.project.as_str(),
            leaf.dataset.as_str(),
            format!(
                "{} {}, spent {} of {}{}",
                leaf.operation,
                leaf.charge,
                leaf.spent_after,
                leaf.limit,
                meters::list("; ", &leaf.meters)
            ),
        ),
        Leaf::Release(leaf) => (
            Some(leaf.at_ms),
            "release",
            leaf.project.as_str(),
            leaf.dataset.as_str(),
            format!(
                "for {}: {} cells released, {} suppressed",
                leaf.charge_sequence, leaf.cells_released, leaf.cells_suppressed
            ),
        ),
        Leaf::Metering(leaf) => (
            None,
            "metering",
            leaf.project.as_str(),
            leaf.dataset.as_str(),
            format!(
                "for {}{}",
                leaf.charge_sequence,
                meters::list(": ", &leaf.meters)
            ),
        ),
        Leaf::Abandon(leaf) => (
            None,
            "abandon",
            leaf.project.as_str(),
            leaf.dataset.as_str(),
            format!("of {}", leaf.charge_sequence),
        ),
        Leaf::Policy(leaf) => policy("policy", leaf),
        Leaf::HolderPolicy(leaf) => policy("holder-policy", leaf),
        Leaf::Consent(leaf) => (
            Some(leaf.at_ms),
            "consent",
            "",
            leaf.dataset.as_str(),
            leaf.event.clone(),
        ),
    };
    writeln!(
        out,
        "{:>8}  {:<24}  {kind:<13}  {:<12}  {:<20}  {}",
        leaf.sequence(),
        at_ms.map(time).unwrap_or_default(),
        project.escape_debug().to_string(),
        dataset.escape_debug().to_string(),
        what.escape_debug(),
    )
}

fn policy<'a>(
    kind: &'static str,
    leaf: &Policy,
) -> (Option<i64>, &'static str, &'a str, &'a str, String) {
    (
        Some(leaf.at_ms),
        kind,
        "",
        "",
        leaf.policy_digest.to_string(),
    )
}

/// RFC 3339 in UTC, or the number itself outside the years that it can say.
fn time(at_ms: i64) -> String {
    Timestamp::from_millisecond(at_ms)
        .map_or_else(|_| at_ms.to_string(), |time| format!("{time:.3}"))
}
