//! Why a visit fails.

use std::{error::Error as StdError, fmt};

pub use sekisho_proto::v1::Refusal;
use sekisho_proto::v1::ResultFailure;
pub use sekisho_runtime::status::Reason;
use sekisho_runtime::{status, tls::TlsError};
use tonic::{Code, Status, TimeoutExpired};

use crate::{
    answer::Unproved,
    connection::{UnusableAddress, UnusableLanguage},
};

/// What the consortium said instead of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// Why, from a closed list.
    pub reason: Reason,
    /// What happened.
    pub message: String,
    /// What to do next. May be empty.
    pub help: String,
    /// The rule, the place and a legal rewrite, when the guard refused the query.
    pub refusal: Option<Box<Refusal>>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if !self.help.is_empty() {
            write!(f, "; {}", self.help)?;
        }
        Ok(())
    }
}

impl StdError for Failure {}

/// Why a call has no result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The consortium refuses or cannot answer.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// The address cannot be used.
    #[error(transparent)]
    Address(#[from] UnusableAddress),
    /// The language cannot be asked for.
    #[error(transparent)]
    Language(#[from] UnusableLanguage),
    /// A file of the connection cannot be used.
    #[error(transparent)]
    Files(#[from] TlsError),
    /// There is no connection.
    #[error("`{address}` cannot be reached: {cause}; `sekisho doctor` tells what is wrong")]
    Unreachable {
        /// The gateway.
        address: String,
        /// What the connection failed of.
        cause: String,
    },
    /// The call took longer than the visitor wanted to wait.
    #[error("no answer within {seconds} s; ask again, the same question is charged once")]
    TimedOut {
        /// The connection's timeout.
        seconds: u64,
    },
    /// The server's answer is not what the protocol says.
    #[error("the server's answer is broken: {0}; bring this program up to date")]
    Broken(String),
    /// A receipt does not prove what was said.
    #[error(transparent)]
    Unproved(#[from] Unproved),
}

impl Error {
    /// What a status means.
    pub(crate) fn of(status: &Status, address: &str, timeout: std::time::Duration) -> Self {
        if let Some(failure) = status::Failure::from_status(status) {
            return Self::Failed(failure.into());
        }
        let lost = status.source().is_some() && !has_timed_out(status);
        match status.code() {
            // tonic reports a connection that broke as any of the three.
            Code::Unavailable | Code::Unknown | Code::Cancelled if lost => Self::Unreachable {
                address: address.to_owned(),
                cause: root_cause(status),
            },
            Code::DeadlineExceeded | Code::Cancelled => Self::TimedOut {
                seconds: timeout.as_secs(),
            },
            Code::Unavailable => Self::Unreachable {
                address: address.to_owned(),
                cause: status.message().to_owned(),
            },
            code => Self::Broken(format!("{code:?}: {}", status.message())),
        }
    }
}

/// Whether it was our own clock that ended the call.
fn has_timed_out(status: &Status) -> bool {
    let mut cause = status.source();
    while let Some(error) = cause {
        if error.is::<TimeoutExpired>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// The innermost cause of an error, which says most.
pub(crate) fn root_cause(error: &dyn StdError) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

impl From<status::Failure> for Failure {
    fn from(failure: status::Failure) -> Self {
        let fact = |key: &str| failure.metadata.get(key).cloned().unwrap_or_default();
        let refusal = (failure.reason == Reason::QueryRefused).then(|| {
            Box::new(Refusal {
                rule: fact("rule"),
                message: failure.message.clone(),
                help: failure.help.clone(),
                line: fact("line").parse().unwrap_or(0),
                column: fact("column").parse().unwrap_or(0),
                rewrite: fact("rewrite"),
            })
        });
        Self {
            reason: failure.reason,
            message: failure.message,
            help: failure.help,
            refusal,
        }
    }
}

impl TryFrom<ResultFailure> for Failure {
    type Error = Error;

    fn try_from(failure: ResultFailure) -> Result<Self, Error> {
        let name = failure.reason.trim_start_matches("ERROR_REASON_");
        let reason = Reason::named(name)
            .ok_or_else(|| Error::Broken(format!("`{}` is no reason", failure.reason)))?;
        Ok(Self {
            reason,
            message: failure.message,
            help: failure.help,
            refusal: failure.refusal.map(Box::new),
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use std::time::Duration;

    use super::*;

    fn of(status: &Status) -> Error {
        Error::of(status, "localhost:7443", Duration::from_secs(9))
    }

    #[test]
    fn a_refusal_keeps_its_rule_place_and_rewrite_over_the_wire() {
        let sent = status::Failure::new(Reason::QueryRefused, "`*` shows rows")
            .help("name aggregates")
            .with("rule", "release.rows")
            .with("line", "2")
            .with("column", "8")
            .with("rewrite", "SELECT count(*) FROM individuals");
        let Error::Failed(failure) = of(&sent.into()) else {
            panic!("not a failure")
        };
        assert_eq!(failure.reason, Reason::QueryRefused);
        assert_eq!(failure.to_string(), "`*` shows rows; name aggregates");
        let refusal = failure.refusal.unwrap();
        assert_eq!((refusal.line, refusal.column), (2, 8));
        assert_eq!(refusal.rule, "release.rows");
        assert_eq!(refusal.rewrite, "SELECT count(*) FROM individuals");
    }

    #[test]
    fn only_a_refused_query_has_a_place() {
        let sent = status::Failure::new(Reason::PolicyDenied, "P-0003 has expired");
        let Error::Failed(failure) = of(&sent.into()) else {
            panic!("not a failure")
        };
        assert_eq!(failure.refusal, None);
    }

    #[test]
    fn a_call_that_was_cut_off_did_not_take_too_long() {
        let cut_off = Status::from_error(Box::new(std::io::Error::other("reset")));
        assert!(matches!(of(&cut_off), Error::Unreachable { .. }));
        let expired = Status::from_error(Box::new(TimeoutExpired(())));
        assert!(matches!(of(&expired), Error::TimedOut { seconds: 9 }));
    }

    #[test]
    fn what_is_not_the_consortiums_word_is_told_apart() {
        assert!(matches!(
            of(&Status::deadline_exceeded("")),
            Error::TimedOut { seconds: 9 }
        ));
        assert!(matches!(
            of(&Status::unavailable("away")),
            Error::Unreachable { .. }
        ));
        assert!(matches!(of(&Status::unimplemented("?")), Error::Broken(_)));
    }

    #[test]
    fn a_failure_with_an_unknown_reason_is_a_broken_answer() {
        let failure = |reason: &str| ResultFailure {
            reason: reason.to_owned(),
            ..ResultFailure::default()
        };
        assert!(Failure::try_from(failure("BECAUSE")).is_err());
        for name in ["NOT_AVAILABLE", "ERROR_REASON_NOT_AVAILABLE"] {
            let read = Failure::try_from(failure(name)).unwrap();
            assert_eq!(read.reason, Reason::NotAvailable);
        }
    }
}
