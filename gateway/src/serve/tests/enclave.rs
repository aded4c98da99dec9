//! An enclave's side of the wire: it checks permits as an enclave must and
//! answers as its query says.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use ed25519_dalek::{Signature, VerifyingKey};
use prost::Message as _;
use sekisho_proto::{
    analysis,
    enclave::v1::{
        AnalyzeRequest, CheckRequest, DescribeRequest, DescribeResponse, GetBudgetRequest,
        GetReceiptRequest, ListTablesRequest, NotePolicyRequest, NotePolicyResponse, Permit,
        QueryRequest, SignedPermit, enclave_service_server::EnclaveService,
    },
    permit::{Wording, question_digest, signed_bytes},
    v1::{
        Budget, CheckResult, Dataset, ListTablesResponse, QueryResponse, Receipt, Release, Table,
        query_response::Part,
    },
};
use sekisho_runtime::{
    deadline,
    status::{Failure, Reason},
    tls::peer_uri,
};
use tokio_stream::{Stream, StreamExt as _};
use tonic::{Request, Response, Status};

/// Every permit that arrived, and what was left of the visitor's time.
pub(super) type Permits = Vec<(Permit, Option<Duration>)>;

#[derive(Clone)]
pub(super) struct East {
    pub(super) permit_key: VerifyingKey,
    pub(super) permits: Arc<Mutex<Permits>>,
    /// Every policy digest that was noted.
    pub(super) noted: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl East {
    /// Checks a permit for an operation and a query, as the proto says.
    fn admit<T>(
        &self,
        request: &Request<T>,
        signed: Option<&SignedPermit>,
        operation: &str,
        sql: &str,
    ) -> Permit {
        assert_eq!(
            peer_uri(request).as_deref(),
            Some("spiffe://consortium.example/gateway")
        );
        let signed = signed.unwrap();
        let message = signed_bytes(&signed.permit);
        let signature = Signature::from_slice(&signed.signature).unwrap();
        self.permit_key.verify_strict(&message, &signature).unwrap();
        let permit = Permit::decode(signed.permit.as_slice()).unwrap();
        assert_eq!(permit.operation, operation);
        assert_eq!(permit.audience, "spiffe://consortium.example/enclaves/east");
        let question = question_digest(&permit.project, &permit.dataset, operation, sql);
        assert_eq!(permit.question_digest, question);
        let left = deadline::requested(request.metadata());
        self.permits.lock().unwrap().push((permit.clone(), left));
        permit
    }
}

#[tonic::async_trait]
impl EnclaveService for East {
    async fn describe(
        &self,
        _request: Request<DescribeRequest>,
    ) -> Result<Response<DescribeResponse>, Status> {
        Ok(Response::new(DescribeResponse {
            datasets: vec![Dataset {
                id: "demo-cancer".to_owned(),
                title: "Cancer".to_owned(),
                assembly: "GRCh38".to_owned(),
                ..Dataset::default()
            }],
            vkey: "east.example+0+key".to_owned(),
        }))
    }

    async fn list_tables(
        &self,
        request: Request<ListTablesRequest>,
    ) -> Result<Response<ListTablesResponse>, Status> {
        self.admit(&request, request.get_ref().permit.as_ref(), "catalog", "");
        Ok(Response::new(ListTablesResponse {
            snapshot: "00".to_owned(),
            tables: vec![Table::default()],
        }))
    }

    async fn check(&self, request: Request<CheckRequest>) -> Result<Response<CheckResult>, Status> {
        let sent = request.get_ref();
        let permit = self.admit(&request, sent.permit.as_ref(), "check", &sent.sql);
        Ok(Response::new(CheckResult {
            dataset: permit.dataset,
            accepted: true,
            charge: 1,
            ..CheckResult::default()
        }))
    }

    type QueryStream = Pin<Box<dyn Stream<Item = Result<QueryResponse, Status>> + Send>>;

    async fn query(
        &self,
        request: Request<QueryRequest>,
    ) -> Result<Response<Self::QueryStream>, Status> {
        let sent = request.get_ref();
        let permit = self.admit(&request, sent.permit.as_ref(), "query", &sent.sql);
        let chunk = QueryResponse {
            part: Some(Part::ArrowIpc(b"ARROW".to_vec())),
        };
        let release = |dataset: &str| QueryResponse {
            part: Some(Part::Release(Release {
                dataset: dataset.to_owned(),
                ..Release::default()
            })),
        };
        let parts = match sent.sql.as_str() {
            "refuse" => {
                return Err(
                    Failure::new(Reason::QueryRefused, "a row for each individual")
                        .help("group by a column")
                        .with("rule", "release.rows")
                        .with("line", "2")
                        .into(),
                );
            }
            "leak" => return Err(Status::internal("canary")),
            "leak late" => vec![Ok(chunk), Err(Status::data_loss("canary"))],
            "cut" => vec![Ok(chunk)],
            "other" => vec![Ok(chunk), Ok(release("another-dataset"))],
            "hang" => {
                let one = tokio_stream::once(Ok(chunk));
                return Ok(Response::new(Box::pin(one.chain(tokio_stream::pending()))));
            }
            _ => vec![Ok(chunk.clone()), Ok(chunk), Ok(release(&permit.dataset))],
        };
        Ok(Response::new(Box::pin(tokio_stream::iter(parts))))
    }

    type AnalyzeStream = Self::QueryStream;

    async fn analyze(
        &self,
        request: Request<AnalyzeRequest>,
    ) -> Result<Response<Self::QueryStream>, Status> {
        let sent = request.get_ref();
        let signed = sent.permit.as_ref().unwrap();
        let permit = Permit::decode(signed.permit.as_slice()).unwrap();
        let text = analysis::text(sent.analysis.as_ref().unwrap());
        let digest = Wording::Analysis(&text).digest(&permit.project, &permit.dataset, "query");
        assert_eq!(
            (permit.operation.as_str(), permit.question_digest),
            ("query", digest.to_vec())
        );
        let release = Release {
            dataset: permit.dataset,
            caveat: text,
            ..Release::default()
        };
        let part = Some(Part::Release(release));
        let one = tokio_stream::once(Ok(QueryResponse { part }));
        Ok(Response::new(Box::pin(one)))
    }

    async fn get_budget(
        &self,
        request: Request<GetBudgetRequest>,
    ) -> Result<Response<Budget>, Status> {
        let permit = self.admit(&request, request.get_ref().permit.as_ref(), "budget", "");
        Ok(Response::new(Budget {
            dataset: permit.dataset,
            project: permit.project,
            limit: permit.budget_limit,
            spent: 3,
        }))
    }

    async fn note_policy(
        &self,
        request: Request<NotePolicyRequest>,
    ) -> Result<Response<NotePolicyResponse>, Status> {
        self.noted
            .lock()
            .unwrap()
            .push(request.into_inner().policy_digest);
        Ok(Response::new(NotePolicyResponse {}))
    }

    async fn get_receipt(
        &self,
        request: Request<GetReceiptRequest>,
    ) -> Result<Response<Receipt>, Status> {
        self.admit(&request, request.get_ref().permit.as_ref(), "receipt", "");
        Ok(Response::new(Receipt {
            leaf_index: request.get_ref().leaf_index,
            ..Receipt::default()
        }))
    }
}
