//! Receipts as a ledger makes them, and every way to alter one byte of them.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;

use super::*;
use crate::hexadecimal::Hex;
use crate::key::SigningKey;
use crate::leaf::{Charge, Policy, Release};
use crate::merkle::Tree;

/// The example of `FORMAT.md`: leaf 2 of 5, signed with the seed of 32 times
/// 0x07 under the origin `sekisho/example`.
fn example() -> (Receipt, SigningKey) {
    let key = SigningKey::from_seed("sekisho/example", &[7; 32]).unwrap();
    let policy = |sequence| {
        Leaf::Policy(Policy {
            sequence,
            at_ms: 1_767_225_600_000 + sequence as i64,
            policy_digest: Hex([sequence as u8; 32]),
        })
    };
    let charge = Charge {
        sequence: 1,
        at_ms: 1_767_225_600_001,
        principal: Hex([0x11; 32]),
        project: "P-0001".to_owned(),
        purpose: "cancer research".to_owned(),
        operation: "query".to_owned(),
        question_digest: Hex([0x22; 32]),
        canonical_digest: Hex([0x33; 32]),
        dataset: "demo-cancer".to_owned(),
        snapshot: "44".repeat(32),
        policy_digest: Hex([0; 32]),
        holder_policy_digest: None,
        rules: vec!["researchers-may-query".to_owned()],
        profile: "standard".to_owned(),
        nonce: Hex([0x55; 16]),
        nonce_expires_at_ms: 1_767_225_900_000,
        charge: 1,
        limit: 100,
        spent_before: 0,
        spent_after: 1,
        meters: Vec::new(),
        trace_id: "0af7651916cd43dd8448eb211c80319c".to_owned(),
    };
    let release = Release {
        sequence: 2,
        at_ms: 1_767_225_600_002,
        charge_sequence: 1,
        principal: charge.principal,
        project: charge.project.clone(),
        purpose: charge.purpose.clone(),
        operation: charge.operation.clone(),
        question_digest: charge.question_digest,
        canonical_digest: charge.canonical_digest,
        dataset: charge.dataset.clone(),
        snapshot: charge.snapshot.clone(),
        policy_digest: charge.policy_digest,
        holder_policy_digest: None,
        rules: charge.rules.clone(),
        profile: charge.profile.clone(),
        parameters: BTreeMap::from([
            ("rounding_base".to_owned(), "5".to_owned()),
            ("threshold".to_owned(), "10".to_owned()),
        ]),
        cohort_size_class: "1000-9999".to_owned(),
        cells_released: 7,
        cells_suppressed: 2,
        charge: charge.charge,
        limit: charge.limit,
        spent_before: charge.spent_before,
        spent_after: charge.spent_after,
        answer_digest: Hex([0x66; 32]),
        trace_id: charge.trace_id.clone(),
    };
    let leaves = [
        policy(0),
        Leaf::Charge(charge),
        Leaf::Release(release),
        policy(3),
        policy(4),
    ];
    let mut tree = Tree::new();
    for leaf in &leaves {
        tree.push(merkle::leaf_hash(&leaf.to_bytes().unwrap()));
    }
    let checkpoint = Checkpoint {
        origin: key.verifier().origin().to_owned(),
        size: 5,
        root: tree.root(),
    };
    let receipt = Receipt {
        leaf: leaves[2].to_bytes().unwrap(),
        leaf_index: 2,
        tree_size: 5,
        inclusion_proof: tree.prove(2, 5).unwrap(),
        checkpoint: checkpoint.sign(&key),
    };
    (receipt, key)
}

#[test]
fn a_receipt_verifies_and_gives_its_leaf() {
    let (receipt, key) = example();
    let leaf = receipt.verify(&[key.verifier().clone()]).unwrap();
    assert_eq!(leaf.sequence(), 2);
    assert_eq!(leaf.project(), Some("P-0001"));
    assert_eq!(leaf.to_bytes().unwrap(), receipt.leaf);
    assert_eq!(Receipt::from_json(&receipt.to_json()).unwrap(), receipt);
}

#[test]
fn the_example_in_the_format_description_is_this_one() {
    let (receipt, key) = example();
    let page = include_str!("../../FORMAT.md");
    for expected in [receipt.to_json(), key.verifier().to_string()] {
        assert!(
            page.lines().any(|line| line == expected),
            "FORMAT.md lacks this line:\n{expected}"
        );
    }
}

#[test]
fn every_altered_bit_of_a_receipt_is_detected() {
    let (receipt, key) = example();
    let trust = [key.verifier().clone()];
    let json = receipt.to_json();
    let mut tried = 0;
    for at in 0..json.len() {
        for bit in 0..8 {
            let mut bytes = json.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            let Ok(altered) = String::from_utf8(bytes) else {
                continue;
            };
            if let Ok(parsed) = Receipt::from_json(&altered) {
                tried += 1;
                assert!(
                    parsed == receipt || parsed.verify(&trust).is_err(),
                    "byte {at}, bit {bit}: {altered}"
                );
            }
        }
    }
    assert!(tried > json.len(), "hardly any alteration was even parsed");
}

#[test]
fn a_receipt_against_other_keys_is_refused() {
    let (receipt, _) = example();
    let other = SigningKey::from_seed("sekisho/example", &[8; 32]).unwrap();
    for trust in [vec![], vec![other.verifier().clone()]] {
        assert!(matches!(
            receipt.verify(&trust),
            Err(VerifyError::Checkpoint(CheckpointError::Note(_)))
        ));
    }
}

#[test]
fn a_receipt_with_another_size_proof_or_place_is_refused() {
    let (receipt, key) = example();
    let trust = [key.verifier().clone()];
    let altered = [
        Receipt {
            tree_size: 4,
            ..receipt.clone()
        },
        Receipt {
            leaf_index: 1,
            ..receipt.clone()
        },
        Receipt {
            inclusion_proof: vec![],
            ..receipt.clone()
        },
        Receipt {
            inclusion_proof: [receipt.inclusion_proof.clone(), vec![[0; 32]]].concat(),
            ..receipt.clone()
        },
    ];
    for receipt in altered {
        assert!(receipt.verify(&trust).is_err(), "{receipt:?}");
    }
}

#[test]
fn a_leaf_that_is_only_half_understood_is_refused() {
    let (_, key) = example();
    for leaf in [
        r#"{"kind":"policy","sequence":0,"at_ms":1,"policy_digest":"0000000000000000000000000000000000000000000000000000000000000000","more":1}"#,
        r#"{"kind":"pardon","sequence":0}"#,
        r#"{"kind":"policy","sequence":0,"at_ms":1,"policy_digest":"00"}"#,
        r#"{"kind":"policy","sequence":7,"at_ms":1,"policy_digest":"0000000000000000000000000000000000000000000000000000000000000000"}"#,
    ] {
        let checkpoint = Checkpoint {
            origin: key.verifier().origin().to_owned(),
            size: 1,
            root: merkle::leaf_hash(leaf.as_bytes()),
        };
        let receipt = Receipt {
            leaf: leaf.as_bytes().to_vec(),
            leaf_index: 0,
            tree_size: 1,
            inclusion_proof: vec![],
            checkpoint: checkpoint.sign(&key),
        };
        assert!(
            matches!(
                receipt.verify(&[key.verifier().clone()]),
                Err(VerifyError::Leaf(_) | VerifyError::Sequence { .. })
            ),
            "{leaf}"
        );
    }
}

#[test]
fn a_file_of_another_shape_is_not_a_receipt() {
    let (receipt, _) = example();
    let json = receipt.to_json();
    let proof = BASE64.encode(receipt.inclusion_proof[0]);
    for altered in [
        json.replace("sekisho-receipt/1", "sekisho-receipt/2"),
        json.replacen('{', "{\"note\":1,", 1),
        json.replacen('{', "{\"tree_size\":5,", 1),
        json.replace("\"tree_size\":5", "\"tree_size\":-5"),
        json.replace("\"leaf_index\":2,", ""),
        json.replace(&proof, proof.trim_end_matches('=')),
        json.replace(&proof, &BASE64.encode([0; 31])),
        json.replace(&proof, &format!("{proof} ")),
        format!("{json}x"),
    ] {
        assert!(Receipt::from_json(&altered).is_err(), "{altered}");
    }
}
