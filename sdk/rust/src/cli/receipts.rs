//! `sekisho receipt`: verified offline, or fetched.

use std::{fs, io::Write, path::Path};

use jiff::Timestamp;
use sekisho::{Leaf, Receipt};

use super::{
    arguments::{Listing, Receipt as Command},
    exit::Ended,
    settings::Settings,
    visit,
};

/// Runs `sekisho receipt verify` or `get`.
pub(crate) async fn run(
    settings: &Settings,
    command: Command,
    out: &mut impl Write,
) -> Result<(), Ended> {
    match command {
        Command::Verify {
            file,
            listing: Listing { json },
        } => {
            let trust = settings.pinned()?;
            if trust.is_empty() {
                return Err(Ended::Usage(
                    "a receipt is verified against keys that you have pinned; pass --trust, and \
                     see `sekisho keys` for the lines"
                        .to_owned(),
                ));
            }
            let text = fs::read_to_string(&file).map_err(|error| {
                Ended::File(format!(
                    "cannot read `{}`: {error}; check the path",
                    file.display()
                ))
            })?;
            let leaf = Receipt::from_json(&text)?.verify(&trust)?;
            if json {
                let line = leaf.to_bytes().map_err(sekisho::VerifyError::from)?;
                out.write_all(&line)?;
                writeln!(out)?;
            } else {
                verified(out, &leaf)?;
            }
        }
        Command::Get {
            dataset,
            leaf_index,
            out: file,
        } => {
            let receipt = visit(settings).await?.receipt(&dataset, leaf_index).await?;
            match file {
                Some(file) => write(&file, &receipt)?,
                None => writeln!(out, "{}", receipt.to_json())?,
            }
        }
    }
    Ok(())
}

/// Writes a receipt's file.
pub(crate) fn write(file: &Path, receipt: &Receipt) -> Result<(), Ended> {
    fs::write(file, receipt.to_json() + "\n").map_err(|error| {
        Ended::File(format!(
            "cannot write the receipt to `{}`: {error}",
            file.display()
        ))
    })
}

/// What a verified leaf says.
fn verified(out: &mut impl Write, leaf: &Leaf) -> Result<(), Ended> {
    writeln!(
        out,
        "verified: leaf {} stands in the ledger",
        leaf.sequence()
    )?;
    let mut line = |name: &str, value: &str| writeln!(out, "  {name:<12} {value}");
    match leaf {
        Leaf::Release(release) => {
            line("what", "a release")?;
            line("when", &time(release.at_ms))?;
            line(
                "project",
                &format!("{} ({})", release.project, release.purpose),
            )?;
            line(
                "dataset",
                &format!("{}, snapshot {}", release.dataset, release.snapshot),
            )?;
            line(
                "policy",
                &format!("{} by {}", release.policy_digest, release.rules.join(", ")),
            )?;
            let parameters: Vec<_> = release
                .parameters
                .iter()
                .map(|(name, value)| format!("{name} {value}"))
                .collect();
            line(
                "profile",
                &format!("{}: {}", release.profile, parameters.join(", ")),
            )?;
            line(
                "figures",
                &format!(
                    "{} released, {} suppressed",
                    release.cells_released, release.cells_suppressed
                ),
            )?;
            line(
                "budget",
                &format!("{} of {} queries", release.spent_after, release.limit),
            )?;
        }
        Leaf::Charge(charge) => {
            line("what", "a charge, without the release that followed")?;
            line("when", &time(charge.at_ms))?;
            line(
                "project",
                &format!("{} ({})", charge.project, charge.purpose),
            )?;
            line(
                "dataset",
                &format!("{}, snapshot {}", charge.dataset, charge.snapshot),
            )?;
            line(
                "budget",
                &format!("{} of {} queries", charge.spent_after, charge.limit),
            )?;
        }
        Leaf::Metering(metering) => {
            line("what", "what a visit spent beside queries")?;
            line("project", &metering.project)?;
            line("dataset", &metering.dataset)?;
        }
        Leaf::Abandon(abandon) => {
            line("what", "a charged visit that ended without an answer")?;
            line("project", &abandon.project)?;
            line("dataset", &abandon.dataset)?;
        }
        Leaf::Policy(policy) => {
            line("what", "an activation of policy files")?;
            line("when", &time(policy.at_ms))?;
            line("policy", &policy.policy_digest.to_string())?;
        }
        Leaf::HolderPolicy(policy) => {
            line("what", "an activation of the holder's policy files")?;
            line("when", &time(policy.at_ms))?;
            line("policy", &policy.policy_digest.to_string())?;
        }
        Leaf::Consent(consent) => {
            line("what", "a change of individuals' consent")?;
            line("when", &time(consent.at_ms))?;
            line("dataset", &consent.dataset)?;
        }
    }
    Ok(())
}

fn time(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map_or_else(|_| format!("{ms} ms"), |time| time.to_string())
}
