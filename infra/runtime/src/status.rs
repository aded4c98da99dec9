//! Failures: a closed list of reasons, and one table from reason to gRPC code.
//!
//! On the wire a failure is a `google.rpc.Status` with `ErrorInfo` (reason,
//! domain `sekisho`, metadata) and, for a malformed request, `BadRequest`.
//! Whatever is not a failure of this kind has no place outside the process.

use std::{collections::BTreeMap, fmt};

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// The domain of `google.rpc.ErrorInfo`.
pub const ERROR_DOMAIN: &str = "sekisho";

/// Messages and helps are cut at this many bytes, and metadata over its limit
/// are left out: a gRPC client refuses trailers of more than 8 KiB, and these
/// travel in base64, the message twice.
const MESSAGE_BYTES: usize = 512;
const METADATA_BYTES: usize = 2048;

/// Why a call fails: `sekisho.v1.ErrorReason` without its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The certificate names nobody whom the consortium knows at present.
    Unauthenticated,
    /// The policies deny the visit.
    PolicyDenied,
    /// A person of the committee must decide first.
    PolicyReferred,
    /// No such project or dataset, or none that this visitor may see.
    NotAvailable,
    /// The guard refuses the query.
    QueryRefused,
    /// The project's budget at the dataset is spent.
    BudgetExhausted,
    /// The request is malformed.
    InvalidRequest,
    /// A limit of the server was met: size, time or concurrency.
    LimitExceeded,
    /// The query was charged and could not be completed.
    ExecutionFailed,
    /// The enclave that holds the dataset does not answer at present.
    SiteUnavailable,
    /// The server failed; the budget tells whether anything was charged.
    Internal,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 11] = [
        Self::Unauthenticated,
        Self::PolicyDenied,
        Self::PolicyReferred,
        Self::NotAvailable,
        Self::QueryRefused,
        Self::BudgetExhausted,
        Self::InvalidRequest,
        Self::LimitExceeded,
        Self::ExecutionFailed,
        Self::SiteUnavailable,
        Self::Internal,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The gRPC code that goes with it.
    #[must_use]
    pub const fn code(self) -> Code {
        self.row().1
    }

    /// The reason with this name on the wire.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }

    const fn row(self) -> (&'static str, Code) {
        match self {
            Self::Unauthenticated => ("UNAUTHENTICATED", Code::Unauthenticated),
            Self::PolicyDenied => ("POLICY_DENIED", Code::PermissionDenied),
            Self::PolicyReferred => ("POLICY_REFERRED", Code::PermissionDenied),
            Self::NotAvailable => ("NOT_AVAILABLE", Code::NotFound),
            Self::QueryRefused => ("QUERY_REFUSED", Code::InvalidArgument),
            Self::BudgetExhausted => ("BUDGET_EXHAUSTED", Code::ResourceExhausted),
            Self::InvalidRequest => ("INVALID_REQUEST", Code::InvalidArgument),
            Self::LimitExceeded => ("LIMIT_EXCEEDED", Code::ResourceExhausted),
            Self::ExecutionFailed => ("EXECUTION_FAILED", Code::Aborted),
            Self::SiteUnavailable => ("SITE_UNAVAILABLE", Code::Unavailable),
            Self::Internal => ("INTERNAL", Code::Internal),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A call that failed, in words that may leave the process.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// Why.
    pub reason: Reason,
    /// What happened, in one sentence.
    pub message: String,
    /// What to do next, in one sentence. May be empty.
    pub help: String,
    /// Facts for programs: for a refused query `rule`, `line`, `column` and
    /// `rewrite`, for a malformed request `field`, for a limit `limit`.
    pub metadata: BTreeMap<String, String>,
}

impl Failure {
    /// A failure without help or metadata.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            reason,
            message: message.into(),
            help: String::new(),
            metadata: BTreeMap::new(),
        }
    }

    /// A malformed request: `field` is the dotted name of the proto field.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::new(Reason::InvalidRequest, message).with("field", field)
    }

    /// Says what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Adds a fact for programs. Empty values are left out.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        if !value.is_empty() {
            self.metadata.insert(key.to_owned(), value);
        }
        self
    }

    /// The failure that a status carries; none if it is not one of ours.
    #[must_use]
    pub fn from_status(status: &Status) -> Option<Self> {
        let details = status.check_error_details().ok()?;
        let info = details.error_info()?;
        if info.domain != ERROR_DOMAIN {
            return None;
        }
        let reason = Reason::named(&info.reason).filter(|reason| reason.code() == status.code())?;
        let mut metadata: BTreeMap<String, String> = info.metadata.clone().into_iter().collect();
        let help = metadata.remove("help").unwrap_or_default();
        Some(Self {
            reason,
            message: status.message().to_owned(),
            help,
            metadata,
        })
    }
}

impl From<Failure> for Status {
    fn from(failure: Failure) -> Self {
        let message = cut(&failure.message);
        let mut room = METADATA_BYTES;
        let mut metadata = Vec::new();
        for (key, value) in &failure.metadata {
            let size = key.len() + value.len();
            if key != "help" && size <= room {
                room -= size;
                metadata.push((key.clone(), value.clone()));
            }
        }
        if !failure.help.is_empty() {
            metadata.push(("help".to_owned(), cut(&failure.help).to_owned()));
        }
        let mut details = ErrorDetails::with_error_info(
            failure.reason.as_str(),
            ERROR_DOMAIN,
            metadata
                .into_iter()
                .collect::<std::collections::HashMap<_, _>>(),
        );
        if failure.reason == Reason::InvalidRequest
            && let Some(field) = failure.metadata.get("field")
        {
            details.add_bad_request_violation(field.as_str(), message);
        }
        Self::with_error_details(failure.reason.code(), message, details)
    }
}

/// The first bytes of `text`, never half a character.
fn cut(text: &str) -> &str {
    let end = text.floor_char_boundary(MESSAGE_BYTES);
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests;
