//! Which permits are none.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use ed25519_dalek::{Signer as _, SigningKey};

use sekisho_policies::Kind;
use sekisho_proto::enclave::v1 as wire;

use super::*;

const NOW: i64 = 1_800_000_000_000;

fn gateway() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn verifier() -> Verifier {
    Verifier {
        key: gateway().verifying_key(),
        audience: "spiffe://c/enclaves/east".into(),
    }
}

fn permit() -> Permit {
    Permit {
        nonce: vec![1; 16],
        audience: "spiffe://c/enclaves/east".into(),
        principal: "spiffe://c/people/a".into(),
        organisation: "o".into(),
        project: "P-0001".into(),
        purpose: "disease:MONDO:0004992".into(),
        dataset: "d".into(),
        operation: "query".into(),
        profile: "standard".into(),
        question_digest: Wording::Sql("SELECT 1")
            .digest("P-0001", "d", "query")
            .to_vec(),
        budget_limit: 5,
        policy_digest: vec![2; 32],
        rules: vec![],
        issued_at_ms: NOW,
        expires_at_ms: NOW + 30_000,
        tier: "detailed".into(),
        columns: vec!["sex".into(), "individuals.age".into()],
        embargo_months: 18,
        data_use: Some(wire::DataUse {
            country: "DE".into(),
            basis: "adequate".into(),
            sector: "industry".into(),
            sector_use: "commercial".into(),
            industry: true,
            ethics: true,
            approved_on: "2026-04-01".into(),
            holder_takes_part: false,
            judged: vec![wire::Judged {
                code: "RS".into(),
                met: true,
            }],
        }),
        language: "ja".into(),
    }
}

fn data_use(permit: &mut Permit) -> &mut wire::DataUse {
    permit.data_use.as_mut().unwrap()
}

fn sign(permit: &Permit, key: &SigningKey) -> Option<SignedPermit> {
    let permit = permit.encode_to_vec();
    let signature = key.sign(&signed_bytes(&permit)).to_bytes().to_vec();
    Some(SignedPermit { permit, signature })
}

fn accepted(signed: Option<SignedPermit>, now_ms: i64) -> bool {
    verifier()
        .verify(signed, Operation::Query, Wording::Sql("SELECT 1"), now_ms)
        .is_ok()
}

#[test]
fn a_permit_of_the_gateway_for_this_question_is_accepted() {
    assert!(accepted(sign(&permit(), &gateway()), NOW));
    assert!(accepted(sign(&permit(), &gateway()), NOW + 30_000));
}

/// A permit for a query is none for an analysis that reads the same, nor the other
/// way round.
#[test]
fn a_query_is_no_analysis() {
    let text = "frequencies(region=\"1\", where=\"\", by=[])";
    let both = [Wording::Sql(text), Wording::Analysis(text)];
    for bound in both {
        for asked in both {
            let mut permit = permit();
            permit.question_digest = bound.digest("P-0001", "d", "query").to_vec();
            let signed = sign(&permit, &gateway());
            let verified = verifier().verify(signed, Operation::Query, asked, NOW);
            assert_eq!(verified.is_ok(), bound == asked, "{bound:?} {asked:?}");
        }
    }
}

#[test]
fn what_it_permits_is_read() {
    let verified = verifier()
        .verify(
            sign(&permit(), &gateway()),
            Operation::Query,
            Wording::Sql("SELECT 1"),
            NOW,
        )
        .unwrap();
    assert_eq!(verified.tier, Tier::Detailed);
    let columns = verified.columns.unwrap();
    assert!(columns.iter().eq(["individuals.age", "sex"]));
    assert_eq!(verified.embargo_months, 18);
    assert_eq!(verified.language, Language::Japanese);
    let of = verified.data_use;
    assert_eq!((of.country.as_str(), of.organisation.as_str()), ("DE", "o"));
    assert!(of.industry && of.ethics && !of.holder_takes_part);
    assert_eq!(
        of.judged,
        [Judged {
            kind: Kind::Rs,
            met: true
        }]
    );
    let mut all = permit();
    all.columns = vec![ALL_COLUMNS.into()];
    all.language = "tlh".into();
    let verified = verifier()
        .verify(
            sign(&all, &gateway()),
            Operation::Query,
            Wording::Sql("SELECT 1"),
            NOW,
        )
        .unwrap();
    assert_eq!(verified.columns, None);
    assert_eq!(verified.language, Language::English);
}

#[test]
fn anything_else_is_refused_with_the_same_text() {
    type Change = fn(&mut Permit);
    let altered: Vec<(&str, Change)> = vec![
        ("audience", |permit| {
            permit.audience = "spiffe://c/enclaves/west".into()
        }),
        ("operation", |permit| permit.operation = "check".into()),
        ("question", |permit| permit.question_digest[0] ^= 1),
        ("dataset", |permit| permit.dataset = "e".into()),
        ("project", |permit| permit.project = "P-0002".into()),
        ("expired", |permit| permit.expires_at_ms = NOW - 1),
        ("lifetime", |permit| {
            permit.expires_at_ms = NOW + MAX_LIFETIME_MS + 1
        }),
        ("future", |permit| {
            permit.issued_at_ms = NOW + MAX_SKEW_MS + 1;
            permit.expires_at_ms = NOW + MAX_SKEW_MS + 2;
        }),
        ("backwards", |permit| permit.issued_at_ms = NOW + 60_000),
        ("nonce", |permit| permit.nonce.truncate(15)),
        ("digest", |permit| permit.policy_digest.clear()),
        ("nobody", |permit| permit.principal.clear()),
        ("no tier", |permit| permit.tier.clear()),
        ("a deeper tier", |permit| permit.tier = "deepest".into()),
        ("no columns", |permit| permit.columns.clear()),
        ("all columns and some", |permit| {
            permit.columns.push(ALL_COLUMNS.into())
        }),
        ("embargo", |permit| permit.embargo_months = 1 << 16),
        ("purpose", |permit| permit.purpose = "insurance-ish".into()),
        ("no use", |permit| permit.data_use = None),
        ("basis", |permit| data_use(permit).basis = "none".into()),
        ("sector", |permit| data_use(permit).sector.clear()),
        ("sector's use", |permit| data_use(permit).sector_use.clear()),
        ("approval", |permit| {
            data_use(permit).approved_on = "2026-02-30".into()
        }),
        ("judgement", |permit| {
            data_use(permit).judged[0].code = "XX".into()
        }),
    ];
    for (what, alter) in altered {
        let mut permit = permit();
        alter(&mut permit);
        assert!(!accepted(sign(&permit, &gateway()), NOW), "{what}");
    }
    assert!(!accepted(None, NOW), "no permit");
    assert!(
        !accepted(sign(&permit(), &SigningKey::from_bytes(&[8; 32])), NOW),
        "another's key"
    );
    assert!(!accepted(
        Some(SignedPermit {
            permit: permit().encode_to_vec(),
            signature: vec![]
        }),
        NOW
    ));
    let error = verifier()
        .verify(None, Operation::Query, Wording::Nothing, NOW)
        .unwrap_err();
    assert_eq!(error.reason, Reason::Unauthenticated);
}

#[test]
fn no_bit_of_a_signed_permit_can_be_flipped() {
    let signed = sign(&permit(), &gateway()).unwrap();
    for bit in 0..signed.permit.len() * 8 {
        let mut altered = signed.clone();
        altered.permit[bit / 8] ^= 1 << (bit % 8);
        assert!(!accepted(Some(altered), NOW), "bit {bit} of the permit");
    }
    for bit in 0..signed.signature.len() * 8 {
        let mut altered = signed.clone();
        altered.signature[bit / 8] ^= 1 << (bit % 8);
        assert!(!accepted(Some(altered), NOW), "bit {bit} of the signature");
    }
}
