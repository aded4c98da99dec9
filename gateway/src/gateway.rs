//! The frame of every call: who calls, how long it may take, how it is counted.

use std::{future::Future, sync::Arc, time::Duration};

use sekisho_policies::{Language, Operation};
use sekisho_runtime::{
    clock::SharedClock,
    deadline,
    status::{Failure, Reason},
    telemetry,
};
use tokio::time::Instant;
use tonic::{Extensions, Request, Response, Status, metadata::MetadataMap};
use tracing::{Instrument as _, Span};

use crate::{
    decision::{Approved, Asked, Policies},
    identity::Principal,
    limits::{OpenCall, OpenCalls},
    permit::PermitSigner,
    upstream::{Enclaves, overdue},
};
use sekisho_proto::{enclave::v1::SignedPermit, permit::Wording};

/// What all calls share.
pub(crate) struct Gateway {
    pub(crate) policies: Arc<Policies>,
    pub(crate) signer: PermitSigner,
    pub(crate) enclaves: Enclaves,
    pub(crate) open_calls: OpenCalls,
    pub(crate) clock: SharedClock,
    pub(crate) request_timeout: Duration,
    pub(crate) max_result_bytes: usize,
}

/// A method of a service; its names are what telemetry carries.
#[derive(Clone, Copy)]
pub(crate) struct Method {
    pub(crate) service: &'static str,
    pub(crate) name: &'static str,
}

/// A caller with a certificate in force, and the time it has.
pub(crate) struct Visitor {
    pub(crate) principal: Principal,
    pub(crate) deadline: Instant,
    /// In which they are told reasons.
    language: Language,
    _open: OpenCall,
}

/// A call that is being counted: its span and when it began.
pub(crate) struct Counted {
    method: Method,
    span: Span,
    began: Instant,
}

impl Gateway {
    /// Answers a call with one message.
    pub(crate) async fn answer<M, R, F>(
        self: &Arc<Self>,
        method: Method,
        request: Request<M>,
        work: impl FnOnce(Arc<Self>, Visitor, M) -> F,
    ) -> Result<Response<R>, Status>
    where
        F: Future<Output = Result<R, Failure>>,
    {
        let counted = Counted::begin(method, request.metadata());
        let (metadata, extensions, message) = request.into_parts();
        let outcome = async {
            let visitor = self.meet(&metadata, &extensions)?;
            let deadline = visitor.deadline;
            tokio::time::timeout_at(deadline, work(Arc::clone(self), visitor, message))
                .await
                .unwrap_or_else(|_| Err(overdue()))
        }
        .instrument(counted.span())
        .await;
        counted.end(outcome.as_ref().err());
        outcome.map(Response::new).map_err(Status::from)
    }

    /// Finds out who calls and until when.
    pub(crate) fn meet(
        &self,
        metadata: &MetadataMap,
        extensions: &Extensions,
    ) -> Result<Visitor, Failure> {
        let language = language(metadata);
        let principal = Principal::of(extensions, language, self.clock.now_ms())?;
        let open = self.open_calls.open(&principal)?;
        let deadline = Instant::now() + deadline::granted(metadata, self.request_timeout);
        Ok(Visitor {
            principal,
            deadline,
            language,
            _open: open,
        })
    }

    /// Begins the decisions of a call.
    pub(crate) fn ask<'a>(
        &self,
        visitor: &'a Visitor,
        project: &'a str,
    ) -> Result<Asked<'a>, Failure> {
        let now_ms = self.clock.now_ms();
        self.policies
            .ask(&visitor.principal, project, visitor.language, now_ms)
    }

    /// Approves an operation on a dataset, or says why not.
    pub(crate) fn approve(
        &self,
        asked: &Asked<'_>,
        dataset: &str,
        operation: Operation,
    ) -> Result<Approved, Failure> {
        asked.approve(dataset, operation, |dataset| self.enclaves.of(dataset))
    }

    /// Approves the same once more, by the policies in force now.
    pub(crate) fn approve_again(&self, approved: &Approved) -> Result<Approved, Failure> {
        let now_ms = self.clock.now_ms();
        let asked = approved.asked_again(&self.policies, now_ms)?;
        self.approve(&asked, approved.dataset(), approved.operation())
    }

    /// Approves an operation on each dataset that the project may see, but for those where it is
    /// not approved.
    pub(crate) fn approve_each(
        &self,
        asked: &Asked<'_>,
        operation: Operation,
    ) -> Result<Vec<Approved>, Failure> {
        let mut approved = Vec::new();
        for dataset in asked.datasets()? {
            match self.approve(asked, &dataset, operation) {
                Ok(one) => approved.push(one),
                // A decision that is not on record is no decision.
                Err(failure) if failure.reason == Reason::Internal => return Err(failure),
                Err(_) => {}
            }
        }
        Ok(approved)
    }

    /// Signs the permit for what was approved.
    pub(crate) fn permit(&self, approved: &Approved, asked: Wording<'_>) -> Option<SignedPermit> {
        Some(self.signer.sign(approved, asked, self.clock.now_ms()))
    }
}

/// The language that a visitor asks for, as browsers do.
fn language(metadata: &MetadataMap) -> Language {
    let tags = metadata.get("accept-language");
    let tags = tags.and_then(|tags| tags.to_str().ok());
    tags.and_then(Language::of_tags).unwrap_or_default()
}

impl Counted {
    pub(crate) fn begin(method: Method, metadata: &MetadataMap) -> Self {
        Self {
            method,
            span: telemetry::server_span(method.service, method.name, metadata),
            began: Instant::now(),
        }
    }

    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    pub(crate) fn end(self, failure: Option<&Failure>) {
        let outcome = failure.map_or("ok", |failure| failure.reason.as_str());
        self.span.record("outcome", outcome);
        telemetry::record_visit(
            self.method.service,
            self.method.name,
            outcome,
            self.began.elapsed(),
        );
        if failure.is_some_and(|failure| failure.reason == Reason::Internal) {
            self.span
                .in_scope(|| tracing::error!("a call failed between gateway and enclave"));
        }
    }
}
