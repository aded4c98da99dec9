//! Permits: what was decided, signed, for one dataset, once.

use std::{fs, os::unix::fs::MetadataExt as _, path::Path, time::Duration};

use anyhow::{Context as _, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer as _, SigningKey};
use prost::Message as _;
use sekisho_proto::{
    enclave::v1::{DataUse, Judged, Permit, SignedPermit},
    permit::{ALL_COLUMNS, Wording, signed_bytes},
};

use crate::decision::Approved;

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

    /// Signs what was approved for what is asked.
    pub(crate) fn sign(
        &self,
        approved: &Approved,
        asked: Wording<'_>,
        now_ms: i64,
    ) -> SignedPermit {
        let terms = approved.terms();
        let of = &terms.data_use;
        let lifetime_ms = i64::try_from(self.lifetime.as_millis()).unwrap_or(0);
        let operation = approved.operation().as_str();
        let permit = Permit {
            nonce: rand::random::<[u8; 16]>().to_vec(),
            audience: approved.audience().to_owned(),
            principal: approved.principal().to_owned(),
            organisation: of.organisation.clone(),
            project: approved.project().to_owned(),
            purpose: of.purpose.to_string(),
            dataset: approved.dataset().to_owned(),
            operation: operation.to_owned(),
            profile: terms.profile.clone(),
            question_digest: asked
                .digest(approved.project(), approved.dataset(), operation)
                .to_vec(),
            budget_limit: terms.query_budget,
            policy_digest: approved.policy_digest().to_vec(),
            rules: terms.rules.clone(),
            issued_at_ms: now_ms,
            expires_at_ms: now_ms.saturating_add(lifetime_ms),
            tier: terms.tier.to_string(),
            columns: (terms.columns.clone()).unwrap_or_else(|| vec![ALL_COLUMNS.to_owned()]),
            embargo_months: terms.embargo_months.into(),
            data_use: Some(data_use(of)),
            language: approved.language().tag().to_owned(),
        }
        .encode_to_vec();
        let signature = self.key.sign(&signed_bytes(&permit));
        SignedPermit {
            permit,
            signature: signature.to_bytes().to_vec(),
        }
    }
}

/// What the consent of individuals is asked about, on the wire.
fn data_use(of: &sekisho_policies::DataUse) -> DataUse {
    let judged = of.judged.iter().map(|judged| Judged {
        code: judged.kind.to_string(),
        met: judged.met,
    });
    DataUse {
        country: of.country.clone(),
        // Without a basis nothing was approved.
        basis: of.basis.map(|basis| basis.to_string()).unwrap_or_default(),
        sector: of.sector.to_string(),
        sector_use: of.sector_use.to_string(),
        industry: of.industry,
        ethics: of.ethics,
        approved_on: of.approved_on.to_string(),
        holder_takes_part: of.holder_takes_part,
        judged: judged.collect(),
    }
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
