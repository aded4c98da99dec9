//! Operations: submitted, watched, fetched, cancelled.

use std::sync::Arc;

use sekisho_proto::{
    enclave::v1::Errand,
    v1::{
        CancelRequest, FetchRequest, ListOperationsRequest, ListOperationsResponse, Operation,
        QueryResponse, SubmitRequest, WatchRequest, operation_service_server::OperationService,
        submit_request::Question,
    },
};
use sekisho_runtime::status::Failure;
use tokio::{sync::mpsc, time::Instant};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};
use tracing::Instrument as _;

use super::{
    Running,
    query::{self, Approvals, Asked},
};
use crate::{
    gateway::{Gateway, Method, Visitor},
    operations::{Begun, Held, Name, Operations, Outcome, lasts},
    request,
    upstream::{away, internal, overdue},
};

const SERVICE: &str = "sekisho.v1.OperationService";

/// Parts that wait for a visitor who reads slowly.
const WAITING: usize = 4;

type Parts<T> = ReceiverStream<Result<T, Status>>;

fn method(name: &'static str) -> Method {
    Method {
        service: SERVICE,
        name,
    }
}

#[tonic::async_trait]
impl OperationService for Running {
    async fn submit(&self, request: Request<SubmitRequest>) -> Result<Response<Operation>, Status> {
        let running = self.clone();
        let submit = async move |gateway: Arc<Gateway>, visitor: Visitor, message| {
            running.begin(&gateway, &visitor, message)
        };
        self.gateway.answer(method("Submit"), request, submit).await
    }

    type WatchStream = Parts<Operation>;

    async fn watch(
        &self,
        request: Request<WatchRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let running = self.clone();
        let watch = async move |_: Arc<Gateway>, visitor: Visitor, message: WatchRequest| {
            let held = running.of(&visitor, message.project, message.name)?;
            let (parts, received) = mpsc::channel(WAITING);
            tokio::spawn(async move {
                let told = tell(&held, &parts);
                let cut = tokio::select! {
                    told = tokio::time::timeout_at(visitor.deadline, told) => {
                        told.err().map(|_| overdue())
                    }
                    () = running.operations.closed() => Some(away()),
                    () = parts.closed() => None,
                };
                if let Some(failure) = cut {
                    let _ = parts.try_send(Err(failure.into()));
                }
                drop(visitor);
            });
            Ok(ReceiverStream::new(received))
        };
        self.gateway.answer(method("Watch"), request, watch).await
    }

    type FetchStream = Parts<QueryResponse>;

    async fn fetch(
        &self,
        request: Request<FetchRequest>,
    ) -> Result<Response<Self::FetchStream>, Status> {
        // Policies, consents and the ledger have their say again.
        query::answer(
            &self.gateway,
            method("Fetch"),
            request,
            Errand::Fetch,
            |visitor, message: FetchRequest| {
                let held = self.of(visitor, message.project, message.name)?;
                held.answered().cloned()
            },
        )
        .map(Response::new)
    }

    async fn cancel(&self, request: Request<CancelRequest>) -> Result<Response<Operation>, Status> {
        let running = self.clone();
        let cancel = async move |_: Arc<Gateway>, visitor: Visitor, message: CancelRequest| {
            let held = running.of(&visitor, message.project, message.name)?;
            held.cancel();
            let mut watched = held.watch();
            // The sender lives as long as what is held.
            let _ = watched.wait_for(|now| lasts(now.state())).await;
            Ok(held.now())
        };
        self.gateway.answer(method("Cancel"), request, cancel).await
    }

    async fn list_operations(
        &self,
        request: Request<ListOperationsRequest>,
    ) -> Result<Response<ListOperationsResponse>, Status> {
        let running = self.clone();
        let list =
            async move |_: Arc<Gateway>, visitor: Visitor, message: ListOperationsRequest| {
                let project = request::project("project", message.project)?;
                let operations = running
                    .operations
                    .list(visitor.principal.as_str(), &project);
                Ok(ListOperationsResponse { operations })
            };
        self.gateway
            .answer(method("ListOperations"), request, list)
            .await
    }
}

impl Running {
    fn begin(
        &self,
        gateway: &Arc<Gateway>,
        visitor: &Visitor,
        message: SubmitRequest,
    ) -> Result<Operation, Failure> {
        let asked = match message.question {
            Some(Question::Query(asked)) => query::question(asked),
            Some(Question::Analysis(asked)) => query::analysis(asked),
            None => Err(Failure::invalid("question", "the request has no question")
                .help("send a query or an analysis")),
        }?;
        let name = name(
            visitor,
            asked.project.clone(),
            asked.idempotency_key.clone(),
        )?;
        // What the policies refuse is no operation.
        let approvals = query::approve(gateway, visitor, asked.clone(), Errand::Operation)?;
        let datasets = asked.datasets.clone();
        match self.operations.submit(&name, datasets, asked)? {
            Ok(same) => Ok(same.now()),
            Err(Begun(held)) => {
                let now = held.now();
                let running = self.clone();
                let run = async move { running.run(&held, approvals).await };
                tokio::spawn(run.instrument(tracing::info_span!("operation")));
                Ok(now)
            }
        }
    }

    async fn run(&self, held: &Held<Asked>, approvals: Approvals) {
        let mut end = Ending {
            operations: &self.operations,
            held,
            outcome: Some(Outcome::Failed(internal())),
        };
        let deadline = Instant::now() + self.operations.time();
        let outcome = tokio::select! {
            outcome = tokio::time::timeout_at(deadline, self.answer(approvals, deadline)) => {
                outcome.unwrap_or_else(|_| Outcome::Failed(overdue()))
            }
            // The calls are dropped, and so enclaves learn that they may stop.
            () = held.cancelled() => Outcome::Cancelled,
        };
        end.outcome = Some(outcome);
    }

    /// Lets the enclaves answer; their ledgers keep what they say.
    async fn answer(&self, approvals: Approvals, deadline: Instant) -> Outcome {
        let (parts, mut received) = mpsc::channel(WAITING);
        let relay = async move {
            let relayed = query::relay(&self.gateway, approvals, deadline, &parts).await;
            drop(parts);
            relayed
        };
        let drain = async move { while received.recv().await.is_some() {} };
        match tokio::join!(relay, drain) {
            (Ok(()), ()) => Outcome::Succeeded,
            (Err(failure), ()) => Outcome::Failed(failure),
        }
    }

    fn of(
        &self,
        visitor: &Visitor,
        project: String,
        name: String,
    ) -> Result<Arc<Held<Asked>>, Failure> {
        let project = request::project("project", project)?;
        self.operations.get(&self::name(visitor, project, name)?)
    }
}

/// Ends an operation when its task does, however that ends.
struct Ending<'a> {
    operations: &'a Operations<Asked>,
    held: &'a Held<Asked>,
    outcome: Option<Outcome>,
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        if let Some(outcome) = self.outcome.take() {
            self.operations.end(self.held, outcome);
        }
    }
}

fn name(visitor: &Visitor, project: String, name: String) -> Result<Name, Failure> {
    let name = request::idempotency_key(name)?;
    if name.is_empty() {
        return Err(
            Failure::invalid("idempotency_key", "an operation needs a key")
                .help("write 1 to 64 of A-Z, a-z, 0-9, _ and -"),
        );
    }
    Ok(Name {
        principal: visitor.principal.as_str().to_owned(),
        project,
        name,
    })
}

/// Tells how an operation stands, until that lasts.
async fn tell(held: &Held<Asked>, parts: &mpsc::Sender<Result<Operation, Status>>) {
    let mut watched = held.watch();
    loop {
        let now = watched.borrow_and_update().clone();
        let last = lasts(now.state());
        if parts.send(Ok(now)).await.is_err() || last || watched.changed().await.is_err() {
            return;
        }
    }
}
