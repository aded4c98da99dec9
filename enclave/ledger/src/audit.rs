//! The auditor's tool. It only reads, takes no lock and needs no key of the
//! enclave, so it runs beside a server.

mod export;
mod meters;
mod show;
mod source;
mod verify;

#[cfg(test)]
pub(crate) mod tests;

use std::ffi::OsString;
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use sekisho_receipt::VerifierKey;

use crate::error::{LedgerError, io_error};

/// Done.
const DONE: u8 = 0;
/// The ledger did not verify, or could not be read or written.
const FAILED: u8 = 1;

/// Verifies, shows and exports a Sekisho ledger.
#[derive(Debug, Parser)]
#[command(name = "sekisho-audit", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "one command a process")]
enum Command {
    /// Prove that a ledger or an export is unaltered, or find its first bad record.
    #[command(
        after_help = "Example:\n  sekisho-audit verify /var/lib/sekisho/ledger \\\n      --key 'sekisho/ncc+eda5a28f+AepK…' --checkpoint last-month.checkpoint"
    )]
    Verify {
        /// A ledger's directory or an export.
        path: PathBuf,
        /// The ledger's verification key, pinned from elsewhere.
        #[arg(long, value_name = "VKEY")]
        key: Option<VerifierKey>,
        /// An earlier signed checkpoint: the ledger must still hold all it covers.
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
    },
    /// List the leaves.
    #[command(
        after_help = "Example:\n  sekisho-audit show /var/lib/sekisho/ledger --project P-0001 --format json"
    )]
    Show {
        /// A ledger's directory or an export.
        path: PathBuf,
        /// Only this project's leaves.
        #[arg(long, value_name = "PROJECT")]
        project: Option<String>,
        /// How to write them; `json` gives one leaf a line, verbatim.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Write leaves and checkpoints, but no answers, to a new directory.
    #[command(after_help = "Example:\n  sekisho-audit export /var/lib/sekisho/ledger ncc-2026-11")]
    Export {
        /// A ledger's directory.
        ledger: PathBuf,
        /// The directory to make.
        out: PathBuf,
    },
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// A table.
    #[default]
    Text,
    /// JSON lines.
    Json,
}

/// Runs the tool with these arguments, the program's name first, and returns
/// its exit code: 0 done, 1 failed, 2 usage.
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    out: &mut dyn Write,
    errors: &mut dyn Write,
) -> u8 {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(usage) => {
            // Nobody is left to tell that writing failed.
            let _ = if usage.use_stderr() {
                write!(errors, "{}", usage.render())
            } else {
                write!(out, "{}", usage.render())
            };
            return u8::try_from(usage.exit_code()).unwrap_or(FAILED);
        }
    };
    let done = match cli.command {
        Command::Verify {
            path,
            key,
            checkpoint,
        } => verify::run(&path, key.as_ref(), checkpoint.as_deref(), out),
        Command::Show {
            path,
            project,
            format,
        } => show::run(&path, project.as_deref(), format, out, errors),
        Command::Export { ledger, out: to } => export::run(&ledger, &to, out),
    };
    match done {
        Ok(()) => DONE,
        // A reader that has seen enough, such as `head`.
        Err(LedgerError::Io { source, .. }) if source.kind() == ErrorKind::BrokenPipe => DONE,
        Err(error) => {
            let _ = writeln!(errors, "sekisho-audit: {error}");
            FAILED
        }
    }
}

/// The error of a failed write to the terminal or pipe.
fn output(written: io::Result<()>) -> Result<(), LedgerError> {
    written.map_err(io_error("write to", "standard output".as_ref()))
}
