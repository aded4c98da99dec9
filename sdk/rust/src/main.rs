//! `sekisho`: the visitor's command line.

mod cli;

use std::process::ExitCode;

use clap::Parser as _;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    // Traces only: what a visitor reads is written by the commands themselves.
    let exporting = std::env::var_os("OTEL_EXPORTER_OTLP_ENDPOINT").is_some();
    let _telemetry = exporting.then(cli::telemetry);
    cli::run(arguments).await.into()
}
