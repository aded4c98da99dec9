"""The same visit for asyncio: each method runs the synchronous one on a thread of its own.

One implementation of the protocol is checked and kept; a gRPC channel is safe among threads,
and cancelling an awaited call cancels it on the wire.

Examples
--------
>>> import asyncio, sekisho
>>> async def both():
...     async with await sekisho.aio.connect() as visit:
...         return await asyncio.gather(
...             visit.count(by="sex", datasets="demo-cancer"),
...             visit.count(by="sex", datasets="demo-control"),
...         )
>>> asyncio.run(both())  # doctest: +SKIP
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import wraps
from types import TracebackType
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from sekisho import connection, visit
from sekisho.going import Going, asked

CALLS: Final = 16
"""How many calls of a visit are under way at once; others wait for their turn."""

_P = ParamSpec("_P")
_R = TypeVar("_R")


def _awaited(
    method: Callable[Concatenate[visit.Visit, _P], _R],
) -> Callable[Concatenate["Visit", _P], Coroutine[Any, Any, _R]]:
    """Make the asynchronous form of a method: same name, parameters, types and documentation."""

    @wraps(method)
    async def later(self: "Visit", /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        return await self._ask(lambda: method(self._visit, *args, **kwargs))

    return later


class Visit:
    """A `sekisho.Visit` whose methods are awaited; made by `connect`.

    Several may be awaited at once. Cancel one, and its call is cancelled at the server too;
    what was already charged stays charged, and the same question is answered again free.
    """

    datasets = _awaited(visit.Visit.datasets)
    tables = _awaited(visit.Visit.tables)
    twin = _awaited(visit.Visit.twin)
    check = _awaited(visit.Visit.check)
    sql = _awaited(visit.Visit.sql)
    frequencies = _awaited(visit.Visit.frequencies)
    survival = _awaited(visit.Visit.survival)
    cox = _awaited(visit.Visit.cox)
    logistic = _awaited(visit.Visit.logistic)
    linear = _awaited(visit.Visit.linear)
    qc_report = _awaited(visit.Visit.qc_report)
    count = _awaited(visit.Visit.count)
    crosstab = _awaited(visit.Visit.crosstab)
    funnel = _awaited(visit.Visit.funnel)
    cooccurrence = _awaited(visit.Visit.cooccurrence)
    prevalence = _awaited(visit.Visit.prevalence)
    association = _awaited(visit.Visit.association)
    rates = _awaited(visit.Visit.rates)
    budget = _awaited(visit.Visit.budget)
    receipt = _awaited(visit.Visit.receipt)
    ledger_keys = _awaited(visit.Visit.ledger_keys)

    def __init__(self, visit: visit.Visit) -> None:
        self._visit = visit
        self._threads = ThreadPoolExecutor(CALLS, thread_name_prefix="sekisho")

    @property
    def project(self) -> str:
        """The project on whose behalf the visit is made."""
        return self._visit.project

    async def __aenter__(self) -> "Visit":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the visit, and what is still asked. Results stay usable."""
        # Not on a thread: it need not wait for the calls that it ends. What still waits for
        # its turn then finds the visit closed, and says so.
        self._visit.close()
        self._threads.shutdown(wait=False)

    def __repr__(self) -> str:
        return f"sekisho.aio.{self._visit!r}"

    async def _ask(self, ask: Callable[[], _R]) -> _R:
        self._visit._calls.ensure_open()
        going, context = Going(), copy_context()

        def work() -> _R:
            with asked(going):
                return ask()

        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, context.run, work)
        except asyncio.CancelledError:
            going.cancel()
            raise


def _connected(
    connect: Callable[_P, visit.Visit],
) -> Callable[_P, Coroutine[Any, Any, Visit]]:
    @wraps(connect)
    async def later(*args: _P.args, **kwargs: _P.kwargs) -> Visit:
        return Visit(await asyncio.to_thread(connect, *args, **kwargs))

    return later


connect = _connected(connection.connect)
