//! What individuals consented to, in the codes of the GA4GH Data Use Ontology (DUO).

mod code;
mod fit;

pub use code::{Code, Codes, Kind};
pub(crate) use fit::{Answer, Fit, answers, least};
