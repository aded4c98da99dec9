//! What a visit tells the ledger and what it gets back.

use std::collections::BTreeMap;

use sekisho_receipt::merkle::Hash;
use sekisho_receipt::{Charge, Hex, Receipt, Release};
use sha2::{Digest, Sha256};

/// A visit that is about to be charged. Times are milliseconds since
/// 1970-01-01T00:00:00Z, digests SHA-256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Now.
    pub at_ms: i64,
    /// The permit's single-use number.
    pub nonce: [u8; 16],
    /// When the permit ends.
    pub nonce_expires_at_ms: i64,
    /// The principal's name. Only its SHA-256 is written.
    pub principal: String,
    /// The project whose budget is charged.
    pub project: String,
    /// The approved purpose.
    pub purpose: String,
    /// What is asked for, for example `query`.
    pub operation: String,
    /// The question as it was sent.
    pub question_digest: Hash,
    /// The question in its canonical form.
    pub canonical_digest: Hash,
    /// The permitted cohort. It is not written.
    pub cohort_digest: Hash,
    /// The release profile with its parameters. It is not written.
    pub profile_digest: Hash,
    /// The dataset.
    pub dataset: String,
    /// The dataset's snapshot.
    pub snapshot: String,
    /// The consortium's policy files that decided.
    pub policy_digest: Hash,
    /// The holder's own files that decided.
    pub holder_policy_digest: Option<Hash>,
    /// The rules that decided.
    pub rules: Vec<String>,
    /// The release profile's name.
    pub profile: String,
    /// The trace, for the operator.
    pub trace_id: String,
    /// The visitor's name for this request. The same one for another question
    /// is refused; only a digest is written.
    pub idempotency_key: Option<String>,
    /// What the visit spends beside queries, charged together with them. The
    /// charge's leaf shows the amounts to the visitor, so they must not depend
    /// on the data; for those that do there is [`crate::Ledger::meter`].
    pub meters: Vec<Meter>,
}

/// What a visit spends from an account of its own name, such as
/// `rho/P-0001/demo` or, for all projects together, `rho//demo`. Amounts add up
/// and are never given back. Those of `rho/…` and `exposure/…` are in units of
/// 1e-9.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meter {
    /// The account.
    pub account: String,
    /// What is spent now.
    pub amount: u64,
    /// What the account may spend in all.
    pub limit: u64,
}

/// How a visit ended that releases an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Now.
    pub at_ms: i64,
    /// Figures released.
    pub cells_released: u64,
    /// Figures suppressed.
    pub cells_suppressed: u64,
    /// A class of sizes, never the size of the cohort.
    pub cohort_size_class: String,
    /// The profile's parameters, for example `threshold` and `rounding_base`.
    pub parameters: BTreeMap<String, String>,
}

/// What makes two questions the same question, so that the second is answered
/// with what the first was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerKey {
    /// The project. Answers are never shared between projects.
    pub project: String,
    /// The dataset.
    pub dataset: String,
    /// The dataset's snapshot.
    pub snapshot: String,
    /// The question in its canonical form.
    pub canonical_digest: Hash,
    /// The permitted cohort.
    pub cohort_digest: Hash,
    /// The release profile with its parameters.
    pub profile_digest: Hash,
}

/// A charge that is durable, and the right to commit one answer for it.
/// Dropping it is what a crash does: the charge stays.
#[derive(Debug)]
#[must_use = "commit or abandon what was reserved"]
pub struct Reserved {
    pub(crate) charge: Charge,
    pub(crate) answer_key: Hash,
}

/// A release that stands durably in the ledger, charge and all. Only the
/// ledger makes one, so whoever holds one may send the answer.
#[derive(Debug)]
pub struct Committed {
    pub(crate) receipt: Receipt,
    pub(crate) release: Release,
    pub(crate) spent: u64,
}

impl Visit {
    /// What the visit's answer will be found by.
    pub fn answer_key(&self) -> AnswerKey {
        AnswerKey {
            project: self.project.clone(),
            dataset: self.dataset.clone(),
            snapshot: self.snapshot.clone(),
            canonical_digest: self.canonical_digest,
            cohort_digest: self.cohort_digest,
            profile_digest: self.profile_digest,
        }
    }

    /// A digest of the project and its idempotency key; zeros without one.
    pub(crate) fn request_digest(&self) -> Hash {
        self.idempotency_key.as_ref().map_or([0; 32], |key| {
            digest(
                "sekisho-request/1",
                &[self.project.as_bytes(), key.as_bytes()],
            )
        })
    }
}

/// What an idempotency key stands for. Neither the snapshot nor the people are a part of it:
/// whoever asks again after somebody withdrew has asked the same.
pub(crate) fn question(dataset: &str, canonical_digest: &Hash) -> Hash {
    digest(
        "sekisho-question/1",
        &[dataset.as_bytes(), canonical_digest],
    )
}

impl AnswerKey {
    pub(crate) fn digest(&self) -> Hash {
        digest(
            "sekisho-answer/1",
            &[
                self.project.as_bytes(),
                self.dataset.as_bytes(),
                self.snapshot.as_bytes(),
                &self.canonical_digest,
                &self.cohort_digest,
                &self.profile_digest,
            ],
        )
    }
}

impl Reserved {
    /// The index of the charge's leaf.
    pub fn leaf_index(&self) -> u64 {
        self.charge.sequence
    }

    /// Charged so far, with this visit.
    pub fn spent(&self) -> u64 {
        self.charge.spent_after
    }

    /// The leaf of the answer that this charge paid for.
    pub(crate) fn release(self, outcome: Outcome, sequence: u64, answer_digest: Hash) -> Release {
        let charge = self.charge;
        Release {
            sequence,
            at_ms: outcome.at_ms,
            charge_sequence: charge.sequence,
            principal: charge.principal,
            project: charge.project,
            purpose: charge.purpose,
            operation: charge.operation,
            question_digest: charge.question_digest,
            canonical_digest: charge.canonical_digest,
            dataset: charge.dataset,
            snapshot: charge.snapshot,
            policy_digest: charge.policy_digest,
            holder_policy_digest: charge.holder_policy_digest,
            rules: charge.rules,
            profile: charge.profile,
            parameters: outcome.parameters,
            cohort_size_class: outcome.cohort_size_class,
            cells_released: outcome.cells_released,
            cells_suppressed: outcome.cells_suppressed,
            charge: charge.charge,
            limit: charge.limit,
            spent_before: charge.spent_before,
            spent_after: charge.spent_after,
            answer_digest: Hex(answer_digest),
            trace_id: charge.trace_id,
        }
    }
}

impl Committed {
    /// The proof that the release stands in the ledger.
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// The release's leaf.
    pub fn release(&self) -> &Release {
        &self.release
    }

    /// What the project has spent at this dataset by now.
    pub fn spent(&self) -> u64 {
        self.spent
    }

    /// The project's budget at this dataset when the release was charged.
    pub fn limit(&self) -> u64 {
        self.release.limit
    }

    /// The index of the release's leaf.
    pub fn leaf_index(&self) -> u64 {
        self.release.sequence
    }
}

/// SHA-256 over a domain and fields, each preceded by its length, so that no
/// two lists of fields give the same bytes.
pub(crate) fn digest(domain: &str, fields: &[&[u8]]) -> Hash {
    let mut sha = Sha256::new();
    sha.update(domain);
    for field in fields {
        sha.update((field.len() as u64).to_be_bytes());
        sha.update(field);
    }
    sha.finalize().into()
}
