"""Places along a genome, chromosome beside chromosome."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_SEX_AND_ORGANELLE: Final = {"X": 23, "Y": 24, "M": 25, "MT": 25}

_GAP: Final = 0.02
"""Between two chromosomes, as a share of all that is shown."""

_MEGABASES: Final = (
    *(249, 243, 199, 191, 182, 171, 160, 146, 139, 134, 136, 134, 115, 108, 102, 91, 84, 81),
    *(59, 65, 47, 51, 157, 58),
)
"""How long the human chromosomes 1 to 22, X and Y are, about: of GRCh37 and GRCh38 the longer."""


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
    end : float
        Where the last chromosome ends; the first begins at 0, but for one that is alone.
    """

    chromosomes: list[str]
    middles: list[float]
    places: list[float]
    of: list[str]
    end: float

    @classmethod
    def lay(cls, variants: Sequence[str]) -> "Genome":
        """Lay out variants that are named ``CHROM:POS:REF:ALT``; one chromosome as it is."""
        named = [split(variant) for variant in variants]
        chromosomes = sorted({chromosome for chromosome, _ in named}, key=_order)
        if len(chromosomes) == 1:
            places = [float(at) for _, at in named]
            middle = (min(places) + max(places)) / 2
            return cls(chromosomes, [middle], places, _first(named), max(places))
        spans = {chromosome: _span(named, chromosome) for chromosome in chromosomes}
        gap = max(1.0, _GAP * sum(last - first for first, last in spans.values()))
        begin, begins, middles = 0.0, {}, []
        for chromosome in chromosomes:
            first, last = spans[chromosome]
            begins[chromosome] = begin - first
            middles.append(begin + (last - first) / 2)
            begin += last - first + gap
        places = [begins[chromosome] + at for chromosome, at in named]
        return cls(chromosomes, middles, places, _first(named), max(0.0, begin - gap))


def split(variant: str) -> tuple[str, int]:
    """Give the chromosome of a variant and its position, 1-based."""
    # From the right: names of contigs may have colons.
    chromosome, position, _, _ = variant.rsplit(":", 3)
    return chromosome, int(position)


def _order(chromosome: str) -> tuple[int, str]:
    name = chromosome.removeprefix("chr").upper()
    number = int(name) if name.isdigit() else _SEX_AND_ORGANELLE.get(name, 99)
    return number, name


def _span(named: list[tuple[str, int]], chromosome: str) -> tuple[float, float]:
    """Say from where to where a chromosome is drawn: all of it, if it is as long as a human one.

    Of another, what is between its first variant and its last.
    """
    places = [float(at) for of, at in named if of == chromosome]
    number = _order(chromosome)[0]
    if 1 <= number <= len(_MEGABASES) and max(places) <= _MEGABASES[number - 1] * 1e6:
        return 0.0, _MEGABASES[number - 1] * 1e6
    return min(places), max(places)


def _first(named: list[tuple[str, int]]) -> list[str]:
    return [chromosome for chromosome, _ in named]
