"""Receipts: proof, checked offline, that a visit stands in the holder's ledger."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from sekisho import settings
from sekisho._proto import release_pb2
from sekisho.errors import ReceiptInvalid
from sekisho.leaf import Leaf, is_count, parse_object
from sekisho.release import Release
from sekisho.rows import rows_sha256
from sekisho.settings import StrPath, Trust
from sekisho.transparency import (
    LedgerKey,
    decode_base64,
    load_trust,
    open_checkpoint,
    verify_inclusion,
)

FORMAT: Final = "sekisho-receipt/1"

_FIELDS: Final = {
    "format",
    "leaf",
    "leaf_index",
    "tree_size",
    "inclusion_proof",
    "checkpoint",
}

_LONGEST_PROOF: Final = 64
"""Hashes that lead from a leaf to the root of the largest tree."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """Keys of ledgers, and whether the visitor pinned them or took them from the server."""

    keys: tuple[LedgerKey, ...]
    pinned: bool


@dataclass(frozen=True, slots=True, repr=False)
class Verified:
    """What a verified receipt proves.

    Attributes
    ----------
    leaf : Leaf
        What the ledger holds.
    origin : str
        The ledger.
    leaf_index : int
        The leaf's index, from 0.
    tree_size : int
        How many leaves the signed checkpoint covers.
    pinned : bool
        Whether the ledger's key was pinned. If not, it came from the same server as
        the receipt, and proves only that both came from one place.
    """

    leaf: Leaf
    origin: str
    leaf_index: int
    tree_size: int
    pinned: bool

    def __repr__(self) -> str:
        leaf = self.leaf
        lines = [
            f"verified: leaf {self.leaf_index} of {self.tree_size} in the ledger `{self.origin}`",
            f"  {leaf.kind}" + (f" at {leaf.at:%Y-%m-%d %H:%M:%S} UTC" if leaf.at else ""),
        ]
        named = ("project", "purpose", "dataset", "snapshot", "policy_digest", "profile")
        lines += [f"  {name}: {leaf[name]}" for name in named if name in leaf]
        if not self.pinned:
            lines.append(
                "  warning: the ledger's key came from the same server as the receipt;"
                " pin it with `connect(trust=...)`"
            )
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, repr=False)
class Receipt:
    """A leaf, its inclusion proof and a signed checkpoint.

    Attributes
    ----------
    raw_leaf : bytes
        The leaf as it stands in the ledger.
    leaf_index : int
        Its index, from 0.
    tree_size : int
        How many leaves the checkpoint covers.
    inclusion_proof : tuple of bytes
        Sibling hashes of 32 bytes, from the leaf upwards.
    checkpoint : str
        A C2SP signed note.
    """

    raw_leaf: bytes
    leaf_index: int
    tree_size: int
    inclusion_proof: tuple[bytes, ...]
    checkpoint: str
    _keyring: Keyring | None = field(default=None, compare=False)
    _release: Release | None = field(default=None, compare=False)
    _rows: pa.Table | None = field(default=None, compare=False)

    @classmethod
    def of(cls, message: release_pb2.Receipt) -> "Receipt":
        """Read the wire form."""
        return cls(
            raw_leaf=message.leaf,
            leaf_index=message.leaf_index,
            tree_size=message.tree_size,
            inclusion_proof=tuple(message.inclusion_proof),
            checkpoint=message.checkpoint,
        )

    def with_context(
        self, keyring: Keyring | None, release: Release | None, rows: pa.Table | None = None
    ) -> "Receipt":
        """Give the receipt of a release and its rows, verified by default against these keys."""
        return replace(self, _keyring=keyring, _release=release, _rows=rows)

    @property
    def leaf(self) -> Leaf:
        """The leaf, parsed; it proves nothing before `verify`."""
        return Leaf.parse(self.raw_leaf)

    def verify(self, trust: Trust | None = None) -> Verified:
        """Verify signature, inclusion and, for a result's receipt, that it is this release's.

        Nothing is sent: it works offline.

        Parameters
        ----------
        trust
            Verification keys: C2SP vkey lines, or a file of them. If not given, those
            of `connect`, else those of ``SEKISHO_TRUST`` or the config file.

        Returns
        -------
        Verified
            What is proved, and whether the key was pinned.

        Raises
        ------
        ReceiptInvalid
            If it does not prove what it says, or there is no key to verify it with.
        """
        keyring = self._keys(trust)
        checkpoint, key = open_checkpoint(self.checkpoint, keyring.keys)
        if checkpoint.tree_size != self.tree_size:
            raise ReceiptInvalid(
                f"the receipt speaks of {self.tree_size} leaves,"
                f" its checkpoint of {checkpoint.tree_size}"
            )
        verify_inclusion(
            self.raw_leaf,
            self.leaf_index,
            self.tree_size,
            self.inclusion_proof,
            checkpoint.root,
        )
        leaf = self.leaf
        if leaf.sequence != self.leaf_index:
            raise ReceiptInvalid(
                f"the receipt is for leaf {self.leaf_index},"
                f" but the leaf calls itself number {leaf.sequence}"
            )
        if self._release is not None:
            _same_release(leaf, self._release)
        if self._rows is not None:
            _same_rows(leaf, self._rows)
        return Verified(leaf, key.origin, self.leaf_index, self.tree_size, keyring.pinned)

    def to_json(self) -> str:
        """Give the text of a receipt file."""
        fields = {
            "format": FORMAT,
            "leaf": self.raw_leaf.decode("utf-8"),
            "leaf_index": self.leaf_index,
            "tree_size": self.tree_size,
            "inclusion_proof": [base64.b64encode(h).decode() for h in self.inclusion_proof],
            "checkpoint": self.checkpoint,
        }
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> "Receipt":
        """Read the text of a receipt file; nothing is verified yet.

        Raises
        ------
        ReceiptInvalid
            If it is not a receipt of this format, to the letter.
        """
        raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
        fields = parse_object(raw, "the receipt")
        if fields.get("format") != FORMAT:
            raise ReceiptInvalid(
                f"the receipt's format is `{fields.get('format')}`; this version reads `{FORMAT}`",
                help="bring this package up to date",
            )
        if fields.keys() != _FIELDS:
            odd = ", ".join(f"`{name}`" for name in sorted(fields.keys() ^ _FIELDS))
            raise ReceiptInvalid(f"the receipt has fields too many or too few: {odd}")
        for name in ("leaf", "checkpoint"):
            if not isinstance(fields[name], str):
                raise ReceiptInvalid(f"the receipt's `{name}` is not text")
        for name in ("leaf_index", "tree_size"):
            if not is_count(fields[name]):
                raise ReceiptInvalid(f"the receipt's `{name}` is not a whole number")
        try:
            raw_leaf = fields["leaf"].encode("utf-8")
        except UnicodeEncodeError as error:
            raise ReceiptInvalid("the receipt's `leaf` is not Unicode") from error
        return cls(
            raw_leaf=raw_leaf,
            leaf_index=fields["leaf_index"],
            tree_size=fields["tree_size"],
            inclusion_proof=_proof(fields["inclusion_proof"]),
            checkpoint=fields["checkpoint"],
        )

    def save(self, path: StrPath) -> None:
        """Write a receipt file."""
        Path(path).write_text(self.to_json() + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: StrPath) -> "Receipt":
        """Read a receipt file; nothing is verified yet."""
        return cls.from_json(Path(path).read_bytes())

    def __repr__(self) -> str:
        return f"Receipt(leaf {self.leaf_index} of {self.tree_size}, not verified)"

    def _keys(self, trust: Trust | None) -> Keyring:
        if trust is not None:
            return Keyring(load_trust(trust), pinned=True)
        if self._keyring is not None:
            return self._keyring
        configured = settings.default_trust()
        if configured:
            return Keyring(load_trust(configured), pinned=True)
        raise ReceiptInvalid(
            "there is no key to verify the receipt with",
            help="get the ledger's vkey line from its holder and pass it as `trust=`, here or to"
            " `connect`; `visit.ledger_keys()` shows what the server says it is",
        )


def _proof(value: Any) -> tuple[bytes, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > _LONGEST_PROOF:
        raise ReceiptInvalid("the receipt's `inclusion_proof` is not a list of hashes")
    if not all(isinstance(text, str) for text in value):
        raise ReceiptInvalid("the receipt's `inclusion_proof` is not a list of hashes")
    hashes = tuple(
        decode_base64(text, f"element {at} of `inclusion_proof`") for at, text in enumerate(value)
    )
    if any(len(digest) != 32 for digest in hashes):
        raise ReceiptInvalid("the receipt's `inclusion_proof` has a hash that is not 32 bytes")
    return hashes


def _same_rows(leaf: Leaf, rows: pa.Table) -> None:
    vouched = (leaf.get("parameters") or {}).get("rows_sha256")
    if vouched is not None and vouched != rows_sha256(rows):
        raise ReceiptInvalid(
            "the receipt is of other rows than the result's",
            help="do not rely on this result; tell the dataset's holder",
        )


def _same_release(leaf: Leaf, release: Release) -> None:
    expected = {
        "kind": "release",
        "project": release.budget.project,
        "dataset": release.dataset,
        "snapshot": release.snapshot,
        "policy_digest": release.policy_digest,
        "profile": release.profile,
    }
    for name, value in expected.items():
        if leaf.get(name) != value:
            raise ReceiptInvalid(
                f"the receipt is another release's: its `{name}` is `{leaf.get(name)}`,"
                f" the result's `{value}`",
                help="do not rely on this result; tell the dataset's holder",
            )
