//! The committee's files, strictly loaded, decided by casbin, explained.
//!
//! [`PolicySet::load`] reads a folder of tables that people edit and refuses whatever it cannot
//! read as meant; [`PolicySet::decide`] answers one request with **allow**, **deny** or **refer**,
//! with a reason for each rule that made it so. Everything must hold for an allow: the conditions
//! that [`PolicySet::explain`] lists, the last of which is casbin's own answer over the grants.
//! Whatever is unknown, unreadable or goes wrong on the way is a deny.

mod access;
mod activation;
mod canary;
mod casbin;
mod cases;
mod characters;
mod conditions;
mod decision;
mod demand;
mod difference;
mod duo;
mod files;
mod finding;
mod format;
mod grants;
mod holder;
mod individual;
mod mondo;
mod page;
mod profile;
mod purpose;
mod read;
mod record;
mod recorded;
mod records;
mod references;
mod replay;
mod request;
mod set;
mod signature;
mod table;
mod telling;
mod values;
mod warnings;
mod who_can;
mod words;

pub use access::{Access, AccessTerms, Whom};
pub use activation::{Action, Activation, ActivationError, Active, JournalError};
pub use cases::Coverage;
pub use conditions::{Condition, Verdict};
pub use decision::{Decision, Denial, Outcome, Place, Reason, Terms, Tier};
pub use demand::Demand;
pub use difference::{Change, Difference, Weight};
pub use duo::{Code, Codes, Kind};
pub use files::{Files, files_of};
pub use finding::{Finding, Grade, Rejected, Said};
pub use format::{formatted_consortium, formatted_holder};
pub use holder::{HolderDecision, HolderRequest, HolderSet, HolderSummary, HolderTerms};
pub use individual::{
    Consent, ConsentTerms, Consents, Countries, Exclusion, consents, embargo_ends,
};
pub use mondo::{Disease, NoDisease};
pub use page::{Signing, signing_of};
pub use purpose::{Basis, DataUse, Judged, Purpose, Sector, SectorUse, UnknownWord};
pub use recorded::{DecisionLog, Recorded, RecordedReason, recorded};
pub use replay::Flip;
pub use request::{Operation, Request, UnknownOperation};
pub use set::{Explanation, PolicySet, Summary};
pub use signature::{Key, Made, NoKey, SignError, Signed, Statement, new_key, sign, verify};
pub use telling::{Beyond, Telling};
pub use words::{Language, Words};
