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
from operating import Operating
from pki import Authority
from sekisho import State, aio, operations
from sekisho._proto import budget_pb2
from sekisho.questions import Questions

SQL = "SELECT count(DISTINCT individual_id) AS n FROM individuals"
QUERY = "VisitService/Query"


def names(of: type) -> set[str]:
    return {name for name in dir(of) if not name.startswith("_")}


PAIRS = [
    (sekisho.Visit, aio.Visit),
    (operations.Submitting, aio.Submitting),
    (sekisho.Operation, aio.Operation),
]


@pytest.mark.parametrize(("theirs", "ours"), PAIRS)
def test_no_method_is_missing_from_the_asynchronous_one(theirs: type, ours: type) -> None:
    assert names(ours) == names(theirs), "write `name = _awaited(….name)` in aio.py"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        pytest.param(getattr(theirs, name), getattr(ours, name), id=f"{theirs.__name__}.{name}")
        for theirs, ours in PAIRS
        for name in sorted(names(theirs))
    ],
)
def test_parameters_and_documentation_are_the_same(theirs: Any, ours: Any) -> None:
    assert ours.__doc__
    if isinstance(theirs, property):
        assert isinstance(ours, property)
        return
    assert inspect.signature(ours).parameters == inspect.signature(theirs).parameters
    # What can be asked is defined once: who is asked says whether an answer is awaited.
    assert ours is theirs or inspect.iscoroutinefunction(ours) or inspect.isasyncgenfunction(ours)


@pytest.mark.parametrize("name", sorted(names(Questions)))
def test_questions_are_defined_once(name: str) -> None:
    ways = (sekisho.Visit, operations.Submitting, aio.Visit, aio.Submitting)
    assert {getattr(way, name) for way in ways} == {getattr(Questions, name)}


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


def test_operations_are_awaited_while_others_are_asked(
    gateway: Gateway, run: Any, ledger: Ledger
) -> None:
    operating = Operating(gateway, ledger)

    async def main(visit: aio.Visit) -> Any:
        begun = await asyncio.gather(
            *(visit.submit.count(datasets="demo-cancer", idempotency_key=key) for key in "ab")
        )
        waits = [asyncio.create_task(operation.result()) for operation in begun]
        assert {row["state"] for row in await visit.operations()} == {"running"}
        states = []
        async for state in (await visit.operation("a")).watch():
            states.append(state)
            for key in "ab" * (state is State.RUNNING):
                operating.end(key)
        assert states == [State.RUNNING, State.SUCCEEDED]
        return await asyncio.gather(*waits)

    for result in run(main):
        assert result.receipt.verify()


def test_whoever_stops_waiting_for_an_operation_does_not_cancel_it(
    gateway: Gateway, run: Any, ledger: Ledger
) -> None:
    operating = Operating(gateway, ledger)

    async def main(visit: aio.Visit) -> None:
        operation = await visit.submit.count(datasets="demo-cancer", idempotency_key="a")
        assert repr(operation).startswith("sekisho.aio.Operation('a', running")
        waits = asyncio.create_task(operation.wait())
        await asyncio.to_thread(operating.watched.wait, 10)
        waits.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waits
        await asyncio.sleep(0.3)
        assert len(gateway.asked("OperationService/Watch")) == 1
        assert await operation.refresh() is State.RUNNING
        assert await operation.cancel() is State.CANCELLED
        with pytest.raises(sekisho.Cancelled):
            await operation.result()

    run(main)


def test_what_is_wrong_is_said_at_once(run: Any) -> None:
    async def main(visit: aio.Visit) -> None:
        with pytest.raises(sekisho.InvalidRequest):
            visit.association(datasets="demo-cancer")

    run(main)
