"""Failures as gRPC carries them, turned into the classes of `sekisho.errors`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from sekisho._proto import visit_pb2
from sekisho.errors import (
    SERVER_REASONS,
    InternalError,
    InvalidRequest,
    LimitExceeded,
    NotAvailable,
    QueryRefused,
    SekishoError,
    SiteUnavailable,
    Unauthenticated,
)

DOMAIN = "sekisho"
"""The domain of the error details that a server of ours sends."""

_BARE: Mapping[grpc.StatusCode, tuple[type[SekishoError], str, str]] = {
    grpc.StatusCode.DEADLINE_EXCEEDED: (
        LimitExceeded,
        "no answer came within the time given",
        "raise `timeout=`, or ask with `visit.submit`, whose operations go on while nobody waits",
    ),
    grpc.StatusCode.CANCELLED: (LimitExceeded, "the call was cancelled", "ask again"),
    grpc.StatusCode.RESOURCE_EXHAUSTED: (
        LimitExceeded,
        "a limit of the connection was met",
        "ask for less at a time, or wait a little",
    ),
    grpc.StatusCode.UNAUTHENTICATED: (
        Unauthenticated,
        "the server does not accept this identity",
        "ask your consortium whether your certificate is still valid",
    ),
    grpc.StatusCode.UNAVAILABLE: (
        SiteUnavailable,
        "the server does not answer at present",
        "try again in a moment",
    ),
    grpc.StatusCode.NOT_FOUND: (NotAvailable, "there is no such thing here", ""),
    grpc.StatusCode.INVALID_ARGUMENT: (InvalidRequest, "the server does not accept this", ""),
    grpc.StatusCode.UNIMPLEMENTED: (
        InternalError,
        "the server does not offer this call",
        "check that the address is a Sekisho gateway and as new as this package",
    ),
}


@dataclass(slots=True)
class Details:
    """What a status says beside its code, if a server of ours sent it."""

    message: str
    reason: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    help: str = ""
    fields: dict[str, str] = field(default_factory=dict)


def error_of(call: grpc.RpcError, sql: str = "") -> SekishoError:
    """Give the exception for a failed call.

    Parameters
    ----------
    call
        What gRPC raised.
    sql
        The query asked, to show the place of a refusal.

    Returns
    -------
    SekishoError
        To be raised by the caller.
    """
    details = details_of(call)
    if details.reason:
        return _error(details, sql)
    code: grpc.StatusCode = call.code()
    kind, message, help_text = _BARE.get(code, (InternalError, "the call failed", ""))
    return kind(f"{message} (gRPC status {code.name})", help=help_text)


def details_of(call: grpc.RpcError) -> Details:
    """Read the error details of a failed call; without a reason if there are none of ours."""
    details = Details(message=call.details() or "")
    for entry in call.trailing_metadata() or ():
        if entry.key == "grpc-status-details-bin":
            try:
                _read(status_pb2.Status.FromString(entry.value), details)
            except DecodeError:
                return Details(message=details.message)
    return details


def failure_error(failure: visit_pb2.ResultFailure, sql: str) -> SekishoError:
    """Give the exception for one dataset's failure among several."""
    details = Details(failure.message, failure.reason or "INTERNAL", help=failure.help)
    if failure.HasField("refusal"):
        return refusal_error(failure.refusal, sql)
    return _error(details, sql)


def refusal_error(refusal: visit_pb2.Refusal, sql: str) -> QueryRefused:
    """Give the exception for a refusal of the guard."""
    return QueryRefused(
        refusal.message,
        help=refusal.help,
        rule=refusal.rule,
        line=refusal.line,
        column=refusal.column,
        rewrite=refusal.rewrite,
        sql=sql,
    )


def _read(status: status_pb2.Status, into: Details) -> None:
    for packed in status.details:
        info = error_details_pb2.ErrorInfo()
        links = error_details_pb2.Help()
        request = error_details_pb2.BadRequest()
        if packed.Unpack(info) and info.domain == DOMAIN:
            into.reason = info.reason
            into.metadata = dict(info.metadata)
        elif packed.Unpack(links):
            into.help = "; ".join(
                " ".join(part for part in (link.description, link.url) if part)
                for link in links.links
            )
        elif packed.Unpack(request):
            into.fields = {v.field: v.description for v in request.field_violations}
    into.message = status.message or into.message


def _error(details: Details, sql: str) -> SekishoError:
    kind = SERVER_REASONS.get(details.reason, SekishoError)
    message = details.message
    for name, description in details.fields.items():
        if name and f"`{name}`" not in message:
            message += f" (`{name}`)" if description in message else f"; `{name}`: {description}"
    help_text = details.metadata.get("help") or details.help
    if kind is QueryRefused:
        return QueryRefused(
            message,
            help=help_text,
            rule=details.metadata.get("rule", ""),
            line=_number(details.metadata.get("line")),
            column=_number(details.metadata.get("column")),
            rewrite=details.metadata.get("rewrite", ""),
            sql=sql,
        )
    return kind(message, help=help_text, reason=details.reason)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0
