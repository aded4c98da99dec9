//! Leaves, Merkle proofs, checkpoints and receipts, and how they are verified.
