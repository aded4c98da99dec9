"""What individuals are screened by: conditions, and variants that they carry."""

from collections.abc import Sequence
from dataclasses import dataclass

from sekisho._proto import analysis_pb2


@dataclass(frozen=True)
class Carriers:
    """Individuals who carry a variant of a gene; made by `carries`."""

    gene: str
    consequences: tuple[str, ...] = ()

    def message(self) -> analysis_pb2.Carriers:
        """Give it as the server reads it."""
        return analysis_pb2.Carriers(gene=self.gene, consequences=self.consequences)


@dataclass(frozen=True)
class Burden:
    """Genes as markers of an association: who carries any of a gene's variants.

    Parameters
    ----------
    genes
        At most 1000 symbols; all genes if none are given. Of at most 100 each has a row.
    consequences
        Values of ``variants.consequence``, of which one must be met; any if not given.
    max_frequency
        The highest allele frequency of a variant that counts, among those who are tested:
        0.001, 0.005, 0.01, 0.02 or 0.05; any if 0.
    """

    genes: str | Sequence[str] = ()
    consequences: str | Sequence[str] = ()
    max_frequency: float = 0.0

    def message(self) -> analysis_pb2.Burden:
        """Give it as the server reads it."""
        genes, consequences = (
            [names] if isinstance(names, str) else list(names)
            for names in (self.genes, self.consequences)
        )
        return analysis_pb2.Burden(
            genes=genes, consequences=consequences, max_frequency=self.max_frequency
        )


@dataclass(frozen=True)
class Excluded:
    """Individuals who are left out; made by `excluding`."""

    criterion: "str | Carriers"


Criterion = str | Carriers | Excluded


def carries(gene: str, *, consequences: str | Sequence[str] = ()) -> Carriers:
    """Name those who carry a variant of a gene.

    Parameters
    ----------
    gene
        Its symbol, as in ``variants.gene``.
    consequences
        Values of ``variants.consequence``, of which one must be met; any if not given.

    Examples
    --------
    >>> carries("KRAS", consequences="missense_variant")
    Carriers(gene='KRAS', consequences=('missense_variant',))
    """
    named = (consequences,) if isinstance(consequences, str) else tuple(consequences)
    return Carriers(gene, named)


def excluding(criterion: str | Carriers) -> Excluded:
    """Leave those out who meet a condition, or carry a variant.

    Examples
    --------
    >>> excluding("smoking = 'current'")
    Excluded(criterion="smoking = 'current'")
    """
    return Excluded(criterion)


def message(criterion: Criterion) -> analysis_pb2.Criterion:
    """Give a criterion as the server reads it."""
    excludes = isinstance(criterion, Excluded)
    of = criterion.criterion if isinstance(criterion, Excluded) else criterion
    if isinstance(of, Carriers):
        return analysis_pb2.Criterion(carriers=of.message(), excludes=excludes)
    return analysis_pb2.Criterion(condition=of, excludes=excludes)
