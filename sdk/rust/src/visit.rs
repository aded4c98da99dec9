//! A visit: questions put to data that never leave their holder.

mod operations;

use std::{sync::Arc, time::Duration};

use sekisho_proto::{
    analysis,
    v1::{
        Analysis, AnalyzeRequest, Budget, CheckRequest, CheckResult, Dataset, Frequencies,
        GetBudgetRequest, GetReceiptRequest, ListDatasetsRequest, ListLedgerKeysRequest,
        ListTablesRequest, QueryRequest, Question, Table, analysis::Kind,
        budget_service_client::BudgetServiceClient, catalog_service_client::CatalogServiceClient,
        receipt_service_client::ReceiptServiceClient, visit_service_client::VisitServiceClient,
    },
};
use sekisho_receipt::{Receipt, VerifierKey};
use sekisho_runtime::{telemetry, tls};
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    transport::Channel,
};
use tracing::instrument;

use crate::{
    Connection, Error,
    answer::{self, Answers, Asked},
    failure::root_cause,
};

pub use operations::Submitted;

/// A connection to a gateway on behalf of a project. Clones share it.
#[derive(Clone, Debug)]
pub struct Visit {
    channel: Channel,
    address: String,
    project: String,
    timeout: Duration,
    language: Option<MetadataValue<Ascii>>,
    trust: Arc<[VerifierKey]>,
}

impl Visit {
    /// Connects to the gateway. Call it inside a tokio runtime.
    ///
    /// # Errors
    ///
    /// Fails if a file cannot be used or the gateway cannot be reached. Whether
    /// the consortium knows the visitor shows in the first call.
    pub async fn connect(connection: Connection) -> Result<Self, Error> {
        let endpoint = tls::client_endpoint(&connection.tls()?)?;
        let language = connection.language()?;
        let channel = endpoint
            .connect()
            .await
            .map_err(|error| Error::Unreachable {
                address: connection.address.clone(),
                cause: root_cause(&error),
            })?;
        Ok(Self {
            channel,
            address: connection.address,
            project: connection.project,
            timeout: connection.timeout,
            language,
            trust: connection.trust.into(),
        })
    }

    /// The datasets that the project may see.
    ///
    /// # Errors
    ///
    /// As every call: see [`Error`].
    #[instrument(name = "sekisho.datasets", skip_all)]
    pub async fn datasets(&self) -> Result<Vec<Dataset>, Error> {
        let request = self.request(ListDatasetsRequest {
            project: self.project.clone(),
        });
        let mut client = CatalogServiceClient::new(self.channel.clone());
        let answer = client.list_datasets(request).await;
        Ok(self.outcome(answer)?.datasets)
    }

    /// The tables of a dataset, with their columns.
    ///
    /// # Errors
    ///
    /// As every call: see [`Error`].
    #[instrument(name = "sekisho.tables", skip_all)]
    pub async fn tables(&self, dataset: &str) -> Result<Vec<Table>, Error> {
        let request = self.request(ListTablesRequest {
            project: self.project.clone(),
            dataset: dataset.to_owned(),
        });
        let mut client = CatalogServiceClient::new(self.channel.clone());
        let answer = client.list_tables(request).await;
        Ok(self.outcome(answer)?.tables)
    }

    /// Whether policy and guard would let a query run, at each dataset. Reads no
    /// data and charges nothing.
    ///
    /// # Errors
    ///
    /// As every call: see [`Error`].
    #[instrument(name = "sekisho.check", skip_all)]
    pub async fn check(
        &self,
        sql: &str,
        datasets: &[impl AsRef<str>],
    ) -> Result<Vec<CheckResult>, Error> {
        let request = self.request(CheckRequest {
            question: Some(self.question(sql, datasets)),
        });
        let mut client = VisitServiceClient::new(self.channel.clone());
        let answer = client.check(request).await;
        Ok(self.outcome(answer)?.results)
    }

    /// Runs a query: one answer or failure for each dataset, in the order in
    /// which they are named. Nothing is pooled.
    ///
    /// # Errors
    ///
    /// As every call: see [`Error`]. With one dataset its failure is the call's.
    pub async fn sql(&self, sql: &str, datasets: &[impl AsRef<str>]) -> Result<Answers, Error> {
        self.sql_once(sql, datasets, "").await
    }

    /// As [`Visit::sql`], and a retry with the same key is the same request: it
    /// gets the earlier answer and is charged once. At most 64 characters of
    /// `[A-Za-z0-9_-]`.
    ///
    /// # Errors
    ///
    /// As [`Visit::sql`].
    #[instrument(name = "sekisho.sql", skip_all)]
    pub async fn sql_once(
        &self,
        sql: &str,
        datasets: &[impl AsRef<str>],
        idempotency_key: &str,
    ) -> Result<Answers, Error> {
        let question = self.question(sql, datasets);
        let asked = answer::Question {
            project: question.project.clone(),
            datasets: question.datasets.clone(),
            asked: Asked::Sql(sql.to_owned()),
        };
        let request = self.request(QueryRequest {
            question: Some(question),
            idempotency_key: idempotency_key.to_owned(),
        });
        let mut client = VisitServiceClient::new(self.channel.clone());
        let parts = self.outcome(client.query(request).await)?;
        answer::read(parts, &asked, |status| self.error(status)).await
    }

    /// Asks how frequent variants are: one answer or failure for each dataset, with the
    /// columns that [`Frequencies`] has, and a row for each group and variant; of a region
    /// or a gene, for each that may be shown.
    ///
    /// # Errors
    ///
    /// As [`Visit::sql`].
    pub async fn frequencies(
        &self,
        frequencies: &Frequencies,
        datasets: &[impl AsRef<str>],
    ) -> Result<Answers, Error> {
        self.frequencies_once(frequencies, datasets, "").await
    }

    /// As [`Visit::frequencies`], and a retry with the same key is the same request.
    ///
    /// # Errors
    ///
    /// As [`Visit::sql`].
    pub async fn frequencies_once(
        &self,
        frequencies: &Frequencies,
        datasets: &[impl AsRef<str>],
        idempotency_key: &str,
    ) -> Result<Answers, Error> {
        let kind = Kind::Frequencies(frequencies.clone());
        self.analyze_once(kind, datasets, idempotency_key).await
    }

    /// Runs a typed analysis: one answer or failure for each dataset, with the tables that
    /// the analysis has.
    ///
    /// # Errors
    ///
    /// As [`Visit::sql`].
    pub async fn analyze(
        &self,
        kind: Kind,
        datasets: &[impl AsRef<str>],
    ) -> Result<Answers, Error> {
        self.analyze_once(kind, datasets, "").await
    }

    /// As [`Visit::analyze`], and a retry with the same key is the same request.
    ///
    /// # Errors
    ///
    /// As [`Visit::sql`].
    #[instrument(name = "sekisho.analyze", skip_all)]
    pub async fn analyze_once(
        &self,
        kind: Kind,
        datasets: &[impl AsRef<str>],
        idempotency_key: &str,
    ) -> Result<Answers, Error> {
        let analysis = Analysis { kind: Some(kind) };
        let question = answer::Question {
            project: self.project.clone(),
            datasets: datasets.iter().map(|id| id.as_ref().to_owned()).collect(),
            asked: Asked::Analysis(analysis::text(&analysis)),
        };
        let request = self.request(AnalyzeRequest {
            project: question.project.clone(),
            datasets: question.datasets.clone(),
            analysis: Some(analysis),
            idempotency_key: idempotency_key.to_owned(),
        });
        let mut client = VisitServiceClient::new(self.channel.clone());
        let parts = self.outcome(client.analyze(request).await)?;
        answer::read(parts, &question, |status| self.error(status)).await
    }

    /// The project's budget at each dataset that answers.
    ///
    /// # Errors
    ///
    /// As every call: see [`Error`].
    #[instrument(name = "sekisho.budget", skip_all)]
    pub async fn budget(&self) -> Result<Vec<Budget>, Error> {
        let request = self.request(GetBudgetRequest {
            project: self.project.clone(),
        });
        let mut client = BudgetServiceClient::new(self.channel.clone());
        let answer = client.get_budget(request).await;
        Ok(self.outcome(answer)?.budgets)
    }

    /// A receipt of this project, proved against the newest checkpoint. Nothing
    /// is verified yet.
    ///
    /// # Errors
    ///
    /// As every call: see [`Error`].
    #[instrument(name = "sekisho.receipt", skip_all)]
    pub async fn receipt(&self, dataset: &str, leaf_index: u64) -> Result<Receipt, Error> {
        let request = self.request(GetReceiptRequest {
            project: self.project.clone(),
            dataset: dataset.to_owned(),
            leaf_index,
        });
        let mut client = ReceiptServiceClient::new(self.channel.clone());
        let answer = client.get_receipt(request).await;
        let sent = self.outcome(answer)?.receipt;
        answer::receipt(sent.ok_or_else(|| Error::Broken("no receipt came".to_owned()))?)
    }

    /// Each dataset and the verification key of its ledger. Pin them once; a
    /// receipt that is verified against keys fetched beside it proves only that
    /// both came from the same place.
    ///
    /// # Errors
    ///
    /// As every call: see [`Error`].
    #[instrument(name = "sekisho.ledger_keys", skip_all)]
    pub async fn ledger_keys(&self) -> Result<Vec<(String, VerifierKey)>, Error> {
        let request = self.request(ListLedgerKeysRequest {
            project: self.project.clone(),
        });
        let mut client = ReceiptServiceClient::new(self.channel.clone());
        let answer = client.list_ledger_keys(request).await;
        let keys = self.outcome(answer)?.keys.into_iter();
        keys.map(|key| match key.vkey.parse() {
            Ok(vkey) => Ok((key.dataset, vkey)),
            Err(_) => Err(Error::Broken(format!(
                "the key of `{}` is none",
                key.dataset
            ))),
        })
        .collect()
    }

    /// The keys that the visitor has pinned.
    #[must_use]
    pub fn trust(&self) -> &[VerifierKey] {
        &self.trust
    }

    fn question(&self, sql: &str, datasets: &[impl AsRef<str>]) -> Question {
        Question {
            project: self.project.clone(),
            datasets: datasets.iter().map(|id| id.as_ref().to_owned()).collect(),
            sql: sql.to_owned(),
        }
    }

    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.set_timeout(self.timeout);
        if let Some(language) = &self.language {
            let metadata = request.metadata_mut();
            metadata.insert("accept-language", language.clone());
        }
        telemetry::inject(request.metadata_mut());
        request
    }

    fn outcome<T>(&self, answer: Result<tonic::Response<T>, Status>) -> Result<T, Error> {
        answer
            .map(tonic::Response::into_inner)
            .map_err(|status| self.error(&status))
    }

    fn error(&self, status: &Status) -> Error {
        Error::of(status, &self.address, self.timeout)
    }
}
