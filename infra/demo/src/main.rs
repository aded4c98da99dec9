//! Writes the demonstration's two synthetic datasets.
//!
//! Nobody's data are in them: every value is drawn, from distributions that
//! resemble what national genome programmes publish.

mod calls;
mod cancer;
mod control;
mod drivers;
mod germline;
mod published;
mod quantiles;
mod random;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Writes the demonstration's two synthetic datasets.
#[derive(Parser)]
#[command(name = "sekisho-demo", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes `OUT/demo-cancer` and `OUT/demo-control`, ready for `sekisho-enclave ingest`.
    #[command(
        after_help = "Example:\n  sekisho-demo generate dev/data --cases 8670 --controls 2000 --seed 1"
    )]
    Generate {
        /// The folder that receives the two datasets; files of an earlier run are replaced.
        out: PathBuf,
        /// People with cancer in `demo-cancer`.
        #[arg(long, default_value_t = 8670, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
        cases: u32,
        /// People of the population cohort `demo-control`.
        #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
        controls: u32,
        /// The same seed and sizes give the same bytes.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

fn main() -> Result<()> {
    let Arguments {
        command:
            Command::Generate {
                out,
                cases,
                controls,
                seed,
            },
    } = Arguments::parse();
    cancer::generate(&out.join("demo-cancer"), cases, seed)?;
    control::generate(&out.join("demo-control"), controls, seed)
}
