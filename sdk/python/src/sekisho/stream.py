"""Reading the stream that answers a query."""

from collections.abc import Iterator, Sequence
from typing import Final

import pyarrow as pa

from sekisho._proto import release_pb2, visit_pb2
from sekisho.errors import InternalError, LimitExceeded, SekishoError
from sekisho.receipt import Receipt
from sekisho.release import Release
from sekisho.result import Result, table_name
from sekisho.status import failure_error

MAX_RESULT_BYTES: Final = 256 << 20
"""Arrow bytes of one dataset's result; the guard releases far less."""


def read_answers(
    parts: Iterator[visit_pb2.QueryResponse], datasets: Sequence[str], sql: str
) -> dict[str, Result | SekishoError]:
    """Read one answer for each dataset, in the order in which they were asked.

    Parameters
    ----------
    parts
        The stream.
    datasets
        What was asked.
    sql
        The query, to show the place of a refusal.

    Returns
    -------
    dict
        A result or a failure for each dataset.

    Raises
    ------
    InternalError
        If the stream is not what the protocol says.
    LimitExceeded
        If a result is larger than `MAX_RESULT_BYTES`.
    """
    answers: dict[str, Result | SekishoError] = {}
    for dataset in datasets:
        part = next(parts, visit_pb2.QueryResponse())
        match part.WhichOneof("part"):
            case "start" if part.start.dataset == dataset:
                answers[dataset] = _read_result(parts, dataset)
            case "failure" if part.failure.dataset == dataset:
                answers[dataset] = failure_error(part.failure, sql)
            case found:
                raise _unexpected(f"a result of `{dataset}`", found)
    # Only the end of the stream tells that the call succeeded.
    if (extra := next(parts, None)) is not None:
        raise _unexpected("the end", extra.WhichOneof("part"))
    return answers


def _read_result(parts: Iterator[visit_pb2.QueryResponse], dataset: str) -> Result:
    received = bytearray()
    for part in parts:
        match part.WhichOneof("part"):
            case "arrow_ipc":
                received += part.arrow_ipc
                if len(received) > MAX_RESULT_BYTES:
                    raise LimitExceeded(
                        f"the result of `{dataset}` is larger than {MAX_RESULT_BYTES >> 20} MiB",
                        help="ask for fewer groups",
                    )
            case "release" if part.release.dataset == dataset:
                return _result(bytes(received), part.release)
            case found:
                raise _unexpected(f"the release of `{dataset}`", found)
    raise _unexpected(f"the release of `{dataset}`", None)


def _result(received: bytes, message: release_pb2.Release) -> Result:
    try:
        table, *others = _tables(received)
    except (pa.ArrowException, OSError) as error:
        raise InternalError(
            f"the result of `{message.dataset}` cannot be read",
            help="bring this package up to date; if it is, tell the dataset's holder",
        ) from error
    return Result(table, Release.of(message), Receipt.of(message.receipt), *others)


def _tables(received: bytes) -> list[pa.Table]:
    """Read tables that follow one another, each with a name of its own."""
    source = pa.BufferReader(received)
    tables: list[pa.Table] = []
    while not tables or source.tell() < source.size():
        with pa.ipc.open_stream(source) as reader:
            table = reader.read_all()
        table.validate(full=True)
        tables.append(table)
    if len({table_name(table) for table in tables}) < len(tables):
        raise pa.ArrowInvalid("two tables have one name")
    return tables


def _unexpected(expected: str, found: str | None) -> InternalError:
    return InternalError(
        f"the server's answer is broken: expected {expected}, found {found or 'nothing'}",
        help="ask again; the same question is charged once",
    )
