//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use sekisho_policies::{Language, Operation};

/// Checks the policy files of a consortium or a data holder, and says what they decide.
///
/// Exit codes: 0 done; 1 the files are refused, a test does not hold, a signature is missing, or
/// something could not be read or written; 2 usage.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Arguments {
    /// For people or for programs.
    #[arg(long, value_enum, default_value_t = Format::Text, global = true)]
    pub(crate) format: Format,
    /// The language of messages: en or ja; else that of LC_ALL, LC_MESSAGES or LANG.
    #[arg(long, env = "SEKISHO_LANGUAGE", value_parser = language, global = true)]
    lang: Option<Language>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Load the files as a server would: list what it would refuse, and what is worth a look.
    #[command(after_help = "Example:\n  sekisho-policy check policies/consortium")]
    Check {
        /// The folder of a consortium or a holder.
        dir: PathBuf,
        /// The moment at which rows are over or not; now if it is left out.
        #[arg(long, value_parser = moment)]
        at: Option<Timestamp>,
    },
    /// Write the files as they are best kept; what they say stays the same.
    #[command(after_help = "Example:\n  sekisho-policy fmt policies/consortium")]
    Fmt {
        /// The folder of a consortium or a holder.
        dir: PathBuf,
        /// Write nothing; fail if something would be written.
        #[arg(long)]
        check: bool,
    },
    /// Run the tests of tests.csv, and list rows and rules that none of them reaches.
    #[command(after_help = "Example:\n  sekisho-policy test policies/consortium")]
    Test {
        /// The consortium's folder.
        dir: PathBuf,
    },
    /// Decide one request and show every condition that was asked, with file and line.
    #[command(
        after_help = "Example:\n  sekisho-policy explain policies/consortium --person spiffe://consortium.example/people/aiko-tanaka --project P-0001 --dataset demo-cancer --operation query"
    )]
    Explain {
        /// The consortium's folder.
        dir: PathBuf,
        /// The folder of the dataset's holder, to ask at the second door too.
        #[arg(long, value_name = "DIR")]
        holder: Option<PathBuf>,
        #[command(flatten)]
        asked: Asked,
    },
    /// Say in words who gains and who loses what, widenings first.
    #[command(
        after_help = "Example:\n  sekisho-policy diff /var/lib/sekisho/policies/current policies/consortium"
    )]
    Diff {
        /// The consortium's folder as it is.
        old: PathBuf,
        /// The consortium's folder as it would be.
        new: PathBuf,
        /// Changes before this moment are left out; now if it is left out.
        #[arg(long, value_parser = moment)]
        at: Option<Timestamp>,
    },
    /// Decide recorded requests anew, and list what would be answered otherwise.
    #[command(
        after_help = "Example:\n  sekisho-policy replay policies/consortium --decisions /var/lib/sekisho/decisions --since 30d"
    )]
    Replay {
        /// The consortium's folder as it would be.
        new: PathBuf,
        /// The folder in which a gateway records its decisions.
        #[arg(
            long,
            value_name = "DIR",
            env = "SEKISHO_DECISIONS",
            default_value = "decisions"
        )]
        decisions: PathBuf,
        /// How far back, as 30d, 12h or a moment.
        #[arg(long, value_parser = since, default_value = "30d")]
        since: Timestamp,
    },
    /// List everybody to whom a dataset is open.
    #[command(after_help = "Example:\n  sekisho-policy who-can demo-cancer policies/consortium")]
    WhoCan {
        /// The dataset.
        dataset: String,
        /// The consortium's folder.
        #[arg(default_value = "policies/consortium")]
        dir: PathBuf,
        /// A moment; now if it is left out.
        #[arg(long, value_parser = moment)]
        at: Option<Timestamp>,
    },
    /// Make a key pair for somebody who signs; keep NAME.key secret, enter the public key.
    #[command(after_help = "Example:\n  sekisho-policy keygen haruka-sato --folder ~/keys")]
    Keygen {
        /// Whose.
        name: String,
        /// Where NAME.key and NAME.pub are written.
        #[arg(long, value_name = "DIR", default_value = ".")]
        folder: PathBuf,
    },
    /// Sign a folder's files under a serial.
    #[command(
        after_help = "Example:\n  sekisho-policy sign policies/consortium --serial 8 --name haruka-sato --key ~/keys/haruka-sato.key"
    )]
    Sign {
        /// The folder of a consortium or a holder.
        dir: PathBuf,
        /// One more than that of the set in force; `history` shows it.
        #[arg(long)]
        serial: u64,
        /// Who signs, as in the table `signing`.
        #[arg(long)]
        name: String,
        /// A minisign secret key.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Say whether enough people signed a folder's files.
    #[command(
        after_help = "Example:\n  sekisho-policy verify policies/consortium --keys /var/lib/sekisho/policies/current"
    )]
    Verify {
        /// The folder of a consortium or a holder.
        dir: PathBuf,
        /// The folder whose table `signing` says who signs, as the set in force; else its own.
        #[arg(long, value_name = "DIR")]
        keys: Option<PathBuf>,
    },
    /// Bring a folder's files into force, if they load and enough people signed them.
    #[command(
        after_help = "Example:\n  sekisho-policy activate policies/consortium /var/lib/sekisho/policies"
    )]
    Activate {
        /// The folder of a consortium or a holder.
        dir: PathBuf,
        /// The folder of sets that were activated; servers read `current` in it.
        active: PathBuf,
    },
    /// Bring an earlier set into force again.
    #[command(after_help = "Example:\n  sekisho-policy rollback /var/lib/sekisho/policies")]
    Rollback {
        /// The folder of sets that were activated.
        active: PathBuf,
        /// The serial to go back to; the set before the present one if it is left out.
        #[arg(long, value_name = "SERIAL")]
        to: Option<u64>,
        /// Where people sign: a folder with their statement and signatures under a new serial.
        #[arg(long, value_name = "DIR")]
        signatures: Option<PathBuf>,
    },
    /// List what came into force, and verify that the record was not altered.
    #[command(after_help = "Example:\n  sekisho-policy history /var/lib/sekisho/policies")]
    History {
        /// The folder of sets that were activated.
        active: PathBuf,
    },
}

/// One request.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// The visitor, as the URI of the certificate.
    #[arg(long)]
    pub(crate) person: String,
    /// The project, or the visitor's organisation for an overview as a member.
    #[arg(long)]
    pub(crate) project: String,
    #[arg(long)]
    pub(crate) dataset: String,
    /// catalog, check, query, budget or receipt.
    #[arg(long, default_value = "query")]
    pub(crate) operation: Operation,
    /// A moment, as 2026-11-21T09:00:00+09:00, or the noon (UTC) of a day; now if it is left out.
    #[arg(long, value_parser = moment)]
    pub(crate) at: Option<Timestamp>,
}

impl Arguments {
    pub(crate) fn language(&self) -> Language {
        let variables = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter();
        let system = || {
            let mut set = variables.filter_map(|name| std::env::var(name).ok());
            let first = set.find(|value| !value.is_empty());
            first.and_then(|tags| Language::of_tags(&tags))
        };
        self.lang.or_else(system).unwrap_or_default()
    }
}

fn language(text: &str) -> Result<Language, String> {
    Language::of_tags(text).ok_or_else(|| format!("`{text}` is not spoken here; write en or ja"))
}

/// A moment, or the noon (UTC) of a day.
fn moment(text: &str) -> Result<Timestamp, String> {
    let noon = || {
        let day: Date = text.parse().ok()?;
        let noon = day.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).ok()?;
        Some(noon.timestamp())
    };
    let moment = text.parse().ok().or_else(noon);
    moment.ok_or_else(|| format!("`{text}` is no day; write 2026-12-01 or 2026-12-01T09:00:00Z"))
}

/// A moment, or so long ago.
fn since(text: &str) -> Result<Timestamp, String> {
    let hours = text
        .strip_suffix('d')
        .map(|days| (days, 24))
        .or_else(|| text.strip_suffix('h').map(|hours| (hours, 1)));
    let ago = hours.and_then(|(number, unit)| {
        let hours = number.parse::<i64>().ok()?.checked_mul(unit)?;
        let ago = SignedDuration::try_from_hours(hours)?;
        Timestamp::now().checked_sub(ago).ok()
    });
    ago.or_else(|| text.parse().ok()).ok_or_else(|| {
        format!("`{text}` is no time ago and no moment; write 30d, 12h or 2026-11-21T00:00:00Z")
    })
}
