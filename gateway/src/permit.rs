//! Permits: what was decided, signed, for one dataset, once.

use std::{fs, os::unix::fs::MetadataExt as _, path::Path, time::Duration};

use anyhow::{Context as _, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer as _, SigningKey};
use prost::Message as _;
use sekisho_proto::enclave::v1::{Permit, SignedPermit};
use sha2::{Digest as _, Sha256};

use crate::decision::Approved;

/// What stands before a permit's bytes under the signature.
const CONTEXT: &[u8] = b"sekisho permit v1\0";

/// Signs permits.
pub(crate) struct PermitSigner {
    key: SigningKey,
    lifetime: Duration,
}

impl PermitSigner {
    /// Reads the key: a seed of 32 bytes in base64 or hexadecimal, in a file
    /// that nobody but its owner can read.
    pub(crate) fn load(file: &Path, lifetime: Duration) -> anyhow::Result<Self> {
        let named = || format!("the permit key `{}`", file.display());
        let mode = fs::metadata(file).with_context(named)?.mode() & 0o777;
        if mode & 0o077 != 0 {
            bail!(
                "{} has mode {mode:04o} and others can read or write it; run `chmod 600` on it",
                named()
            );
        }
        let text = fs::read_to_string(file).with_context(named)?;
        let Some(seed) = seed(text.trim()) else {
            bail!(
                "{} is no Ed25519 seed of 32 bytes in base64 or hexadecimal",
                named()
            );
        };
        Ok(Self {
            key: SigningKey::from_bytes(&seed),
            lifetime,
        })
    }

    /// Signs what was approved for the question `sql`, which is empty for
    /// operations without a query.
    pub(crate) fn sign(&self, approved: &Approved, sql: &str, now_ms: i64) -> SignedPermit {
        let terms = approved.terms();
        let lifetime_ms = i64::try_from(self.lifetime.as_millis()).unwrap_or(0);
        let permit = Permit {
            nonce: rand::random::<[u8; 16]>().to_vec(),
            audience: approved.audience().to_owned(),
            principal: approved.principal().to_owned(),
            organisation: terms.organisation.clone(),
            project: approved.project().to_owned(),
            purpose: terms.purpose.clone(),
            dataset: approved.dataset().to_owned(),
            operation: approved.operation().as_str().to_owned(),
            profile: terms.profile.clone(),
            question_digest: question_digest(
                approved.project(),
                approved.dataset(),
                approved.operation().as_str(),
                sql,
            )
            .to_vec(),
            budget_limit: terms.query_budget,
            policy_digest: approved.policy_digest().to_vec(),
            rules: terms.rules.clone(),
            issued_at_ms: now_ms,
            expires_at_ms: now_ms.saturating_add(lifetime_ms),
        }
        .encode_to_vec();
        let signature = self.key.sign(&[CONTEXT, &permit].concat());
        SignedPermit {
            permit,
            signature: signature.to_bytes().to_vec(),
        }
    }
}

/// SHA-256 over project, dataset, operation and query, each behind its length
/// in bytes as a big-endian u64, so that no two questions share their bytes.
fn question_digest(project: &str, dataset: &str, operation: &str, sql: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    for field in [project, dataset, operation, sql] {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field.as_bytes());
    }
    hash.finalize().into()
}

fn seed(text: &str) -> Option<[u8; 32]> {
    let bytes = if text.len() == 64 {
        hex::decode(text).ok()?
    } else {
        STANDARD.decode(text).ok()?
    };
    bytes.try_into().ok()
}

#[cfg(test)]
mod tests;
