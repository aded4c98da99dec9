"""Frequencies go over the wire as they are meant, against a real gRPC server."""

import pytest

import sekisho
from gateway import Gateway, answer
from ledger import Ledger
from sekisho import Result

ANALYZE = "VisitService/Analyze"


def test_frequencies_are_asked_as_they_are_meant(
    gateway: Gateway, visit: sekisho.Visit, ledger: Ledger
) -> None:
    gateway.answers[ANALYZE] = lambda _request, _context: answer(ledger)
    result = visit.frequencies(
        variants=["22:5:C:T"], where="age > 40", by="sex", datasets="demo-cancer"
    )
    assert isinstance(result, Result)
    assert result.receipt.verify().leaf["dataset"] == "demo-cancer"
    visit.frequencies(gene="KRAS", by=["sex", "stage"], datasets="demo-cancer")
    visit.frequencies(region="22:1-9", datasets="demo-cancer")
    named, gene, region = (request.analysis.frequencies for request in gateway.asked(ANALYZE))
    assert list(named.variants.ids) == ["22:5:C:T"]
    assert (named.where, list(named.by)) == ("age > 40", ["sex"])
    assert (gene.gene, list(gene.by)) == ("KRAS", ["sex", "stage"])
    assert (region.region, region.where, list(region.by)) == ("22:1-9", "", [])
    request = gateway.asked(ANALYZE)[0]
    assert (request.project, len(request.idempotency_key)) == ("P-0001", 32)


@pytest.mark.parametrize("sites", [{}, {"region": "22", "gene": "KRAS"}])
def test_frequencies_of_no_variants_or_of_several_kinds_are_not_asked(
    gateway: Gateway, visit: sekisho.Visit, sites: dict[str, str]
) -> None:
    with pytest.raises(sekisho.InvalidRequest):
        visit.frequencies(datasets="demo-cancer", **sites)
    assert not gateway.asked(ANALYZE)
