"""Calls under way, so that whoever asked can give up on them from another thread."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class Cancellable(Protocol):
    """A call that can be ended before its answer."""

    def cancel(self) -> object:
        """End it; once it has ended this does nothing."""
        ...


class Going:
    """The calls that one question makes, one after another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._call: Cancellable | None = None
        self.cancelled = threading.Event()

    def cancel(self) -> None:
        """End the call under way, and each that the same question would make after it."""
        with self._lock:
            self.cancelled.set()
            call = self._call
        if call is not None:
            call.cancel()

    def begins(self, call: Cancellable) -> None:
        """Take note of a call, and end it at once if nobody waits for it any more."""
        with self._lock:
            self._call = call
            cancelled = self.cancelled.is_set()
        if cancelled:
            call.cancel()


_GOING: ContextVar[Going | None] = ContextVar("sekisho_going", default=None)


@contextmanager
def asked(going: Going) -> Iterator[None]:
    """Let the calls of this context be those of a question."""
    token = _GOING.set(going)
    try:
        yield
    finally:
        _GOING.reset(token)


def begins(call: Cancellable) -> None:
    """Take note of a call if somebody may give up on it."""
    going = _GOING.get()
    if going is not None:
        going.begins(call)


def given_up() -> bool:
    """Say whether nobody waits for the answer any more."""
    going = _GOING.get()
    return going is not None and going.cancelled.is_set()


def pause(seconds: float) -> None:
    """Do nothing for so long, or until nobody waits any more."""
    going = _GOING.get()
    if going is None:
        time.sleep(seconds)
    else:
        going.cancelled.wait(seconds)
