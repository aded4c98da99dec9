//! Receipts of earlier visits and the keys that verify them.

use sekisho_policies::Operation;
use sekisho_proto::{
    enclave::v1 as enclave,
    permit::Wording,
    v1::{
        GetReceiptRequest, GetReceiptResponse, LedgerKey, ListLedgerKeysRequest,
        ListLedgerKeysResponse, receipt_service_server::ReceiptService,
    },
};
use sekisho_runtime::status::Failure;
use tonic::{Request, Response, Status};

use super::{Receipts, catalog::described};
use crate::{
    gateway::{Gateway, Method, Visitor},
    request,
    upstream::{prepared, relayed},
};

const SERVICE: &str = "sekisho.v1.ReceiptService";

#[tonic::async_trait]
impl ReceiptService for Receipts {
    async fn get_receipt(
        &self,
        request: Request<GetReceiptRequest>,
    ) -> Result<Response<GetReceiptResponse>, Status> {
        let method = Method {
            service: SERVICE,
            name: "GetReceipt",
        };
        self.0
            .answer(method, request, async |gateway, visitor, message| {
                get_receipt(&gateway, &visitor, message).await
            })
            .await
    }

    async fn list_ledger_keys(
        &self,
        request: Request<ListLedgerKeysRequest>,
    ) -> Result<Response<ListLedgerKeysResponse>, Status> {
        let method = Method {
            service: SERVICE,
            name: "ListLedgerKeys",
        };
        self.0
            .answer(method, request, async |gateway, visitor, message| {
                list_ledger_keys(&gateway, &visitor, message).await
            })
            .await
    }
}

async fn get_receipt(
    gateway: &Gateway,
    visitor: &Visitor,
    message: GetReceiptRequest,
) -> Result<GetReceiptResponse, Failure> {
    let project = request::project("project", message.project)?;
    let dataset = request::dataset("dataset", message.dataset)?;
    let asked = gateway.ask(visitor, &project)?;
    let approved = gateway.approve(&asked, &dataset, Operation::Receipt)?;
    let request = enclave::GetReceiptRequest {
        permit: gateway.permit(&approved, Wording::Nothing),
        leaf_index: message.leaf_index,
    };
    let receipt = approved
        .enclave()
        .client()
        .get_receipt(prepared(request, visitor.deadline))
        .await
        .map_err(|status| relayed(&status, approved.language()))?
        .into_inner();
    Ok(GetReceiptResponse {
        receipt: Some(receipt),
    })
}

async fn list_ledger_keys(
    gateway: &Gateway,
    visitor: &Visitor,
    message: ListLedgerKeysRequest,
) -> Result<ListLedgerKeysResponse, Failure> {
    let project = request::project("project", message.project)?;
    let asked = gateway.ask(visitor, &project)?;
    let approved = gateway.approve_each(&asked, Operation::Receipt)?;
    let described = described(&approved, visitor).await;
    let keys = approved
        .iter()
        .filter_map(|approved| {
            let described = described.get(approved.audience())?;
            Some(LedgerKey {
                dataset: approved.dataset().to_owned(),
                vkey: described.vkey.clone(),
            })
        })
        .collect();
    Ok(ListLedgerKeysResponse { keys })
}
