//! What a worker gives up before it reads a visitor's first word.
//!
//! The engine parses and runs what strangers write. Should it ever be made to do
//! more than that, the process around it has nothing to do it with: limits hold
//! its memory and time, Landlock leaves it the store to read, and seccomp the
//! system calls of a program that computes and talks over two pipes.
//!
//! All of it binds the thread that calls and those that it starts, so it is
//! done before there is a second thread.

mod calls;

use std::{fmt, io, path::Path, process::Stdio};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, RestrictSelfAttr as _,
    Ruleset, RulesetAttr as _, RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope,
    path_beneath_rules,
};
use rlimit::Resource;
use serde::{Deserialize, Serialize};

/// The most memory that a worker may map. The engine's own account, which is
/// half of it, leaves out what functions and literals take.
const ADDRESS_BYTES: u64 = 4 << 30;

/// The most time that a worker may compute, in seconds, whoever waits for it:
/// one whose enclave was killed must not go on for ever.
const PROCESSOR_SECONDS: u64 = 900;

/// The most files that a worker has open: the tables of a query and its pipes.
const OPEN_FILES: u64 = 256;

/// The newest rules of the kernel that are asked for; an older kernel keeps
/// those that it knows.
const RULES: ABI = ABI::V6;

/// How far the kernel let a worker confine itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// Files: the store may be read, and nothing else. A kernel that has the
    /// rules for files but not those for TCP counts, since seccomp leaves no
    /// socket to connect.
    pub landlock: bool,
    /// System calls: those of a program that computes and talks over pipes.
    pub seccomp: bool,
}

impl Confinement {
    /// Whether nothing is missing.
    pub fn is_whole(self) -> bool {
        self.landlock && self.seccomp
    }

    /// How far workers get on this machine: one is started with the arguments
    /// that make it call [`report`], and ends.
    ///
    /// # Errors
    ///
    /// When the program cannot be started or says something else.
    pub fn of_workers(program: &Path, arguments: &[String]) -> io::Result<Self> {
        let output = std::process::Command::new(program)
            .args(arguments)
            .env_clear()
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()?;
        serde_json::from_slice(&output.stdout).map_err(io::Error::from)
    }
}

impl fmt::Display for Confinement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.landlock, self.seccomp) {
            (true, true) => "landlock and seccomp",
            (true, false) => "landlock only",
            (false, true) => "seccomp only",
            (false, false) => "resource limits only",
        })
    }
}

/// Gives up what no visit needs, and says how far the kernel went along.
///
/// # Errors
///
/// When a limit cannot be set, the store cannot be found, or the kernel has
/// Landlock and refuses. A kernel without Landlock or seccomp is no error.
pub fn confine(store: &Path) -> io::Result<Confinement> {
    // A core dump would hold rows; a file that is written might.
    for (resource, most) in [
        (Resource::CORE, 0),
        (Resource::FSIZE, 0),
        (Resource::NOFILE, OPEN_FILES),
        (Resource::AS, ADDRESS_BYTES),
        (Resource::CPU, PROCESSOR_SECONDS),
    ] {
        let most = most.min(resource.get_hard()?);
        resource.set(most, most)?;
    }
    // A folder that is not there would leave a worker that can read nothing.
    store.metadata()?;
    Ok(Confinement {
        landlock: narrow(Some(store))?,
        seccomp: calls::confine(),
    })
}

/// Confines this process as a worker is confined, writes a [`Confinement`] to
/// standard output, and does nothing else.
///
/// # Errors
///
/// As [`confine`], and when standard output is closed.
pub fn report(store: &Path) -> io::Result<()> {
    serde_json::to_writer(io::stdout(), &confine(store)?).map_err(io::Error::from)
}

/// From now on at most this folder may be read. Nothing is ever given back: a
/// folder that could not be read before is not opened by it, and one that is
/// not there leaves nothing to read. False where the kernel has no Landlock.
///
/// # Errors
///
/// When the kernel has Landlock and does not do it.
pub fn narrow(folder: Option<&Path>) -> io::Result<bool> {
    let restricted = || -> Result<_, RulesetError> {
        Ruleset::default()
            .handle_access(AccessFs::from_all(RULES))?
            .handle_access(AccessNet::from_all(RULES))?
            .scope(Scope::from_all(RULES))?
            .create()?
            .add_rules(path_beneath_rules(
                folder,
                AccessFs::ReadFile | AccessFs::ReadDir,
            ))?
            // Of use to a worker that narrows itself later and has threads by then.
            .set_compatibility(CompatLevel::BestEffort)
            .all_threads(true)?
            .restrict_self()
    };
    let status = restricted().map_err(io::Error::other)?;
    Ok(status.ruleset != RulesetStatus::NotEnforced)
}
