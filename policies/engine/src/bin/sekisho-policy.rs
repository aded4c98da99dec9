//! `sekisho-policy`: the committee's tool over its files.

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Parser, Subcommand, ValueEnum};
use sekisho_policies::{
    Denial, Explanation, Operation, Outcome, PolicySet, Rejected, Request, Summary, Verdict,
};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(code) => code,
        // Nobody reads what is written any more.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Checks the policy files of a consortium and explains what they decide.
///
/// Exit codes: 0 done, 1 the files are refused, 2 usage.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Load the files as a server would, and list everything that it would refuse.
    #[command(after_help = "Example:\n  sekisho-policy check policies/consortium")]
    Check {
        /// The consortium's folder.
        dir: PathBuf,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Decide one request and show every condition that was asked, with file and line.
    #[command(
        after_help = "Example:\n  sekisho-policy explain policies/consortium --person spiffe://consortium.example/people/aiko-tanaka --project P-0001 --dataset demo-cancer --operation query"
    )]
    Explain {
        /// The consortium's folder.
        dir: PathBuf,
        /// The visitor, as the URI of the certificate.
        #[arg(long)]
        person: String,
        #[arg(long)]
        project: String,
        #[arg(long)]
        dataset: String,
        /// catalog, check, query, budget or receipt.
        #[arg(long, default_value = "query")]
        operation: Operation,
        /// A moment, as 2026-11-21T09:00:00+09:00; now if it is left out.
        #[arg(long)]
        at: Option<jiff::Timestamp>,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

fn run(arguments: &Arguments) -> io::Result<ExitCode> {
    match &arguments.command {
        Command::Check { dir, format } => match PolicySet::load(dir) {
            Ok(set) => accepted(&set.summary(), *format),
            Err(rejected) => refused(&rejected, *format),
        },
        Command::Explain {
            dir,
            person,
            project,
            dataset,
            operation,
            at,
            format,
        } => {
            let request = Request {
                principal: person,
                project,
                dataset,
                operation: *operation,
                at: at.unwrap_or_else(jiff::Timestamp::now),
            };
            match PolicySet::load(dir) {
                Ok(set) => explained(&request, &set.explain(&request), *format),
                Err(rejected) => refused(&rejected, *format),
            }
        }
    }
}

fn accepted(summary: &Summary, format: Format) -> io::Result<ExitCode> {
    let mut out = io::stdout().lock();
    match format {
        Format::Json => writeln!(
            out,
            "{}",
            serde_json::json!({ "findings": [], "set": summary })
        )?,
        Format::Text => {
            writeln!(out, "{}: the files hold together", summary.name)?;
            writeln!(
                out,
                "  {} members, {} people, {} datasets, {} projects, {} grants, {} profiles",
                summary.members,
                summary.people,
                summary.datasets,
                summary.projects,
                summary.grants,
                summary.profiles
            )?;
            writeln!(out, "  digest {}", summary.digest)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn refused(rejected: &Rejected, format: Format) -> io::Result<ExitCode> {
    let mut out = io::stdout().lock();
    match format {
        Format::Json => writeln!(out, "{}", serde_json::json!(rejected))?,
        Format::Text => writeln!(out, "{rejected}")?,
    }
    Ok(ExitCode::FAILURE)
}

fn explained(
    request: &Request<'_>,
    explanation: &Explanation,
    format: Format,
) -> io::Result<ExitCode> {
    let mut out = io::stdout().lock();
    if let Format::Json = format {
        let json = serde_json::json!({ "request": request, "explanation": explanation });
        writeln!(out, "{json}")?;
        return Ok(ExitCode::SUCCESS);
    }
    let outcome = match explanation.decision.outcome {
        Outcome::Allow => "allow",
        Outcome::Refer => "refer: a person must look",
        Outcome::Deny(Denial::Unknown) => "deny: the visitor is told `unknown visitor`",
        Outcome::Deny(Denial::NotAvailable) => "deny: the visitor is told `not available`",
        Outcome::Deny(Denial::Policy) => {
            "deny: the visitor is told the rules that stand against it"
        }
    };
    writeln!(out, "{outcome}")?;
    for condition in &explanation.conditions {
        let mark = match condition.verdict {
            Verdict::Holds => "holds ",
            Verdict::Refers => "refers",
            Verdict::Fails(_) => "fails ",
        };
        let (rule, place) = (condition.rule, condition.place.to_string());
        writeln!(
            out,
            "  {mark}  {rule:<15}  {place:<22}  {}",
            condition.message
        )?;
        if condition.verdict != Verdict::Holds {
            writeln!(out, "{:50}{}", "", condition.help)?;
        }
    }
    if let Some(terms) = &explanation.decision.terms {
        let columns = terms
            .columns
            .as_ref()
            .map_or("all".to_owned(), |columns| columns.join(";"));
        writeln!(
            out,
            "  terms: {} for {}, tier {}, profile {}, columns {columns}, budget {}",
            terms.organisation,
            terms.purpose,
            terms.tier.as_str(),
            terms.profile,
            terms.query_budget
        )?;
    }
    Ok(ExitCode::SUCCESS)
}
