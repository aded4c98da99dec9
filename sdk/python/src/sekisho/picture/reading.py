"""What pictures read in tables, and how they write it."""

from collections.abc import Sequence
from math import isfinite, log, log10, pi
from typing import TYPE_CHECKING

import pyarrow as pa

from sekisho.picture import Row

if TYPE_CHECKING:
    from sekisho.result import Result


def keys(table: pa.Table) -> list[str]:
    """Name the columns that are keys."""
    return [
        field.name
        for field in table.schema
        if (field.metadata or {}).get(b"sekisho.kind") == b"key"
    ]


def words(row: Row, names: Sequence[str], nothing: str = "all") -> str:
    """Name a group by the values of its keys; `nothing` stands for NULL in all of them."""
    return " ".join(str(row[name]) for name in names if row[name] is not None) or nothing


def cohort(row: Row, names: Sequence[str]) -> str:
    """Name a group of people by all of its keys; whoever lacks a value is in a group, too."""
    values = ("missing" if row[name] is None else str(row[name]) for name in names)
    return " ".join(values) or "all"


def short(text: str, most: int = 40) -> str:
    """Write a text on one line of so many letters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def finite(*values: float | None) -> bool:
    """Whether all of them are numbers that have a place."""
    return all(value is not None and isfinite(value) for value in values)


def titled(name: str, result: "Result") -> str:
    """Say what is drawn, of which dataset, under which profile."""
    where = f"{result.release.dataset} ({result.release.profile})"
    return f"{name} at {where}" if name else where


def score(p: float | None, z: float | None) -> float | None:
    """Give −log10 p; from z where p is too small for a number of its own."""
    if p is None:
        return None
    if p > 0:
        return -log10(p)
    # The tail of the normal distribution, to the first term of its expansion.
    return None if not z else (z * z / 2 + log(abs(z) * (pi / 2) ** 0.5)) / log(10)
