//! What is written on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Visits data that never leave their holder.
///
/// The connection comes from the flags, else from SEKISHO_ADDRESS,
/// SEKISHO_IDENTITY, SEKISHO_CA, SEKISHO_PROJECT, SEKISHO_TRUST and
/// SEKISHO_LANGUAGE, else from ~/.config/sekisho/config.toml, which has the
/// same six keys.
///
/// Exit codes: 0 done, 1 failed, 2 usage, 3 refused by policy, 4 refused by
/// the guard.
#[derive(Debug, Parser)]
#[command(
    name = "sekisho",
    version,
    after_help = "Example:\n  sekisho doctor --address localhost:7443 --identity me.pem --ca ca.pem --project P-0001"
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) connection: ConnectionArguments,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where to visit, as whom, and on whose behalf.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ConnectionArguments {
    /// The gateway [SEKISHO_ADDRESS]
    #[arg(long, global = true, value_name = "HOST:PORT")]
    pub(crate) address: Option<String>,
    /// Your certificate and its key, one PEM file [SEKISHO_IDENTITY]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) identity: Option<String>,
    /// The consortium's authorities, PEM [SEKISHO_CA]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca: Option<String>,
    /// The project on whose behalf you visit [SEKISHO_PROJECT]
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) project: Option<String>,
    /// The ledgers' keys that you have pinned, a file or the lines themselves [SEKISHO_TRUST]
    #[arg(long, global = true, value_name = "KEYS")]
    pub(crate) trust: Option<String>,
    /// The language in which reasons are told, en or ja [SEKISHO_LANGUAGE]
    #[arg(long, global = true, value_name = "LANGUAGE")]
    pub(crate) language: Option<String>,
    /// How long a call may take
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) timeout: u64,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Finds out what is wrong with the connection, step by step.
    #[command(after_help = "Example:\n  sekisho doctor")]
    Doctor,
    /// Lists the datasets that the project may see.
    #[command(after_help = "Example:\n  sekisho datasets")]
    Datasets(Listing),
    /// Lists a dataset's tables and columns: meanings, units, domains, bounds.
    #[command(after_help = "Example:\n  sekisho tables demo-cancer")]
    Tables {
        /// The dataset.
        dataset: String,
        #[command(flatten)]
        listing: Listing,
    },
    /// Runs a query and prints what the holders release.
    #[command(
        after_help = "Example:\n  sekisho query \"SELECT diagnosis, count(DISTINCT individual_id) AS n FROM individuals GROUP BY diagnosis\" \\\n    --dataset demo-cancer --receipt receipt.json"
    )]
    Query(Query),
    /// Prints how frequent variants are, in groups of individuals.
    #[command(
        after_help = "Example:\n  sekisho frequencies --region 22:17000000-17200000 --by sex --dataset demo-control"
    )]
    Frequencies(Frequencies),
    /// Prints how samples fared in quality control, by stage and tissue.
    #[command(
        after_help = "Example:\n  sekisho qc-report --metric depth --by platform --dataset demo-cancer"
    )]
    QcReport(QcReport),
    /// Says whether a query would be answered; reads no data, charges nothing.
    #[command(
        after_help = "Example:\n  sekisho check \"SELECT count(*) FROM individuals\" --dataset demo-cancer"
    )]
    Check(Check),
    /// Shows what the project may still ask.
    #[command(after_help = "Example:\n  sekisho budget")]
    Budget(Listing),
    /// Verifies or fetches receipts.
    #[command(
        subcommand,
        after_help = "Example:\n  sekisho receipt verify receipt.json --trust keys.txt"
    )]
    Receipt(Receipt),
    /// Prints the ledgers' verification keys, to be pinned once.
    #[command(after_help = "Example:\n  sekisho keys > keys.txt")]
    Keys,
}

#[derive(Debug, Args)]
pub(crate) struct Listing {
    /// Prints JSON, one object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Query {
    /// One SQL query; `-` reads it from standard input.
    pub(crate) sql: String,
    #[command(flatten)]
    pub(crate) answer: Answered,
}

#[derive(Debug, Args)]
pub(crate) struct Frequencies {
    #[command(flatten)]
    pub(crate) sites: Sites,
    /// Of whom: a condition on columns of `individuals`, in SQL.
    #[arg(
        long,
        value_name = "CONDITION",
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) r#where: String,
    /// A column of `individuals` with declared values, to group by; may be given several times.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) by: Vec<String>,
    #[command(flatten)]
    pub(crate) answer: Answered,
}

/// The tables of a report on quality; the last two where the dataset has several stages.
const QC_TABLES: [&str; 5] = [
    "metrics",
    "limits",
    "histogram",
    "changes",
    "change_histogram",
];

#[derive(Debug, Args)]
pub(crate) struct QcReport {
    /// A column of `qc_metrics` with bounds; may be given several times. Default: all
    /// technical ones.
    #[arg(long = "metric", value_name = "COLUMN")]
    pub(crate) metrics: Vec<String>,
    /// Of whom: a condition on columns of `individuals`, in SQL.
    #[arg(
        long,
        value_name = "CONDITION",
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) r#where: String,
    /// A column of `qc_metrics` or `samples` with declared values; may be given several times.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) by: Vec<String>,
    /// Which table to print. Default: all as tables, of other formats the metrics.
    #[arg(long, value_name = "NAME", value_parser = QC_TABLES)]
    pub(crate) table: Option<String>,
    #[command(flatten)]
    pub(crate) answer: Answered,
}

/// Which variants.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Sites {
    /// Those that begin here, 1-based and inclusive.
    #[arg(long, value_name = "CHROM:START-END")]
    pub(crate) region: Option<String>,
    /// Those that are annotated with this gene.
    #[arg(long, value_name = "SYMBOL")]
    pub(crate) gene: Option<String>,
    /// This one; may be given several times.
    #[arg(long = "variant", value_name = "CHROM:POS:REF:ALT")]
    pub(crate) variants: Vec<String>,
}

/// Who answers, and what becomes of it.
#[derive(Debug, Args)]
pub(crate) struct Answered {
    /// A dataset to ask; may be given several times.
    #[arg(long = "dataset", value_name = "ID", required = true)]
    pub(crate) datasets: Vec<String>,
    /// How to print the answer. Suppressed cells are `suppressed` in a table,
    /// empty in CSV, null in JSON and Arrow.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// Writes the receipt here.
    #[arg(long, value_name = "FILE")]
    pub(crate) receipt: Option<PathBuf>,
    /// Makes a retry with the same key the same request, charged once.
    #[arg(
        long,
        value_name = "KEY",
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) idempotency_key: String,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// One SQL query; `-` reads it from standard input.
    pub(crate) sql: String,
    /// A dataset to ask; may be given several times.
    #[arg(long = "dataset", value_name = "ID", required = true)]
    pub(crate) datasets: Vec<String>,
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// A header and rows.
    Csv,
    /// One object a dataset and line, with the release and the rows.
    Json,
    /// An Arrow IPC stream.
    Arrow,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Receipt {
    /// Verifies a receipt offline against the keys that you have pinned.
    #[command(after_help = "Example:\n  sekisho receipt verify receipt.json --trust keys.txt")]
    Verify {
        /// The receipt's file.
        file: PathBuf,
        #[command(flatten)]
        listing: Listing,
    },
    /// Fetches a receipt of the project, proved against the newest checkpoint.
    #[command(after_help = "Example:\n  sekisho receipt get demo-cancer 41 --out receipt.json")]
    Get {
        /// The dataset.
        dataset: String,
        /// The leaf's index in the holder's ledger.
        leaf_index: u64,
        /// Writes the receipt here instead of printing it.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn every_command_has_an_example_in_its_help() {
        Arguments::command().debug_assert();
        let mut commands = vec![Arguments::command()];
        while let Some(mut command) = commands.pop() {
            let help = command.render_help().to_string();
            assert!(help.contains("Example:\n  sekisho "), "{help}");
            let subcommands = command.get_subcommands();
            // clap's own `help` needs no example.
            commands.extend(subcommands.filter(|c| c.get_name() != "help").cloned());
        }
    }
}
