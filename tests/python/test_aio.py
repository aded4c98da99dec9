"""The asynchronous visit has the methods of the other, and they run at once."""

import asyncio
import inspect
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import grpc
import pytest

import sekisho
from gateway import Gateway, Refusal, answer
from ledger import Ledger
from pki import Authority
from sekisho import aio
from sekisho._proto import budget_pb2

SQL = "SELECT count(DISTINCT individual_id) AS n FROM individuals"
QUERY = "VisitService/Query"


def names(of: type) -> set[str]:
    return {name for name in dir(of) if not name.startswith("_")}


def test_no_method_of_a_visit_is_missing_from_the_asynchronous_one() -> None:
    missing = names(sekisho.Visit) - names(aio.Visit)
    assert not missing, f"write `name = _awaited(visit.Visit.name)` in aio.py for {missing}"
    assert names(aio.Visit) - names(sekisho.Visit) == {"project"}


@pytest.mark.parametrize("name", sorted(names(sekisho.Visit)))
def test_signatures_and_documentation_are_the_same(name: str) -> None:
    theirs, ours = getattr(sekisho.Visit, name), getattr(aio.Visit, name)
    assert inspect.signature(ours) == inspect.signature(theirs)
    assert inspect.iscoroutinefunction(ours)
    assert ours.__doc__


def test_it_is_connected_to_alike() -> None:
    assert inspect.signature(aio.connect) == inspect.signature(sekisho.connect)


@pytest.fixture
def run(
    gateway: Gateway, authority: Authority, researcher: Path
) -> Callable[[Callable[[aio.Visit], Coroutine[Any, Any, Any]]], Any]:
    """Run something with a visit of its own."""

    async def whole(main: Callable[[aio.Visit], Coroutine[Any, Any, Any]]) -> Any:
        async with await aio.connect(
            gateway.address, identity=researcher, ca=authority.path, project="P-0001", timeout=20
        ) as visit:
            return await main(visit)

    return lambda main: asyncio.run(whole(main))


def test_questions_are_asked_at_once_and_the_keys_are_fetched_once(
    gateway: Gateway, run: Any, ledger: Ledger
) -> None:
    meeting = threading.Barrier(3, timeout=10)
    ledger_lock = threading.Lock()

    def together(request: Any, _: object) -> Any:
        meeting.wait()
        with ledger_lock:
            return list(answer(ledger, dataset=request.question.datasets[0]))

    gateway.answers[QUERY] = together

    async def main(visit: aio.Visit) -> Any:
        return await asyncio.gather(*(visit.sql(SQL, datasets="demo-cancer") for _ in range(3)))

    results = run(main)
    assert len({result.receipt.leaf_index for result in results}) == 3
    assert all(result.receipt.verify() for result in results)
    assert len(gateway.asked("ReceiptService/ListLedgerKeys")) == 1


@pytest.mark.parametrize("method", ["VisitService/Query", "BudgetService/GetBudget"])
def test_whoever_stops_waiting_ends_the_call(gateway: Gateway, run: Any, method: str) -> None:
    begun, ended = threading.Event(), threading.Event()

    def slow(_: object, context: grpc.ServicerContext) -> Any:
        context.add_callback(ended.set)
        begun.set()
        ended.wait(10)
        return [] if method == QUERY else budget_pb2.GetBudgetResponse()

    gateway.answers[method] = slow

    async def main(visit: aio.Visit) -> None:
        ask = visit.sql(SQL, datasets="demo-cancer") if method == QUERY else visit.budget()
        task = asyncio.create_task(ask)
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(ended.wait, 5)

    started = time.monotonic()
    run(main)
    assert time.monotonic() - started < 8
    assert len(gateway.asked(method)) == 1


def test_a_failure_is_the_same_exception(gateway: Gateway, run: Any) -> None:
    def refuse(*_: object) -> Any:
        raise Refusal(grpc.StatusCode.FAILED_PRECONDITION, "rows", "QUERY_REFUSED", {"rule": "r"})

    gateway.answers[QUERY] = refuse

    async def main(visit: aio.Visit) -> None:
        with pytest.raises(sekisho.QueryRefused, match="rows"):
            await visit.sql("SELECT *", datasets="demo-cancer")

    run(main)


def test_a_closed_visit_says_so_also_to_those_who_wait(gateway: Gateway, run: Any) -> None:
    begun = threading.Event()

    def slow(_: object, context: grpc.ServicerContext) -> Any:
        ended = threading.Event()
        context.add_callback(ended.set)
        begun.set()
        ended.wait(10)
        return []

    gateway.answers[QUERY] = slow

    async def main(visit: aio.Visit) -> None:
        task = asyncio.create_task(visit.sql(SQL, datasets="demo-cancer"))
        await asyncio.to_thread(begun.wait, 10)
        await visit.close()
        with pytest.raises(sekisho.SekishoError):
            await task
        with pytest.raises(sekisho.InvalidRequest, match="closed"):
            await visit.datasets()
        assert visit.project == "P-0001"
        assert repr(visit) == "sekisho.aio.Visit(project='P-0001')"

    run(main)
