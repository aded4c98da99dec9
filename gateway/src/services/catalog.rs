//! Descriptions of what a project may see.

use std::collections::BTreeMap;

use sekisho_policies::Operation;
use sekisho_proto::{
    enclave::v1 as enclave,
    permit::Wording,
    v1::{
        Dataset, ListDatasetsRequest, ListDatasetsResponse, ListTablesRequest, ListTablesResponse,
        catalog_service_server::CatalogService,
    },
};
use sekisho_runtime::status::Failure;
use tonic::{Request, Response, Status};

use super::Catalog;
use crate::{
    decision::Approved,
    gateway::{Gateway, Method, Visitor},
    request,
    upstream::{prepared, relayed},
};

const SERVICE: &str = "sekisho.v1.CatalogService";

#[tonic::async_trait]
impl CatalogService for Catalog {
    async fn list_datasets(
        &self,
        request: Request<ListDatasetsRequest>,
    ) -> Result<Response<ListDatasetsResponse>, Status> {
        let method = Method {
            service: SERVICE,
            name: "ListDatasets",
        };
        self.0
            .answer(method, request, async |gateway, visitor, message| {
                list_datasets(&gateway, &visitor, message).await
            })
            .await
    }

    async fn list_tables(
        &self,
        request: Request<ListTablesRequest>,
    ) -> Result<Response<ListTablesResponse>, Status> {
        let method = Method {
            service: SERVICE,
            name: "ListTables",
        };
        self.0
            .answer(method, request, async |gateway, visitor, message| {
                list_tables(&gateway, &visitor, message).await
            })
            .await
    }
}

/// What the enclaves of some approved datasets say of themselves, by enclave;
/// those that are away are left out.
pub(super) async fn described(
    approved: &[Approved],
    visitor: &Visitor,
) -> BTreeMap<String, enclave::DescribeResponse> {
    let enclaves: BTreeMap<&str, _> = approved
        .iter()
        .map(|approved| (approved.audience(), approved.enclave()))
        .collect();
    let asked = enclaves.into_iter().map(|(id, enclave)| async move {
        let described = enclave.describe(visitor.deadline).await?;
        Some((id.to_owned(), described))
    });
    futures::future::join_all(asked)
        .await
        .into_iter()
        .flatten()
        .collect()
}

async fn list_datasets(
    gateway: &Gateway,
    visitor: &Visitor,
    message: ListDatasetsRequest,
) -> Result<ListDatasetsResponse, Failure> {
    let project = request::project("project", message.project)?;
    let asked = gateway.ask(visitor, &project)?;
    let approved = gateway.approve_each(&asked, Operation::Catalog)?;
    let described = described(&approved, visitor).await;
    let datasets = approved
        .iter()
        .map(|approved| {
            let known = described
                .get(approved.audience())
                .and_then(|described| {
                    described
                        .datasets
                        .iter()
                        .find(|d| d.id == approved.dataset())
                })
                .cloned();
            Dataset {
                id: approved.dataset().to_owned(),
                profile: approved.terms().profile.clone(),
                tier: approved.tier().as_str().to_owned(),
                available: known.is_some(),
                ..known.unwrap_or_default()
            }
        })
        .collect();
    Ok(ListDatasetsResponse { datasets })
}

async fn list_tables(
    gateway: &Gateway,
    visitor: &Visitor,
    message: ListTablesRequest,
) -> Result<ListTablesResponse, Failure> {
    let project = request::project("project", message.project)?;
    let dataset = request::dataset("dataset", message.dataset)?;
    let asked = gateway.ask(visitor, &project)?;
    let approved = gateway.approve(&asked, &dataset, Operation::Catalog)?;
    let request = enclave::ListTablesRequest {
        permit: gateway.permit(&approved, Wording::Nothing),
    };
    approved
        .enclave()
        .client()
        .list_tables(prepared(request, visitor.deadline))
        .await
        .map(Response::into_inner)
        .map_err(|status| relayed(&status, approved.language()))
}
