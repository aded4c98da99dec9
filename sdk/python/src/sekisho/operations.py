"""Operations: questions that take longer than anybody waits for."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import pyarrow as pa

from sekisho._proto import operation_pb2, visit_pb2
from sekisho.answering import Answering
from sekisho.asking import Request, words_of
from sekisho.errors import Cancelled, InternalError, NotAvailable, SekishoError
from sekisho.listing import Listing
from sekisho.questions import Questions
from sekisho.result import Result, Results
from sekisho.status import failure_error
from sekisho.tracing import Metadata, span
from sekisho.watching import look, states


class State(StrEnum):
    """How far an operation is; all but `RUNNING` last."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Operation:
    """A question that goes on while nobody waits; made by `Visit.submit` or `Visit.operation`.

    The gateway keeps it for an hour after its end, and no longer than it runs. One that was
    made by `submit` knows its question, and submits it again with the same key if it was
    forgotten: what was answered is not charged again, what was interrupted begins anew and is.

    Examples
    --------
    >>> operation = visit.submit.association(
    ...     case="diagnosis = 'stomach'", datasets="demo-cancer"
    ... )  # doctest: +SKIP
    >>> operation.name  # doctest: +SKIP
    '9d0c6c2f4f5b4f4e8a0f3c1f2b7a6e55'
    >>> operation.result()  # doctest: +SKIP
    """

    def __init__(
        self,
        answering: Answering,
        told: operation_pb2.Operation,
        request: Request | None = None,
    ) -> None:
        self._answering = answering
        self._told = told
        self._request = request
        self._result: Result | Results | None = None

    @property
    def name(self) -> str:
        """Its name, the idempotency key of the question; all that `Visit.operation` needs."""
        return self._told.name

    @property
    def datasets(self) -> tuple[str, ...]:
        """The datasets asked."""
        return tuple(self._told.datasets)

    @property
    def state(self) -> State:
        """How far it is, as it was told last; `refresh` asks."""
        return _state(self._told.state)

    @property
    def submitted_at(self) -> datetime:
        """When it was submitted."""
        return _time(self._told.submitted_at_ms)

    @property
    def ended_at(self) -> datetime | None:
        """When it ended; None while it goes on."""
        return _time(self._told.ended_at_ms) if self._told.ended_at_ms else None

    @property
    def failure(self) -> SekishoError | None:
        """Why it failed, as far as was told; None if it did not."""
        if self.state is not State.FAILED:
            return None
        words = words_of(self._request) if self._request else ""
        return failure_error(self._told.failure, words)

    def refresh(self) -> State:
        """Ask how far it is, and give that."""
        with span("sekisho.refresh") as metadata:
            if self.state is State.RUNNING:
                try:
                    self._told = look(self._answering.calls, self._named(), metadata)
                except NotAvailable as gone:
                    self._again(gone, metadata)
        return self.state

    def watch(self) -> Iterator[State]:
        """Give its state now and whenever that changes; the last is one that lasts.

        Raises
        ------
        SekishoError
            As of `wait`.
        """
        last: State | None = None
        for state in self._stands(None, ()):
            if state is not last:
                last = state
                yield state

    def wait(self, timeout: float | None = None) -> State:
        """Wait until it has ended.

        A connection that is lost, and a gateway that begins anew, are waited for, too.

        Parameters
        ----------
        timeout
            Seconds; None for as long as it takes.

        Returns
        -------
        State
            One that lasts: succeeded, failed or cancelled.

        Raises
        ------
        StillRunning
            If the time is over. It goes on.
        ConnectionFailed
            If the gateway was silent for ten minutes.
        NotAvailable
            If the gateway has forgotten it, and its question is not known here.
        """
        with span("sekisho.wait") as metadata:
            return self._ended(_until(timeout), metadata)

    def result(self, timeout: float | None = None) -> Result | Results:
        """Wait until it has ended, and give what the question would have given.

        Parameters
        ----------
        timeout
            As of `wait`.

        Returns
        -------
        Result or Results
            As of the question.

        Raises
        ------
        Cancelled
            If it was cancelled.
        SekishoError
            If it failed, the reason; else as of `wait`.
        """
        if self._result is not None:
            return self._result
        until = _until(timeout)
        with span("sekisho.result", len(self.datasets)) as metadata:
            try:
                self._result = self._fetch(until, metadata)
            except NotAvailable as gone:
                self._again(gone, metadata)
                self._result = self._fetch(until, metadata)
        return self._result

    def cancel(self) -> State:
        """End it, unless it has ended. What was charged stays charged.

        Returns
        -------
        State
            One that lasts.
        """
        request = operation_pb2.CancelRequest(project=self._answering.project, name=self.name)
        with span("sekisho.cancel") as metadata:
            self._told = self._answering.calls.cancel(request, metadata)
        return self.state

    def __repr__(self) -> str:
        return f"Operation({self.name!r}, {self.state}, datasets={list(self.datasets)})"

    def _named(self) -> operation_pb2.WatchRequest:
        return operation_pb2.WatchRequest(project=self._answering.project, name=self.name)

    def _ended(self, until: float | None, metadata: Metadata) -> State:
        for _ in self._stands(until, metadata):
            pass
        return self.state

    def _stands(self, until: float | None, metadata: Metadata) -> Iterator[State]:
        if self.state is not State.RUNNING:
            yield self.state
            return
        submitted = False
        while True:
            try:
                for told in states(self._answering.calls, self._named(), until, metadata):
                    self._told, submitted = told, False
                    yield self.state
                return
            except NotAvailable as gone:
                if submitted:
                    raise
                self._again(gone, metadata)
                submitted = True

    def _fetch(self, until: float | None, metadata: Metadata) -> Result | Results:
        match self._ended(until, metadata):
            case State.SUCCEEDED:
                return self._answering.fetch(self.name, self.datasets, self._request, metadata)
            case State.CANCELLED:
                raise Cancelled(
                    f"the operation `{self.name}` was cancelled",
                    help="submit the question again, with the same key if you like",
                )
            case _:
                raise self.failure or InternalError("the operation failed without a reason")

    def _again(self, gone: NotAvailable, metadata: Metadata) -> None:
        """Submit the question again, under its name."""
        if self._request is None:
            raise NotAvailable(
                f"the gateway has forgotten the operation `{self.name}`, and its question is "
                "not known here",
                help=f"submit it again with `idempotency_key={self.name!r}`; an answer that was "
                "given is sent again, free",
            ) from gone
        self._told = self._answering.calls.submit(
            submission(self._request), metadata, words_of(self._request)
        )


class Submitting(Questions[Operation]):
    """The questions of a `Visit`, submitted: each method gives an `Operation` at once.

    ``operation.result()`` is what the method's documentation calls its result.
    """

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self.project = answering.project

    def _ask(self, name: str, request: Request) -> Operation:  # noqa: ARG002 - it is no question yet
        with span("sekisho.submit") as metadata:
            told = self._answering.calls.submit(submission(request), metadata, words_of(request))
        return Operation(self._answering, told, request)

    def __repr__(self) -> str:
        return f"Submitting(project={self.project!r})"


def submission(request: Request) -> operation_pb2.SubmitRequest:
    """Give a question as one that is submitted."""
    if isinstance(request, visit_pb2.QueryRequest):
        return operation_pb2.SubmitRequest(query=request)
    return operation_pb2.SubmitRequest(analysis=request)


def found(answering: Answering, name: str, metadata: Metadata) -> Operation:
    """Give an operation by its name, as it stands."""
    request = operation_pb2.WatchRequest(project=answering.project, name=name)
    return Operation(answering, look(answering.calls, request, metadata))


def listed(operations: Sequence[operation_pb2.Operation]) -> Listing:
    """Give operations as a table, a row for each."""
    rows = [
        {
            "name": of.name,
            "state": str(_state(of.state)),
            "datasets": list(of.datasets),
            "submitted_at": of.submitted_at_ms,
            "ended_at": of.ended_at_ms or None,
            "reason": of.failure.reason or None,
            "message": of.failure.message or None,
        }
        for of in operations
    ]
    return Listing(pa.Table.from_pylist(rows, schema=_COLUMNS))


def _state(told: int) -> State:
    try:
        return _STATES[told]
    except KeyError:
        raise InternalError(
            f"the server tells a state that is not known here ({told})",
            help="bring this package up to date",
        ) from None


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _until(timeout: float | None) -> float | None:
    return None if timeout is None else time.monotonic() + timeout


_RUNNING: Final = operation_pb2.OPERATION_STATE_RUNNING

_STATES: Final[dict[int, State]] = {
    _RUNNING: State.RUNNING,
    operation_pb2.OPERATION_STATE_SUCCEEDED: State.SUCCEEDED,
    operation_pb2.OPERATION_STATE_FAILED: State.FAILED,
    operation_pb2.OPERATION_STATE_CANCELLED: State.CANCELLED,
}

_COLUMNS: Final = pa.schema(
    [
        ("name", pa.string()),
        ("state", pa.string()),
        ("datasets", pa.list_(pa.string())),
        ("submitted_at", pa.timestamp("ms", tz="UTC")),
        ("ended_at", pa.timestamp("ms", tz="UTC")),
        ("reason", pa.string()),
        ("message", pa.string()),
    ]
)
