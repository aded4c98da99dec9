//! Meets every visitor: identity, decision, permit, route, reply.
//!
//! The order of a call: the certificate names the visitor (`identity`), the
//! request is read (`request`), the committee's files decide (`decision`), what
//! they allow is signed (`permit`), the enclave that holds the dataset is asked
//! (`upstream`), and its answer is handed on (`services`). The gateway has the
//! network and no data.

mod config;
mod decision;
mod gateway;
mod identity;
mod limits;
mod operations;
mod permit;
mod pki;
mod report;
mod request;
mod serve;
mod services;
mod upstream;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

/// The door of a consortium: it meets every visitor, decides and routes.
#[derive(Debug, Parser)]
#[command(name = "sekisho-gateway", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve until SIGTERM or SIGINT; SIGHUP reloads policies and certificates.
    #[command(after_help = "Example:\n  sekisho-gateway serve --config /etc/sekisho/gateway.toml")]
    Serve {
        /// The configuration.
        #[arg(long, value_name = "FILE", env = "SEKISHO_GATEWAY_CONFIG")]
        config: PathBuf,
    },
    /// Certificates and keys for development; a consortium uses its own authority.
    #[command(subcommand)]
    Pki(pki::Command),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Serve { config } => serve::run(&config),
        Command::Pki(command) => pki::run(&command),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::failed(&error);
            ExitCode::FAILURE
        }
    }
}
