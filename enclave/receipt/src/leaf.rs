//! What the ledger remembers, one JSON object a leaf. Never a cell's value and
//! never a literal of a query.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::hexadecimal::{Digest, Hex, Nonce};

/// A leaf. Its bytes are the JSON object as the ledger wrote it, with the
/// fields in the order in which they stand here; hash the bytes, never what was
/// parsed from them. Times are milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Leaf {
    /// A budget was charged, before any data were read.
    Charge(Charge),
    /// An answer was released.
    Release(Release),
    /// An open visit spent from further accounts.
    Metering(Metering),
    /// A charged visit ended without an answer. Its charge stays.
    Abandon(Abandon),
    /// Other policy files of the consortium came into force.
    Policy(Policy),
    /// Other policy files of the data holder came into force.
    #[serde(rename = "holder-policy")]
    HolderPolicy(Policy),
    /// The consent of individuals changed.
    Consent(Consent),
}

/// A charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charge {
    /// The leaf's index.
    pub sequence: u64,
    /// When the visit was admitted.
    pub at_ms: i64,
    /// SHA-256 of the principal's name.
    pub principal: Digest,
    /// The project whose budget is charged.
    pub project: String,
    /// The approved purpose.
    pub purpose: String,
    /// What was asked for, for example `query`.
    pub operation: String,
    /// SHA-256 of the question as it was sent.
    pub question_digest: Digest,
    /// SHA-256 of the question in its canonical form.
    pub canonical_digest: Digest,
    /// The dataset.
    pub dataset: String,
    /// The dataset's snapshot.
    pub snapshot: String,
    /// SHA-256 of the consortium's policy files that decided.
    pub policy_digest: Digest,
    /// SHA-256 of the holder's own files that decided. Left out in leaves from before holders had
    /// any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder_policy_digest: Option<Digest>,
    /// The rules that decided.
    pub rules: Vec<String>,
    /// The release profile.
    pub profile: String,
    /// The permit's single-use number.
    pub nonce: Nonce,
    /// When the permit ends.
    pub nonce_expires_at_ms: i64,
    /// What this visit costs.
    pub charge: u64,
    /// The project's budget at this dataset.
    pub limit: u64,
    /// Charged before this visit.
    pub spent_before: u64,
    /// Charged with this visit.
    pub spent_after: u64,
    /// What the visit spends beside queries. Left out where there is none, as in
    /// every leaf that is older than meters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub meters: Vec<Metered>,
    /// The trace, for the operator.
    pub trace_id: String,
}

/// What was spent from one account. Amounts of `rho/…` and `exposure/…` are in
/// units of 1e-9.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metered {
    /// The account, for example `rho/P-0001/demo-cancer` or, for all projects
    /// together, `rho//demo-cancer`.
    pub account: String,
    /// Spent now. It is never given back.
    pub amount: u64,
    /// What the account may spend in all.
    pub limit: u64,
    /// Spent before.
    pub spent_before: u64,
    /// Spent with this amount.
    pub spent_after: u64,
}

/// What an open visit spent once its cohort was known. Amounts may tell of the
/// cohort, so no visitor is given a receipt of this leaf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metering {
    /// The leaf's index.
    pub sequence: u64,
    /// The index of the charge's leaf.
    pub charge_sequence: u64,
    /// The project.
    pub project: String,
    /// The dataset.
    pub dataset: String,
    /// What was spent.
    pub meters: Vec<Metered>,
    /// Random. The leaf's hash stands in the proofs of its neighbours; without
    /// this the amounts could be found from it by trying.
    pub blind: Hex<32>,
}

/// A release. It repeats what its charge says, so that a receipt stands alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// The leaf's index.
    pub sequence: u64,
    /// When the answer was released.
    pub at_ms: i64,
    /// The index of the charge's leaf.
    pub charge_sequence: u64,
    /// SHA-256 of the principal's name.
    pub principal: Digest,
    /// The project.
    pub project: String,
    /// The approved purpose.
    pub purpose: String,
    /// What was asked for, for example `query`.
    pub operation: String,
    /// SHA-256 of the question as it was sent.
    pub question_digest: Digest,
    /// SHA-256 of the question in its canonical form.
    pub canonical_digest: Digest,
    /// The dataset.
    pub dataset: String,
    /// The dataset's snapshot.
    pub snapshot: String,
    /// SHA-256 of the consortium's policy files that decided.
    pub policy_digest: Digest,
    /// SHA-256 of the holder's own files that decided. Left out in leaves from before holders had
    /// any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder_policy_digest: Option<Digest>,
    /// The rules that decided.
    pub rules: Vec<String>,
    /// The release profile.
    pub profile: String,
    /// The profile's parameters, for example `threshold` and `rounding_base`.
    pub parameters: BTreeMap<String, String>,
    /// A class of sizes, never the size of the cohort.
    pub cohort_size_class: String,
    /// Figures released.
    pub cells_released: u64,
    /// Figures suppressed.
    pub cells_suppressed: u64,
    /// What the visit cost.
    pub charge: u64,
    /// The project's budget at this dataset when it was charged.
    pub limit: u64,
    /// Charged before this visit.
    pub spent_before: u64,
    /// Charged with this visit.
    pub spent_after: u64,
    /// A digest of the sealed answer as it stands in the journal, and of all
    /// that stands sealed there before it.
    pub answer_digest: Digest,
    /// The trace, for the operator.
    pub trace_id: String,
}

/// The end of a visit that released nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Abandon {
    /// The leaf's index.
    pub sequence: u64,
    /// The index of the charge's leaf.
    pub charge_sequence: u64,
    /// The project.
    pub project: String,
    /// The dataset.
    pub dataset: String,
}

/// Policy files that came into force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The leaf's index.
    pub sequence: u64,
    /// When they came into force.
    pub at_ms: i64,
    /// SHA-256 of the policy files.
    pub policy_digest: Digest,
}

/// A change of consent: who it is about stands sealed beside the leaf, which vouches for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// The leaf's index.
    pub sequence: u64,
    /// When it came into force.
    pub at_ms: i64,
    /// The dataset.
    pub dataset: String,
    /// What happened: `import`, `withdraw` or `reinstate`.
    pub event: String,
    /// SHA-256 of the sealed record.
    pub record_digest: Digest,
}

/// A leaf that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the leaf is not a leaf of this version: {0}")]
pub struct LeafError(#[from] serde_json::Error);

impl Leaf {
    /// The bytes to hash and to store.
    pub fn to_bytes(&self) -> Result<Vec<u8>, LeafError> {
        Ok(serde_json::to_vec(self)?)
    }

    /// Reads a leaf. Unknown kinds and unknown fields are refused: a leaf that
    /// is only half understood is not verified.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LeafError> {
        Ok(serde_json::from_slice(bytes)?)
    }

    /// The leaf's index.
    pub fn sequence(&self) -> u64 {
        match self {
            Self::Charge(leaf) => leaf.sequence,
            Self::Release(leaf) => leaf.sequence,
            Self::Metering(leaf) => leaf.sequence,
            Self::Abandon(leaf) => leaf.sequence,
            Self::Policy(leaf) | Self::HolderPolicy(leaf) => leaf.sequence,
            Self::Consent(leaf) => leaf.sequence,
        }
    }

    /// The project that the leaf is about.
    pub fn project(&self) -> Option<&str> {
        self.account().map(|(project, _)| project)
    }

    /// The project and the dataset that the leaf is about, if it is about any.
    pub fn account(&self) -> Option<(&str, &str)> {
        match self {
            Self::Charge(leaf) => Some((&leaf.project, &leaf.dataset)),
            Self::Release(leaf) => Some((&leaf.project, &leaf.dataset)),
            Self::Metering(leaf) => Some((&leaf.project, &leaf.dataset)),
            Self::Abandon(leaf) => Some((&leaf.project, &leaf.dataset)),
            Self::Policy(_) | Self::HolderPolicy(_) | Self::Consent(_) => None,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use super::*;

    /// As ledgers wrote it before there were meters.
    const OLD: &str = concat!(
        r#"{"kind":"charge","sequence":0,"at_ms":5,"#,
        r#""principal":"1111111111111111111111111111111111111111111111111111111111111111","#,
        r#""project":"P-0001","purpose":"research","operation":"query","#,
        r#""question_digest":"2222222222222222222222222222222222222222222222222222222222222222","#,
        r#""canonical_digest":"3333333333333333333333333333333333333333333333333333333333333333","#,
        r#""dataset":"demo","snapshot":"s","#,
        r#""policy_digest":"4444444444444444444444444444444444444444444444444444444444444444","#,
        r#""rules":[],"profile":"standard","nonce":"55555555555555555555555555555555","#,
        r#""nonce_expires_at_ms":9,"charge":1,"limit":100,"spent_before":0,"spent_after":1,"#,
        r#""trace_id":""}"#,
    );

    fn metered() -> Metered {
        Metered {
            account: "rho//demo".to_owned(),
            amount: 5,
            limit: 10,
            spent_before: 2,
            spent_after: 7,
        }
    }

    #[test]
    fn a_charge_from_before_meters_is_read_and_written_as_it_was() {
        let leaf = Leaf::from_bytes(OLD.as_bytes()).unwrap();
        assert_eq!(leaf.to_bytes().unwrap(), OLD.as_bytes());
        let Leaf::Charge(charge) = leaf else {
            panic!("not a charge");
        };
        assert!(charge.meters.is_empty());
    }

    #[test]
    fn meters_stand_in_their_leaves_and_nothing_unknown_beside_them() {
        let Leaf::Charge(charge) = Leaf::from_bytes(OLD.as_bytes()).unwrap() else {
            panic!("not a charge");
        };
        let leaves = [
            Leaf::Charge(Charge {
                meters: vec![metered()],
                ..charge
            }),
            Leaf::Metering(Metering {
                sequence: 1,
                charge_sequence: 0,
                project: "P-0001".to_owned(),
                dataset: "demo".to_owned(),
                meters: vec![metered()],
                blind: Hex([6; 32]),
            }),
        ];
        for leaf in leaves {
            let text = String::from_utf8(leaf.to_bytes().unwrap()).unwrap();
            assert!(text.contains(
                r#""meters":[{"account":"rho//demo","amount":5,"limit":10,"spent_before":2,"spent_after":7}]"#
            ));
            assert_eq!(Leaf::from_bytes(text.as_bytes()).unwrap(), leaf);
            for altered in [
                text.replace(r#""amount":5"#, r#""amount":5,"more":1"#),
                text.replace(r#""amount":5"#, r#""amount":-5"#),
                text.replace(r#""amount":5,"#, ""),
            ] {
                assert!(Leaf::from_bytes(altered.as_bytes()).is_err(), "{altered}");
            }
        }
    }
}
