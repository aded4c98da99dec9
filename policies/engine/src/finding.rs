//! What the loader refuses, and the line to write instead.

use std::fmt;

use serde::Serialize;

/// One slip in the files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The file, relative to the consortium's folder.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// What was found.
    pub what: String,
    /// Why it matters.
    pub why: String,
    /// The line to write instead; a part in `<…>` is for the committee to fill in.
    pub instead: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:{}: {}", self.file, self.line, self.what)?;
        writeln!(f, "    why:   {}", self.why)?;
        write!(f, "    write: {}", self.instead)
    }
}

/// A set of files that was not loaded; whatever was in force before stays in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// Every slip found, by file and line; never empty.
    pub findings: Vec<Finding>,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.findings.len();
        let s = if count == 1 { "" } else { "s" };
        write!(f, "the policy files were not loaded: {count} finding{s}")?;
        for finding in &self.findings {
            write!(f, "\n{finding}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Rejected {}

/// What is wrong with one cell, and the cell to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slip {
    pub(crate) what: String,
    pub(crate) why: String,
    pub(crate) instead: String,
}

impl Slip {
    pub(crate) fn new(
        what: impl Into<String>,
        why: impl Into<String>,
        instead: impl Into<String>,
    ) -> Slip {
        Slip {
            what: what.into(),
            why: why.into(),
            instead: instead.into(),
        }
    }
}
