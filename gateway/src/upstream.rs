//! The enclaves: where each dataset is, and what of an enclave's errors a
//! visitor may read.

mod answer;

pub(crate) use answer::{Answer, Waited, Work};

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::Context as _;
use sekisho_policies::Language;
use sekisho_proto::enclave::v1::{
    DescribeRequest, DescribeResponse, NotePolicyRequest,
    enclave_service_client::EnclaveServiceClient,
};
use sekisho_runtime::{
    status::{Failure, Reason},
    telemetry,
    tls::{ClientTls, client_channel},
};
use tokio::time::Instant;
use tonic::{Code, Request, Status, TimeoutExpired, transport::Channel};

use crate::{config, decision::not_available};

/// How long an enclave may take to say what it holds: the catalogue must not
/// wait for one that is away.
const DESCRIBE: Duration = Duration::from_secs(3);
/// How long one may take to note which policies are in force.
const NOTE: Duration = Duration::from_secs(10);

/// The metadata of an enclave's failure that go on to the visitor.
const FACTS: [&str; 6] = ["rule", "line", "column", "rewrite", "limit", "field"];

/// Every enclave, by dataset.
pub(crate) struct Enclaves {
    by_dataset: BTreeMap<String, Arc<Enclave>>,
}

/// One enclave.
pub(crate) struct Enclave {
    id: String,
    client: EnclaveServiceClient<Channel>,
}

impl Enclaves {
    /// Prepares the channels. An enclave that is away is no error: it is
    /// connected to when it is first asked. Its certificate must lead to the
    /// configured authority, carry the server's name, and carry `id` as its
    /// only URI.
    pub(crate) fn new(
        enclaves: &[config::Enclave],
        upstream: &config::Upstream,
    ) -> anyhow::Result<Self> {
        let mut by_dataset = BTreeMap::new();
        for enclave in enclaves {
            let channel = client_channel(&ClientTls {
                endpoint: enclave.address.clone(),
                ca: upstream.ca.clone(),
                certificate: upstream.certificate.clone(),
                key: Some(upstream.key.clone()),
                server_name: enclave.server_name.clone(),
                server_uri: Some(enclave.id.clone()),
                connect_timeout: Duration::from_secs(5),
            })
            .with_context(|| format!("the enclave `{}`", enclave.id))?;
            let shared = Arc::new(Enclave {
                id: enclave.id.clone(),
                client: EnclaveServiceClient::new(channel),
            });
            for dataset in &enclave.datasets {
                by_dataset.insert(dataset.clone(), Arc::clone(&shared));
            }
        }
        Ok(Self { by_dataset })
    }

    /// Tells every enclave which policy files are in force.
    pub(crate) async fn note_policy(&self, digest: [u8; 32]) {
        let all: BTreeMap<&str, &Arc<Enclave>> = (self.by_dataset.values())
            .map(|enclave| (enclave.id(), enclave))
            .collect();
        let noted = all.into_values().map(|enclave| enclave.note_policy(digest));
        futures::future::join_all(noted).await;
    }

    /// The enclave that holds a dataset.
    pub(crate) fn of(&self, dataset: &str) -> Option<Arc<Enclave>> {
        self.by_dataset.get(dataset).map(Arc::clone)
    }
}

impl Enclave {
    /// The URI of its certificate.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn client(&self) -> EnclaveServiceClient<Channel> {
        self.client.clone()
    }

    async fn note_policy(&self, digest: [u8; 32]) {
        let request = NotePolicyRequest {
            policy_digest: digest.to_vec(),
        };
        let request = prepared(request, Instant::now() + NOTE);
        if self.client().note_policy(request).await.is_err() {
            tracing::warn!(
                enclave = self.id,
                "an enclave was not told which policies are in force"
            );
        }
    }

    /// What it holds; none if it is away.
    pub(crate) async fn describe(&self, deadline: Instant) -> Option<DescribeResponse> {
        let deadline = deadline.min(Instant::now() + DESCRIBE);
        let request = prepared(DescribeRequest {}, deadline);
        self.client()
            .describe(request)
            .await
            .ok()
            .map(tonic::Response::into_inner)
    }
}

/// A request to an enclave, with what is left of the visitor's time and the
/// visitor's trace.
pub(crate) fn prepared<T>(message: T, deadline: Instant) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(deadline.saturating_duration_since(Instant::now()));
    telemetry::inject(request.metadata_mut());
    request
}

/// What a visitor reads of an enclave's error: a failure with a reason that
/// concerns visitors, as it stands, and otherwise a constant.
pub(crate) fn relayed(status: &Status, language: Language) -> Failure {
    let Some(mut failure) = Failure::from_status(status) else {
        return match status.code() {
            Code::DeadlineExceeded => overdue(),
            Code::Unavailable => away(),
            // A connection that was lost is reported in several ways.
            _ if is_lost(status) => away(),
            Code::Cancelled => overdue(),
            _ => internal(),
        };
    };
    match failure.reason {
        // What the enclave thinks of the gateway is not about the visitor.
        Reason::Unauthenticated | Reason::Internal => internal(),
        Reason::SiteUnavailable => away(),
        Reason::NotAvailable => not_available(language),
        Reason::PolicyDenied
        | Reason::PolicyReferred
        | Reason::QueryRefused
        | Reason::BudgetExhausted
        | Reason::InvalidRequest
        | Reason::LimitExceeded
        | Reason::ExecutionFailed => {
            failure
                .metadata
                .retain(|key, _| FACTS.contains(&key.as_str()));
            failure
        }
    }
}

/// Whether something of the connection, and not our own clock, ended the call.
fn is_lost(status: &Status) -> bool {
    let mut cause = std::error::Error::source(status);
    let lost = cause.is_some();
    while let Some(error) = cause {
        if error.is::<TimeoutExpired>() {
            return false;
        }
        cause = error.source();
    }
    lost
}

/// The enclave does not answer.
pub(crate) fn away() -> Failure {
    Failure::new(
        Reason::SiteUnavailable,
        "the enclave that holds the dataset does not answer at present",
    )
    .help("try again later with the same idempotency key; nothing is charged twice")
}

/// Something is wrong between gateway and enclave.
pub(crate) fn internal() -> Failure {
    Failure::new(Reason::Internal, "the visit could not be made")
        .help("tell the operators of the gateway the time of the call")
}

/// The visitor's time, or the server's, is over.
pub(crate) fn overdue() -> Failure {
    Failure::new(
        Reason::LimitExceeded,
        "the call took longer than its deadline",
    )
    .help("ask again with the same idempotency key and a longer deadline, submit the question as an operation, or ask for less")
    .with("limit", "request_timeout_seconds")
}

#[cfg(test)]
mod tests;
