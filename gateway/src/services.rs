//! The services that visitors see. Each method reads its request, asks the
//! policies for every dataset it touches, and only then speaks to enclaves.

mod budget;
mod catalog;
mod query;
mod receipt;
mod visit;

use std::sync::Arc;

use crate::gateway::Gateway;

/// `sekisho.v1.VisitService`.
#[derive(Clone)]
pub(crate) struct Visits(pub(crate) Arc<Gateway>);

/// `sekisho.v1.CatalogService`.
#[derive(Clone)]
pub(crate) struct Catalog(pub(crate) Arc<Gateway>);

/// `sekisho.v1.BudgetService`.
#[derive(Clone)]
pub(crate) struct Budgets(pub(crate) Arc<Gateway>);

/// `sekisho.v1.ReceiptService`.
#[derive(Clone)]
pub(crate) struct Receipts(pub(crate) Arc<Gateway>);
