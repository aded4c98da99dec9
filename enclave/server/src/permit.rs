//! Permits as the enclave reads them: what is not signed by its gateway, meant
//! for it, for this question, now, is no permit.

use std::{fs, path::Path};

use anyhow::{Context as _, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};
use prost::Message as _;
use sekisho_proto::enclave::v1::{Permit, SignedPermit};
use sekisho_runtime::status::{Failure, Reason};
use sha2::{Digest as _, Sha256};

/// What stands before a permit's bytes under the signature.
const CONTEXT: &[u8] = b"sekisho permit v1\0";
/// The longest that a permit may be valid, and the most that the gateway's
/// clock may be ahead of ours.
const MAX_LIFETIME_MS: i64 = 60_000;
const MAX_SKEW_MS: i64 = 5_000;

/// What a call may ask for with a permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Catalog,
    Check,
    Query,
    Budget,
    Receipt,
}

impl Operation {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Catalog => "catalog",
            Self::Check => "check",
            Self::Query => "query",
            Self::Budget => "budget",
            Self::Receipt => "receipt",
        }
    }
}

/// A permit that was verified for one operation and question. Made by
/// [`Verifier::verify`] only.
#[derive(Debug)]
pub(crate) struct Verified {
    pub(crate) permit: Permit,
    pub(crate) nonce: [u8; 16],
    pub(crate) question_digest: [u8; 32],
    pub(crate) policy_digest: [u8; 32],
}

/// Verifies permits of one gateway for one enclave.
#[derive(Debug)]
pub(crate) struct Verifier {
    key: VerifyingKey,
    audience: String,
}

impl Verifier {
    /// Reads the gateway's key: 32 bytes in base64 or hexadecimal.
    pub(crate) fn load(file: &Path, audience: String) -> anyhow::Result<Self> {
        let named = || format!("the gateway's permit key `{}`", file.display());
        let text = fs::read_to_string(file).with_context(named)?;
        let text = text.trim();
        let bytes = hex::decode(text)
            .ok()
            .or_else(|| STANDARD.decode(text).ok());
        let key = bytes
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
        match key {
            Some(key) => Ok(Self { key, audience }),
            None => bail!(
                "{} is no Ed25519 public key in base64 or hexadecimal",
                named()
            ),
        }
    }

    /// Verifies a permit for an operation on a question. The nonce is left to
    /// the ledger, which remembers it.
    pub(crate) fn verify(
        &self,
        signed: Option<SignedPermit>,
        operation: Operation,
        sql: &str,
        now_ms: i64,
    ) -> Result<Verified, Failure> {
        // One text for all: a forger learns nothing from it.
        self.read(signed, operation, sql, now_ms).ok_or_else(|| {
            Failure::new(
                Reason::Unauthenticated,
                "the permit is not valid here, now, for this question",
            )
        })
    }

    fn read(
        &self,
        signed: Option<SignedPermit>,
        operation: Operation,
        sql: &str,
        now_ms: i64,
    ) -> Option<Verified> {
        let signed = signed?;
        let signature = Signature::from_slice(&signed.signature).ok()?;
        self.key
            .verify_strict(&[CONTEXT, &signed.permit].concat(), &signature)
            .ok()?;
        let permit = Permit::decode(signed.permit.as_slice()).ok()?;
        let question = question_digest(&permit.project, &permit.dataset, operation.as_str(), sql);
        let lifetime = permit.expires_at_ms.checked_sub(permit.issued_at_ms)?;
        let valid = permit.audience == self.audience
            && permit.operation == operation.as_str()
            && permit.question_digest == question
            && (0..=MAX_LIFETIME_MS).contains(&lifetime)
            && permit.issued_at_ms <= now_ms.checked_add(MAX_SKEW_MS)?
            && now_ms <= permit.expires_at_ms
            && !permit.principal.is_empty()
            && !permit.project.is_empty();
        valid.then_some(())?;
        Some(Verified {
            nonce: permit.nonce.as_slice().try_into().ok()?,
            question_digest: question,
            policy_digest: permit.policy_digest.as_slice().try_into().ok()?,
            permit,
        })
    }
}

/// SHA-256 over project, dataset, operation and query, each behind its length
/// in bytes as a big-endian u64.
fn question_digest(project: &str, dataset: &str, operation: &str, sql: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    for field in [project, dataset, operation, sql] {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field.as_bytes());
    }
    hash.finalize().into()
}

#[cfg(test)]
#[path = "permit/tests.rs"]
mod tests;
