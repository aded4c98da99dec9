"""The same visit for asyncio: each call is made by the synchronous one, on a thread.

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
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime
from functools import wraps
from types import TracebackType
from typing import Any, Concatenate, Final, Generic, ParamSpec, TypeVar

from sekisho import connection, operations, visit
from sekisho.asking import Request
from sekisho.errors import SekishoError
from sekisho.going import Going, asked
from sekisho.operations import State
from sekisho.questions import Questions
from sekisho.result import Result, Results

CALLS: Final = 16
"""How many calls of a visit are under way at once; others wait for their turn. As many again
wait for operations."""

_P = ParamSpec("_P")
_R = TypeVar("_R")
_T = TypeVar("_T")


class _Threads:
    """Where the calls of a visit are made, and apart from them where operations are waited for."""

    def __init__(self, ensure_open: Callable[[], object]) -> None:
        self._ensure_open = ensure_open
        self._calls = ThreadPoolExecutor(CALLS, thread_name_prefix="sekisho")
        self._waits = ThreadPoolExecutor(CALLS, thread_name_prefix="sekisho-wait")

    async def run(self, ask: Callable[[], _R], *, waits: bool = False) -> _R:
        self._ensure_open()
        going, context = Going(), copy_context()

        def work() -> _R:
            with asked(going):
                return ask()

        loop = asyncio.get_running_loop()
        threads = self._waits if waits else self._calls
        try:
            return await loop.run_in_executor(threads, context.run, work)
        except asyncio.CancelledError:
            going.cancel()
            raise

    def shutdown(self) -> None:
        self._calls.shutdown(wait=False)
        self._waits.shutdown(wait=False)


class _Later(Generic[_T]):
    """Something whose methods are awaited."""

    def __init__(self, of: _T, threads: _Threads) -> None:
        self._of = of
        self._threads = threads

    def __repr__(self) -> str:
        return f"sekisho.aio.{self._of!r}"


def _awaited(
    method: Callable[Concatenate[_T, _P], _R], *, waits: bool = False
) -> Callable[Concatenate[_Later[_T], _P], Coroutine[Any, Any, _R]]:
    """Make the asynchronous form of a method: same name, parameters, types and documentation."""

    @wraps(method)
    async def later(self: _Later[_T], /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        return await self._threads.run(lambda: method(self._of, *args, **kwargs), waits=waits)

    return later


class Operation(_Later[operations.Operation]):
    """A `sekisho.Operation` whose methods are awaited, and whose `watch` is ``async for``."""

    refresh = _awaited(operations.Operation.refresh)
    wait = _awaited(operations.Operation.wait, waits=True)
    result = _awaited(operations.Operation.result, waits=True)
    cancel = _awaited(operations.Operation.cancel)

    @property
    def name(self) -> str:
        """Its name, the idempotency key of the question; all that `Visit.operation` needs."""
        return self._of.name

    @property
    def datasets(self) -> tuple[str, ...]:
        """The datasets asked."""
        return self._of.datasets

    @property
    def state(self) -> State:
        """How far it is, as it was told last; `refresh` asks."""
        return self._of.state

    @property
    def submitted_at(self) -> datetime:
        """When it was submitted."""
        return self._of.submitted_at

    @property
    def ended_at(self) -> datetime | None:
        """When it ended; None while it goes on."""
        return self._of.ended_at

    @property
    def failure(self) -> SekishoError | None:
        """Why it failed, as far as was told; None if it did not."""
        return self._of.failure

    async def watch(self) -> AsyncIterator[State]:
        """Give its state now and whenever that changes; the last is one that lasts."""
        states = self._of.watch()

        def told() -> State | None:
            return next(states, None)

        while state := await self._threads.run(told, waits=True):
            yield state


class Submitting(_Later[operations.Submitting], Questions[Coroutine[Any, Any, Operation]]):
    """The questions of a `Visit`, submitted: each gives an `Operation` when it is awaited."""

    def __init__(self, of: operations.Submitting, threads: _Threads) -> None:
        super().__init__(of, threads)
        self.project = of.project

    async def _ask(self, name: str, request: Request) -> Operation:
        operation = await self._threads.run(lambda: self._of._ask(name, request))
        return Operation(operation, self._threads)


class Visit(_Later[visit.Visit], Questions[Coroutine[Any, Any, Result | Results]]):
    """A `sekisho.Visit` whose methods are awaited; made by `connect`.

    Several may be awaited at once. Cancel one, and its call is cancelled at the server too;
    what was already charged stays charged, and the same question is answered again free.
    """

    datasets = _awaited(visit.Visit.datasets)
    tables = _awaited(visit.Visit.tables)
    twin = _awaited(visit.Visit.twin)
    check = _awaited(visit.Visit.check)
    operations = _awaited(visit.Visit.operations)
    budget = _awaited(visit.Visit.budget)
    receipt = _awaited(visit.Visit.receipt)
    ledger_keys = _awaited(visit.Visit.ledger_keys)

    def __init__(self, of: visit.Visit) -> None:
        super().__init__(of, _Threads(of._calls.ensure_open))
        self.project = of.project

    @property
    def submit(self) -> Submitting:
        """The same questions, submitted: ``await visit.submit.association(…)``.

        What is given is an `Operation`, which goes on at the gateway while nobody waits.
        """
        return Submitting(self._of.submit, self._threads)

    async def operation(self, name: str) -> Operation:
        """Come back to an operation, also from another process.

        Parameters
        ----------
        name
            As of `Operation.name`, the idempotency key of its question.
        """
        return Operation(await self._threads.run(lambda: self._of.operation(name)), self._threads)

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
        self._of.close()
        self._threads.shutdown()

    async def _ask(self, name: str, request: Request) -> Result | Results:
        return await self._threads.run(lambda: self._of._ask(name, request))


def _connected(
    connect: Callable[_P, visit.Visit],
) -> Callable[_P, Coroutine[Any, Any, Visit]]:
    @wraps(connect)
    async def later(*args: _P.args, **kwargs: _P.kwargs) -> Visit:
        return Visit(await asyncio.to_thread(connect, *args, **kwargs))

    return later


connect = _connected(connection.connect)
