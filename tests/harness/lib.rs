//! A consortium of real processes: a gateway and two enclaves on loopback, with
//! an authority, policies and data of their own, for tests to visit.
//!
//! ```no_run
//! # async fn visit() -> Result<(), sekisho::Error> {
//! let consortium = sekisho_tests::Consortium::shared();
//! let visit = consortium.visit("aiko-tanaka", "P-0001").await;
//! let answers = visit.sql("SELECT count(*) FROM individuals", &["demo-cancer"]).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Nothing of it outlives the test program, whatever ends that. A set-up that
//! does not come about ends the test with the reason.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a set-up that does not come about ends the test"
)]

mod answers;
mod audit;
mod builder;
mod cohort;
mod collector;
mod consortium;
mod dataset;
mod direct;
mod pki;
mod policies;
mod population;
mod programs;
mod reaper;
mod report;
mod server;
mod worlds;

pub use answers::{failure, only, shown, tables};
pub use audit::Audit;
pub use builder::{Builder, ingest_folder, temporary};
pub use cohort::{Cohort, Mutation, MutationSite, Patient, Sample, Treatment};
pub use collector::{Collector, Span};
pub use consortium::{Consortium, Site};
pub use dataset::{Dataset, Feature, Genotyped, Person, SITES, VariantSite};
pub use direct::Direct;
pub use pki::Pki;
pub use policies::Policies;
pub use population::Panel;
pub use programs::{Ran, program, run};
pub use report::{Report, root};
pub use server::Server;
pub use worlds::Worlds;
