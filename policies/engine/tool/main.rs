//! `sekisho-policy`: the committee's tool over its files.

mod access;
mod arguments;
mod files;
mod output;
mod signing;

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use arguments::{Arguments, Command};
use clap::Parser as _;
use output::Output;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let out = Output {
        format: arguments.format,
        language: arguments.language(),
    };
    match run(&arguments.command, &out) {
        Ok(code) => code,
        // Nobody reads what is written any more.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            // Where even that cannot be said, the exit code says it.
            let _ = writeln!(io::stderr(), "sekisho-policy: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command, out: &Output) -> io::Result<ExitCode> {
    match command {
        Command::Check { dir, at } => files::check(out, dir, *at),
        Command::Fmt { dir, check } => files::fmt(out, dir, *check),
        Command::Test { dir } => files::test(out, dir),
        Command::Explain { dir, holder, asked } => {
            access::explain(out, dir, holder.as_deref(), asked)
        }
        Command::Diff { old, new, at } => access::diff(out, old, new, *at),
        Command::Replay {
            new,
            decisions,
            since,
        } => access::replay(out, new, decisions, *since),
        Command::WhoCan { dataset, dir, at } => access::who_can(out, dataset, dir, *at),
        Command::Keygen { name, folder } => signing::keygen(out, name, folder),
        Command::Sign {
            dir,
            serial,
            name,
            key,
        } => signing::sign(out, dir, *serial, name, key),
        Command::Verify { dir, keys } => signing::verify(out, dir, keys.as_deref()),
        Command::Activate { dir, active } => signing::activate(out, dir, active),
        Command::Rollback {
            active,
            to,
            signatures,
        } => signing::rollback(out, active, *to, signatures.as_deref()),
        Command::History { active } => signing::history(out, active),
    }
}
