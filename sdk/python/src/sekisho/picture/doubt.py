"""How far counts may be from the true ones, by what their release says of itself."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10, sqrt
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
    _digits: int = 0

    @classmethod
    def of(cls, release: Release) -> "Doubt":
        """Read what a release says of its counts of individuals."""
        stated = release.parameters
        if release.mechanism == "dp":
            noises = [text for name, text in stated.items() if name.startswith("noise.")]
            found = {match.group(1) for match in map(_DEVIATION.fullmatch, noises) if match}
            # Which figure each belongs to is not told: they must agree.
            half = float(found.pop()) if len(found) == 1 and len(noises) == 1 else 0.0
            return cls._noise(half)
        if release.mechanism == "cell-key":
            return cls._noise(sqrt(_number(stated.get("cell_key.variance"))))
        if release.rounding_base > 1:
            half = release.rounding_base / 2
            digits = int(_number(stated.get("sum_significant_digits")))
            return cls(f"± {half:g}, half the rounding base", half, digits)
        return cls("", 0.0)

    def counts(self, values: Sequence[float | None]) -> list[float | None]:
        """Give it for counts of individuals; None where there is none, or no value."""
        return [self._half or None if value is not None else None for value in values]

    def figures(self, column: pa.ChunkedArray) -> list[float | None]:
        """Give it for a query's column, of which not even the kind is told.

        Only whole numbers can be counts. They can be sums as well, which keep some significant
        digits: the wider of the two roundings holds for both.
        """
        values = column.to_pylist()
        if not pa.types.is_integer(column.type):
            return [None] * len(values)
        return [
            half and max(half, self._last_digit(value))
            for value, half in zip(values, self.counts(values), strict=True)
        ]

    @classmethod
    def _noise(cls, half: float) -> "Doubt":
        return cls(f"± {half:.3g}, the noise's standard deviation" if half else "", half)

    def _last_digit(self, value: float) -> float:
        if not (self._digits and value):
            return 0.0
        return float(10 ** (floor(log10(abs(value))) + 1 - self._digits)) / 2


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
