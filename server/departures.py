"""Noticing that a client has gone away while its query runs.

Granian does not tell a WSGI application, and its environment names the client's address but no
connection. But the connection of a request that waits for its answer is one of this process, to that
address, on which something was last received just before the request arrived and nothing was sent
since: Linux tells that of each (TCP_INFO). Where several fit, a client counts as gone when all of
them are closed; where none does, as over HTTP/2 or elsewhere than on Linux, its query runs on to its
limits. So no query is ended whose client still waits.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graph.asking import Asking
from ontology.errors import Problem

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: Seconds between looks, and before the first one: most queries are answered sooner.
_PAUSE: Final = 0.25
#: Seconds that a request may have lain before it reached us, and that clocks may differ by.
_LAIN: Final = 5.0
_TICK: Final = 0.02
#: The head of Linux's `struct tcp_info`: eight bytes, the first of them the state, and numbers of four bytes.
_TCP_INFO: Final = struct.Struct("=8B12I")
_LAST_SENT, _LAST_RECEIVED = 8 + 9, 8 + 11  # milliseconds ago
_ESTABLISHED: Final = 1
GONE: Final = Problem("The client went away before the answer was there")


@dataclass(slots=True)
class _Waiting:
    """A client that waits for its answer since `arrived` (`time.monotonic`)."""

    address: str
    arrived: float
    asking: Asking
    connections: list[socket.socket] | None = field(default=None)

    def look(self) -> bool:
        """Cancel the question if the client has gone; return whether to look again."""
        if self.connections is None:
            self.connections = _fitting(self.address, self.arrived)
            if self.connections is None:
                self.asking.cancel(GONE)
                return False
        waiting = [told for c in self.connections if (told := _told(c)) and told.waits]
        if not waiting:
            return False
        if all(told.is_closed for told in waiting):
            self.asking.cancel(GONE)
            return False
        return True

    def end(self) -> None:
        for connection in self.connections or ():
            connection.close()


class Departures:
    """Looks after clients that wait; safe to use from several threads."""

    def __init__(self) -> None:
        self._waiting: set[int] = set()
        self._all: dict[int, _Waiting] = {}
        self._guard = threading.Lock()
        self._some = threading.Event()
        self._watcher: threading.Thread | None = None

    def cancelling(self, asking: Asking, environ: WSGIEnvironment) -> contextlib.AbstractContextManager[object]:
        """Cancel a question when the client of its request goes away."""
        if sys.platform != "linux" or environ.get("SERVER_SOFTWARE") != "Granian":
            return contextlib.nullcontext()
        return _Watched(self, _Waiting(environ.get("REMOTE_ADDR", ""), time.monotonic(), asking))

    def begin(self, waiting: _Waiting) -> None:
        """Look after a client."""
        with self._guard:
            self._all[id(waiting)] = waiting
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, name="departures", daemon=True)
                self._watcher.start()
        if not self._some.is_set():
            self._some.set()

    def end(self, waiting: _Waiting) -> None:
        """Look after it no longer."""
        with self._guard:
            self._all.pop(id(waiting), None)
            waiting.end()

    def _watch(self) -> None:
        while True:
            self._some.wait()
            time.sleep(_PAUSE)
            with self._guard:
                if not self._all:
                    self._some.clear()
                    continue
                for key, waiting in list(self._all.items()):
                    if time.monotonic() - waiting.arrived >= _PAUSE and not waiting.look():
                        self._all.pop(key)
                        waiting.end()


class _Watched(contextlib.AbstractContextManager[None]):
    # a class, because a generator takes longer and every query passes one
    __slots__ = ("_departures", "_waiting")

    def __init__(self, departures: Departures, waiting: _Waiting) -> None:
        self._departures = departures
        self._waiting = waiting

    def __enter__(self) -> None:
        self._departures.begin(self._waiting)

    def __exit__(self, *_: object) -> None:
        self._departures.end(self._waiting)


@dataclass(frozen=True, slots=True)
class _Told:
    """What is told of a connection: when something was last received and sent, and whether its client has closed it."""

    received: float
    sent: float
    is_closed: bool

    @property
    def waits(self) -> bool:
        """Whether something was received that was not answered yet."""
        return self.sent <= self.received


def _told(connection: socket.socket) -> _Told | None:
    try:
        fields = _TCP_INFO.unpack(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size))
    except (OSError, struct.error):
        return None
    now = time.monotonic()
    return _Told(now - fields[_LAST_RECEIVED] / 1000, now - fields[_LAST_SENT] / 1000, fields[0] != _ESTABLISHED)


def _fitting(address: str, arrived: float) -> list[socket.socket] | None:
    """Return copies of the connections that a request may have come by; None if its address has none any more."""
    found, has_any = [], False
    for connection in _connections(address):
        has_any = True
        told = _told(connection)
        if told and told.waits and arrived - _LAIN <= told.received <= arrived + _TICK:
            found.append(connection)
        else:
            connection.close()
    return found if has_any else None


def _connections(address: str) -> Iterator[socket.socket]:
    """Yield copies of this process's connections to an address."""
    wanted = _plain(address)
    for entry in Path("/proc/self/fd").iterdir():
        try:
            copy = os.dup(int(entry.name))
        except OSError:
            continue  # closed meanwhile
        try:
            connection = socket.socket(fileno=copy)
        except OSError:
            os.close(copy)
            continue  # no socket
        try:
            is_theirs = connection.family in (socket.AF_INET, socket.AF_INET6) and (
                _plain(connection.getpeername()[0]) == wanted
            )
        except OSError:
            is_theirs = False
        if is_theirs:
            yield connection
        else:
            connection.close()


def _plain(address: str) -> str:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(getattr(found, "ipv4_mapped", None) or found)
