//! Questions: judged, or answered.

use sekisho_policies::Operation;
use sekisho_proto::{
    enclave::v1::{self as enclave, Errand},
    permit::Wording,
    v1::{
        AnalyzeRequest, CheckRequest, CheckResponse, CheckResult, QueryRequest, QueryResponse,
        Refusal, visit_service_server::VisitService,
    },
};
use sekisho_runtime::status::{Failure, Reason};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::{Visits, query};
use crate::{
    gateway::{Gateway, Method, Visitor},
    request,
    upstream::{internal, prepared, relayed},
};

const SERVICE: &str = "sekisho.v1.VisitService";

#[tonic::async_trait]
impl VisitService for Visits {
    async fn check(
        &self,
        request: Request<CheckRequest>,
    ) -> Result<Response<CheckResponse>, Status> {
        let method = Method {
            service: SERVICE,
            name: "Check",
        };
        self.0
            .answer(method, request, async |gateway, visitor, message| {
                check(&gateway, &visitor, message).await
            })
            .await
    }

    type QueryStream = ReceiverStream<Result<QueryResponse, Status>>;

    async fn query(
        &self,
        request: Request<QueryRequest>,
    ) -> Result<Response<Self::QueryStream>, Status> {
        let method = Method {
            service: SERVICE,
            name: "Query",
        };
        query::answer(
            &self.0,
            method,
            request,
            Errand::Unspecified,
            |_, message| query::question(message),
        )
        .map(Response::new)
    }

    type AnalyzeStream = ReceiverStream<Result<QueryResponse, Status>>;

    async fn analyze(
        &self,
        request: Request<AnalyzeRequest>,
    ) -> Result<Response<Self::AnalyzeStream>, Status> {
        let method = Method {
            service: SERVICE,
            name: "Analyze",
        };
        query::answer(
            &self.0,
            method,
            request,
            Errand::Unspecified,
            |_, message| query::analysis(message),
        )
        .map(Response::new)
    }
}

async fn check(
    gateway: &Gateway,
    visitor: &Visitor,
    message: CheckRequest,
) -> Result<CheckResponse, Failure> {
    let question = request::question(message.question)?;
    let asked = gateway.ask(visitor, &question.project)?;
    let mut judged = Vec::new();
    for dataset in &question.datasets {
        let approved = gateway.approve(&asked, dataset, Operation::Check)?;
        // Judging a query is one grant, running it another.
        let refused = gateway.approve(&asked, dataset, Operation::Query).err();
        judged.push((approved, refused));
    }
    let mut results = Vec::new();
    for (approved, refused) in judged {
        if let Some(failure) = refused {
            results.push(refused_by_policy(approved.dataset(), failure)?);
            continue;
        }
        let request = enclave::CheckRequest {
            permit: gateway.permit(&approved, Wording::Sql(&question.sql)),
            sql: question.sql.clone(),
        };
        let result = approved
            .enclave()
            .client()
            .check(prepared(request, visitor.deadline))
            .await
            .map_err(|status| relayed(&status, approved.language()))?
            .into_inner();
        if result.dataset != approved.dataset() {
            return Err(internal());
        }
        results.push(result);
    }
    Ok(CheckResponse { results })
}

fn refused_by_policy(dataset: &str, failure: Failure) -> Result<CheckResult, Failure> {
    if !matches!(
        failure.reason,
        Reason::PolicyDenied | Reason::PolicyReferred
    ) {
        return Err(failure);
    }
    let rule = failure.metadata.get("rule").cloned().unwrap_or_default();
    Ok(CheckResult {
        dataset: dataset.to_owned(),
        accepted: false,
        refusal: Some(Refusal {
            rule,
            message: failure.message,
            help: failure.help,
            ..Refusal::default()
        }),
        ..CheckResult::default()
    })
}
