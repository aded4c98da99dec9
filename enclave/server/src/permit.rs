//! Permits as the enclave reads them: what is not signed by its gateway, meant
//! for it, for this question, now, is no permit.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context as _, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};
use prost::Message as _;
use sekisho_policies::{DataUse, Judged, Language, Operation, Sector, SectorUse, Tier};
use sekisho_proto::{
    enclave::v1::{Permit, SignedPermit},
    permit::{ALL_COLUMNS, Wording, signed_bytes},
};
use sekisho_runtime::status::{Failure, Reason};

/// The longest that a permit may be valid, and the most that the gateway's
/// clock may be ahead of ours.
const MAX_LIFETIME_MS: i64 = 60_000;
const MAX_SKEW_MS: i64 = 5_000;

/// A permit that was verified for one operation and question. Made by
/// [`Verifier::verify`] only.
#[derive(Debug)]
pub(crate) struct Verified {
    pub(crate) permit: Permit,
    pub(crate) nonce: [u8; 16],
    pub(crate) question_digest: [u8; 32],
    pub(crate) policy_digest: [u8; 32],
    pub(crate) tier: Tier,
    /// None for all.
    pub(crate) columns: Option<BTreeSet<String>>,
    pub(crate) embargo_months: u16,
    /// The day in it is when the project was approved: the holder's door has a
    /// clock of its own.
    pub(crate) data_use: DataUse,
    pub(crate) language: Language,
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

    /// Verifies a permit for an operation and what is asked. The nonce is left to
    /// the ledger, which remembers it.
    pub(crate) fn verify(
        &self,
        signed: Option<SignedPermit>,
        operation: Operation,
        asked: Wording<'_>,
        now_ms: i64,
    ) -> Result<Verified, Failure> {
        // One text for all: a forger learns nothing from it.
        self.read(signed, operation, asked, now_ms).ok_or_else(|| {
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
        asked: Wording<'_>,
        now_ms: i64,
    ) -> Option<Verified> {
        let signed = signed?;
        let signature = Signature::from_slice(&signed.signature).ok()?;
        self.key
            .verify_strict(&signed_bytes(&signed.permit), &signature)
            .ok()?;
        let permit = Permit::decode(signed.permit.as_slice()).ok()?;
        let question = asked.digest(&permit.project, &permit.dataset, operation.as_str());
        let lifetime = permit.expires_at_ms.checked_sub(permit.issued_at_ms)?;
        let valid = permit.audience == self.audience
            && permit.operation == operation.as_str()
            && permit.question_digest == question
            && (0..=MAX_LIFETIME_MS).contains(&lifetime)
            && permit.issued_at_ms <= now_ms.checked_add(MAX_SKEW_MS)?
            && now_ms <= permit.expires_at_ms
            && !permit.principal.is_empty()
            && !permit.project.is_empty()
            && !permit.organisation.is_empty();
        valid.then_some(())?;
        Some(Verified {
            nonce: permit.nonce.as_slice().try_into().ok()?,
            question_digest: question,
            policy_digest: permit.policy_digest.as_slice().try_into().ok()?,
            tier: permit.tier.parse().ok()?,
            columns: columns(&permit)?,
            embargo_months: permit.embargo_months.try_into().ok()?,
            data_use: data_use(&permit)?,
            language: Language::of_tags(&permit.language).unwrap_or_default(),
            permit,
        })
    }
}

/// The columns that may be used: some of none for all, none for a permit that
/// names neither.
#[expect(clippy::option_option, reason = "all columns, or no permit")]
fn columns(permit: &Permit) -> Option<Option<BTreeSet<String>>> {
    match permit.columns.as_slice() {
        [] => None,
        [all] if all == ALL_COLUMNS => Some(None),
        named if named.iter().any(|name| name == ALL_COLUMNS) => None,
        named => Some(Some(named.iter().cloned().collect())),
    }
}

/// What the consent of individuals is asked about.
fn data_use(permit: &Permit) -> Option<DataUse> {
    let of = permit.data_use.as_ref()?;
    let judged = of.judged.iter().map(|judged| {
        Some(Judged {
            kind: judged.code.parse().ok()?,
            met: judged.met,
        })
    });
    let approved_on = of.approved_on.parse().ok()?;
    let (sector, sector_use) = (of.sector.parse().ok()?, of.sector_use.parse().ok()?);
    Some(DataUse {
        person: permit.principal.clone(),
        organisation: permit.organisation.clone(),
        country: of.country.clone(),
        basis: Some(of.basis.parse().ok()?),
        sector,
        project: permit.project.clone(),
        purpose: permit.purpose.parse().ok()?,
        sector_use,
        industry: of.industry || sector == Sector::Industry || sector_use == SectorUse::Commercial,
        ethics: of.ethics,
        approved_on,
        day: approved_on,
        holder_takes_part: of.holder_takes_part,
        judged: judged.collect::<Option<_>>()?,
    })
}

#[cfg(test)]
#[path = "permit/tests.rs"]
mod tests;
