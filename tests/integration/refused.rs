//! What is not answered, and in which words.

mod certificate;
mod permit;
mod policy;
mod query;
