//! Visit a Sekisho consortium from Rust.
//!
//! A visit puts SQL to data that never leave their holder. What comes back was
//! released by the holder's guard, and comes with a receipt that can be
//! verified offline.
//!
//! ```no_run
//! use sekisho::{Connection, Visit};
//!
//! # async fn visit() -> Result<(), sekisho::Error> {
//! let visit = Visit::connect(Connection {
//!     address: "localhost:7443".to_owned(),
//!     identity: "dev/people/researcher.pem".into(),
//!     ca: "dev/ca.pem".into(),
//!     project: "P-0001".to_owned(),
//!     ..Connection::default()
//! })
//! .await?;
//! let sql = "SELECT diagnosis, count(DISTINCT individual_id) AS n FROM individuals GROUP BY diagnosis";
//! for (dataset, answer) in visit.sql(sql, &["demo-cancer"]).await? {
//!     match answer {
//!         Ok(answer) => println!("{dataset}: {} rows", answer.rows()),
//!         Err(failure) => println!("{dataset}: {failure}"),
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod answer;
mod connection;
mod failure;
mod privacy;
mod trust;
mod visit;

pub use answer::{Answer, Answers, Asked, KIND, ResultTable, SUPPRESSED, TABLE, Unproved};
pub use connection::{Connection, UnusableAddress, UnusableLanguage};
pub use failure::{Error, Failure, Reason, Refusal};
pub use privacy::{DELTA, epsilon_at_most, rho};
pub use sekisho_proto::v1::{
    AppliedRule, Association, Budget, Burden, Carriers, CheckResult, Column, Cooccurrence, Count,
    Criterion, Dataset, Difference, FollowUp, Frequencies, Funnel, Matched, Model, Operation,
    OperationState, Prevalence, QcReport, Rates, Release, ReleasedColumn, SiteFrequencies,
    Spectrum, Split, Survival, Table, VariantNames,
    analysis::Kind,
    association::{Outcome as AssociationOutcome, Sites as AssociationSites},
    criterion::Of as CriterionOf,
    frequencies::Sites,
    model::Outcome,
    site_frequencies::Sites as FrequencySites,
};
pub use sekisho_receipt::{Leaf, Receipt, ReceiptError, VerifierKey, VerifyError};
pub use trust::{TrustError, read_trust};
pub use visit::{Submitted, Visit};
