//! Operations: submitted, watched, fetched, cancelled.

use std::sync::Arc;

use sekisho_policies::Operation as Approval;
use sekisho_proto::v1::{
    CancelRequest, FetchRequest, ListOperationsRequest, ListOperationsResponse, Operation,
    OperationState, QueryResponse, SubmitRequest, WatchRequest,
    operation_service_server::OperationService, submit_request::Question,
};
use sekisho_runtime::status::{Failure, Reason};
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
    operations::{Begun, Held, Name, Outcome, lasts},
    request,
    upstream::overdue,
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
                let told = tokio::select! {
                    told = tokio::time::timeout_at(visitor.deadline, told) => told,
                    () = parts.closed() => Ok(()),
                };
                if told.is_err() {
                    let _ = parts.try_send(Err(overdue().into()));
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
        let running = self.clone();
        let fetch = async move |gateway: Arc<Gateway>, visitor: Visitor, message: FetchRequest| {
            let held = running.of(&visitor, message.project, message.name)?;
            let now = held.now();
            let asked = gateway.ask(&visitor, &now.project)?;
            for dataset in &now.datasets {
                gateway.approve(&asked, dataset, Approval::Query)?;
            }
            let result = match now.state() {
                OperationState::Succeeded | OperationState::Failed => held.result()?,
                state => return Err(without_result(state)),
            };
            let (parts, received) = mpsc::channel(WAITING);
            tokio::spawn(async move {
                for part in result {
                    let sent = parts.send(Ok(part));
                    if !matches!(
                        tokio::time::timeout_at(visitor.deadline, sent).await,
                        Ok(Ok(()))
                    ) {
                        break;
                    }
                }
                drop(visitor);
            });
            Ok(ReceiverStream::new(received))
        };
        self.gateway.answer(method("Fetch"), request, fetch).await
    }

    async fn cancel(&self, request: Request<CancelRequest>) -> Result<Response<Operation>, Status> {
        let running = self.clone();
        let cancel = async move |_: Arc<Gateway>, visitor: Visitor, message: CancelRequest| {
            let held = running.of(&visitor, message.project, message.name)?;
            held.cancel();
            let mut watched = held.watch();
            let ended = watched.wait_for(|now| lasts(now.state())).await;
            ended
                .map(|now| now.clone())
                .map_err(|_| without_result(OperationState::Running))
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
        let approvals = query::approve(gateway, visitor, asked.clone())?.into_operation();
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
        let deadline = Instant::now() + self.operations.time();
        let outcome = tokio::select! {
            outcome = tokio::time::timeout_at(deadline, self.answer(approvals, deadline)) => {
                outcome.unwrap_or_else(|_| Outcome::Failed(overdue()))
            }
            // The calls are dropped, and so enclaves learn that they may stop.
            () = held.cancelled() => Outcome::Cancelled,
        };
        self.operations.end(held, outcome);
    }

    async fn answer(&self, approvals: Approvals, deadline: Instant) -> Outcome {
        let limit = self.gateway.max_result_bytes;
        let (parts, mut received) = mpsc::channel(WAITING);
        let relay = async move {
            let relayed = query::relay(&self.gateway, approvals, deadline, &parts).await;
            drop(parts);
            relayed
        };
        let gather = async move {
            let mut result = Vec::new();
            let mut size = 0_usize;
            while let Some(part) = received.recv().await {
                let part: QueryResponse = part.map_err(|_| overdue())?;
                size = size.saturating_add(prost::Message::encoded_len(&part));
                if size > limit {
                    return Err(query::too_large(limit));
                }
                result.push(part);
            }
            Ok(result)
        };
        match tokio::join!(relay, gather) {
            (Ok(()), Ok(result)) => Outcome::Succeeded(result),
            (_, Err(failure)) | (Err(failure), _) => Outcome::Failed(failure),
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

fn without_result(state: OperationState) -> Failure {
    let (message, help) = match state {
        OperationState::Cancelled => (
            "the operation was cancelled",
            "submit the question again with the same key",
        ),
        _ => (
            "the operation goes on",
            "watch it, and fetch its result when it has ended",
        ),
    };
    Failure::new(Reason::NotAvailable, message).help(help)
}
