"""What a ledger remembers of a visit; its form is in ``enclave/receipt/FORMAT.md``."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from sekisho.errors import ReceiptInvalid

_U64: Final = 1 << 64
_I64: Final = 1 << 63

_DECISION: Final = {
    "principal": "digest",
    "project": "text",
    "purpose": "text",
    "operation": "text",
    "question_digest": "digest",
    "canonical_digest": "digest",
    "dataset": "text",
    "snapshot": "text",
    "policy_digest": "digest",
    "holder_policy_digest": "digest",
    "rules": "texts",
    "profile": "text",
    "charge": "count",
    "limit": "count",
    "spent_before": "count",
    "spent_after": "count",
    "trace_id": "text",
}

_FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "charge": _DECISION
    | {
        "sequence": "count",
        "at_ms": "time",
        "nonce": "nonce",
        "nonce_expires_at_ms": "time",
        "meters": "meters",
    },
    "metering": {
        "sequence": "count",
        "charge_sequence": "count",
        "project": "text",
        "dataset": "text",
        "meters": "meters",
        "blind": "digest",
    },
    "release": _DECISION
    | {
        "sequence": "count",
        "at_ms": "time",
        "charge_sequence": "count",
        "parameters": "parameters",
        "cohort_size_class": "text",
        "cells_released": "count",
        "cells_suppressed": "count",
        "answer_digest": "digest",
    },
    "abandon": {
        "sequence": "count",
        "charge_sequence": "count",
        "project": "text",
        "dataset": "text",
    },
    "policy": {"sequence": "count", "at_ms": "time", "policy_digest": "digest"},
    "holder-policy": {"sequence": "count", "at_ms": "time", "policy_digest": "digest"},
    "consent": {
        "sequence": "count",
        "at_ms": "time",
        "dataset": "text",
        "event": "text",
        "record_digest": "digest",
    },
}

_LEFT_OUT: Final = {
    "charge": {"meters", "holder_policy_digest"},
    "release": {"holder_policy_digest"},
}
"""Fields that came later: a leaf without anything to say there is written without them."""

_METERED: Final = {
    "account": "text",
    "amount": "count",
    "limit": "count",
    "spent_before": "count",
    "spent_after": "count",
}


class Leaf(Mapping[str, Any]):
    """A leaf of a ledger: its fields by name, read-only.

    Examples
    --------
    >>> leaf = Leaf.parse(
    ...     b'{"kind":"abandon","sequence":7,"charge_sequence":6,'
    ...     b'"project":"P-0001","dataset":"demo-cancer"}'
    ... )
    >>> leaf.kind, leaf.sequence, leaf["project"]
    ('abandon', 7, 'P-0001')
    """

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = MappingProxyType(dict(fields))

    @classmethod
    def parse(cls, raw: bytes) -> "Leaf":
        """Read a leaf.

        Raises
        ------
        ReceiptInvalid
            If it is not JSON, of an unknown kind, or has a field too many, too few or
            of another form: a leaf that is only half understood is not verified.
        """
        fields = parse_object(raw, "the leaf")
        kind = fields.get("kind")
        expected = _FIELDS.get(kind) if isinstance(kind, str) else None
        if expected is None:
            raise ReceiptInvalid(
                f"the leaf is of a kind that this version does not know: `{kind}`",
                help="bring this package up to date",
            )
        odd_fields = fields.keys() ^ {"kind", *expected}
        odd_fields -= _LEFT_OUT.get(str(kind), set()) - fields.keys()
        if odd_fields:
            odd = ", ".join(f"`{name}`" for name in sorted(odd_fields))
            raise ReceiptInvalid(
                f"the leaf has too many fields or too few: {odd}",
                help="bring this package up to date",
            )
        for name, form in expected.items():
            if name in fields and not _fits(fields[name], form):
                raise ReceiptInvalid(f"the leaf's `{name}` has another form than a ledger writes")
        return cls(fields)

    @property
    def kind(self) -> str:
        """What the leaf records, for example `charge`, `release` or `policy`."""
        return str(self._fields["kind"])

    @property
    def sequence(self) -> int:
        """The leaf's index."""
        return int(self._fields["sequence"])

    @property
    def at(self) -> datetime | None:
        """When it was written, in UTC."""
        at_ms = self._fields.get("at_ms")
        return None if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC)

    def __getitem__(self, name: str) -> Any:
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"Leaf({dict(self._fields)!r})"


def parse_object(raw: bytes, what: str) -> dict[str, Any]:
    """Read a JSON object that names nothing twice."""
    try:
        read = json.loads(raw.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise ReceiptInvalid(f"{what} is not JSON, or names a field twice") from error
    if not isinstance(read, dict):
        raise ReceiptInvalid(f"{what} is not a JSON object")
    return read


def is_count(value: object) -> bool:
    """Whether a value is a whole number of 64 bits without a sign."""
    return type(value) is int and 0 <= value < _U64


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError
    return fields


def _fits(value: object, form: str) -> bool:
    match form:
        case "count":
            return is_count(value)
        case "time":
            return type(value) is int and -_I64 <= value < _I64
        case "texts":
            return isinstance(value, list) and all(isinstance(text, str) for text in value)
        case "parameters":
            return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
        case "meters":
            return isinstance(value, list) and all(map(_is_metered, value))
        case "digest":
            return isinstance(value, str) and bool(re.fullmatch("[0-9a-f]{64}", value))
        case "nonce":
            return isinstance(value, str) and bool(re.fullmatch("[0-9a-f]{32}", value))
        case _:
            return isinstance(value, str)


def _is_metered(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == _METERED.keys()
        and all(_fits(value[name], form) for name, form in _METERED.items())
    )
