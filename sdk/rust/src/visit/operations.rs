//! Questions that take longer than anybody waits for.

use sekisho_proto::{
    analysis,
    v1::{
        Analysis, AnalyzeRequest, CancelRequest, FetchRequest, ListOperationsRequest, Operation,
        OperationState, QueryRequest, SubmitRequest, WatchRequest, analysis::Kind,
        operation_service_client::OperationServiceClient, submit_request,
    },
};
use tonic::transport::Channel;
use tracing::instrument;

use super::Visit;
use crate::{
    Error, Reason,
    answer::{self, Answers, Asked},
};

/// A question that was submitted: its name, and what was asked.
#[derive(Clone, Debug)]
pub struct Submitted {
    name: String,
    question: answer::Question,
    request: SubmitRequest,
}

impl Submitted {
    /// The operation's name: the key that it was submitted with.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Visit {
    /// Submits a query under a key of at most 64 characters of `[A-Za-z0-9_-]`. It goes on
    /// while nobody listens; with the same key it is the same operation.
    ///
    /// # Errors
    ///
    /// As [`Visit::sql`], as far as the policies are concerned.
    #[instrument(name = "sekisho.submit", skip_all)]
    pub async fn submit_sql(
        &self,
        sql: &str,
        datasets: &[impl AsRef<str>],
        key: &str,
    ) -> Result<Submitted, Error> {
        let question = self.question(sql, datasets);
        let asked = answer::Question {
            project: question.project.clone(),
            datasets: question.datasets.clone(),
            asked: Asked::Sql(sql.to_owned()),
        };
        let query = QueryRequest {
            question: Some(question),
            idempotency_key: key.to_owned(),
        };
        let of = submit_request::Question::Query(query);
        self.submitted(of, asked, key).await
    }

    /// Submits an analysis, as [`Visit::submit_sql`] does a query.
    ///
    /// # Errors
    ///
    /// As [`Visit::sql`], as far as the policies are concerned.
    #[instrument(name = "sekisho.submit", skip_all)]
    pub async fn submit(
        &self,
        kind: Kind,
        datasets: &[impl AsRef<str>],
        key: &str,
    ) -> Result<Submitted, Error> {
        let analysis = Analysis { kind: Some(kind) };
        let question = answer::Question {
            project: self.project.clone(),
            datasets: datasets.iter().map(|id| id.as_ref().to_owned()).collect(),
            asked: Asked::Analysis(analysis::text(&analysis)),
        };
        let asked = AnalyzeRequest {
            project: question.project.clone(),
            datasets: question.datasets.clone(),
            analysis: Some(analysis),
            idempotency_key: key.to_owned(),
        };
        let of = submit_request::Question::Analysis(asked);
        self.submitted(of, question, key).await
    }

    async fn submitted(
        &self,
        of: submit_request::Question,
        question: answer::Question,
        key: &str,
    ) -> Result<Submitted, Error> {
        let submitted = Submitted {
            name: key.to_owned(),
            question,
            request: SubmitRequest { question: Some(of) },
        };
        self.resume(&submitted).await.map(|_| submitted)
    }

    /// Submits a question again: one that goes on or has its result stays as it is, one that
    /// failed, was cancelled or is forgotten begins anew.
    ///
    /// # Errors
    ///
    /// As [`Visit::submit`].
    pub async fn resume(&self, submitted: &Submitted) -> Result<Operation, Error> {
        let request = self.request(submitted.request.clone());
        let answer = self.operation_client().submit(request).await;
        self.outcome(answer)
    }

    /// Waits until an operation has ended, and says how.
    ///
    /// # Errors
    ///
    /// [`Error`] if the gateway does not know it any more, or cannot be reached.
    #[instrument(name = "sekisho.wait", skip_all)]
    pub async fn wait(&self, submitted: &Submitted) -> Result<Operation, Error> {
        loop {
            let request = self.request(WatchRequest {
                project: self.project.clone(),
                name: submitted.name.clone(),
            });
            let watched = self.operation_client().watch(request).await;
            let mut states = self.outcome(watched)?;
            loop {
                match states.message().await {
                    Ok(Some(now)) if lasts(now.state()) => return Ok(now),
                    Ok(Some(_)) => {}
                    // Watched for as long as a call may take: again.
                    Ok(None) => break,
                    Err(status) => match self.error(&status) {
                        Error::TimedOut { .. } => break,
                        Error::Failed(failed) if failed.reason == Reason::LimitExceeded => break,
                        other => return Err(other),
                    },
                }
            }
        }
    }

    /// The result of an operation, as the question itself would have had it.
    ///
    /// # Errors
    ///
    /// As [`Visit::sql`]; while it goes on, or when it was cancelled, `NOT_AVAILABLE`.
    #[instrument(name = "sekisho.fetch", skip_all)]
    pub async fn fetch(&self, submitted: &Submitted) -> Result<Answers, Error> {
        let request = self.request(FetchRequest {
            project: self.project.clone(),
            name: submitted.name.clone(),
        });
        let parts = self.outcome(self.operation_client().fetch(request).await)?;
        answer::read(parts, &submitted.question, |status| self.error(status)).await
    }

    /// Ends an operation, unless it has ended.
    ///
    /// # Errors
    ///
    /// [`Error`] if the gateway does not know it any more, or cannot be reached.
    #[instrument(name = "sekisho.cancel", skip_all)]
    pub async fn cancel(&self, submitted: &Submitted) -> Result<Operation, Error> {
        let request = self.request(CancelRequest {
            project: self.project.clone(),
            name: submitted.name.clone(),
        });
        let answer = self.operation_client().cancel(request).await;
        self.outcome(answer)
    }

    /// The visitor's operations of this project, the newest first.
    ///
    /// # Errors
    ///
    /// As every call: see [`Error`].
    #[instrument(name = "sekisho.operations", skip_all)]
    pub async fn operations(&self) -> Result<Vec<Operation>, Error> {
        let request = self.request(ListOperationsRequest {
            project: self.project.clone(),
        });
        let answer = self.operation_client().list_operations(request).await;
        Ok(self.outcome(answer)?.operations)
    }

    fn operation_client(&self) -> OperationServiceClient<Channel> {
        OperationServiceClient::new(self.channel.clone())
    }
}

fn lasts(state: OperationState) -> bool {
    !matches!(state, OperationState::Running | OperationState::Unspecified)
}
