"""The operations of a gateway for tests: they end when a test says so."""

import threading
from collections.abc import Iterator
from typing import Any

import grpc

from gateway import Gateway, Refusal, answer
from ledger import Ledger
from sekisho._proto import operation_pb2, visit_pb2

RUNNING = operation_pb2.OPERATION_STATE_RUNNING
SUCCEEDED = operation_pb2.OPERATION_STATE_SUCCEEDED
FAILED = operation_pb2.OPERATION_STATE_FAILED
CANCELLED = operation_pb2.OPERATION_STATE_CANCELLED

SERVICE = "OperationService"


class Operating:
    """Keeps operations as the gateway does, until it is told to forget them.

    Attributes
    ----------
    lost
        What the next streams of `Watch` end with, one each, after they told the state.
    """

    def __init__(self, gateway: Gateway, ledger: Ledger) -> None:
        self.ledger = ledger
        self.held: dict[str, operation_pb2.Operation] = {}
        self.changed = threading.Condition()
        self.lost: list[grpc.StatusCode | None] = []
        self.watched = threading.Event()
        gateway.answers |= {
            f"{SERVICE}/Submit": self.submit,
            f"{SERVICE}/Watch": self.watch,
            f"{SERVICE}/Fetch": self.fetch,
            f"{SERVICE}/Cancel": self.cancel,
            f"{SERVICE}/ListOperations": lambda *_: operation_pb2.ListOperationsResponse(
                operations=self.held.values()
            ),
        }

    def end(self, name: str, state: int = SUCCEEDED, **failure: str) -> None:
        """End an operation."""
        with self.changed:
            self.held[name].state = state  # type: ignore[assignment]
            self.held[name].ended_at_ms = 2_000
            if failure:
                self.held[name].failure.CopyFrom(visit_pb2.ResultFailure(**failure))
            self.changed.notify_all()

    def forget(self) -> None:
        """Begin anew, as a gateway that was restarted."""
        with self.changed:
            self.held.clear()
            self.changed.notify_all()

    def submit(self, request: operation_pb2.SubmitRequest, _: object) -> operation_pb2.Operation:
        asked = getattr(request, str(request.WhichOneof("question")))
        of = asked.question if request.HasField("query") else asked
        begun = operation_pb2.Operation(
            project=of.project,
            name=asked.idempotency_key,
            datasets=of.datasets,
            state=RUNNING,
            submitted_at_ms=1_000,
        )
        with self.changed:
            return self.held.setdefault(begun.name, begun)

    def watch(
        self, request: operation_pb2.WatchRequest, context: grpc.ServicerContext
    ) -> Iterator[operation_pb2.Operation]:
        self.found(request.name)
        context.add_callback(self.wake)
        last = None
        while context.is_active():
            with self.changed:
                told = operation_pb2.Operation()
                told.CopyFrom(self.found(request.name))
            if told.state != last:
                last = told.state
                yield told
            self.watched.set()
            if last != RUNNING:
                return
            if self.lost:
                code = self.lost.pop(0)
                if code is None:
                    return
                raise Refusal(code, "lost")
            with self.changed:
                self.changed.wait(0.5)

    def wake(self) -> None:
        with self.changed:
            self.changed.notify_all()

    def fetch(
        self, request: operation_pb2.FetchRequest, _: object
    ) -> Iterator[visit_pb2.QueryResponse]:
        for dataset in self.found(request.name).datasets:
            yield from answer(self.ledger, dataset=dataset)

    def cancel(self, request: operation_pb2.CancelRequest, _: object) -> operation_pb2.Operation:
        if self.found(request.name).state == RUNNING:
            self.end(request.name, CANCELLED)
        return self.found(request.name)

    def found(self, name: str) -> Any:
        if name not in self.held:
            raise Refusal(
                grpc.StatusCode.NOT_FOUND,
                "there is no such operation",
                "NOT_AVAILABLE",
                {"help": "submit the question again with the same key"},
            )
        return self.held[name]
