//! What a project may still ask.

use sekisho_policies::Operation;
use sekisho_proto::{
    enclave::v1 as enclave,
    permit::Wording,
    v1::{Budget, GetBudgetRequest, GetBudgetResponse, budget_service_server::BudgetService},
};
use sekisho_runtime::status::{Failure, Reason};
use tonic::{Request, Response, Status};

use super::Budgets;
use crate::{
    decision::Approved,
    gateway::{Gateway, Method, Visitor},
    request,
    upstream::{internal, prepared, relayed},
};

#[tonic::async_trait]
impl BudgetService for Budgets {
    async fn get_budget(
        &self,
        request: Request<GetBudgetRequest>,
    ) -> Result<Response<GetBudgetResponse>, Status> {
        let method = Method {
            service: "sekisho.v1.BudgetService",
            name: "GetBudget",
        };
        self.0
            .answer(method, request, async |gateway, visitor, message| {
                get_budget(&gateway, &visitor, message).await
            })
            .await
    }
}

async fn get_budget(
    gateway: &Gateway,
    visitor: &Visitor,
    message: GetBudgetRequest,
) -> Result<GetBudgetResponse, Failure> {
    let project = request::project("project", message.project)?;
    let asked = gateway.ask(visitor, &project)?;
    let approved = gateway.approve_each(&asked, Operation::Budget)?;
    let read = approved
        .iter()
        .map(|approved| one(gateway, visitor, approved));
    let mut budgets = Vec::new();
    for budget in futures::future::join_all(read).await {
        match budget {
            Ok(budget) => budgets.push(budget),
            // An enclave that is away, or whose holder does not admit the project, must not hide
            // the others' budgets.
            Err(failure)
                if matches!(
                    failure.reason,
                    Reason::SiteUnavailable
                        | Reason::NotAvailable
                        | Reason::PolicyDenied
                        | Reason::PolicyReferred
                ) => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(GetBudgetResponse { budgets })
}

async fn one(gateway: &Gateway, visitor: &Visitor, approved: &Approved) -> Result<Budget, Failure> {
    let request = enclave::GetBudgetRequest {
        permit: gateway.permit(approved, Wording::Nothing),
    };
    let budget = approved
        .enclave()
        .client()
        .get_budget(prepared(request, visitor.deadline))
        .await
        .map_err(|status| relayed(&status, approved.language()))?
        .into_inner();
    if budget.dataset != approved.dataset() || budget.project != approved.project() {
        return Err(internal());
    }
    Ok(budget)
}
