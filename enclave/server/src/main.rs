//! The process beside the data: permits, workers, ledger, releases.
//!
//! The order of a visit stands in [`visit`]. What may leave is a
//! [`release::Release`] and nothing else; the gRPC service encodes that type only.

mod admission;
mod analyses;
mod anchors;
mod config;
mod consent;
mod describe;
mod enclave;
mod exposure;
mod failure;
mod frequencies;
mod ingest;
mod keys;
mod meters;
mod patience;
mod permit;
mod private;
mod profiles;
mod release;
mod report;
mod serve;
mod service;
mod tick;
mod visit;
mod words;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use mimalloc::MiMalloc;

/// Visits make and drop many buffers on short-lived threads, for which the C library's
/// allocator takes locks and gives pages back each time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Runs beside a holder's data: ingests it, and answers visits to it.
#[derive(Debug, Parser)]
#[command(name = "sekisho-enclave", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve visits until SIGTERM or SIGINT.
    #[command(after_help = "Example:\n  sekisho-enclave serve --config /etc/sekisho/enclave.toml")]
    Serve {
        /// The configuration.
        #[arg(long, value_name = "FILE", env = "SEKISHO_ENCLAVE_CONFIG")]
        config: PathBuf,
    },
    /// Make a snapshot of a dataset's directory; the same input again changes nothing.
    #[command(after_help = "Example:\n  sekisho-enclave ingest ./lihc --store /srv/sekisho/store")]
    Ingest {
        /// The directory that holds dataset.toml.
        #[arg(value_name = "DIR")]
        dataset: PathBuf,
        /// Where snapshots are kept.
        #[arg(
            long,
            value_name = "DIR",
            env = "SEKISHO_STORE",
            default_value = "store"
        )]
        store: PathBuf,
    },
    /// List the snapshots of a store, the current one marked.
    #[command(after_help = "Example:\n  sekisho-enclave snapshots --store /srv/sekisho/store")]
    Snapshots {
        /// Where snapshots are kept.
        #[arg(
            long,
            value_name = "DIR",
            env = "SEKISHO_STORE",
            default_value = "store"
        )]
        store: PathBuf,
    },
    /// Say what individuals consented to, or that they withdrew.
    #[command(subcommand)]
    Consent(consent::command::Command),
    /// Serve one visit's queries over standard input and output. Started by `serve`.
    #[command(hide = true)]
    Worker {
        /// All that the process may read.
        #[arg(long, value_name = "DIR")]
        store: PathBuf,
        /// Serve nothing unless the kernel confines the process wholly.
        #[arg(long)]
        require_confinement: bool,
        /// Say how far the kernel confines the process, and end.
        #[arg(long)]
        report_confinement: bool,
    },
}

fn main() -> ExitCode {
    report::only_the_place_of_panics();
    let done = match Arguments::parse().command {
        Command::Serve { config } => serve::run(&config),
        Command::Ingest { dataset, store } => ingest::run(&dataset, &store),
        Command::Snapshots { store } => ingest::list(&store),
        Command::Consent(command) => consent::command::run(&command),
        // A worker says nothing to anybody but its enclave.
        Command::Worker {
            store,
            require_confinement,
            report_confinement,
        } => {
            let served = if report_confinement {
                sekisho_query::worker::report(&store)
            } else {
                sekisho_query::worker::serve(&store, require_confinement)
            };
            return if served.is_ok() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            };
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::failed(&error);
            ExitCode::FAILURE
        }
    }
}
