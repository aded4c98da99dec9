"""The methods of `sekisho.v1`, with deadlines and with our exceptions."""

import time
import weakref
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

import grpc
from google.protobuf.message import Message

from sekisho import going
from sekisho._proto import budget_pb2, catalog_pb2, operation_pb2, receipt_pb2, visit_pb2
from sekisho.asking import Request, words_of
from sekisho.channel import diagnose, open_channel
from sekisho.errors import ConnectionFailed, InvalidRequest, LimitExceeded, SekishoError
from sekisho.identity import Identity
from sekisho.status import details_of, error_of
from sekisho.tracing import Metadata

RETRIES: Final = 2
"""How often a query is asked again when the server was away before any byte came."""

_PAUSE_SECONDS: Final = 0.25
"""Before the first retry; twice that before the second."""

_HANDSHAKE_SECONDS: Final = 10.0

_T = TypeVar("_T")


class Calls:
    """A connection to one gateway; several threads may call at once."""

    def __init__(
        self,
        address: str,
        identity: Identity,
        ca: bytes | None,
        timeout: float | None,
        language: str | None,
    ) -> None:
        self._address = address
        self._identity = identity
        self._ca = ca
        self._timeout = timeout
        self._language: Metadata = (("accept-language", language),) if language else ()
        handshake = min(timeout or _HANDSHAKE_SECONDS, _HANDSHAKE_SECONDS)
        channel = open_channel(address, identity, ca, handshake)
        self._channel: grpc.Channel | None = channel
        # A notebook's last cell closes nothing, and an open channel can keep the
        # interpreter from ending.
        self._end = weakref.finalize(self, channel.close)

        def unary(method: str, response: type[Message]) -> Any:
            return channel.unary_unary(
                f"/sekisho.v1.{method}",
                request_serializer=lambda message: message.SerializeToString(),
                response_deserializer=response.FromString,
            )

        self._check = unary("VisitService/Check", visit_pb2.CheckResponse)
        self._datasets = unary("CatalogService/ListDatasets", catalog_pb2.ListDatasetsResponse)
        self._tables = unary("CatalogService/ListTables", catalog_pb2.ListTablesResponse)
        self._budget = unary("BudgetService/GetBudget", budget_pb2.GetBudgetResponse)
        self._receipt = unary("ReceiptService/GetReceipt", receipt_pb2.GetReceiptResponse)
        self._keys = unary("ReceiptService/ListLedgerKeys", receipt_pb2.ListLedgerKeysResponse)

        self._submit = unary("OperationService/Submit", operation_pb2.Operation)
        self._cancel = unary("OperationService/Cancel", operation_pb2.Operation)
        self._operations = unary(
            "OperationService/ListOperations", operation_pb2.ListOperationsResponse
        )

        def streamed(method: str, response: type[Message] = visit_pb2.QueryResponse) -> Any:
            return channel.unary_stream(
                f"/sekisho.v1.{method}",
                request_serializer=lambda message: message.SerializeToString(),
                response_deserializer=response.FromString,
            )

        self._query = streamed("VisitService/Query")
        self._analyze = streamed("VisitService/Analyze")
        self._fetch = streamed("OperationService/Fetch")
        self._watch = streamed("OperationService/Watch", operation_pb2.Operation)

    def close(self) -> None:
        """Close the connection; a second time does nothing."""
        # First: whoever begins a call meanwhile is told that the visit is closed.
        self._channel = None
        self._end()

    def ensure_open(self) -> None:
        """Say so if the visit is closed."""
        if self._channel is None:
            raise InvalidRequest("the visit is closed", help="`sekisho.connect` again")

    def check(self, request: visit_pb2.CheckRequest, metadata: Metadata) -> visit_pb2.CheckResponse:
        """Judge a question."""
        response: visit_pb2.CheckResponse = self._call(
            self._check, request, metadata, request.question.sql
        )
        return response

    def datasets(
        self, request: catalog_pb2.ListDatasetsRequest, metadata: Metadata
    ) -> catalog_pb2.ListDatasetsResponse:
        """List datasets."""
        response: catalog_pb2.ListDatasetsResponse = self._call(self._datasets, request, metadata)
        return response

    def tables(
        self, request: catalog_pb2.ListTablesRequest, metadata: Metadata
    ) -> catalog_pb2.ListTablesResponse:
        """List tables."""
        response: catalog_pb2.ListTablesResponse = self._call(self._tables, request, metadata)
        return response

    def budget(
        self, request: budget_pb2.GetBudgetRequest, metadata: Metadata
    ) -> budget_pb2.GetBudgetResponse:
        """Get budgets."""
        response: budget_pb2.GetBudgetResponse = self._call(self._budget, request, metadata)
        return response

    def receipt(
        self, request: receipt_pb2.GetReceiptRequest, metadata: Metadata
    ) -> receipt_pb2.GetReceiptResponse:
        """Get a receipt."""
        response: receipt_pb2.GetReceiptResponse = self._call(self._receipt, request, metadata)
        return response

    def ledger_keys(
        self, request: receipt_pb2.ListLedgerKeysRequest, metadata: Metadata
    ) -> receipt_pb2.ListLedgerKeysResponse:
        """List the ledgers' keys."""
        response: receipt_pb2.ListLedgerKeysResponse = self._call(self._keys, request, metadata)
        return response

    def query(
        self,
        request: Request,
        metadata: Metadata,
        read: Callable[[Iterator[visit_pb2.QueryResponse]], _T],
    ) -> _T:
        """Ask for a query or an analysis and read the stream that answers it."""
        method = self._query if isinstance(request, visit_pb2.QueryRequest) else self._analyze
        return self._read(method, request, metadata, read, words_of(request))

    def submit(
        self, request: operation_pb2.SubmitRequest, metadata: Metadata, words: str
    ) -> operation_pb2.Operation:
        """Submit a question; its key makes those that are sent twice one operation."""
        attempt = 0
        while True:
            try:
                response: operation_pb2.Operation = self._call(
                    self._submit, request, metadata, words
                )
                return response
            except ConnectionFailed:
                if attempt == RETRIES:
                    raise
                going.pause(_PAUSE_SECONDS * 2**attempt)
                attempt += 1

    def watch(
        self, request: operation_pb2.WatchRequest, seconds: float, metadata: Metadata
    ) -> Iterator[operation_pb2.Operation]:
        """Give what one stream tells of an operation, for so many seconds at most."""
        stream = self._begin(self._watch, request, seconds, metadata)
        try:
            yield from stream
        except grpc.RpcError as error:
            raise self._error(error, "") from None
        finally:
            stream.cancel()

    def fetch(
        self,
        request: operation_pb2.FetchRequest,
        metadata: Metadata,
        read: Callable[[Iterator[visit_pb2.QueryResponse]], _T],
    ) -> _T:
        """Fetch an operation's result and read it."""
        return self._read(self._fetch, request, metadata, read)

    def cancel(
        self, request: operation_pb2.CancelRequest, metadata: Metadata
    ) -> operation_pb2.Operation:
        """Cancel an operation."""
        response: operation_pb2.Operation = self._call(self._cancel, request, metadata)
        return response

    def operations(
        self, request: operation_pb2.ListOperationsRequest, metadata: Metadata
    ) -> operation_pb2.ListOperationsResponse:
        """List operations."""
        response: operation_pb2.ListOperationsResponse = self._call(
            self._operations, request, metadata
        )
        return response

    def _read(
        self,
        method: Any,
        request: Message,
        metadata: Metadata,
        read: Callable[[Iterator[visit_pb2.QueryResponse]], _T],
        sql: str = "",
    ) -> _T:
        """Read a stream to its end.

        If the server is away before anything came, the same request is made up to
        twice more within the same deadline; its idempotency key makes that one visit.
        """
        deadline = None if self._timeout is None else time.monotonic() + self._timeout
        attempt = 0
        while True:
            seen = False

            def watched(stream: Iterator[Any]) -> Iterator[Any]:
                nonlocal seen
                for part in stream:
                    seen = True
                    yield part

            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            stream = self._begin(method, request, left, metadata)
            try:
                return read(watched(stream))
            except grpc.RpcError as error:
                away = error.code() is grpc.StatusCode.UNAVAILABLE
                if not away or seen or attempt == RETRIES:
                    raise self._error(error, sql) from None
                going.pause(_PAUSE_SECONDS * 2**attempt)
                attempt += 1
            finally:
                stream.cancel()

    def _call(self, method: Any, request: Message, metadata: Metadata, sql: str = "") -> Any:
        call = self._begin(method.future, request, self._timeout, metadata)
        try:
            return call.result()
        except grpc.RpcError as error:
            raise self._error(error, sql) from None
        except grpc.FutureCancelledError:
            raise LimitExceeded("the call was cancelled", help="ask again") from None
        finally:
            call.cancel()

    def _begin(
        self, method: Any, request: Message, timeout: float | None, metadata: Metadata
    ) -> Any:
        self.ensure_open()
        try:
            call = method(request, timeout=timeout, metadata=metadata + self._language)
        except ValueError:
            # Closed by another thread since.
            self.ensure_open()
            raise
        going.begins(call)
        return call

    def _error(self, error: grpc.RpcError, sql: str) -> SekishoError:
        unavailable = error.code() is grpc.StatusCode.UNAVAILABLE
        if unavailable and not details_of(error).reason:
            found: ConnectionFailed = diagnose(self._address, self._identity, self._ca)
            return found
        return error_of(error, sql)
