"""Analyses of a known shape, as the server is asked for them."""

from collections.abc import Sequence

from sekisho._proto import analysis_pb2
from sekisho.errors import InvalidRequest


def frequencies(
    *,
    region: str | None,
    gene: str | None,
    variants: str | Sequence[str] | None,
    where: str,
    by: str | Sequence[str],
) -> analysis_pb2.Analysis:
    """Ask how frequent variants are; see `Visit.frequencies`."""
    named = {"region": region, "gene": gene, "variants": variants}
    given = [name for name, value in named.items() if value is not None]
    if len(given) != 1:
        raise InvalidRequest(
            f"{' and '.join(given) or 'nothing'} names the variants",
            help="give one of region=, gene= and variants=",
        )
    columns = [by] if isinstance(by, str) else list(by)
    asked = analysis_pb2.Frequencies(where=where, by=columns)
    if region is not None:
        asked.region = region
    elif gene is not None:
        asked.gene = gene
    elif variants is not None:
        asked.variants.ids.extend([variants] if isinstance(variants, str) else variants)
    return analysis_pb2.Analysis(frequencies=asked)
