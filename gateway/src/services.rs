//! The services that visitors see. Each method reads its request, asks the
//! policies for every dataset it touches, and only then speaks to enclaves.

mod budget;
mod catalog;
mod operations;
mod query;
mod receipt;
mod visit;

use std::sync::Arc;

use sekisho_proto::v1::{Refusal, ResultFailure};
use sekisho_runtime::{
    clock::SharedClock,
    status::{Failure, Reason},
};

use crate::{
    gateway::Gateway,
    operations::{Limits, Operations},
};

/// `sekisho.v1.VisitService`.
#[derive(Clone)]
pub(crate) struct Visits(pub(crate) Arc<Gateway>);

/// `sekisho.v1.CatalogService`.
#[derive(Clone)]
pub(crate) struct Catalog(pub(crate) Arc<Gateway>);

/// `sekisho.v1.BudgetService`.
#[derive(Clone)]
pub(crate) struct Budgets(pub(crate) Arc<Gateway>);

/// `sekisho.v1.ReceiptService`.
#[derive(Clone)]
pub(crate) struct Receipts(pub(crate) Arc<Gateway>);

/// `sekisho.v1.OperationService`.
#[derive(Clone)]
pub(crate) struct Running {
    gateway: Arc<Gateway>,
    operations: Arc<Operations<query::Asked>>,
}

impl Running {
    /// Nothing runs yet.
    pub(crate) fn new(gateway: Arc<Gateway>, limits: Limits, clock: SharedClock) -> Self {
        Self {
            gateway,
            operations: Arc::new(Operations::new(limits, clock)),
        }
    }

    /// Says that the gateway stops.
    pub(crate) fn close(&self) {
        self.operations.close();
    }
}

/// A failure as a message; of no dataset yet.
pub(crate) fn message(mut failure: Failure) -> ResultFailure {
    let mut fact = |key| failure.metadata.remove(key).unwrap_or_default();
    let refusal = (failure.reason == Reason::QueryRefused).then(|| Refusal {
        rule: fact("rule"),
        message: failure.message.clone(),
        help: failure.help.clone(),
        line: fact("line").parse().unwrap_or(0),
        column: fact("column").parse().unwrap_or(0),
        rewrite: fact("rewrite"),
    });
    ResultFailure {
        dataset: String::new(),
        reason: failure.reason.as_str().to_owned(),
        message: failure.message,
        help: failure.help,
        refusal,
    }
}
