//! The committee's files, strictly loaded, decided by casbin, explained.
//!
//! [`PolicySet::load`] reads a folder of tables that people edit and refuses whatever it cannot
//! read as meant; [`PolicySet::decide`] answers one request with **allow**, **deny** or **refer**,
//! with a reason for each rule that made it so. Everything must hold for an allow: the conditions
//! that [`PolicySet::explain`] lists, the last of which is casbin's own answer over the grants.
//! Whatever is unknown, unreadable or goes wrong on the way is a deny.

mod canary;
mod characters;
mod conditions;
mod consent;
mod decision;
mod finding;
mod folder;
mod grants;
mod profile;
mod record;
mod records;
mod references;
mod request;
mod set;
mod table;
mod values;

pub use conditions::{Condition, Verdict};
pub use decision::{Decision, Denial, Outcome, Place, Reason, Terms, Tier};
pub use finding::{Finding, Rejected};
pub use request::{Operation, Request, UnknownOperation};
pub use set::{Explanation, PolicySet, Summary};
