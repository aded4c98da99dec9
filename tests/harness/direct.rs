//! Calls to an enclave with the gateway's certificate: for those who forge.

use std::{
    fs,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer as _, SigningKey};
use prost::Message as _;
use sekisho_proto::{
    enclave::v1::{
        CheckRequest, DataUse, Permit, QueryRequest, SignedPermit,
        enclave_service_client::EnclaveServiceClient,
    },
    permit::{ALL_COLUMNS, question_digest, signed_bytes},
    v1::{CheckResult, QueryResponse},
};
use sekisho_runtime::status::Failure;
use tonic::{Status, transport::Channel};

use crate::Site;

/// A channel to an enclave, and the key that signs permits.
#[derive(Debug)]
pub struct Direct {
    client: EnclaveServiceClient<Channel>,
    site: Site,
    key: SigningKey,
}

impl Direct {
    pub(crate) fn new(channel: Channel, site: Site, key: &Path) -> Self {
        let seed = STANDARD.decode(fs::read_to_string(key).unwrap().trim());
        let seed: [u8; 32] = seed.unwrap().try_into().unwrap();
        Self {
            client: EnclaveServiceClient::new(channel),
            site,
            key: SigningKey::from_bytes(&seed),
        }
    }

    /// The same channel with a permit key that nobody trusts.
    #[must_use]
    pub fn with_own_key(mut self) -> Self {
        self.key = SigningKey::from_bytes(&[7; 32]);
        self
    }

    /// A permit as the gateway would write it for aiko-tanaka and P-0001.
    pub fn permit(&self, operation: &str, sql: &str) -> Permit {
        let dataset = self.site.dataset();
        let now = now_ms();
        Permit {
            nonce: rand::random::<[u8; 16]>().to_vec(),
            audience: self.site.id(),
            principal: "spiffe://consortium.example/people/aiko-tanaka".to_owned(),
            organisation: "midori-institute".to_owned(),
            project: "P-0001".to_owned(),
            purpose: "disease:MONDO:0004992".to_owned(),
            dataset: dataset.to_owned(),
            operation: operation.to_owned(),
            profile: "standard".to_owned(),
            question_digest: question_digest("P-0001", dataset, operation, sql).to_vec(),
            budget_limit: 10_000,
            policy_digest: vec![5; 32],
            rules: vec!["grant".to_owned()],
            issued_at_ms: now,
            expires_at_ms: now + 30_000,
            tier: "detailed".to_owned(),
            columns: vec![ALL_COLUMNS.to_owned()],
            embargo_months: 0,
            data_use: Some(DataUse {
                country: "JP".to_owned(),
                basis: "domestic".to_owned(),
                sector: "academia".to_owned(),
                sector_use: "non-commercial".to_owned(),
                ethics: true,
                approved_on: "2026-04-01".to_owned(),
                ..DataUse::default()
            }),
            language: String::new(),
        }
    }

    /// Signs a permit.
    pub fn sign(&self, permit: &Permit) -> SignedPermit {
        let permit = permit.encode_to_vec();
        let signature = self.key.sign(&signed_bytes(&permit));
        SignedPermit {
            permit,
            signature: signature.to_bytes().to_vec(),
        }
    }

    /// Has a query judged.
    ///
    /// # Errors
    ///
    /// What the enclave says instead.
    pub async fn check(&self, permit: SignedPermit, sql: &str) -> Result<CheckResult, Failure> {
        let request = CheckRequest {
            permit: Some(permit),
            sql: sql.to_owned(),
        };
        let answer = self.client.clone().check(request).await;
        answer
            .map(tonic::Response::into_inner)
            .map_err(|status| read(&status))
    }

    /// Asks a query.
    ///
    /// # Errors
    ///
    /// What the enclave says instead.
    pub async fn query(
        &self,
        permit: SignedPermit,
        sql: &str,
    ) -> Result<Vec<QueryResponse>, Failure> {
        let request = QueryRequest {
            permit: Some(permit),
            sql: sql.to_owned(),
            idempotency_key: String::new(),
            operation: false,
        };
        let answer = self.client.clone().query(request).await;
        let mut stream = answer.map_err(|status| read(&status))?.into_inner();
        let mut parts = Vec::new();
        while let Some(part) = stream.message().await.map_err(|status| read(&status))? {
            parts.push(part);
        }
        Ok(parts)
    }
}

fn read(status: &Status) -> Failure {
    Failure::from_status(status).unwrap_or_else(|| panic!("not the enclave's word: {status}"))
}

fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_millis()).unwrap()
}
