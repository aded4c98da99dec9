"""What goes over the wire, against a real gRPC server over mutual TLS."""

import threading
import time
from pathlib import Path
from typing import Any

import grpc
import pytest

import sekisho
from gateway import Gateway, Refusal, answer, diagnoses
from ledger import Ledger
from pki import Authority
from sekisho import Result
from sekisho._proto import (
    budget_pb2,
    catalog_pb2,
    receipt_pb2,
    release_pb2,
    visit_pb2,
)
from sekisho.check import Check, Checks
from sekisho.result import Results

SQL = "SELECT diagnosis, count(DISTINCT individual_id) AS n FROM individuals GROUP BY diagnosis"
QUERY = "VisitService/Query"


def test_one_dataset_gives_a_result_whose_receipt_verifies(
    gateway: Gateway, visit: sekisho.Visit
) -> None:
    result = visit.sql(SQL, datasets=["demo-cancer"])
    assert isinstance(result, Result)
    assert result.to_arrow().equals(diagnoses(), check_metadata=True)
    assert (result.release.profile, result.release.budget.left) == ("standard", 188)
    (request,) = gateway.asked(QUERY)
    assert request.question.project == "P-0001"
    assert request.question.sql == SQL
    assert list(request.question.datasets) == ["demo-cancer"]
    assert len(request.idempotency_key) == 32
    visit.close()
    verified = result.receipt.verify()
    assert not verified.pinned
    assert verified.leaf["dataset"] == "demo-cancer"


def test_pinned_keys_are_used_and_the_servers_are_not_asked_for(
    gateway: Gateway, authority: Authority, researcher: Path, ledger: Ledger
) -> None:
    settings: Any = {"identity": researcher, "ca": authority.path, "project": "P-0001"}
    with sekisho.connect(gateway.address, **settings, trust=ledger.vkey) as visit:
        result = visit.sql(SQL, datasets="demo-cancer")
    assert isinstance(result, Result)
    assert result.receipt.verify().pinned
    assert not gateway.asked("ReceiptService/ListLedgerKeys")
    other = Ledger("other", bytes([5]) * 32)
    with sekisho.connect(gateway.address, **settings, trust=other.vkey) as visit:
        result = visit.sql(SQL, datasets="demo-cancer")
    assert isinstance(result, Result)
    with pytest.raises(sekisho.ReceiptInvalid):
        result.receipt.verify()


@pytest.mark.parametrize(
    "lie",
    [
        {"snapshot": "9" * 64},
        {"policy_digest": "9" * 64},
        {"profile": "technical"},
    ],
)
def test_a_receipt_of_another_release_is_refused(
    gateway: Gateway, visit: sekisho.Visit, ledger: Ledger, lie: dict[str, str]
) -> None:
    def lying(*_: object) -> Any:
        *parts, last = answer(ledger)
        last.release.MergeFrom(release_pb2.Release(**lie))
        return [*parts, last]

    gateway.answers[QUERY] = lying
    result = visit.sql(SQL, datasets="demo-cancer")
    assert isinstance(result, Result)
    with pytest.raises(sekisho.ReceiptInvalid, match=next(iter(lie))):
        result.receipt.verify()


def test_a_receipt_of_another_project_is_refused(
    gateway: Gateway, authority: Authority, researcher: Path
) -> None:
    with sekisho.connect(
        gateway.address, identity=researcher, ca=authority.path, project="P-0002"
    ) as visit:
        result = visit.sql(SQL, datasets="demo-cancer")
    assert isinstance(result, Result)
    with pytest.raises(sekisho.ReceiptInvalid, match="`project`"):
        result.receipt.verify()


def test_without_the_servers_keys_the_result_still_comes(
    gateway: Gateway, visit: sekisho.Visit
) -> None:
    def refused(*_: object) -> None:
        raise Refusal(grpc.StatusCode.INTERNAL, "away", "INTERNAL")

    gateway.answers["ReceiptService/ListLedgerKeys"] = refused
    result = visit.sql(SQL, datasets="demo-cancer")
    assert isinstance(result, Result)
    with pytest.raises(sekisho.ReceiptInvalid, match="no key"):
        result.receipt.verify()


def test_several_datasets_answer_each_for_itself(
    gateway: Gateway, visit: sekisho.Visit, ledger: Ledger
) -> None:
    failure = visit_pb2.ResultFailure(
        dataset="b",
        reason="QUERY_REFUSED",
        message="refused",
        refusal=visit_pb2.Refusal(rule="release.rows", message="no rows", line=1, column=8),
    )
    gateway.answers[QUERY] = lambda *_: [
        *answer(ledger, dataset="a"),
        visit_pb2.QueryResponse(failure=failure),
        *answer(ledger, dataset="c"),
    ]
    results = visit.sql(SQL, datasets=["a", "b", "c"])
    assert isinstance(results, Results)
    assert {name: got.ok for name, got in results.items()} == {"a": True, "b": False, "c": True}
    refused = results["b"]
    assert isinstance(refused, sekisho.QueryRefused)
    assert "           ^" in str(refused)
    assert not results.ok


def test_a_refusal_of_the_only_dataset_is_raised(gateway: Gateway, visit: sekisho.Visit) -> None:
    def refuse(*_: object) -> Any:
        raise Refusal(
            grpc.StatusCode.FAILED_PRECONDITION,
            "rows cannot be released",
            "QUERY_REFUSED",
            {"help": "count", "rule": "release.rows", "line": "1", "column": "8", "rewrite": ""},
        )

    gateway.answers[QUERY] = refuse
    with pytest.raises(sekisho.QueryRefused) as raised:
        visit.sql("SELECT * FROM individuals", datasets="demo-cancer")
    assert "SELECT * FROM individuals\n           ^" in str(raised.value)
    assert raised.value.__cause__ is None
    assert len(gateway.asked(QUERY)) == 1


def start(dataset: str) -> visit_pb2.QueryResponse:
    return visit_pb2.QueryResponse(start=visit_pb2.ResultStart(dataset=dataset))


BROKEN = {
    "nothing at all": lambda whole: [],
    "another dataset": lambda whole: [start("other"), *whole[1:]],
    "no start": lambda whole: whole[1:],
    "no release": lambda whole: whole[:-1],
    "a release of another dataset": lambda whole: [
        *whole[:-1],
        visit_pb2.QueryResponse(release=release_pb2.Release(dataset="other")),
    ],
    "an empty part": lambda whole: [whole[0], visit_pb2.QueryResponse(), *whole[1:]],
    "two starts": lambda whole: [whole[0], *whole],
    "more than was asked": lambda whole: [*whole, start("other")],
    "a chunk lost": lambda whole: [*whole[:2], *whole[4:]],
    "no Arrow": lambda whole: [whole[0], whole[-1]],
    "bytes that are no Arrow": lambda whole: [
        whole[0],
        visit_pb2.QueryResponse(arrow_ipc=b"\xff" * 64),
        whole[-1],
    ],
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_stream_is_no_result(
    gateway: Gateway, visit: sekisho.Visit, ledger: Ledger, broken: str
) -> None:
    gateway.answers[QUERY] = lambda *_: BROKEN[broken](list(answer(ledger)))
    with pytest.raises(sekisho.InternalError):
        visit.sql(SQL, datasets="demo-cancer")


def test_a_status_after_the_release_is_a_failure(
    gateway: Gateway, visit: sekisho.Visit, ledger: Ledger
) -> None:
    def failing(*_: object) -> Any:
        yield from answer(ledger)
        raise Refusal(grpc.StatusCode.INTERNAL, "late", "INTERNAL")

    gateway.answers[QUERY] = failing
    with pytest.raises(sekisho.InternalError, match="late"):
        visit.sql(SQL, datasets="demo-cancer")


def test_a_server_that_was_away_is_asked_again_with_the_same_key(
    gateway: Gateway, visit: sekisho.Visit, ledger: Ledger
) -> None:
    def away_twice(*_: object) -> Any:
        if len(gateway.asked(QUERY)) < 3:
            raise Refusal(grpc.StatusCode.UNAVAILABLE, "going away")
        yield from answer(ledger)

    gateway.answers[QUERY] = away_twice
    assert isinstance(visit.sql(SQL, datasets="demo-cancer"), Result)
    keys = {request.idempotency_key for request in gateway.asked(QUERY)}
    assert len(gateway.asked(QUERY)) == 3
    assert len(keys) == 1


def test_it_is_asked_again_twice_and_no_more(gateway: Gateway, visit: sekisho.Visit) -> None:
    def away(*_: object) -> Any:
        raise Refusal(grpc.StatusCode.UNAVAILABLE, "restarting", "SITE_UNAVAILABLE")

    gateway.answers[QUERY] = away
    with pytest.raises(sekisho.SiteUnavailable):
        visit.sql(SQL, datasets="demo-cancer", idempotency_key="mine")
    assert [r.idempotency_key for r in gateway.asked(QUERY)] == ["mine"] * 3


def test_it_is_not_asked_again_once_bytes_came(
    gateway: Gateway, visit: sekisho.Visit, ledger: Ledger
) -> None:
    def breaking(*_: object) -> Any:
        yield start("demo-cancer")
        raise Refusal(grpc.StatusCode.UNAVAILABLE, "gone", "SITE_UNAVAILABLE")

    gateway.answers[QUERY] = breaking
    with pytest.raises(sekisho.SiteUnavailable):
        visit.sql(SQL, datasets="demo-cancer")
    assert len(gateway.asked(QUERY)) == 1


def test_a_call_ends_at_its_deadline_and_the_server_knows_it(
    gateway: Gateway, authority: Authority, researcher: Path
) -> None:
    told = threading.Event()

    def slow(_: object, context: grpc.ServicerContext) -> Any:
        assert context.time_remaining() < 2.0
        context.add_callback(told.set)
        told.wait(10)
        return []

    gateway.answers[QUERY] = slow
    begun = time.monotonic()
    with (
        sekisho.connect(
            gateway.address,
            identity=researcher,
            ca=authority.path,
            project="P-0001",
            timeout=1.5,
        ) as visit,
        pytest.raises(sekisho.LimitExceeded) as raised,
    ):
        visit.sql(SQL, datasets="demo-cancer")
    assert "timeout=" in raised.value.help
    assert time.monotonic() - begun < 5
    assert told.wait(5)


def test_an_answer_without_end_is_cut_off(
    gateway: Gateway, visit: sekisho.Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sekisho.stream.MAX_RESULT_BYTES", 1 << 20)
    stopped = threading.Event()

    def endless(_: object, context: grpc.ServicerContext) -> Any:
        context.add_callback(stopped.set)
        yield start("demo-cancer")
        while context.is_active():
            yield visit_pb2.QueryResponse(arrow_ipc=bytes(64 << 10))

    gateway.answers[QUERY] = endless
    with pytest.raises(sekisho.LimitExceeded):
        visit.sql(SQL, datasets="demo-cancer")
    assert stopped.wait(5)


@pytest.mark.parametrize("datasets", [[], ["a", "a"], [str(n) for n in range(17)]])
def test_a_wrong_list_of_datasets_is_not_sent(
    gateway: Gateway, visit: sekisho.Visit, datasets: list[str]
) -> None:
    with pytest.raises(sekisho.InvalidRequest):
        visit.sql(SQL, datasets=datasets)
    with pytest.raises(sekisho.InvalidRequest):
        visit.check(SQL, datasets=datasets)
    assert not gateway.requests


def test_a_query_of_more_than_64_kib_is_not_sent(gateway: Gateway, visit: sekisho.Visit) -> None:
    with pytest.raises(sekisho.InvalidRequest):
        visit.sql("é" * 32769, datasets="demo-cancer")
    assert not gateway.requests


def test_a_check_is_one_judgement_or_several(gateway: Gateway, visit: sekisho.Visit) -> None:
    def judge(request: visit_pb2.CheckRequest, _: object) -> visit_pb2.CheckResponse:
        refusal = visit_pb2.Refusal(rule="release.rows", message="no rows", line=1, column=8)
        results = [
            visit_pb2.CheckResult(
                dataset=dataset,
                accepted=dataset == "a",
                refusal=None if dataset == "a" else refusal,
                columns=[visit_pb2.ReleasedColumn(name="n", kind="figure")],
                rules=[visit_pb2.AppliedRule(rule="threshold", effect="at least 10")],
                charge=1,
                profile="standard",
            )
            for dataset in request.question.datasets
        ]
        return visit_pb2.CheckResponse(results=results)

    gateway.answers["VisitService/Check"] = judge
    one = visit.check(SQL, datasets="a")
    assert isinstance(one, Check)
    assert one.accepted
    assert one.columns == (sekisho.ReleasedColumn("n", "figure"),)
    assert (one.charge, one.profile) == (1, "standard")
    both = visit.check(SQL, datasets=["b", "a"])
    assert isinstance(both, Checks)
    assert list(both) == ["b", "a"]
    refusal = both["b"].refusal
    assert isinstance(refusal, sekisho.QueryRefused)
    assert refusal.sql == SQL
    gateway.answers["VisitService/Check"] = lambda *_: visit_pb2.CheckResponse()
    with pytest.raises(sekisho.InternalError):
        visit.check(SQL, datasets="a")


def test_the_catalogue_comes_as_tables(gateway: Gateway, visit: sekisho.Visit) -> None:
    dataset = catalog_pb2.Dataset(id="demo-cancer", title="Demo", tier="overview", available=True)
    columns = [
        catalog_pb2.Column(name="sex", type="text", role="attribute", domain=["F", "M"]),
        catalog_pb2.Column(name="age", type="int", role="measure", unit="a", lower=0, upper=120),
    ]
    table = catalog_pb2.Table(name="individuals", label="private", columns=columns)
    gateway.answers |= {
        "CatalogService/ListDatasets": lambda *_: catalog_pb2.ListDatasetsResponse(
            datasets=[dataset]
        ),
        "CatalogService/ListTables": lambda request, _: catalog_pb2.ListTablesResponse(
            tables=[table] if request.dataset == "demo-cancer" else []
        ),
    }
    (listed,) = visit.datasets()
    assert (listed["id"], listed["tier"], listed["available"]) == ("demo-cancer", "overview", True)
    sex, age = visit.tables("demo-cancer")
    assert (sex["table"], sex["domain"], sex["lower"]) == ("individuals", ["F", "M"], None)
    assert (age["domain"], age["lower"], age["upper"], age["unit"]) == (None, 0.0, 120.0, "a")
    assert len(visit.tables("empty")) == 0
    assert "table" in repr(visit.tables("empty"))


def test_budget_and_receipts_can_be_asked_for(
    gateway: Gateway, visit: sekisho.Visit, ledger: Ledger
) -> None:
    index = ledger.append()
    budget = release_pb2.Budget(dataset="demo-cancer", project="P-0001", limit=200, spent=201)
    gateway.answers |= {
        "BudgetService/GetBudget": lambda *_: budget_pb2.GetBudgetResponse(budgets=[budget]),
        "ReceiptService/GetReceipt": lambda request, _: receipt_pb2.GetReceiptResponse(
            receipt=release_pb2.Receipt(**ledger.receipt(request.leaf_index))
        ),
    }
    assert list(visit.budget()) == [
        {"dataset": "demo-cancer", "limit": 200, "spent": 201, "left": 0}
    ]
    assert visit.receipt("demo-cancer", index).verify().leaf.sequence == index
    assert list(visit.ledger_keys()) == [{"dataset": "demo-cancer", "vkey": ledger.vkey}]


def test_a_closed_visit_says_so(visit: sekisho.Visit) -> None:
    visit.close()
    visit.close()
    with pytest.raises(sekisho.InvalidRequest, match="closed"):
        visit.datasets()
    with pytest.raises(sekisho.InvalidRequest, match="closed"):
        visit.sql(SQL, datasets="a")
