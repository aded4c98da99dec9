//! `sekisho-audit`: verifies, shows and exports a ledger.

use std::io::{stderr, stdout};
use std::process::ExitCode;

fn main() -> ExitCode {
    let code = sekisho_ledger::audit::run(std::env::args_os(), &mut stdout(), &mut stderr());
    ExitCode::from(code)
}
