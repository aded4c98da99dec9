"""How far counts may be from the true ones, by what their release says of itself."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import pyarrow as pa

from sekisho.release import Release

_DEVIATION: Final = re.compile(r"of (?:individuals|rows): standard deviation ([0-9.]+)")
"""What `noise.01` says of a count under `dp`."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Half the length of an error bar, and what it means.

    Attributes
    ----------
    meaning : str
        In words, for an axis; empty if nothing is stated.
    """

    meaning: str
    _half: float
    _of_integers: bool
    """Whether it holds for every column of whole numbers, not for counts of individuals alone."""

    @classmethod
    def of(cls, release: Release) -> "Doubt":
        """Read what a release says of its counts of individuals."""
        stated = release.parameters
        if release.mechanism == "dp":
            noises = [text for name, text in stated.items() if name.startswith("noise.")]
            # Of several, which figure each belongs to is not told.
            found = _DEVIATION.fullmatch(noises[0]) if len(noises) == 1 else None
            return cls._noise(_number(found[1]) if found else 0.0, of_integers=True)
        if release.mechanism == "cell-key":
            # Sums, and counts of rows, are moved by more.
            return cls._noise(sqrt(_number(stated.get("cell_key.variance"))), of_integers=False)
        if release.rounding_base > 1:
            half = release.rounding_base / 2
            return cls(f"± {half:g}, half the rounding base", half, _of_integers=True)
        return cls("", 0.0, _of_integers=False)

    def counts(self, values: Sequence[float | None]) -> list[float | None]:
        """Give it for counts of individuals; None where there is none, or no value."""
        return [self._half or None if value is not None else None for value in values]

    def figures(self, column: pa.ChunkedArray) -> list[float | None]:
        """Give it for a query's column, of which is told only whether it has whole numbers.

        Those are counts or sums of whole numbers, which are rounded alike.
        """
        if self._of_integers and pa.types.is_integer(column.type):
            return self.counts(column.to_pylist())
        return [None] * len(column)

    @classmethod
    def _noise(cls, half: float, *, of_integers: bool) -> "Doubt":
        meaning = f"± {half:.3g}, the noise's standard deviation" if half else ""
        return cls(meaning, half, of_integers)


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
