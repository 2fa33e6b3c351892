"""Noticing that a client has gone away while its query runs: what was asked for it is cancelled then.

The server says so to whoever receives from it after the body of the request (ASGI, ``http.disconnect``).
Most requests are answered before anybody would ask; so one look now and then begins to listen for
those that are not.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from werkzeug.exceptions import ClientDisconnected

from graph.asking import Asking
from ontology.errors import Problem

if TYPE_CHECKING:
    from a2wsgi.asgi_typing import HTTPScope, Receive, ReceiveEvent

#: Seconds between looks, and before the first one: most queries are answered sooner.
_PAUSE: Final = 0.25
GONE: Final = Problem("The client went away before the answer was there")


class Gone(ClientDisconnected):
    """The client went away before it had sent the whole body: a fault of the request, which nobody is told any more."""


class Visit:
    """One request from its arrival to its answer. What is not about the event loop is safe in other threads."""

    __slots__ = ("_again", "_asking", "_guard", "_is_gone", "_is_whole", "_listens", "_receive", "arrived")

    def __init__(self, scope: HTTPScope, receive: Receive) -> None:
        self.arrived: Final = time.monotonic()
        self._receive = receive
        self._is_whole = not _has_body(scope)
        self._again: deque[ReceiveEvent] = deque()
        self._listens: asyncio.Task[None] | None = None
        self._asking: list[Asking] = []
        self._is_gone = False
        self._guard = threading.Lock()

    # -- in the event loop ----------------------------------------------------

    async def receive(self) -> ReceiveEvent:
        """Return the next part of the body, as ASGI has it. `Gone` when the client has."""
        if self._again:
            return self._again.popleft()
        if self._is_whole:
            return {"type": "http.request", "body": b"", "more_body": False}
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self._leave()
            raise Gone(GONE.message)
        self._is_whole = not message.get("more_body", False)
        return message

    async def body(self, most: int) -> bytes | None:
        """Return the whole body, None where it is longer; it can be received again. `Gone` as `receive`."""
        parts: list[ReceiveEvent] = []
        size = 0
        while True:
            parts.append(await self.receive())
            size += len(_body(parts[-1]))
            if size > most or not parts[-1].get("more_body", False):
                break
        self._again.extend(parts)
        return None if size > most else b"".join(map(_body, parts))

    def listen(self) -> None:
        """Begin to listen whether the client leaves, once the body is there."""
        if self._listens is None and self._is_whole:
            self._listens = asyncio.ensure_future(self._wait())

    def end(self) -> None:
        """Listen no longer."""
        if self._listens is not None:
            self._listens.cancel()

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            continue
        self._leave()

    # -- anywhere -------------------------------------------------------------

    def cancelling(self, asking: Asking) -> contextlib.AbstractContextManager[None]:
        """Cancel a question when the client leaves, at once where it has left."""
        return _Cancelling(self, asking)

    def begin(self, asking: Asking) -> None:
        """Have a question cancelled from now on; see `cancelling`."""
        with self._guard:
            self._asking.append(asking)
            is_gone = self._is_gone
        if is_gone:
            asking.cancel(GONE)

    def finish(self, asking: Asking) -> None:
        """Have it cancelled no longer."""
        with self._guard:
            self._asking.remove(asking)

    def _leave(self) -> None:
        with self._guard:
            self._is_gone = True
            now = list(self._asking)
        for asking in now:
            asking.cancel(GONE)


class _Cancelling(contextlib.AbstractContextManager[None]):
    # a class, because a generator takes longer and every query passes one
    __slots__ = ("_asking", "_visit")

    def __init__(self, visit: Visit, asking: Asking) -> None:
        self._visit = visit
        self._asking = asking

    def __enter__(self) -> None:
        self._visit.begin(self._asking)

    def __exit__(self, *_: object) -> None:
        self._visit.finish(self._asking)


class Departures:
    """Looks after the visits of one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._visits: dict[Visit, None] = {}
        self._looks = False

    def begin(self, visit: Visit) -> None:
        """Look after a visit, which is the one of this task and of threads that it starts."""
        _visit.set(visit)
        self._visits[visit] = None
        if not self._looks:
            self._looks = True
            self._loop.call_later(_PAUSE, self._look)

    def end(self, visit: Visit) -> None:
        """Look after it no longer."""
        del self._visits[visit]
        visit.end()

    def _look(self) -> None:
        before = time.monotonic() - _PAUSE
        for visit in self._visits:
            if visit.arrived <= before:
                visit.listen()
        self._looks = bool(self._visits)
        if self._looks:
            self._loop.call_later(_PAUSE, self._look)


_visit: Final[ContextVar[Visit | None]] = ContextVar("visit", default=None)


def cancelling(asking: Asking) -> contextlib.AbstractContextManager[None]:
    """Cancel a question when the client of the visit that it is asked for leaves."""
    visit = _visit.get()
    return contextlib.nullcontext() if visit is None else visit.cancelling(asking)


def _body(message: ReceiveEvent) -> bytes:
    body = message.get("body", b"")
    assert isinstance(body, bytes)
    return body


def _has_body(scope: HTTPScope) -> bool:
    if scope["method"] not in ("GET", "HEAD"):
        return True
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])
