"""Watching an operation over as many streams as it takes."""

import time
from collections.abc import Iterator
from typing import Final

from sekisho import going
from sekisho._proto import operation_pb2
from sekisho.calls import Calls
from sekisho.errors import (
    ConnectionFailed,
    InternalError,
    LimitExceeded,
    SiteUnavailable,
    StillRunning,
)
from sekisho.tracing import Metadata

PATIENCE_SECONDS: Final = 600.0
"""How long a gateway is waited for that says nothing at all."""

_STREAM_SECONDS: Final = 60.0
"""Of one stream: a connection that died without a word is noticed so late."""

_LOOK_SECONDS: Final = 2.0
"""Of one stream for whoever waits no time at all: how it stands is told, too."""

_PAUSES: Final = (0.25, 5.0)
"""Between streams, the first and the longest; each is twice as long as the one before."""

_RUNNING: Final = operation_pb2.OPERATION_STATE_RUNNING


def look(
    calls: Calls, request: operation_pb2.WatchRequest, metadata: Metadata
) -> operation_pb2.Operation:
    """Tell how an operation stands now; whatever hinders that is an error."""
    told = next(calls.watch(request, _STREAM_SECONDS, metadata), None)
    if told is None:
        raise InternalError("the server's answer is broken: it tells no state", help="ask again")
    return told


def states(
    calls: Calls, request: operation_pb2.WatchRequest, until: float | None, metadata: Metadata
) -> Iterator[operation_pb2.Operation]:
    """Tell how an operation stands, now and whenever that is told again, until it lasts.

    Parameters
    ----------
    until
        When to give up, of `time.monotonic`; None for never.

    Raises
    ------
    StillRunning
        If that time has come.
    ConnectionFailed, SiteUnavailable, LimitExceeded
        If the gateway has said nothing for `PATIENCE_SECONDS`.
    SekishoError
        If it says that there is no such operation, or refuses to tell.
    """
    pause, longest = _PAUSES
    heard = time.monotonic()
    while True:
        left = _STREAM_SECONDS if until is None else until - time.monotonic()
        seconds = min(_STREAM_SECONDS, left if left > 0 else _LOOK_SECONDS)
        try:
            for told in calls.watch(request, seconds, metadata):
                heard, pause = time.monotonic(), _PAUSES[0]
                yield told
                if told.state != _RUNNING:
                    return
                if until is not None and time.monotonic() >= until:
                    break
        except (ConnectionFailed, SiteUnavailable, LimitExceeded):
            # It goes on at the gateway, whatever became of the stream.
            calls.ensure_open()
            if going.given_up() or time.monotonic() - heard > PATIENCE_SECONDS:
                raise
        left = pause if until is None else until - time.monotonic()
        if left <= 0:
            raise StillRunning(
                f"the operation `{request.name}` still goes on",
                help="wait for it again; it goes on meanwhile, and waiting is free",
            )
        going.pause(min(pause, left))
        pause = min(2 * pause, longest)
