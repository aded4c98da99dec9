//! How a command ends, and what it says then.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use sekisho::{Error, Reason, ReceiptError, TrustError, UnusableAddress, VerifyError};
use sekisho_runtime::config::ConfigError;

use super::render;

/// The exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything was done.
    Done = 0,
    /// Something failed.
    Failed = 1,
    /// The command line, the configuration or the request is not as it should be.
    Usage = 2,
    /// The policies refuse.
    Denied = 3,
    /// The guard refuses.
    Refused = 4,
}

impl Exit {
    /// The exit code that goes with a reason.
    pub(crate) fn of_reason(reason: Reason) -> Self {
        match reason {
            Reason::Unauthenticated
            | Reason::PolicyDenied
            | Reason::PolicyReferred
            | Reason::NotAvailable => Self::Denied,
            Reason::QueryRefused => Self::Refused,
            Reason::InvalidRequest => Self::Usage,
            Reason::BudgetExhausted
            | Reason::LimitExceeded
            | Reason::ExecutionFailed
            | Reason::SiteUnavailable
            | Reason::Internal => Self::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Ended {
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error(transparent)]
    Visit(#[from] Error),
    #[error("{0}")]
    File(String),
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    #[error("the receipt is not believed: {0}")]
    Unbelieved(#[from] VerifyError),
    #[error("cannot print the answer: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
    #[error("cannot read or write: {0}")]
    Io(#[from] io::Error),
}

impl From<UnusableAddress> for Ended {
    fn from(error: UnusableAddress) -> Self {
        Self::Usage(error.to_string())
    }
}

impl Ended {
    /// The exit code that goes with it.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Visit(Error::Failed(failure)) => Exit::of_reason(failure.reason),
            Self::Usage(_)
            | Self::Config(_)
            | Self::Trust(_)
            | Self::Visit(Error::Address(_) | Error::Language(_)) => Exit::Usage,
            // A reader that has left, as `head` does, is no failure.
            Self::Io(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
            _ => Exit::Failed,
        }
    }

    /// Says it, with the place in the query where there is one.
    pub(crate) fn tell(&self, out: &mut impl Write, sql: Option<&str>) -> io::Result<()> {
        match self {
            Self::Visit(Error::Failed(failure)) => {
                render::failure_text(out, failure, sql.unwrap_or_default())
            }
            Self::Io(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            _ => writeln!(out, "error: {self}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use sekisho::Failure;

    use super::*;

    #[test]
    fn each_reason_has_the_exit_code_that_the_interfaces_promise() {
        let codes: Vec<_> = Reason::ALL
            .into_iter()
            .map(|reason| (reason.as_str(), Exit::of_reason(reason) as u8))
            .collect();
        assert_eq!(
            codes,
            [
                ("UNAUTHENTICATED", 3),
                ("POLICY_DENIED", 3),
                ("POLICY_REFERRED", 3),
                ("NOT_AVAILABLE", 3),
                ("QUERY_REFUSED", 4),
                ("BUDGET_EXHAUSTED", 1),
                ("INVALID_REQUEST", 2),
                ("LIMIT_EXCEEDED", 1),
                ("EXECUTION_FAILED", 1),
                ("SITE_UNAVAILABLE", 1),
                ("INTERNAL", 1),
            ]
        );
    }

    #[test]
    fn a_command_that_cannot_begin_is_a_usage_error_and_a_lost_connection_is_not() {
        assert_eq!(Ended::Usage(String::new()).exit(), Exit::Usage);
        let unreachable = Error::Unreachable {
            address: "localhost:7443".to_owned(),
            cause: "connection refused".to_owned(),
        };
        assert_eq!(Ended::Visit(unreachable).exit(), Exit::Failed);
        let failure = Failure {
            reason: Reason::NotAvailable,
            message: "no such dataset".to_owned(),
            help: String::new(),
            refusal: None,
        };
        assert_eq!(Ended::Visit(failure.into()).exit(), Exit::Denied);
        let left = io::Error::from(io::ErrorKind::BrokenPipe);
        assert_eq!(Ended::Io(left).exit(), Exit::Done);
    }
}
