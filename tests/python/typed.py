"""What type checkers see of a visit; `make lint` checks it, nothing runs it."""

from typing import assert_type

import pyarrow as pa

import sekisho
from sekisho import Check, Checks, Listing, Operation, Receipt, Result, Results, State, aio


async def typed() -> None:
    """Ask for one of each kind, and two that are wrong."""
    async with await sekisho.aio.connect("localhost:7443", project="P-0001") as visit:
        assert_type(visit, aio.Visit)
        assert_type(await visit.sql("SELECT 1", datasets=["a"]), Result | Results)
        assert_type(await visit.check("SELECT 1", datasets="a"), Check | Checks)
        assert_type(await visit.count(by="sex", datasets="a"), Result | Results)
        assert_type(await visit.tables("a"), Listing)
        assert_type(await visit.twin("a", "individuals", rows=5), pa.Table)
        assert_type(await visit.receipt("a", 1), Receipt)
        # `warn_unused_ignores` makes each of these say that it is an error.
        await visit.count(by="sex")  # type: ignore[call-arg]
        await visit.tables(3)  # type: ignore[arg-type]
        operation = await visit.submit.count(by="sex", datasets="a")
        assert_type(operation, aio.Operation)
        assert_type(await operation.result(timeout=5), Result | Results)
        assert_type(await operation.wait(), State)
        assert_type(await visit.operations(), Listing)
        assert_type(await visit.operation("key"), aio.Operation)
        async for state in operation.watch():
            assert_type(state, State)
        await visit.submit.count(by="sex")  # type: ignore[call-arg]


def typed_alike() -> None:
    """Ask for the same without asyncio."""
    visit = sekisho.connect("localhost:7443", project="P-0001")
    assert_type(visit.association(case="dead", datasets="a"), Result | Results)
    operation = visit.submit.association(case="dead", datasets="a")
    assert_type(operation, Operation)
    assert_type(operation.result(), Result | Results)
    assert_type(visit.operation("key"), Operation)
    visit.submit.sql("SELECT 1")  # type: ignore[call-arg]
