//! The Merkle tree of RFC 6962 §2.1 over SHA-256: leaves are hashed with the
//! prefix 0x00, nodes with 0x01, so that neither passes for the other.

mod verify;

#[cfg(test)]
mod tests;

use sha2::{Digest, Sha256};

pub use verify::{ProofError, verify_consistency, verify_inclusion};

/// A SHA-256 of a leaf or of a node.
pub type Hash = [u8; 32];

/// The hash of a leaf: SHA-256 of 0x00 and its bytes.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    let mut sha = Sha256::new();
    sha.update([0]);
    sha.update(leaf);
    sha.finalize().into()
}

/// The hash of a node: SHA-256 of 0x01 and its two children.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut sha = Sha256::new();
    sha.update([1]);
    sha.update(left);
    sha.update(right);
    sha.finalize().into()
}

/// The root of a tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// An append-only tree in memory, 64 bytes a leaf. A push takes constant time
/// on average; roots and proofs, of any earlier size too, O(log² n).
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// `levels[k][i]` covers the leaves `i * 2^k .. (i + 1) * 2^k`: complete
    /// subtrees only, which never change once they exist.
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    /// A tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of leaves.
    pub fn len(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// Whether there are no leaves.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends a leaf's hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for level in &mut self.levels {
            level.push(hash);
            match level.as_slice() {
                [.., left, right] if level.len() % 2 == 0 => hash = node_hash(left, right),
                _ => return,
            }
        }
        self.levels.push(vec![hash]);
    }

    /// The root over all leaves.
    pub fn root(&self) -> Hash {
        self.range(0, self.len()).unwrap_or_else(empty_root)
    }

    /// The root as it was at `size` leaves; none if there are fewer.
    pub fn root_at(&self, size: u64) -> Option<Hash> {
        match size {
            0 => Some(empty_root()),
            size if size > self.len() => None,
            size => self.range(0, size),
        }
    }

    /// The inclusion proof of the leaf `index` in the tree of the first `size`
    /// leaves (RFC 6962 §2.1.1), from the leaf upwards; none unless
    /// `index < size <= len`.
    pub fn prove(&self, index: u64, size: u64) -> Option<Vec<Hash>> {
        if index >= size || size > self.len() {
            return None;
        }
        let (mut start, mut end) = (0, size);
        let mut proof = Vec::new();
        while end - start > 1 {
            let middle = start + left_width(end - start);
            if index < middle {
                proof.push(self.range(middle, end)?);
                end = middle;
            } else {
                proof.push(self.range(start, middle)?);
                start = middle;
            }
        }
        proof.reverse();
        Some(proof)
    }

    /// The proof that the tree of the first `old` leaves is a prefix of the
    /// tree of the first `new` (RFC 6962 §2.1.2); none unless
    /// `0 < old <= new <= len`.
    pub fn prove_consistency(&self, old: u64, new: u64) -> Option<Vec<Hash>> {
        if old == 0 || old > new || new > self.len() {
            return None;
        }
        let (mut start, mut end) = (0, new);
        // Whether the verifier knows the subtree at hand: only the old root.
        let mut known = true;
        let mut proof = Vec::new();
        while end != old {
            let middle = start + left_width(end - start);
            if old <= middle {
                proof.push(self.range(middle, end)?);
                end = middle;
            } else {
                proof.push(self.range(start, middle)?);
                start = middle;
                known = false;
            }
        }
        if !known {
            proof.push(self.range(start, end)?);
        }
        proof.reverse();
        Some(proof)
    }

    /// The hash over the leaves `start..end`, where `start` is a multiple of
    /// the smallest power of two that is not below the range's width; none if
    /// the range is empty or passes the end.
    fn range(&self, mut start: u64, end: u64) -> Option<Hash> {
        let mut complete = Vec::new();
        while start < end {
            let width = 1_u64 << (end - start).ilog2();
            let level = self.levels.get(width.ilog2() as usize)?;
            complete.push(level.get(usize::try_from(start / width).ok()?)?);
            start += width;
        }
        let (last, before) = complete.split_last()?;
        Some(
            before
                .iter()
                .rfold(**last, |right, left| node_hash(left, &right)),
        )
    }
}

/// The largest power of two below `width`, which is at least 2.
fn left_width(width: u64) -> u64 {
    1 << (width - 1).ilog2()
}
