"""A gateway for tests: a real gRPC server over mutual TLS with canned answers."""

from collections.abc import Callable, Iterator
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import pyarrow as pa
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from ledger import Ledger
from sekisho._proto import (
    budget_pb2,
    catalog_pb2,
    operation_pb2,
    receipt_pb2,
    release_pb2,
    visit_pb2,
)

METHODS: dict[str, tuple[type[Message], str]] = {
    "VisitService/Check": (visit_pb2.CheckRequest, "unary"),
    "VisitService/Query": (visit_pb2.QueryRequest, "stream"),
    "VisitService/Analyze": (visit_pb2.AnalyzeRequest, "stream"),
    "CatalogService/ListDatasets": (catalog_pb2.ListDatasetsRequest, "unary"),
    "CatalogService/ListTables": (catalog_pb2.ListTablesRequest, "unary"),
    "BudgetService/GetBudget": (budget_pb2.GetBudgetRequest, "unary"),
    "ReceiptService/GetReceipt": (receipt_pb2.GetReceiptRequest, "unary"),
    "ReceiptService/ListLedgerKeys": (receipt_pb2.ListLedgerKeysRequest, "unary"),
    "OperationService/Submit": (operation_pb2.SubmitRequest, "unary"),
    "OperationService/Watch": (operation_pb2.WatchRequest, "stream"),
    "OperationService/Fetch": (operation_pb2.FetchRequest, "stream"),
    "OperationService/Cancel": (operation_pb2.CancelRequest, "unary"),
    "OperationService/ListOperations": (operation_pb2.ListOperationsRequest, "unary"),
}


class Refusal(Exception):
    """An answer that is a gRPC status, with details if a reason is given."""

    def __init__(
        self,
        code: grpc.StatusCode,
        message: str,
        reason: str = "",
        metadata: dict[str, str] | None = None,
        *details: Message,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.trailing = details_metadata(message, reason, metadata or {}, *details)


class Gateway:
    """Listens on loopback and answers with `answers[method](request, context)`."""

    def __init__(self, identity: Path, ca: Path, port: int = 0) -> None:
        chain = identity.read_bytes()
        self.answers: dict[str, Callable[[Any, grpc.ServicerContext], Any]] = {}
        self.requests: list[tuple[str, Any, dict[str, Any]]] = []
        self.server = grpc.server(futures.ThreadPoolExecutor(16))
        services: dict[str, dict[str, grpc.RpcMethodHandler]] = {}
        for method in METHODS:
            service, name = method.split("/")
            services.setdefault(service, {})[name] = self._handler(method)
        self.server.add_generic_rpc_handlers(
            tuple(
                grpc.method_handlers_generic_handler(f"sekisho.v1.{service}", handlers)
                for service, handlers in services.items()
            )
        )
        port = self.server.add_secure_port(
            f"127.0.0.1:{port}",
            grpc.ssl_server_credentials(
                [(chain, chain)], root_certificates=ca.read_bytes(), require_client_auth=True
            ),
        )
        self.address = f"localhost:{port}"
        self.server.start()

    def stop(self) -> None:
        self.server.stop(0).wait()

    def asked(self, method: str) -> list[Any]:
        return [request for name, request, _ in self.requests if name == method]

    def _handler(self, method: str) -> grpc.RpcMethodHandler:
        request_type, shape = METHODS[method]

        def note(request: Any, context: grpc.ServicerContext) -> None:
            self.requests.append((method, request, dict(context.invocation_metadata())))

        def unary(request: Any, context: grpc.ServicerContext) -> Any:
            note(request, context)
            try:
                return self.answers[method](request, context)
            except Refusal as refusal:
                refuse(refusal, context)

        def stream(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            note(request, context)
            try:
                yield from self.answers[method](request, context)
            except Refusal as refusal:
                refuse(refusal, context)

        make = (
            grpc.unary_unary_rpc_method_handler
            if shape == "unary"
            else grpc.unary_stream_rpc_method_handler
        )
        return make(
            unary if shape == "unary" else stream,
            request_deserializer=request_type.FromString,
            response_serializer=lambda message: message.SerializeToString(),
        )


def refuse(refusal: Refusal, context: grpc.ServicerContext) -> None:
    context.set_trailing_metadata(refusal.trailing)
    context.abort(refusal.code, refusal.message)


def details_metadata(
    message: str, reason: str, metadata: dict[str, str], *details: Message
) -> tuple[tuple[str, bytes], ...]:
    status = status_pb2.Status(code=9, message=message)
    if reason:
        info = error_details_pb2.ErrorInfo(reason=reason, domain="sekisho", metadata=metadata)
        status.details.add().Pack(info)
    for detail in details:
        status.details.add().Pack(detail)
    return (("grpc-status-details-bin", status.SerializeToString()),) if status.details else ()


def diagnoses() -> pa.Table:
    """Four diagnoses, one of them suppressed."""
    schema = pa.schema(
        [
            pa.field("diagnosis", pa.string()),
            pa.field("n", pa.int64(), metadata={"sekisho.suppressed": "1"}),
        ],
        metadata={"sekisho.dataset": "demo-cancer", "sekisho.figures_suppressed": "1"},
    )
    return pa.table(
        {"diagnosis": ["breast", "colon", "lung", "skin"], "n": [120, 85, 40, None]}, schema
    )


def ipc(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def release(ledger: Ledger, index: int, dataset: str = "demo-cancer") -> release_pb2.Release:
    return release_pb2.Release(
        dataset=dataset,
        snapshot="4" * 64,
        policy_digest="5" * 64,
        profile="standard",
        threshold=10,
        rounding_base=5,
        figures_released=3,
        figures_suppressed=1,
        budget=release_pb2.Budget(dataset=dataset, project="P-0001", limit=200, spent=12),
        receipt=release_pb2.Receipt(**ledger.receipt(index)),
    )


def answer(
    ledger: Ledger, *tables: pa.Table, dataset: str = "demo-cancer", chunk: int = 100
) -> Iterator[visit_pb2.QueryResponse]:
    """One dataset's part of a stream, in small chunks."""
    index = ledger.append(dataset=dataset)
    ledger.append(dataset="another")
    yield visit_pb2.QueryResponse(start=visit_pb2.ResultStart(dataset=dataset))
    encoded = b"".join(ipc(table) for table in tables or [diagnoses()])
    for at in range(0, len(encoded), chunk):
        yield visit_pb2.QueryResponse(arrow_ipc=encoded[at : at + chunk])
    yield visit_pb2.QueryResponse(release=release(ledger, index, dataset))
