"""The digest of a table's rows, by which a receipt vouches for a table of frequencies."""

import hashlib
import struct
from collections.abc import Callable
from typing import Any, Final

import pyarrow as pa

SALT: Final = b"sekisho.rows_salt"

_CELLS: Final[dict[pa.DataType, Callable[[Any], bytes]]] = {
    pa.utf8(): lambda text: b"\x01" + _text(text),
    pa.int64(): lambda number: b"\x02" + struct.pack(">q", number),
    pa.float64(): lambda number: b"\x03" + struct.pack(">d", number),
}


def rows_sha256(table: pa.Table) -> str | None:
    """Give what a leaf says of these rows, or None if it can say nothing of them.

    The form is that of the receipts' format, ``rows_sha256``.
    """
    if any(column.type not in _CELLS for column in table.schema):
        return None
    rows = hashlib.sha256(b"sekisho rows 1\x00" + struct.pack(">q", table.num_columns))
    for name in table.column_names:
        rows.update(_text(name))
    for batch in table.to_batches():
        columns = []
        for column in batch.columns:
            cell = _CELLS[column.type]
            columns.append([b"\0" if v is None else cell(v) for v in column.to_pylist()])
        rows.update(b"".join(b"".join(row) for row in zip(*columns, strict=True)))
    salt = (table.schema.metadata or {}).get(SALT, b"")
    return hashlib.sha256(salt + b"\0" + rows.hexdigest().encode()).hexdigest()


def _text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack(">q", len(encoded)) + encoded
