//! Against the vectors of certificate-transparency-go and against ct-merkle.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use sha2_oracle::Sha256 as OracleSha256;

use super::*;

/// certificate-transparency-go, `testonly/reference_vectors.go`.
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const INCLUSION: [(u64, u64, &[&str]); 4] = [
    (
        0,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        &[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        3,
        &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    ),
    (
        1,
        5,
        &[
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
];
const CONSISTENCY: [(u64, u64, &[&str]); 4] = [
    (1, 1, &[]),
    (
        1,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        &[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        &[
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
];

fn hash(text: &str) -> Hash {
    hex::decode(text).unwrap().try_into().unwrap()
}

fn vector_tree() -> Tree {
    let mut tree = Tree::new();
    for leaf in LEAVES {
        tree.push(leaf_hash(&hex::decode(leaf).unwrap()));
    }
    tree
}

#[test]
fn the_public_vectors_give_their_roots() {
    assert_eq!(
        hex::encode(Tree::new().root()),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    let mut tree = Tree::new();
    for (leaf, root) in LEAVES.iter().zip(ROOTS) {
        tree.push(leaf_hash(&hex::decode(leaf).unwrap()));
        assert_eq!(hex::encode(tree.root()), root);
    }
    for (size, root) in (1..).zip(ROOTS) {
        assert_eq!(tree.root_at(size), Some(hash(root)));
    }
    assert_eq!(tree.root_at(9), None);
}

#[test]
fn the_public_vectors_give_their_proofs() {
    let tree = vector_tree();
    for (index, size, proof) in INCLUSION {
        let proof: Vec<Hash> = proof.iter().map(|text| hash(text)).collect();
        assert_eq!(tree.prove(index, size), Some(proof.clone()));
        let leaf = leaf_hash(&hex::decode(LEAVES[index as usize]).unwrap());
        let root = hash(ROOTS[size as usize - 1]);
        verify_inclusion(&leaf, index, size, &proof, &root).unwrap();
    }
    for (old, new, proof) in CONSISTENCY {
        let proof: Vec<Hash> = proof.iter().map(|text| hash(text)).collect();
        assert_eq!(tree.prove_consistency(old, new), Some(proof.clone()));
        let (before, after) = (hash(ROOTS[old as usize - 1]), hash(ROOTS[new as usize - 1]));
        verify_consistency(old, &before, new, &after, &proof).unwrap();
    }
}

#[test]
fn what_lies_outside_the_tree_has_no_proof() {
    let tree = vector_tree();
    assert_eq!(tree.prove(8, 8), None);
    assert_eq!(tree.prove(0, 9), None);
    assert_eq!(tree.prove_consistency(0, 8), None);
    assert_eq!(tree.prove_consistency(3, 2), None);
    assert_eq!(tree.prove_consistency(3, 9), None);
    let root = tree.root();
    assert_eq!(
        verify_inclusion(&root, 8, 8, &[], &root),
        Err(ProofError::Outside)
    );
    assert_eq!(
        verify_consistency(0, &root, 8, &root, &[]),
        Err(ProofError::Outside)
    );
}

#[test]
fn a_node_does_not_pass_for_a_leaf() {
    let (left, right) = ([1; 32], [2; 32]);
    let joined = [left, right].concat();
    assert_ne!(leaf_hash(&joined), node_hash(&left, &right));
}

proptest! {
    #[test]
    fn trees_agree_with_ct_merkle(
        leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9), 1..70),
        chosen in any::<prop::sample::Index>(),
        older in any::<prop::sample::Index>(),
    ) {
        let mut ours = Tree::new();
        let mut oracle = MemoryBackedTree::<OracleSha256, Vec<u8>>::new();
        for leaf in &leaves {
            ours.push(leaf_hash(leaf));
            oracle.push(leaf.clone());
        }
        let size = leaves.len();
        prop_assert_eq!(ours.root().to_vec(), oracle.root().as_bytes().to_vec());

        let index = chosen.index(size);
        let proof = ours.prove(index as u64, size as u64).unwrap();
        let expected = oracle.prove_inclusion(index);
        prop_assert_eq!(proof.concat(), expected.as_bytes());

        let old = older.index(size) + 1;
        let proof = ours.prove_consistency(old as u64, size as u64).unwrap();
        let expected = oracle.prove_consistency(size - old);
        prop_assert_eq!(proof.concat(), expected.as_bytes());
    }

    #[test]
    fn proofs_hold_for_their_place_and_no_other(
        size in 1_u64..200,
        chosen in any::<prop::sample::Index>(),
        older in any::<prop::sample::Index>(),
        wrong in any::<prop::sample::Index>(),
    ) {
        let mut tree = Tree::new();
        for n in 0..size {
            tree.push(leaf_hash(&n.to_be_bytes()));
        }
        let index = chosen.index(size as usize) as u64;
        let leaf = leaf_hash(&index.to_be_bytes());
        let root = tree.root();
        let mut proof = tree.prove(index, size).unwrap();
        prop_assert_eq!(verify_inclusion(&leaf, index, size, &proof, &root), Ok(()));
        for other in 0..size {
            let holds = verify_inclusion(&leaf, other, size, &proof, &root).is_ok();
            prop_assert_eq!(holds, other == index);
        }

        let old = older.index(size as usize) as u64 + 1;
        let old_root = tree.root_at(old).unwrap();
        let mut consistency = tree.prove_consistency(old, size).unwrap();
        prop_assert_eq!(
            verify_consistency(old, &old_root, size, &root, &consistency), Ok(())
        );

        if !proof.is_empty() {
            let at = wrong.index(proof.len());
            proof[at][0] ^= 1;
            prop_assert!(verify_inclusion(&leaf, index, size, &proof, &root).is_err());
            proof[at][0] ^= 1;
        }
        proof.push([0; 32]);
        prop_assert!(verify_inclusion(&leaf, index, size, &proof, &root).is_err());
        if !consistency.is_empty() {
            let at = wrong.index(consistency.len());
            consistency[at][0] ^= 1;
            prop_assert!(verify_consistency(old, &old_root, size, &root, &consistency).is_err());
            consistency.pop();
            prop_assert!(verify_consistency(old, &old_root, size, &root, &consistency).is_err());
        }
    }
}
