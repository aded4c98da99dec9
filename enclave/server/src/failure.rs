//! From what went wrong inside to what may be said of it outside.

use sekisho_disclosure::ProtectError;
use sekisho_ledger::ReserveError;
use sekisho_query::Refusal;
use sekisho_runtime::status::{Failure, Reason};

use crate::exposure::ExposureError;

/// A failure of ours. The operator's log has its kind; the visitor gets one text.
pub(crate) fn internal(error: impl std::fmt::Display) -> Failure {
    tracing::error!("a call failed: {error}");
    Failure::new(Reason::Internal, "the enclave failed")
        .help("try again; if it goes on, tell the data holder")
}

/// A task of ours ended before its time. Its message may hold a value.
pub(crate) fn ended() -> Failure {
    internal("a task ended before its time")
}

/// What is not held here and what does not exist are the same; the gateway says
/// it in its own words.
pub(crate) fn not_available() -> Failure {
    Failure::new(
        Reason::NotAvailable,
        "no such dataset, or none that may be visited",
    )
}

/// The ledger has no answer to this question of these people.
pub(crate) fn not_kept() -> Failure {
    Failure::new(
        Reason::NotAvailable,
        "the result is there no more: the data, who may be counted, or the rules have changed",
    )
    .help("submit the question again, with a new key")
}

/// There was no turn in time. Nothing was charged.
pub(crate) fn busy() -> Failure {
    Failure::new(
        Reason::LimitExceeded,
        "the enclave was busy for too long; nothing was charged",
    )
    .help("ask again in a minute")
    .with("limit", "busy")
}

/// The visit was charged and did not end well. Always the same words: whether
/// memory, time or the data were the cause is not said.
pub(crate) fn execution() -> Failure {
    Failure::new(
        Reason::ExecutionFailed,
        "the query was charged and could not be completed",
    )
    .help("ask for fewer groups or a narrower selection")
}

/// The engine gave up while planning. No data were read.
pub(crate) fn planning() -> Failure {
    Failure::new(
        Reason::LimitExceeded,
        "the query needs more to be planned than a visit may use",
    )
    .help("write it with fewer terms, levels or columns")
    .with("limit", "planning")
}

/// A visit was not charged, so it does not run.
pub(crate) fn reserve(error: ReserveError) -> Failure {
    match error {
        ReserveError::Exhausted { limit, spent } => Failure::new(
            Reason::BudgetExhausted,
            format!("the project has spent {spent} of {limit} queries at this dataset"),
        )
        .help("ask the committee for a larger budget"),
        // Not what was spent: that may follow from data of other visits.
        ReserveError::MeterExhausted { account, .. } => Failure::new(
            Reason::BudgetExhausted,
            format!("the account `{account}` is exhausted"),
        )
        .help("ask the committee for a larger budget"),
        // It was valid when the call came in.
        ReserveError::NonceExpired => busy(),
        ReserveError::NonceUsed => Failure::new(
            Reason::Unauthenticated,
            "the permit is not valid here, now, for this question",
        ),
        ReserveError::IdempotencyConflict => Failure::invalid(
            "idempotency_key",
            "the idempotency key was used for another question or snapshot",
        )
        .help("use a new key for a new question"),
        ReserveError::Ledger(error) => internal(error),
    }
}

/// What the figures tell of genomes could not be accounted for. The visit was
/// charged.
pub(crate) fn exposure(error: &ExposureError) -> Failure {
    match error {
        ExposureError::Cap | ExposureError::Meter(ReserveError::MeterExhausted { .. }) => {
            Failure::new(
                Reason::BudgetExhausted,
                "the query was charged, and tells more of genomes or features than may still be told",
            )
            .help("ask for fewer genes, variants or features at once, or of larger groups; or ask the committee")
            .with("limit", "exposure")
        }
        ExposureError::Meter(_) | ExposureError::Anchors(_) => {
            tracing::error!("what a release tells could not be accounted for: {error}");
            execution()
        }
    }
}

/// The profile's mechanism cannot protect figures like these, whatever the data.
pub(crate) fn unprotectable(error: &ProtectError) -> Failure {
    let ProtectError::Unprotectable { mechanism, reason } = error;
    Failure::new(
        Reason::QueryRefused,
        format!("the `{mechanism}` mechanism of this dataset cannot protect the query: {reason}"),
    )
    .help("ask for counts, or for columns whose bounds the catalogue declares")
    .with("rule", "release.mechanism")
}

/// A refusal by the guard.
pub(crate) fn refused(refusal: &Refusal) -> Failure {
    let place = refusal.place;
    let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    Failure::new(Reason::QueryRefused, refusal.message.clone())
        .help(refusal.help.clone())
        .with("rule", refusal.rule.id())
        .with("line", number(place.map(|place| place.line)))
        .with("column", number(place.map(|place| place.column)))
        .with("rewrite", refusal.rewrite.clone().unwrap_or_default())
}
