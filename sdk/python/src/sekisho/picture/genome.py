"""Places along a genome, chromosome beside chromosome."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_SEX_AND_ORGANELLE: Final = {"X": 23, "Y": 24, "M": 25, "MT": 25}

_GAP: Final = 0.02
"""Between two chromosomes, as a share of all that is shown."""


@dataclass(frozen=True, slots=True)
class Genome:
    """What of a genome is shown, laid side by side.

    Attributes
    ----------
    chromosomes : list of str
        In their order.
    middles : list of float
        Where each has its label.
    places : list of float
        Of each variant, in the order in which they were given.
    of : list of str
        Its chromosome.
    """

    chromosomes: list[str]
    middles: list[float]
    places: list[float]
    of: list[str]

    @classmethod
    def lay(cls, variants: Sequence[str]) -> "Genome":
        """Lay out variants that are named ``CHROM:POS:REF:ALT``; one chromosome as it is."""
        named = [split(variant) for variant in variants]
        chromosomes = sorted({chromosome for chromosome, _ in named}, key=_order)
        spans = {
            chromosome: (min(at for c, at in named if c == chromosome), _last(named, chromosome))
            for chromosome in chromosomes
        }
        if len(chromosomes) == 1:
            middle = sum(spans[chromosomes[0]]) / 2
            return cls(chromosomes, [middle], [float(at) for _, at in named], _first(named))
        # Each from its first variant to its last: what is between them is not known to be empty.
        gap = max(1.0, _GAP * sum(last - first for first, last in spans.values()))
        begin, begins, middles = 0.0, {}, []
        for chromosome in chromosomes:
            first, last = spans[chromosome]
            begins[chromosome] = begin - first
            middles.append(begin + (last - first) / 2)
            begin += last - first + gap
        places = [begins[chromosome] + at for chromosome, at in named]
        return cls(chromosomes, middles, places, _first(named))


def split(variant: str) -> tuple[str, int]:
    """Give the chromosome of a variant and its position, 1-based."""
    # From the right: names of contigs may have colons.
    chromosome, position, _, _ = variant.rsplit(":", 3)
    return chromosome, int(position)


def _order(chromosome: str) -> tuple[int, str]:
    name = chromosome.removeprefix("chr").upper()
    number = int(name) if name.isdigit() else _SEX_AND_ORGANELLE.get(name, 99)
    return number, name


def _last(named: list[tuple[str, int]], chromosome: str) -> int:
    return max(at for c, at in named if c == chromosome)


def _first(named: list[tuple[str, int]]) -> list[str]:
    return [chromosome for chromosome, _ in named]
