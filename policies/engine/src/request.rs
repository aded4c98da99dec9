//! What is asked: who, in which project, does what to which dataset, when.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// One question to a policy set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Request<'a> {
    /// The visitor, as the URI SAN of the client certificate.
    pub principal: &'a str,
    /// The project the visitor speaks for.
    pub project: &'a str,
    /// The dataset that is asked for.
    pub dataset: &'a str,
    /// What is to be done with it.
    pub operation: Operation,
    /// When; days are counted in the consortium's time zone.
    pub at: jiff::Timestamp,
}

/// What a visitor can do with a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    /// See that the dataset exists, its tables and columns.
    Catalog,
    /// Have a query checked; no data are read.
    Check,
    /// Run a query or an analysis.
    Query,
    /// See what has been spent of the budget and what is left.
    Budget,
    /// Fetch the receipt of an earlier release.
    Receipt,
}

impl Operation {
    /// Every operation, in the order of a visit.
    pub const ALL: [Operation; 5] = [
        Operation::Catalog,
        Operation::Check,
        Operation::Query,
        Operation::Budget,
        Operation::Receipt,
    ];

    /// The word for it in `grants.csv`.
    pub fn as_str(self) -> &'static str {
        match self {
            Operation::Catalog => "catalog",
            Operation::Check => "check",
            Operation::Query => "query",
            Operation::Budget => "budget",
            Operation::Receipt => "receipt",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Operation {
    type Err = UnknownOperation;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Operation::ALL
            .into_iter()
            .find(|operation| operation.as_str() == text)
            .ok_or_else(|| UnknownOperation(text.to_owned()))
    }
}

/// A word that names no operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no operation; write one of catalog, check, query, budget, receipt")]
pub struct UnknownOperation(String);
