//! The enclave's gRPC service: admit, verify, visit, encode.

use std::{sync::Arc, time::Instant};

use sekisho_policies::Operation;
use sekisho_proto::{
    analysis,
    enclave::v1::{
        AnalyzeRequest, CheckRequest, DescribeRequest, DescribeResponse, Errand, GetBudgetRequest,
        GetReceiptRequest, ListTablesRequest, NotePolicyRequest, NotePolicyResponse, QueryRequest,
        SignedPermit, enclave_service_server::EnclaveService,
    },
    permit::Wording,
    v1::{self, analysis::Kind},
};
use sekisho_runtime::{
    status::{Failure, Reason},
    telemetry,
    tls::peer_uri,
};
use tonic::{Request, Response, Status};
use tracing::Instrument as _;

use crate::{
    analyses::Analysis,
    describe,
    enclave::Enclave,
    failure, frequencies,
    permit::Verified,
    release::{self, Messages},
    visit::{self, Asked, Question},
};

/// The service over an enclave.
pub(crate) struct Service(pub(crate) Arc<Enclave>);

impl Service {
    /// Runs a call of the gateway, and of nobody else, inside a span.
    async fn call<T, R>(
        &self,
        method: &'static str,
        request: Request<T>,
        work: impl AsyncFnOnce(Arc<Enclave>, T, String) -> Result<R, Failure>,
    ) -> Result<Response<R>, Status> {
        let begun = Instant::now();
        let span = telemetry::server_span("enclave", method, request.metadata());
        let admitted = peer_uri(&request).is_some_and(|uri| uri == self.0.gateway);
        let trace_id = trace_id(request.metadata());
        let enclave = Arc::clone(&self.0);
        let done = async {
            if admitted {
                work(enclave, request.into_inner(), trace_id).await
            } else {
                Err(Failure::new(
                    Reason::Unauthenticated,
                    "this enclave answers its gateway only",
                ))
            }
        }
        .instrument(span.clone())
        .await;
        let outcome = done
            .as_ref()
            .map_or_else(|failure| failure.reason.as_str(), |_| "ok");
        span.record("outcome", outcome);
        telemetry::record_visit("enclave", method, outcome, begun.elapsed());
        done.map(Response::new).map_err(Status::from)
    }
}

#[tonic::async_trait]
impl EnclaveService for Service {
    async fn describe(
        &self,
        request: Request<DescribeRequest>,
    ) -> Result<Response<DescribeResponse>, Status> {
        self.call("Describe", request, async |enclave, _, _| {
            // What the holder does not offer is not there.
            let policies = enclave.policies.current();
            let offered = |dataset: &String| policies.offers(dataset);
            let held = enclave.store.datasets().map_err(failure::internal)?;
            let datasets = held
                .iter()
                .filter(|dataset| offered(dataset))
                .map(|dataset| {
                    let pinned = enclave.pin(dataset)?;
                    Ok(describe::dataset(
                        pinned.snapshot.catalogue(),
                        pinned.snapshot.id(),
                    ))
                })
                .collect::<Result<_, Failure>>()?;
            Ok(DescribeResponse {
                datasets,
                vkey: enclave.ledger.vkey().to_string(),
            })
        })
        .await
    }

    async fn list_tables(
        &self,
        request: Request<ListTablesRequest>,
    ) -> Result<Response<v1::ListTablesResponse>, Status> {
        self.call("ListTables", request, async |enclave, request, _| {
            let verified = admissible(&enclave, request.permit, Operation::Catalog)?;
            let admission = visit::admitted(&enclave, &verified).await?;
            Ok(v1::ListTablesResponse {
                snapshot: admission.pinned.snapshot.id().to_owned(),
                tables: admission
                    .catalogue
                    .tables
                    .iter()
                    .map(describe::table)
                    .collect(),
            })
        })
        .await
    }

    async fn check(
        &self,
        request: Request<CheckRequest>,
    ) -> Result<Response<v1::CheckResult>, Status> {
        self.call("Check", request, async |enclave, request, _| {
            let now = enclave.clock.now_ms();
            let verified = enclave.verifier.verify(
                request.permit,
                Operation::Check,
                Wording::Sql(&request.sql),
                now,
            )?;
            let verified = Arc::new(verified);
            let dataset = verified.permit.dataset.clone();
            match visit::check(&enclave, &verified, &request.sql).await {
                Ok(checked) => Ok(judgement(dataset, checked)),
                // What the mechanism cannot protect, or the holder does not admit, is
                // a judgement, too.
                Err(failure) if is_judgement(failure.reason) => Ok(refusal(dataset, failure)),
                Err(failure) => Err(failure),
            }
        })
        .await
    }

    type QueryStream = Messages;

    async fn query(&self, request: Request<QueryRequest>) -> Result<Response<Messages>, Status> {
        self.call("Query", request, async |enclave, request, trace_id| {
            let errand = request.errand();
            let wording = Wording::Sql(&request.sql);
            let verified = verified(&enclave, request.permit, wording)?;
            let asked = Asked::Sql(request.sql);
            let put = Put {
                verified,
                asked,
                idempotency_key: request.idempotency_key,
                trace_id,
                errand,
            };
            put.answer(enclave).await
        })
        .await
    }

    type AnalyzeStream = Messages;

    async fn analyze(
        &self,
        request: Request<AnalyzeRequest>,
    ) -> Result<Response<Messages>, Status> {
        self.call("Analyze", request, async |enclave, request, trace_id| {
            let errand = request.errand();
            let analysis = request.analysis.unwrap_or_default();
            let text = analysis::text(&analysis);
            let verified = verified(&enclave, request.permit, Wording::Analysis(&text))?;
            let asked = match analysis.kind {
                Some(Kind::Frequencies(asked)) => {
                    Asked::Frequencies(frequencies::Asked::read(asked)?)
                }
                Some(kind) => Asked::Analysis(Arc::new(Analysis::read(kind)?)),
                None => {
                    return Err(Failure::invalid("analysis", "the request has no analysis")
                        .help("send one, for example of frequencies"));
                }
            };
            let put = Put {
                verified,
                asked,
                idempotency_key: request.idempotency_key,
                trace_id,
                errand,
            };
            put.answer(enclave).await
        })
        .await
    }

    async fn note_policy(
        &self,
        request: Request<NotePolicyRequest>,
    ) -> Result<Response<NotePolicyResponse>, Status> {
        self.call("NotePolicy", request, async |enclave, request, _| {
            let digest = request.policy_digest.as_slice().try_into();
            let digest = digest.map_err(|_| {
                Failure::invalid("policy_digest", "this is no SHA-256").help("send 32 bytes")
            })?;
            enclave.note_policy(digest).await?;
            Ok(NotePolicyResponse {})
        })
        .await
    }

    async fn get_budget(
        &self,
        request: Request<GetBudgetRequest>,
    ) -> Result<Response<v1::Budget>, Status> {
        self.call("GetBudget", request, async |enclave, request, _| {
            let verified = admissible(&enclave, request.permit, Operation::Budget)?;
            visit::admitted(&enclave, &verified).await?;
            let permit = verified.permit.clone();
            let (project, dataset) = (permit.project.clone(), permit.dataset.clone());
            let spent = enclave
                .with_ledger(move |ledger| ledger.spent(&project, &dataset))
                .await?;
            Ok(v1::Budget {
                dataset: permit.dataset,
                project: permit.project,
                limit: permit.budget_limit,
                spent,
            })
        })
        .await
    }

    async fn get_receipt(
        &self,
        request: Request<GetReceiptRequest>,
    ) -> Result<Response<v1::Receipt>, Status> {
        self.call("GetReceipt", request, async |enclave, request, _| {
            let verified = admissible(&enclave, request.permit, Operation::Receipt)?;
            visit::admitted(&enclave, &verified).await?;
            let permit = verified.permit.clone();
            let index = request.leaf_index;
            let found = enclave
                .with_ledger(move |ledger| ledger.receipt(&permit.project, &permit.dataset, index))
                .await?;
            found.as_ref().map(release::receipt).ok_or_else(|| {
                Failure::new(
                    Reason::NotAvailable,
                    "the project has no receipt with this number",
                )
                .help("use the leaf index that stands in the receipt or in the result")
            })
        })
        .await
    }
}

/// Verifies the permit of a visit.
fn verified(
    enclave: &Enclave,
    permit: Option<SignedPermit>,
    asked: Wording<'_>,
) -> Result<Arc<Verified>, Failure> {
    let now = enclave.clock.now_ms();
    let verified = enclave
        .verifier
        .verify(permit, Operation::Query, asked, now)?;
    Ok(Arc::new(verified))
}

/// A question as it was put.
struct Put {
    verified: Arc<Verified>,
    asked: Asked,
    idempotency_key: String,
    trace_id: String,
    errand: Errand,
}

impl Put {
    /// Visits, and encodes what is released.
    async fn answer(self, enclave: Arc<Enclave>) -> Result<Messages, Failure> {
        // Whoever waits for an operation is gone when this future is.
        let (patience, _waiting) = match self.errand {
            Errand::Operation => enclave.operations.operation(),
            // What is in the ledger is not to wait for those who compute.
            Errand::Fetch | Errand::Unspecified => enclave.visits.visit(),
        };
        let question = Question {
            verified: self.verified,
            asked: self.asked,
            idempotency_key: Some(self.idempotency_key).filter(|key| !key.is_empty()),
            trace_id: self.trace_id,
            patience,
            fetches: self.errand == Errand::Fetch,
        };
        Ok(visit::answer(enclave, question).await?.into_messages())
    }
}

/// Verifies the permit of a call without a query, and uses it up.
fn admissible(
    enclave: &Enclave,
    permit: Option<SignedPermit>,
    operation: Operation,
) -> Result<Arc<Verified>, Failure> {
    let now = enclave.clock.now_ms();
    let verified = enclave
        .verifier
        .verify(permit, operation, Wording::Nothing, now)?;
    enclave.spend(&verified)?;
    Ok(Arc::new(verified))
}

/// Whether a failure says what would become of a query.
fn is_judgement(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::QueryRefused | Reason::PolicyDenied | Reason::PolicyReferred
    )
}

fn judgement(
    dataset: String,
    checked: Result<visit::Checked, sekisho_query::Refusal>,
) -> v1::CheckResult {
    match checked {
        Ok(visit::Checked {
            planned,
            profile,
            rho_nano,
            exposes_genomes,
        }) => v1::CheckResult {
            dataset,
            accepted: true,
            refusal: None,
            columns: planned
                .columns
                .into_iter()
                .map(|column| v1::ReleasedColumn {
                    name: column.name,
                    kind: column.kind,
                })
                .collect(),
            rules: profile
                .rules()
                .into_iter()
                .map(|(rule, effect)| v1::AppliedRule {
                    rule: rule.to_owned(),
                    effect,
                })
                .collect(),
            charge: visit::CHARGE,
            rho_nano,
            mechanism: profile.mechanism.name().to_owned(),
            exposes_genomes,
            profile: profile.name,
        },
        Err(refusal) => v1::CheckResult {
            dataset,
            accepted: false,
            refusal: Some(v1::Refusal {
                rule: refusal.rule.id().to_owned(),
                message: refusal.message,
                help: refusal.help,
                line: refusal.place.map_or(0, |place| place.line),
                column: refusal.place.map_or(0, |place| place.column),
                rewrite: refusal.rewrite.unwrap_or_default(),
            }),
            ..v1::CheckResult::default()
        },
    }
}

fn refusal(dataset: String, failure: Failure) -> v1::CheckResult {
    v1::CheckResult {
        dataset,
        accepted: false,
        refusal: Some(v1::Refusal {
            rule: failure.metadata.get("rule").cloned().unwrap_or_default(),
            message: failure.message,
            help: failure.help,
            ..v1::Refusal::default()
        }),
        ..v1::CheckResult::default()
    }
}

/// The trace of the call, from its W3C `traceparent`; empty without one.
fn trace_id(metadata: &tonic::metadata::MetadataMap) -> String {
    let id = metadata
        .get("traceparent")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split('-').nth(1))
        .filter(|id| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    id.unwrap_or_default().to_owned()
}
