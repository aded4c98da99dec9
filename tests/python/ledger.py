"""A ledger for tests: the Merkle tree as RFC 6962 §2.1 defines it, and C2SP notes."""

import base64
import hashlib
import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def split(n: int) -> int:
    """The largest power of two below n."""
    return 1 << ((n - 1).bit_length() - 1)


def root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha()
    if len(leaves) == 1:
        return sha(b"\0", leaves[0])
    k = split(len(leaves))
    return sha(b"\1", root(leaves[:k]), root(leaves[k:]))


def path(index: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*path(index, leaves[:k]), root(leaves[k:])]
    return [*path(index - k, leaves[k:]), root(leaves[:k])]


def base64_of(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


class Ledger:
    """Leaves and the key that signs their checkpoints."""

    def __init__(self, origin: str = "sekisho/test", seed: bytes = bytes(32)) -> None:
        self.origin = origin
        self.key = Ed25519PrivateKey.from_private_bytes(seed)
        self.leaves: list[bytes] = []
        public = b"\1" + self.key.public_key().public_bytes_raw()
        self.key_id = sha(origin.encode(), b"\n", public)[:4]
        self.vkey = f"{origin}+{self.key_id.hex()}+{base64_of(public)}"

    def append(self, **fields: object) -> int:
        """Append a release; its fields stand for what a test does not name."""
        index = len(self.leaves)
        self.leaves.append(json.dumps(release_leaf(index) | fields).encode())
        return index

    def signature(self, text: str) -> str:
        signed = base64_of(self.key_id + self.key.sign(text.encode()))
        return f"— {self.origin} {signed}\n"

    def checkpoint(self) -> str:
        text = f"{self.origin}\n{len(self.leaves)}\n{base64_of(root(self.leaves))}\n"
        return f"{text}\n{self.signature(text)}"

    def receipt(self, index: int) -> dict[str, object]:
        """The fields of the wire form."""
        return {
            "leaf": self.leaves[index],
            "leaf_index": index,
            "tree_size": len(self.leaves),
            "inclusion_proof": path(index, self.leaves),
            "checkpoint": self.checkpoint(),
        }


def release_leaf(sequence: int) -> dict[str, object]:
    return {
        "kind": "release",
        "sequence": sequence,
        "at_ms": 1_767_225_600_000,
        "charge_sequence": 0,
        "principal": "1" * 64,
        "project": "P-0001",
        "purpose": "cancer research",
        "operation": "query",
        "question_digest": "2" * 64,
        "canonical_digest": "3" * 64,
        "dataset": "demo-cancer",
        "snapshot": "4" * 64,
        "policy_digest": "5" * 64,
        "rules": ["researchers-may-query"],
        "profile": "standard",
        "parameters": {"threshold": "10"},
        "cohort_size_class": "100-999",
        "cells_released": 3,
        "cells_suppressed": 1,
        "charge": 1,
        "limit": 200,
        "spent_before": 11,
        "spent_after": 12,
        "answer_digest": "6" * 64,
        "trace_id": "0af7651916cd43dd8448eb211c80319c",
    }
