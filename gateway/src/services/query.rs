//! Answers, streamed.

use std::sync::Arc;

use futures::StreamExt as _;
use prost::Message as _;
use sekisho_policies::Operation;
use sekisho_proto::{
    enclave::v1::Errand,
    v1::{AnalyzeRequest, QueryRequest, QueryResponse, ResultFailure, query_response::Part},
};
use sekisho_runtime::status::{Failure, Reason};
use tokio::{
    sync::mpsc,
    time::{Duration, Instant},
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Status};
use tracing::Instrument as _;

use crate::{
    decision::Approved,
    gateway::{Counted, Gateway, Method, Visitor},
    request::{self, Question},
    upstream::{Answer, Waited, Work, overdue},
};

/// How many enclaves are asked at once for one call.
const AT_ONCE: usize = 4;
/// How many parts wait for a visitor who reads slowly.
const WAITING: usize = 4;
/// How long a visitor may take to read the status of a call that failed.
const LAST_WORD: Duration = Duration::from_secs(5);

/// The limit that an enclave names which has no turn for an operation yet.
const BUSY: &str = "busy";
/// How long an operation that has no turn waits before it asks again.
const TURN: Duration = Duration::from_secs(1);

type Parts = mpsc::Sender<Result<QueryResponse, Status>>;

/// What a visitor asks, well formed.
#[derive(Clone, PartialEq)]
pub(super) struct Asked {
    pub(super) project: String,
    pub(super) datasets: Vec<String>,
    work: Work,
    pub(super) idempotency_key: String,
}

/// A question of which every dataset was approved.
pub(super) struct Approvals {
    datasets: Vec<Approved>,
    work: Work,
    idempotency_key: String,
    errand: Errand,
}

/// Reads a query.
pub(super) fn question(message: QueryRequest) -> Result<Asked, Failure> {
    let idempotency_key = request::idempotency_key(message.idempotency_key)?;
    let Question {
        project,
        datasets,
        sql,
    } = request::question(message.question)?;
    Ok(Asked {
        project,
        datasets,
        work: Work::Sql(sql),
        idempotency_key,
    })
}

/// Reads an analysis.
pub(super) fn analysis(message: AnalyzeRequest) -> Result<Asked, Failure> {
    let idempotency_key = request::idempotency_key(message.idempotency_key)?;
    let project = request::project("project", message.project)?;
    request::datasets("datasets", &message.datasets)?;
    let analysis = request::analysis(message.analysis)?;
    Ok(Asked {
        project,
        datasets: message.datasets,
        work: Work::Analysis(analysis),
        idempotency_key,
    })
}

/// Approves a question and begins to answer it. Nothing is asked of any enclave
/// unless every dataset of the question is approved.
pub(super) fn answer<M>(
    gateway: &Arc<Gateway>,
    method: Method,
    request: Request<M>,
    errand: Errand,
    read: impl FnOnce(&Visitor, M) -> Result<Asked, Failure>,
) -> Result<ReceiverStream<Result<QueryResponse, Status>>, Status> {
    let counted = Counted::begin(method, request.metadata());
    let span = counted.span();
    let (metadata, extensions, message) = request.into_parts();
    let approved = span.in_scope(|| {
        let visitor = gateway.meet(&metadata, &extensions)?;
        let approvals = approve(gateway, &visitor, read(&visitor, message)?, errand)?;
        Ok((visitor, approvals))
    });
    let (visitor, approvals) = match approved {
        Ok(approved) => approved,
        Err(failure) => {
            counted.end(Some(&failure));
            return Err(failure.into());
        }
    };
    span.record("datasets", approvals.datasets.len());
    let (parts, received) = mpsc::channel(WAITING);
    let gateway = Arc::clone(gateway);
    tokio::spawn(
        async move {
            let deadline = visitor.deadline;
            let relaying = relay(&gateway, approvals, deadline, &parts);
            let outcome = tokio::select! {
                outcome = tokio::time::timeout_at(deadline, relaying) => {
                    outcome.unwrap_or_else(|_| Err(overdue()))
                }
                // The visitor has gone; the enclave finishes what it charged.
                () = parts.closed() => Ok(()),
            };
            drop(visitor);
            counted.end(outcome.as_ref().err());
            if let Err(failure) = outcome {
                let last = parts.send(Err(failure.into()));
                let _ = tokio::time::timeout(LAST_WORD, last).await;
            }
        }
        .instrument(span),
    );
    Ok(ReceiverStream::new(received))
}

/// Approves a question, every dataset of it.
pub(super) fn approve(
    gateway: &Gateway,
    visitor: &Visitor,
    question: Asked,
    errand: Errand,
) -> Result<Approvals, Failure> {
    let Asked {
        project,
        datasets,
        work,
        idempotency_key,
    } = question;
    let asked = gateway.ask(visitor, &project)?;
    let datasets = datasets
        .iter()
        .map(|dataset| gateway.approve(&asked, dataset, Operation::Query))
        .collect::<Result<_, _>>()?;
    Ok(Approvals {
        datasets,
        work,
        idempotency_key,
        errand,
    })
}

/// Answers a question, part by part.
pub(super) async fn relay(
    gateway: &Gateway,
    approvals: Approvals,
    deadline: Instant,
    parts: &Parts,
) -> Result<(), Failure> {
    let Approvals {
        datasets,
        work,
        idempotency_key: key,
        errand,
    } = approvals;
    let work = Waited { work, errand };
    if let [only] = datasets.as_slice() {
        let mut answer = ask(gateway, only, work, &key, deadline).await?;
        while let Some(part) = answer.next().await? {
            send(parts, part).await;
        }
        return Ok(());
    }
    let (work, key) = (&work, key.as_str());
    let whole = futures::stream::iter(datasets).map(|approved| async move {
        let result = async {
            let answer = ask(gateway, &approved, work.clone(), key, deadline).await?;
            collect(answer, gateway.max_result_bytes).await
        };
        tokio::time::timeout_at(deadline, result)
            .await
            .unwrap_or_else(|_| Err(overdue()))
            .unwrap_or_else(|failure| vec![failed(approved.dataset(), failure)])
    });
    let mut results = std::pin::pin!(whole.buffered(AT_ONCE));
    while let Some(result) = results.next().await {
        for part in result {
            send(parts, part).await;
        }
    }
    Ok(())
}

async fn ask(
    gateway: &Gateway,
    approved: &Approved,
    work: Waited,
    idempotency_key: &str,
    deadline: Instant,
) -> Result<Answer, Failure> {
    // Signed here and not earlier: a permit is valid for seconds.
    let permit = |approved: &Approved| {
        work.work
            .permit(|wording| gateway.permit(approved, wording))
    };
    let key = || idempotency_key.to_owned();
    if work.errand != Errand::Operation {
        return Answer::ask(approved, permit(approved), work.clone(), key(), deadline).await;
    }
    // It may wait long for its turn: each time the policies are asked anew.
    loop {
        let again = gateway.approve_again(approved)?;
        let answer = Answer::ask(&again, permit(&again), work.clone(), key(), deadline).await;
        match answer {
            Err(failure)
                if failure
                    .metadata
                    .get("limit")
                    .is_some_and(|limit| limit == BUSY) =>
            {
                tokio::time::sleep(TURN).await;
            }
            other => return other,
        }
    }
}

/// Reads a result to its release, so that what is handed on is whole.
async fn collect(mut answer: Answer, limit: usize) -> Result<Vec<Part>, Failure> {
    let mut parts = Vec::new();
    let mut size = 0usize;
    while let Some(part) = answer.next().await? {
        size = size.saturating_add(match &part {
            Part::ArrowIpc(bytes) => bytes.len(),
            Part::Release(release) => release.encoded_len(),
            Part::Start(_) | Part::Failure(_) => 0,
        });
        if size > limit {
            return Err(Failure::new(
                Reason::LimitExceeded,
                format!("the result is larger than {limit} bytes"),
            )
            .help("ask this dataset alone, or for fewer groups")
            .with("limit", "max_result_bytes"));
        }
        parts.push(part);
    }
    Ok(parts)
}

fn failed(dataset: &str, failure: Failure) -> Part {
    Part::Failure(ResultFailure {
        dataset: dataset.to_owned(),
        ..super::message(failure)
    })
}

async fn send(parts: &Parts, part: Part) {
    // A visitor who has gone is noticed where the stream is driven.
    let _ = parts.send(Ok(QueryResponse { part: Some(part) })).await;
}
