"""Ledger keys, signed checkpoints and inclusion proofs.

Sources: RFC 6962 §2.1 (hashes) and RFC 9162 §2.1.3.2 (verification of an
inclusion proof); C2SP `signed-note` and `tlog-checkpoint`.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sekisho.errors import ReceiptInvalid
from sekisho.settings import Trust

_ED25519: Final = 0x01
_HASH_BYTES: Final = 32
_KEY_ID_BYTES: Final = 4
_MAX_TREE: Final = (1 << 64) - 1
_MAX_NOTE: Final = 64 * 1024
_MAX_SIGNATURES: Final = 100
_SIGNATURE_LINE: Final = re.compile(r"— ([^\s+]+) (\S+)")
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,19}")


@dataclass(frozen=True, slots=True)
class LedgerKey:
    """A ledger's verification key.

    Attributes
    ----------
    origin : str
        The ledger's name, as in the first line of its checkpoints.
    key_id : bytes
        The first 4 bytes of SHA-256(origin, line feed, 0x01, public key).
    public_key : bytes
        Ed25519, 32 bytes.
    """

    origin: str
    key_id: bytes
    public_key: bytes

    @classmethod
    def parse(cls, line: str) -> "LedgerKey":
        """Read a C2SP vkey line, ``<origin>+<key id>+<base64 key>``.

        Raises
        ------
        ReceiptInvalid
            If the line is not one, or its key id is another key's.
        """
        parts = line.strip().split("+", 2)
        if len(parts) != 3 or not parts[0] or re.search(r"\s", parts[0]):
            raise _bad_key(line)
        origin, key_id, encoded = parts
        try:
            key = decode_base64(encoded, "the key")
        except ReceiptInvalid as error:
            raise _bad_key(line) from error
        if len(key) != 1 + _HASH_BYTES or key[0] != _ED25519:
            raise ReceiptInvalid(
                f"`{line.strip()}` is not an Ed25519 key", help="ask the ledger's holder"
            )
        digest = hashlib.sha256(origin.encode() + b"\n" + key).digest()[:_KEY_ID_BYTES]
        if digest.hex() != key_id:
            raise ReceiptInvalid(
                f"the key id of `{line.strip()}` does not belong to its key",
                help="copy the line again from where the ledger's holder publishes it",
            )
        return cls(origin, digest, key[1:])


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A ledger's signed size and root.

    Attributes
    ----------
    origin : str
        The ledger's name.
    tree_size : int
        How many leaves it covers.
    root : bytes
        The Merkle tree hash, 32 bytes.
    """

    origin: str
    tree_size: int
    root: bytes


def load_trust(trust: Trust) -> tuple[LedgerKey, ...]:
    """Read pinned keys.

    Parameters
    ----------
    trust
        A vkey line, several (in one text or a sequence), or a file of them; blank
        lines and lines that begin with ``#`` are passed over.

    Raises
    ------
    ReceiptInvalid
        If there is no key, or a line is none.
    """
    if isinstance(trust, str) and "+" in trust and not Path(trust).is_file():
        lines: Iterable[str] = trust.splitlines()
    elif isinstance(trust, Sequence) and not isinstance(trust, str):
        lines = trust
    else:
        try:
            lines = Path(trust).expanduser().read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError) as error:
            raise ReceiptInvalid(
                f"`{trust}` is neither a key nor a file that can be read",
                help="give vkey lines, `<origin>+<key id>+<base64 key>`, or a file of them",
            ) from error
    keys = tuple(
        LedgerKey.parse(line) for line in lines if line.strip() and not line.startswith("#")
    )
    if not keys:
        raise ReceiptInvalid(
            "`trust` holds no key", help="write one vkey line for each ledger into it"
        )
    return keys


def open_checkpoint(note: str, keys: Sequence[LedgerKey]) -> tuple[Checkpoint, LedgerKey]:
    """Verify a checkpoint's signature and read it.

    Parameters
    ----------
    note
        A C2SP signed note.
    keys
        The ledgers that are trusted. Signatures of others, such as witnesses, are passed over.

    Returns
    -------
    Checkpoint
        What is signed.
    LedgerKey
        The key that signed it.

    Raises
    ------
    ReceiptInvalid
        If it is not a checkpoint, or no trusted ledger of its origin signed it.
    """
    text, signatures = _split_note(note)
    signers = []
    for name, signature in signatures:
        for key in keys:
            if name == key.origin and signature[:_KEY_ID_BYTES] == key.key_id:
                _verify(key, signature[_KEY_ID_BYTES:], text)
                signers.append(key)
    checkpoint = _parse_checkpoint(text)
    for key in signers:
        if key.origin == checkpoint.origin:
            return checkpoint, key
    raise ReceiptInvalid(
        f"no trusted key of `{checkpoint.origin}` signed its checkpoint",
        help="pin the key that the ledger's holder publishes with `trust=`",
    )


def leaf_hash(leaf: bytes) -> bytes:
    """Hash a leaf: SHA-256(0x00, leaf)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def verify_inclusion(
    leaf: bytes, index: int, tree_size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Verify that a tree contains a leaf.

    Parameters
    ----------
    leaf
        The leaf as it stands in the ledger.
    index
        Its index, from 0.
    tree_size
        How many leaves the tree has.
    proof
        Sibling hashes of 32 bytes, from the leaf upwards.
    root
        The tree's hash.

    Raises
    ------
    ReceiptInvalid
        If it does not.
    """
    if not 0 <= index < tree_size <= _MAX_TREE:
        raise ReceiptInvalid(f"leaf {index} cannot be in a ledger of {tree_size} leaves")
    node, last = index, tree_size - 1
    current = leaf_hash(leaf)
    for sibling in proof:
        if last == 0 or len(sibling) != _HASH_BYTES:
            raise _not_included(index)
        if node & 1 or node == last:
            current = _node_hash(sibling, current)
            while node and not node & 1:
                node >>= 1
                last >>= 1
        else:
            current = _node_hash(current, sibling)
        node >>= 1
        last >>= 1
    if last != 0 or current != root:
        raise _not_included(index)


def decode_base64(text: str, what: str) -> bytes:
    """Decode canonical standard base64, and nothing else."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ReceiptInvalid(f"{what} is not base64") from error
    if base64.b64encode(decoded).decode() != text:
        raise ReceiptInvalid(f"{what} is not canonical base64")
    return decoded


def _split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    text, blank, signed = note.rpartition("\n\n")
    if not (blank and signed.endswith("\n")) or len(note.encode("utf-8", "replace")) > _MAX_NOTE:
        raise ReceiptInvalid("the checkpoint is not a signed note")
    if any(c < " " and c != "\n" for c in note):
        raise ReceiptInvalid("the checkpoint holds control characters")
    lines = signed.removesuffix("\n").split("\n")
    if len(lines) > _MAX_SIGNATURES:
        raise ReceiptInvalid("the checkpoint has too many signatures")
    signatures = []
    for line in lines:
        found = _SIGNATURE_LINE.fullmatch(line)
        if not found:
            raise ReceiptInvalid("the checkpoint has a line that is no signature")
        signature = decode_base64(found.group(2), "a signature of the checkpoint")
        if len(signature) <= _KEY_ID_BYTES:
            raise ReceiptInvalid("a signature of the checkpoint is too short")
        signatures.append((found.group(1), signature))
    return text + "\n", signatures


def _parse_checkpoint(text: str) -> Checkpoint:
    lines = text.split("\n")[:-1]
    if len(lines) != 3 or not lines[0] or not _SIZE.fullmatch(lines[1]):
        raise ReceiptInvalid("the checkpoint is not an origin, a size and a root")
    root = decode_base64(lines[2], "the checkpoint's root")
    if len(root) != _HASH_BYTES:
        raise ReceiptInvalid("the checkpoint's root is not 32 bytes")
    return Checkpoint(lines[0], int(lines[1]), root)


def _verify(key: LedgerKey, signature: bytes, text: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key.public_key).verify(signature, text.encode())
    except (InvalidSignature, ValueError) as error:
        raise ReceiptInvalid(
            f"the signature of `{key.origin}` on the checkpoint is wrong",
            help="do not rely on this receipt; tell the ledger's holder",
        ) from error


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _not_included(index: int) -> ReceiptInvalid:
    return ReceiptInvalid(
        f"the proof does not lead from leaf {index} to the signed root",
        help="do not rely on this receipt; fetch it again with `visit.receipt(dataset, index)`",
    )


def _bad_key(line: str) -> ReceiptInvalid:
    return ReceiptInvalid(
        f"`{line.strip()}` is no verification key",
        help="write it as `<origin>+<key id>+<base64 key>`",
    )
